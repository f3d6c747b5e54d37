"""Sponsorship: who stands by which place, since when; what nobody stands by; ten thousand rows at once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chuangcheng.history.models import Event
from chuangcheng.history.projections import registered
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import actions as people
from chuangcheng.people import handover
from chuangcheng.people.models import Person
from chuangcheng.sites.models import Site
from chuangcheng.sites.sponsorship import actions, imports, selectors
from chuangcheng.sites.sponsorship.actions import SponsorshipInput
from chuangcheng.sites.sponsorship.models import Sponsorship, SubjectKind
from chuangcheng.sites.sponsorship.subjects import kind_of
from tests.sites.registers import AWAY, make_compound, workbook

TODAY = date(2026, 9, 15)
DAY = timedelta(days=1)


def bind(city: Any, subject: Any = None, actor: Actor = SYSTEM, unit: str = "department", **more: Any) -> Sponsorship:
    """The department stands by 永安 since the first of the month, unless said otherwise."""
    given = {
        "subject": subject or city.communities[0],
        "unit": city.units[unit],
        "valid_from": date(2026, 9, 1),
        **more,
    }
    return actions.save_sponsorship(actor=actor, given=SponsorshipInput(**given))


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=code.replace(".", r"\."))


def person(name: str = "department") -> Person:
    return Person.objects.get(username=name)


@pytest.fixture
def city(small_city: Any, personas: dict[str, Actor], noon: Any) -> Any:
    return small_city


def test_a_unit_is_bound_to_a_place_with_history(city: Any) -> None:
    row = bind(city, person=person(), cadres=12)
    assert (row.kind, row.subject, row.division_path) == ("community", city.communities[0], city.communities[0].path)
    (event,) = Event.objects.filter(subject_kind="sponsorship", subject_id=row.pk)
    assert (event.action, event.after["cadres"], event.after["unit_id"]) == (
        "sponsorship.created",
        12,
        str(row.unit_id),
    )
    assert event.after["valid_to"] is None and list(registered()["sponsorships"].check()) == []


def test_the_person_responsible_counts_among_the_cadres(city: Any) -> None:
    assert bind(city, person=person()).cadres == 1
    assert bind(city, unit="street", cadres=0).cadres == 0


def test_again_in_those_days_is_a_change_and_later_is_another(city: Any) -> None:
    first = bind(city, cadres=3, valid_to=date(2026, 12, 31))
    again = bind(city, cadres=5, valid_from=date(2026, 10, 1))
    assert (again.pk, again.cadres, again.valid_to) == (first.pk, 5, None)
    events = Event.objects.filter(subject_id=first.pk)
    rows = events.count()
    bind(city, cadres=5, valid_from=date(2026, 10, 1))
    assert events.count() == rows == 2
    actions.end_sponsorship(actor=SYSTEM, sponsorship_id=first.pk, last_day=date(2026, 11, 30))
    assert bind(city, valid_from=date(2027, 1, 1)).pk != first.pk
    assert bind(city, valid_from=date(2026, 10, 5), valid_to=date(2026, 10, 6)).pk == first.pk
    assert bind(city, unit="street").pk != first.pk


def test_sites_are_junctions_road_sections_or_just_sites(city: Any, site: Site) -> None:
    kinds = {"intersection": "junction", "arterial_road": "road", "back_lane": "road", "farmers_market": "site"}
    for code, kind in kinds.items():
        Site.objects.filter(pk=site.pk).update(kind_code=code)
        site.refresh_from_db()
        assert kind_of(site) == kind
    assert kind_of(make_compound()) == "compound"
    assert kind_of(city.communities[0]) == "community"


def test_what_is_refused(city: Any, personas: dict[str, Actor]) -> None:
    with refused("sponsorship.bad_days"):
        bind(city, valid_to=date(2026, 8, 31))
    for place in (city.streets[0], city.district):
        with refused("sponsorship.no_subject"):
            bind(city, place)
    gone = people.save_person(actor=SYSTEM, username="gone", name="走人", is_active=False)
    with refused("sponsorship.gone"):
        bind(city, person=gone)
    with refused("sites.bad_count"):
        bind(city, cadres=-1)
    compound = make_compound()
    type(compound).objects.filter(pk=compound.pk).update(state="closed")
    compound.refresh_from_db()
    with refused("sponsorship.closed"):
        bind(city, compound)
    for who, code in (
        ("street", "common.not_allowed"),
        ("department", "common.not_allowed"),
        ("leader", "common.not_allowed"),
    ):
        with refused(code):
            bind(city, actor=personas[who])
    assert not Sponsorship.objects.exists()
    assert bind(city, actor=personas["district"]).pk and bind(city, city.communities[2], actor=personas["office"]).pk


def test_it_ends_on_a_day_and_not_before_it_began(city: Any, personas: dict[str, Actor]) -> None:
    row = bind(city)
    with refused("sponsorship.bad_days"):
        actions.end_sponsorship(actor=SYSTEM, sponsorship_id=row.pk, last_day=date(2026, 8, 31))
    with refused("common.not_allowed"):
        actions.end_sponsorship(actor=personas["street"], sponsorship_id=row.pk)
    with refused("common.not_found"):
        actions.end_sponsorship(actor=SYSTEM, sponsorship_id=city.city.pk)
    assert actions.end_sponsorship(actor=personas["office"], sponsorship_id=row.pk).valid_to == TODAY - DAY
    assert Event.objects.filter(action="sponsorship.ended").count() == 1
    assert not row.stands(TODAY - 30 * DAY) and row.stands(TODAY)


@pytest.mark.parametrize(
    ("first", "last", "stands"),
    [(-1, None, True), (0, None, True), (1, None, False), (-9, -1, False), (-9, 0, True), (-9, 9, True), (0, 0, True)],
)
def test_who_stands_today(city: Any, first: int, last: int | None, stands: bool) -> None:
    row = bind(city, valid_from=TODAY + first * DAY, valid_to=None if last is None else TODAY + last * DAY)
    assert row.stands(TODAY) is stands
    assert Sponsorship.objects.filter(selectors.standing()).exists() is stands
    assert Sponsorship.objects.filter(selectors.ended()).exists() is (last == -1)
    assert selectors.subjects(SYSTEM_OFFICE(city), "community").filter(covered=True).exists() is stands


def SYSTEM_OFFICE(city: Any) -> Actor:  # noqa: N802 -- reads as the constant it is
    """The office's actor."""
    post = person("office").posts.get()
    return Actor(post.person_id, post.pk, "")


def cover(actor: Actor) -> dict[str, tuple[int, int]]:
    return {line.kind.value: (line.total, line.covered) for line in selectors.coverage(actor)}


def test_the_cover_counts_each_place_once_and_by_reach(city: Any, personas: dict[str, Actor], site: Site) -> None:
    junction, compound = site, make_compound()
    Site.objects.filter(pk=junction.pk).update(kind_code="intersection")
    junction.refresh_from_db()
    make_compound(code="XQ002", name="安远小区", **AWAY)
    for unit in ("department", "street"):
        bind(city, unit=unit, cadres=10)
    bind(city, city.communities[2], valid_to=date(2026, 9, 14))
    bind(city, junction), bind(city, compound, cadres=2)
    assert cover(personas["office"]) == {
        "community": (3, 1), "junction": (1, 1), "road": (0, 0), "site": (0, 0), "compound": (2, 1),
    }  # fmt: skip
    assert cover(personas["street2"])["community"] == (1, 0) and cover(personas["street2"])["compound"] == (1, 0)
    assert cover(personas["department"]) == cover(personas["office"]), "a line department has no area of its own"
    line = selectors.coverage(personas["office"])[0]
    assert (line.gaps, round(line.share or 0, 2)) == (2, 0.33)
    assert selectors.coverage(personas["office"])[2].share is None
    assert {row.name for row in selectors.subjects(personas["office"], "community").filter(covered=False)} == {
        "长乐社区",
        "新华社区",
    }
    effort = selectors.effort(selectors.visible_to(personas["office"]))
    assert (effort.sponsorships, effort.units, effort.cadres) == (4, 2, 22)
    assert [row.unit.code for row in selectors.of_place(city.communities[0])] == ["U-CGJ", "U-990101001"]


def test_who_sees_what(city: Any, personas: dict[str, Actor]) -> None:
    here, away = bind(city), bind(city, city.communities[2], unit="street")

    def seen(who: str) -> set[Any]:
        return set(selectors.visible_to(personas[who]).values_list("pk", flat=True))

    assert seen("office") == seen("leader") == seen("department") == {here.pk, away.pk}
    assert seen("street") == {here.pk, away.pk}, "its area, and what it stands by itself elsewhere"
    assert seen("street2") == {away.pk} and seen("community") == {here.pk}
    with refused("common.not_found"):
        selectors.get_sponsorship_for(personas["street2"], here.pk)
    assert selectors.may_edit(personas["district"], here) and not selectors.may_edit(personas["street"], here)


def test_it_is_handed_over_with_the_person(city: Any, personas: dict[str, Actor]) -> None:
    old, new = person(), people.save_person(actor=SYSTEM, username="newcomer", name="新人")
    row, past = bind(city, person=old), bind(city, city.communities[1], person=old, valid_to=date(2026, 9, 14))
    later = bind(city, city.communities[2], person=old, valid_from=date(2026, 10, 1))
    held = handover.held_by([old.pk])["sponsorships"]
    assert [(one.what, one.how.zh) for one in held] == [("永安社区", "包联责任人"), ("新华社区", "包联责任人")]
    with refused("people.still_holds"):
        handover.retire(actor=personas["office"], person_id=old.pk)
    made = handover.hand_over(actor=personas["office"], person_id=old.pk, successor_id=new.pk)
    assert made.counts["sponsorships"] == 2
    assert [Sponsorship.objects.get(pk=one.pk).person for one in (row, past, later)] == [new, old, new]
    assert list(registered()["sponsorships"].check()) == []


HEADERS = [names[0] for names, _ in imports.SHEET.columns.values()]
ROWS = [
    ["社区（村）", "990101001001", "U-CGJ", "department", 12, "2026-09-01", None],
    ["社区（村）", "990101001001", "U-990101001", None, None, None, None],
    ["小区", "XQ001", "U-CGJ", None, 3, None, "2026-12-31"],
]


def sheet(tmp_path: Path, *rows: list[Any]) -> Path:
    return workbook(tmp_path / "包联.xlsx", imports.SHEET.name, HEADERS, [*rows])


def test_a_workbook_comes_in_and_twice_is_once(city: Any, tmp_path: Path) -> None:
    make_compound()
    path = sheet(tmp_path, *ROWS)
    tried = imports.import_sponsorships(SYSTEM, path, preview=True)
    assert (tried.imported, tried.extra["applied"]) == (3, False) and not Sponsorship.objects.exists()
    report = imports.import_sponsorships(SYSTEM, path)
    assert (report.problems, report.rows, report.imported) == ([], 3, 3)
    held = {
        (row.kind, row.unit.code): (row.cadres, row.valid_from, row.valid_to)
        for row in Sponsorship.objects.select_related("unit")
    }
    assert held == {
        ("community", "U-CGJ"): (12, date(2026, 9, 1), None), ("community", "U-990101001"): (0, TODAY, None),
        ("compound", "U-CGJ"): (3, TODAY, date(2026, 12, 31)),
    }  # fmt: skip
    again = imports.import_sponsorships(SYSTEM, path)
    assert (again.imported, again.unchanged) == (0, 3)
    changed = imports.import_sponsorships(SYSTEM, sheet(tmp_path, [*ROWS[0][:4], 15, None, None]))
    assert (changed.imported, Sponsorship.objects.get(cadres=15).valid_from) == (1, date(2026, 9, 1))
    assert list(registered()["sponsorships"].check()) == []


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        (["村庄", "990101001001", "U-CGJ"], "对象类型", "sites.unknown_choice"),
        (["社区（村）", "990101009001", "U-CGJ"], "对象编码", "sites.unknown_choice"),
        (["社区（村）", "", "U-CGJ"], "对象编码", "sites.missing"),
        (["社区（村）", "990101001001", "U-NONE"], "包联单位编码", "sites.unknown_choice"),
        (["社区（村）", "990101001002", "U-CGJ", "nobody"], "责任人用户名", "sites.unknown_choice"),
        (["社区（村）", "990101001002", "U-CGJ", None, "许多"], "干部人数", "tables.not_a_number"),
        (["社区（村）", "990101001002", "U-CGJ", None, -3], "", "sites.bad_count"),
        (["社区（村）", "990101001002", "U-CGJ", None, 1, "2026-09-02", "2026-09-01"], "", "sponsorship.bad_days"),
        (["社区（村）", "990101001002", "U-CGJ", None, 1, "开学"], "起始日期", "tables.not_a_time"),
        (ROWS[0], "对象编码", "sites.duplicate"),
        (["路口", "DW1", "U-CGJ"], "对象类型", "sponsorship.other_kind"),
    ],
)
def test_one_bad_row_and_nothing_comes_in(
    city: Any, tmp_path: Path, site: Site, row: list[Any], field: str, code: str
) -> None:
    Site.objects.filter(pk=site.pk).update(code="DW1", kind_code="farmers_market")
    report = imports.import_sponsorships(SYSTEM, sheet(tmp_path, ROWS[0], [*row, *[None] * (7 - len(row))]))
    assert [(one.row, one.field, one.code) for one in report.problems] == [(3, field, code)]
    assert not Sponsorship.objects.exists()


def test_who_may_import(city: Any, personas: dict[str, Actor], tmp_path: Path) -> None:
    path = sheet(tmp_path, ROWS[0])
    with refused("common.not_allowed"):
        imports.import_sponsorships(personas["street"], path)
    assert imports.import_sponsorships(personas["district"], path).imported == 1
    template = tmp_path / "template.xlsx"
    imports.write_template(template)
    page = openpyxl.load_workbook(template)["包联"]
    assert [cell.value for cell in page[1]] == HEADERS
    assert any(str(label) in page.data_validations.dataValidation[0].formula1 for label in SubjectKind.labels)


def test_a_thousand_rows_cost_few_queries(city: Any, tmp_path: Path, django_assert_max_num_queries: Any) -> None:
    units = [people.save_unit(actor=SYSTEM, code=f"N{n}", name=f"单位{n}", kind="department") for n in range(70)]
    rows = [
        ["社区（村）", community.code, unit.code, None, 4, None, None]
        for unit in units
        for community in city.communities
    ]
    with django_assert_max_num_queries(30):
        assert imports.import_sponsorships(SYSTEM, sheet(tmp_path, *rows)).imported == 210
    assert selectors.effort(Sponsorship.objects.all()).cadres == 840


def test_a_place_whose_sponsor_left_is_a_gap_again(city: Any, personas: dict[str, Actor]) -> None:
    row = bind(city)
    assert cover(personas["office"])["community"] == (3, 1)
    actions.end_sponsorship(actor=SYSTEM, sponsorship_id=row.pk)
    assert cover(personas["office"])["community"] == (3, 0)
