"""What a check saw can be seen from its case, and by those who see the visit; history speaks in words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.cases.play import picture

if TYPE_CHECKING:
    from django.test import Client

    from chuangcheng.kernel.actor import Actor
    from chuangcheng.patrols.models import Check, Visit
    from chuangcheng.photos.models import Photo
    from tests.cases.play import Play

    Sign = Callable[[str], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(visit: Visit, personas: dict[str, Actor]) -> tuple[Check, Photo]:
    """A failed check with its photo; it has opened a case."""
    from chuangcheng.patrols.actions import add_photo, record_check
    from chuangcheng.photos.actions import Declaration

    data = picture()
    digest = hashlib.sha256(data).hexdigest()
    inspector = personas["inspector"]
    check = record_check(
        actor=inspector, visit_id=visit.pk, item_code="LANE-1", defects=2, photos=(Declaration(digest, "evidence"),)
    )
    return check, add_photo(actor=inspector, check_id=check.pk, sha256=digest, data=data)


def is_photo(client: Client, url: str) -> bool:
    """Whether a JPEG comes."""
    answer = client.get(url)
    return answer.status_code == 200 and b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]


def test_a_case_shows_what_the_check_saw(as_persona: Sign, seen: tuple[Any, Any]) -> None:
    check, photo = seen
    url = reverse("desk:evidence", args=[check.case_id, check.pk, photo.pk])
    for persona in ("office", "street", "inspector"):
        client = as_persona(persona)
        assert url in client.get(reverse("desk:case", args=[check.case_id])).content.decode(), persona
        assert is_photo(client, url), persona
    assert as_persona("street2").get(url).status_code == 404


def test_the_photo_of_a_check_is_not_reached_through_another_case(
    as_persona: Sign, play: Play, seen: tuple[Any, Any]
) -> None:
    check, photo = seen
    url = reverse("desk:evidence", args=[play.filed().pk, check.pk, photo.pk])
    assert as_persona("office").get(url).status_code == 404


def test_a_check_shows_its_photo_to_those_who_see_the_visit(
    as_persona: Sign, seen: tuple[Any, Any], personas: dict[str, Any]
) -> None:
    from chuangcheng.patrols.actions import finish_visit

    check, photo = seen
    finish_visit(actor=personas["inspector"], visit_id=check.visit_id)
    url = reverse("desk:check_photo", args=[check.pk, photo.pk])
    assert is_photo(as_persona("auditor"), url)
    assert as_persona("grid").get(url).status_code in {403, 404}


def test_a_case_leads_to_its_standard_and_site(as_persona: Sign, seen: tuple[Any, Any]) -> None:
    check, _photo = seen
    page = as_persona("office").get(reverse("desk:case", args=[check.case_id])).content.decode()
    assert reverse("desk:site", args=[check.visit.site_id]) in page
    assert reverse("desk:standard", args=[check.case.standard_id]) in page
    page = as_persona("grid").get(reverse("desk:case", args=[check.case_id])).content.decode()
    assert "/framework/" not in page, "a grid worker may not read the framework"


def test_open_cases_nearby_are_shown_while_a_report_is_undecided(as_persona: Sign, play: Play) -> None:
    near = play.filed()
    report = play.report()
    url = reverse("desk:report", args=[report.pk])
    page = as_persona("office").get(url)
    assert [card.one.case.pk for card in page.context["candidates"].cards] == [near.pk]
    assert near.number in page.content.decode()
    from chuangcheng.cases import actions

    actions.link_report(actor=play.by["office"], report_id=report.pk, case_id=near.pk)
    assert as_persona("office").get(url).context["candidates"] is None


def test_a_choice_tells_its_hint(as_persona: Sign, play: Play) -> None:
    report = play.report()
    form = as_persona("office").get(reverse("desk:report_move", args=[report.pk, "refuse"])).content.decode()
    assert "会告知上报人，可提出一次异议。" in form


def test_those_who_go_out_find_the_way_to_the_phone_pages(as_persona: Sign, play: Play) -> None:
    for persona, goes in (("grid", True), ("inspector", True), ("leader", False), ("auditor", False)):
        page = as_persona(persona).get("/desk/").content.decode()
        assert ("现场作业" in page) is goes, persona


def test_history_speaks_in_words_and_leads_to_its_subject(as_persona: Sign, play: Play) -> None:
    case, report = play.filed(), play.report()
    client = as_persona("auditor")
    rows = client.get("/desk/history/?kind=case").content.decode()
    assert "立案" in rows and "case.filed" not in rows
    assert reverse("desk:case", args=[case.pk]) in rows
    assert reverse("desk:report", args=[report.pk]) not in rows
    client.post("/preferences/language/", {"language": "en", "next": "/desk/"})
    assert "Case " in client.get("/desk/history/?kind=case").content.decode()


def test_every_action_of_history_has_a_word(play: Play, seen: tuple[Any, Any]) -> None:
    from chuangcheng.history.models import Event
    from chuangcheng.web.deeds import SUBJECTS, deed_of

    for state in ("dispatched", "handling", "handled", "verified", "closed"):
        play.in_state(state)
    kinds = set(Event.objects.values_list("subject_kind", flat=True))
    assert kinds <= set(SUBJECTS)
    nameless = [name for name in set(Event.objects.values_list("action", flat=True)) if deed_of(name).zh == name]
    assert nameless == []


def test_units_are_links_only_for_those_who_may_open_them(as_persona: Sign, seen: tuple[Any, Any]) -> None:
    check, _photo = seen
    standard = check.case.standard
    from chuangcheng.framework.actions import assign_duty
    from chuangcheng.kernel.actor import SYSTEM

    unit = check.visit.site.unit
    assign_duty(actor=SYSTEM, standard=standard, unit=unit, kind="lead")
    for persona, link in (("office", True), ("inspector", False)):
        page = as_persona(persona).get(reverse("desk:standard", args=[standard.pk])).content.decode()
        assert unit.short_name in page
        assert (reverse("desk:unit", args=[unit.pk]) in page) is link, persona


def test_the_citizen_has_an_english_name(as_persona: Sign, play: Play) -> None:
    report = play.report()
    client = as_persona("office")
    assert "市民" in client.get(reverse("desk:report", args=[report.pk])).content.decode()
    client.post("/preferences/language/", {"language": "en", "next": "/desk/"})
    page = client.get(reverse("desk:report", args=[report.pk])).content.decode()
    assert "市民" not in page and "Citizen" in page


def test_an_inspector_begins_a_visit_from_the_sites_page(as_persona: Sign, visit: Any) -> None:
    site = visit.site
    for persona, begins in (("inspector", True), ("leader", False)):
        page = as_persona(persona).get(reverse("desk:site", args=[site.pk])).content.decode()
        assert (reverse("field:start", args=[site.pk]) in page) is begins, persona
