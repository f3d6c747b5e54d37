"""The task list of the field: what waits there, and what becomes of a tap."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.cases.play import LITTER, OTHER_STREET, picture

if TYPE_CHECKING:
    from tests.cases.play import Play

pytestmark = pytest.mark.django_db
Phone = Callable[[str], Client]
HOME = "/field/"


def waiting(play: Play, **more: Any) -> Any:
    """A report that waits for the grid worker."""
    from chuangcheng.cases import actions

    return actions.ask_confirm(actor=play.by["office"], report_id=play.report(**more).pk)


def test_an_empty_list_says_so(play: Play, phone: Phone) -> None:
    page = phone("grid").get(HOME).content.decode()
    assert "现在没有等您的事" in page


def test_only_those_with_a_field_post_enter(play: Play, phone: Phone) -> None:
    assert phone("grid").get(HOME).status_code == 200
    assert phone("inspector").get(HOME).status_code == 200
    assert phone("department").get(HOME).status_code == 403
    assert Client().get(HOME).status_code == 302


@pytest.mark.parametrize(("answer", "confirmed"), [("yes", True), ("no", False)])
def test_a_grid_worker_confirms_with_one_tap(play: Play, phone: Phone, answer: str, confirmed: bool) -> None:
    report = waiting(play, address="永安路 12 号")
    client = phone("grid")
    page = client.get(HOME).content.decode()
    assert "请您去看一看" in page and report.text in page and "永安路 12 号" in page
    done = client.post(reverse("field:confirm", args=[report.pk]), {"found": answer}, follow=True)
    assert report.number in done.content.decode() and "现在没有等您的事" in done.content.decode()
    report.refresh_from_db()
    assert (report.state, report.confirmed) == ("received", confirmed)


def test_a_report_elsewhere_is_neither_listed_nor_confirmed(play: Play, phone: Phone) -> None:
    report = waiting(play, **OTHER_STREET)
    client = phone("grid")
    assert report.number not in client.get(HOME).content.decode()
    assert client.post(reverse("field:confirm", args=[report.pk]), {"found": "yes"}).status_code == 404
    report.refresh_from_db()
    assert report.state == "pending_confirm"


def test_an_answer_that_is_none_changes_nothing(play: Play, phone: Phone) -> None:
    report = waiting(play)
    phone("grid").post(reverse("field:confirm", args=[report.pk]), {"found": "maybe"})
    report.refresh_from_db()
    assert report.state == "pending_confirm"


def test_a_contact_is_never_shown_on_the_phone(play: Play, phone: Phone) -> None:
    waiting(play, contact_name="王女士", contact_phone="13800138000")
    page = phone("grid").get(HOME).content.decode()
    assert "王女士" not in page and "13800138000" not in page


def test_a_handled_case_is_verified_on_the_spot(play: Play, phone: Phone) -> None:
    case = play.handled(by="department")
    client = phone("inspector")
    assert reverse("field:case", args=[case.pk]) in client.get(HOME).content.decode()
    page = client.get(reverse("field:case", args=[case.pk])).content.decode()
    assert "核查通过" in page and "处置后" in page
    client.post(reverse("field:verify", args=[case.pk]))
    case.refresh_from_db()
    assert case.state == "verified"


def test_a_rework_needs_a_word(play: Play, phone: Phone) -> None:
    case = play.handled(by="department")
    client = phone("inspector")
    client.post(reverse("field:rework", args=[case.pk]), {"note": " "})
    case.refresh_from_db()
    assert case.state == "handled"
    client.post(reverse("field:rework", args=[case.pk]), {"note": "还剩一半"})
    case.refresh_from_db()
    assert case.state == "handling"


def test_what_was_found_from_above_is_not_verified_by_the_unit_that_handled(play: Play, phone: Phone) -> None:
    case = play.handled(by="street", found_from_above=True)
    client = phone("grid")  # a post of the same street
    assert reverse("field:case", args=[case.pk]) not in client.get(HOME).content.decode()
    assert client.post(reverse("field:verify", args=[case.pk])).status_code in {302, 403, 409}
    case.refresh_from_db()
    assert case.state == "handled"


def test_the_task_list_takes_few_queries(play: Play, phone: Phone, django_assert_max_num_queries: Any) -> None:
    for _ in range(4):
        waiting(play)
    client = phone("grid")
    with django_assert_max_num_queries(15):
        client.get(HOME)


# Reporting ----------------------------------------------------------------------------------------------------------


def test_three_taps_make_a_report_under_ones_own_name(play: Play, phone: Phone) -> None:
    from chuangcheng.cases.models import Report

    client, data, report_id = phone("grid"), picture(), uuid.uuid4()
    given = {"id": str(report_id), "category": LITTER, "lat": "30.002", "lon": "120.002",
             "photos": SimpleUploadedFile("a.jpg", data)}  # fmt: skip
    page = client.post(reverse("field:report"), given, follow=True)
    report = Report.objects.get(pk=report_id)
    assert report.number in page.content.decode()
    assert (report.source, report.text, report.photos_missing) == ("grid", "暴露垃圾", 0)
    assert report.reporter_id == play.by["grid"].person_id
    again = {**given, "photos": SimpleUploadedFile("a.jpg", data)}
    assert client.post(reverse("field:report"), again).status_code == 302
    assert Report.objects.count() == 1


def test_an_empty_report_is_refused_on_the_page(play: Play, phone: Phone) -> None:
    from chuangcheng.cases.models import Report

    answer = phone("grid").post(
        reverse("field:report"), {"id": str(uuid.uuid4())}, follow=True,
        headers={"referer": f"http://testserver{reverse('field:report')}"},
    )  # fmt: skip
    assert "say--error" in answer.content.decode()
    assert not Report.objects.exists()


def test_a_file_that_is_no_photo_leaves_no_half_report(play: Play, phone: Phone) -> None:
    from chuangcheng.cases.models import Report

    given = {"id": str(uuid.uuid4()), "text": "路灯不亮", "lat": "nan", "lon": "x",
             "photos": SimpleUploadedFile("a.jpg", b"<svg/>")}  # fmt: skip
    phone("grid").post(reverse("field:report"), given)
    assert not Report.objects.exists()
