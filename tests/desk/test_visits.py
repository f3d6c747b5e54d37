"""Visits: the list with the filters that figures link with, and the page of one with its checks and cases."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chuangcheng.patrols.actions import CheckInput, add_photo, finish_visit, record_check, record_checks
from chuangcheng.patrols.models import Visit
from chuangcheng.photos.actions import Declaration
from tests.cases.play import picture

Sign = Callable[[str], Client]


def url(visit: Visit) -> str:
    return reverse("desk:visit", args=[visit.pk])


def numbers(client: Client, query: str = "") -> list[str]:
    """The numbers of the visits listed at that address."""
    return [row.number for row in client.get(f"/desk/visits/?{query}").context["listing"].rows]


@pytest.fixture
def visits(world: Any) -> dict[str, Visit]:
    """``old`` (20 days ago) and ``new`` (yesterday, one failure) at M1 of 河东街道, ``other`` at M2 of 河西街道."""
    world.site("M1")
    world.site("M2", community=2, unit="street2")
    found = {
        "old": world.visit("M1", {"I1": "A"}, days_ago=20, score="100"),
        "new": world.visit("M1", {"I1": "A", "I2": "C#"}, days_ago=1, score="66.5"),
        "other": world.visit("M2", {"I1": "A"}, days_ago=3, score="90"),
    }
    world.case(check=found["new"].checks.get(item__code="I2"), site=world.sites["M1"])
    Visit.objects.filter(pk=found["new"].pk).update(failed=1, checked=2)
    Visit.objects.filter(pk=found["other"].pk).update(mode="covert", checked=1)
    return found


@pytest.mark.parametrize(
    ("query", "names"),
    [("", ["new", "other", "old"]), ("failed=yes", ["new"]), ("failed=perhaps", ["new", "other", "old"]),
     ("mode=covert", ["other"]), ("site=M2", ["other"]), ("q=M1", ["new", "old"]), ("sort=started", ["old", "other", "new"]),
     ("sort=-failed", ["new", "other", "old"]), ("area=990100/990101/990101002/", ["other"]),
     ("finished_from=2026-09-12", ["new", "other"]), ("finished_to=2026-09-12", ["other", "old"]),
     ("finished_from=2026-09-12&finished_to=2026-09-13", ["other"]), ("finished_from=2026-08-26&finished_to=2026-08-26", ["old"]),
     ("finished_from=gestern", []), ("finished_to=2026-13-01", []), ("finished_to=9999-12-31", [])],
)  # fmt: skip
def test_filters_and_order(as_persona: Sign, visits: dict[str, Visit], query: str, names: list[str]) -> None:
    listed = numbers(as_persona("office"), query)
    expected = [visits[name].number for name in names]
    assert listed == expected if "sort" in query or not query else sorted(listed) == sorted(expected)


def test_a_figure_leads_to_a_site_by_its_id(as_persona: Sign, visits: dict[str, Visit]) -> None:
    assert numbers(as_persona("office"), f"site={visits['other'].site_id}") == [visits["other"].number]


def test_the_filters_of_figures_stand_in_the_bar_only_while_in_use(as_persona: Sign, visits: dict[str, Visit]) -> None:
    client = as_persona("office")
    assert 'name="finished_from"' not in client.get("/desk/visits/").content.decode()
    html = client.get("/desk/visits/?finished_from=2026-09-12").content.decode()
    assert 'name="finished_from" value="2026-09-12"' in html and "清除" in html


def test_a_post_sees_the_visits_to_what_it_answers_for(as_persona: Sign, visits: dict[str, Visit]) -> None:
    assert numbers(as_persona("street")) == [visits["new"].number, visits["old"].number]
    assert numbers(as_persona("street2")) == [visits["other"].number]
    assert as_persona("street2").get(url(visits["new"])).status_code == 404
    assert as_persona("street").get(url(visits["new"])).status_code == 200


@pytest.mark.parametrize("path", ["/desk/visits/", "one"])
def test_who_has_no_right_to_visits_is_refused(as_persona: Sign, visits: dict[str, Visit], path: str) -> None:
    address = url(visits["new"]) if path == "one" else path
    assert as_persona("grid").get(address).status_code == 403
    assert as_persona("community").get("/desk/visits/").status_code == 200


def test_a_page_shows_every_check_and_the_case_of_each_that_failed(as_persona: Sign, visits: dict[str, Visit]) -> None:
    page = as_persona("office").get(url(visits["new"]))
    html = page.content.decode()
    case = visits["new"].checks.get(item__code="I2").case
    assert [check.item.code for check in page.context["checks"]] == ["I1", "I2"]
    assert case is not None and case.number in html and reverse("desk:case", args=[case.pk]) in html
    assert "66.50" in html and "日常督查" in html and reverse("desk:site", args=[visits["new"].site_id]) in html


def test_a_real_visit_ends_with_its_cases_on_the_page(as_persona: Sign, visit: Visit, personas: dict[str, Any]) -> None:
    inspector = personas["inspector"]
    code = visit.site.kind.items.order_by("order").values_list("code", flat=True)
    results = [CheckInput(item_code=code[0], defects=1, note="墙角有垃圾"), CheckInput(item_code=code[1])]
    record_checks(actor=inspector, visit_id=visit.pk, results=results)
    finish_visit(actor=inspector, visit_id=visit.pk)
    page = as_persona("office").get(url(visit))
    case = visit.checks.get(case__isnull=False).case
    assert case is not None and case.number in page.content.decode() and "墙角有垃圾" in page.content.decode()
    assert numbers(as_persona("office"), "failed=yes") == [visit.number]


def test_a_visit_without_checks_says_so(as_persona: Sign, visits: dict[str, Visit]) -> None:
    visits["old"].checks.all().delete()
    assert "还没有检查结果" in as_persona("office").get(url(visits["old"])).content.decode()


def test_export(as_persona: Sign, visits: dict[str, Visit]) -> None:
    answer = as_persona("leader").get("/desk/visits/?export=csv&failed=yes")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2 and visits["new"].number in lines[1] and "66.5" in lines[1]
    assert as_persona("inspector").get("/desk/visits/?export=csv").status_code == 403


@pytest.mark.parametrize("persona", ["office", "street"])
def test_pages_cost_few_queries(
    as_persona: Sign, visits: dict[str, Visit], persona: str, django_assert_max_num_queries: Any
) -> None:
    client = as_persona(persona)
    for address in ("/desk/visits/", url(visits["new"])):
        client.get(address)
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200


def test_pages_speak_english(as_persona: Sign, visits: dict[str, Visit]) -> None:
    client = as_persona("office")
    client.cookies["django_language"] = "en"
    listing = client.get("/desk/visits/").context["listing"]
    assert all(str(head.column.label).isascii() for head in listing.heads)
    html = client.get(url(visits["other"])).content.decode()
    assert "Covert" in html and "Inspecting unit" in html and "Grade" in html


def test_photos_stand_beside_their_check(as_persona: Sign, visit: Visit, personas: dict[str, Any]) -> None:
    inspector, data = personas["inspector"], [picture(), picture()]
    declared = tuple(Declaration(hashlib.sha256(each).hexdigest(), "evidence") for each in data)
    with_photos, bare = visit.site.kind.items.order_by("order").values_list("code", flat=True)[:2]
    check = record_check(actor=inspector, visit_id=visit.pk, item_code=with_photos, defects=1, photos=declared)
    record_check(actor=inspector, visit_id=visit.pk, item_code=bare)
    stored = add_photo(actor=inspector, check_id=check.pk, sha256=declared[0].sha256, data=data[0])
    finish_visit(actor=inspector, visit_id=visit.pk)
    page = as_persona("office").get(url(visit))
    shown = {each.item.code: [picture.photo for picture in pictures] for each, pictures in page.context["lines"]}
    assert shown == {with_photos: [stored], bare: []}, "the second photo is still on its way"
    address = reverse("desk:check_photo", args=[check.pk, stored.pk])
    assert f'src="{address}?thumb=1"' in page.content.decode() and f'href="{address}"' in page.content.decode()


def test_photos_cost_one_query_however_many_checks_have_some(
    as_persona: Sign, visit: Visit, personas: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    for code in visit.site.kind.items.values_list("code", flat=True):
        data = picture()
        declared = Declaration(hashlib.sha256(data).hexdigest(), "evidence")
        check = record_check(
            actor=personas["inspector"], visit_id=visit.pk, item_code=code, not_applicable=True, photos=(declared,)
        )
        add_photo(actor=personas["inspector"], check_id=check.pk, sha256=declared.sha256, data=data)
    client = as_persona("office")
    client.get(url(visit))
    with django_assert_max_num_queries(12):
        assert client.get(url(visit)).content.decode().count("?thumb=1") == visit.checks.count()


def give_up(client: Client, visit: Visit, **form: str) -> int:
    """The status of the form of giving up."""
    status = client.post(reverse("desk:visit_move", args=[visit.pk, "abandon"]), form).status_code
    visit.refresh_from_db()
    return status


def test_the_inspector_goes_on_or_gives_up(as_persona: Sign, visit: Visit) -> None:
    client, move = as_persona("inspector"), reverse("desk:visit_move", args=[visit.pk, "abandon"])
    html = client.get(url(visit)).content.decode()
    assert move in html and reverse("field:visit", args=[visit.pk]) in html and "进行中" in html
    assert "点位未开放" in client.get(move).content.decode()
    assert give_up(client, visit, reason_code="no_access") == 302 and visit.state == "abandoned"
    html = client.get(url(visit)).content.decode()
    assert "已放弃，不计次数，不计分：点位未开放" in html
    assert move not in html and reverse("field:visit", args=[visit.pk]) not in html


@pytest.mark.parametrize("form", [{}, {"reason_code": "rain"}])
def test_giving_up_without_a_good_reason_comes_back(as_persona: Sign, visit: Visit, form: dict[str, str]) -> None:
    assert give_up(as_persona("inspector"), visit, **form) == 422
    assert visit.state == "open"


def test_a_visit_with_findings_is_not_given_up(as_persona: Sign, visit: Visit, personas: dict[str, Any]) -> None:
    record_checks(actor=personas["inspector"], visit_id=visit.pk, results=[CheckInput(item_code="LANE-1", defects=1)])
    client = as_persona("inspector")
    assert reverse("desk:visit_move", args=[visit.pk, "abandon"]) not in client.get(url(visit)).content.decode()
    assert give_up(client, visit, reason_code="mistake") in {409, 422} and visit.state == "open"


@pytest.mark.parametrize(("persona", "status"), [("office", 404), ("leader", 403), ("street", 404), ("auditor", 403)])
def test_only_its_inspector_is_offered_to_give_a_visit_up(
    as_persona: Sign, visit: Visit, persona: str, status: int
) -> None:
    client = as_persona(persona)
    assert reverse("desk:visit_move", args=[visit.pk, "abandon"]) not in client.get(url(visit)).content.decode()
    assert give_up(client, visit, reason_code="mistake") == status and visit.state == "open"


def test_a_visit_has_no_other_moves_on_the_desk(as_persona: Sign, visit: Visit) -> None:
    for name in ("finish", "check", "nonsense"):
        assert as_persona("inspector").get(reverse("desk:visit_move", args=[visit.pk, name])).status_code == 404
