"""Merge, split and relapse on the desk: the banner, the other's photos, the forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.cases import actions
from chuangcheng.cases.models import Case
from chuangcheng.kernel import clock
from tests.cases.play import OTHER_STREET, Play, picture
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
Sign = Callable[[str], Client]


def page(case: Case) -> str:
    return reverse("desk:case", args=[case.pk])


def move(case: Case, name: str) -> str:
    return reverse("desk:case_move", args=[case.pk, name])


def test_merged_by_its_number_and_back(as_persona: Sign, play: Play) -> None:
    case, target = play.filed(), play.handling()
    client = as_persona("office")
    assert client.post(move(case, "merge"), {"number": f" {target.number.lower()} "}).status_code == 302
    html = client.get(page(case)).content.decode()
    assert "本案已并入" in html and page(target) in html and move(case, "unmerge") in html
    assert case.number in client.get(page(target)).content.decode()
    assert client.post(move(case, "unmerge"), {"note": "不是同一处"}).status_code == 302
    assert Case.objects.get(pk=case.pk).state == "filed"


def test_an_unknown_number_is_said_in_the_form(as_persona: Sign, play: Play) -> None:
    answer = as_persona("office").post(move(play.filed(), "merge"), {"number": "AJ20260101-000001"})
    assert answer.status_code == 422 and "没有这个编号的案件" in answer.content.decode()


def test_others_have_no_such_button(as_persona: Sign, play: Play) -> None:
    case, target = play.dispatched(), play.filed()
    client = as_persona("street")
    assert move(case, "merge") not in client.get(page(case)).content.decode()
    assert client.post(move(case, "merge"), {"number": target.number}).status_code == 422
    assert Case.objects.get(pk=case.pk).state == "dispatched"


def test_photos_of_both_stand_on_the_page_with_their_case(as_persona: Sign, play: Play) -> None:
    case, target = play.handling(**OTHER_STREET, by="street2"), play.dispatched()
    photo = actions.add_photo(actor=play.by["street2"], case_id=case.pk, role="evidence", data=picture())
    actions.merge_case(actor=play.by["office"], case_id=case.pk, target_id=target.pk)
    address = reverse("desk:case_photo", args=[target.pk, photo.pk])
    street = as_persona("street")  # works on the target, and never saw the other one
    html = street.get(page(target)).content.decode()
    assert address in html and f"来自 {case.number}" in html
    assert street.get(address).getvalue()[:2] == b"\xff\xd8"
    actions.unmerge_case(actor=play.by["office"], case_id=case.pk)
    assert street.get(address).status_code == 404


def test_split_offers_reports_and_photos(as_persona: Sign, play: Play) -> None:
    case = play.handling()
    stays, goes = play.joined(case), play.joined(case, text="井盖松动")
    photo = actions.add_photo(actor=play.by["street"], case_id=case.pk, role="evidence", data=picture())
    client = as_persona("office")
    html = client.get(move(case, "split")).content.decode()
    assert stays.number in html and goes.number in html and str(photo.pk) in html
    form = {"reports": [str(goes.pk)], "photos": [str(photo.pk)], "category": "04001F", "severity": "2"}
    assert client.post(move(case, "split"), form).status_code == 302
    new = Case.objects.get(origin_kind="case")
    assert (new.origin_id, new.severity, list(new.reports.all())) == (case.pk, 2, [goes])
    assert new.number in client.get(page(case)).content.decode()
    assert case.number in client.get(page(new)).content.decode()


def test_nothing_chosen_is_said(as_persona: Sign, play: Play) -> None:
    case = play.filed()
    play.joined(case)
    answer = as_persona("office").post(move(case, "split"), {"category": "06010", "severity": "1"})
    assert answer.status_code == 422 and "field__error" in answer.content.decode()


def test_many_into_the_one_filed_first(as_persona: Sign, play: Play) -> None:
    first = play.filed()
    with clock.at(NOON + timedelta(hours=1)):
        others = [play.filed(), play.filed()]
    client = as_persona("office")
    address = reverse("desk:case_bulk")
    ids = [str(case.pk) for case in (*others, first)]
    assert f'value="{first.number}"' in client.post(address, {"move": "merge", "ids": ids}).content.decode()
    answer = client.post(address, {"move": "merge", "ids": ids[:2], "go": "1", "number": first.number})
    assert answer.status_code == 200
    assert set(Case.objects.filter(merged_into=first)) == set(others)


def test_a_relapse_stands_on_both_pages_and_in_the_list(as_persona: Sign, play: Play) -> None:
    first, again, other = play.closed(), play.filed(), play.filed()
    actions.mark_relapse(case_id=again.pk, first_id=first.pk)
    client = as_persona("office")
    assert first.number in client.get(page(again)).content.decode()
    assert again.number in client.get(page(first)).content.decode()
    html = client.get(reverse("desk:cases"), {"relapse": "yes"}).content.decode()
    assert again.number in html and other.number not in html
    assert client.post(move(again, "deny_relapse"), {"reason_code": "other_place"}).status_code == 302
    html = client.get(page(again)).content.decode()
    assert "不是同一位置" in html and move(again, "deny_relapse") not in html
