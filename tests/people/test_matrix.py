"""The matrix of rights: every role, over rows near and far, through the queries of the rooms that use the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.cases import selectors as cases
from chuangcheng.cases.models import Assignment, Case, Report
from chuangcheng.framework.models import Edition, SiteKind
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import actions, rights, selectors
from chuangcheng.people.models import Person, Post, Unit
from chuangcheng.people.rights import Scope
from chuangcheng.sites import selectors as sites
from chuangcheng.sites.models import Site
from tests.conftest import NOON, City

EVERYWHERE = {"永安", "长乐", "新华", "外"}
#: Which places' rows each role sees, where no row is in the hands of a unit.
BY_AREA = {
    "office": EVERYWHERE, "leader": EVERYWHERE, "inspector": EVERYWHERE, "auditor": EVERYWHERE,
    "district": {"永安", "长乐", "新华"}, "street": {"永安", "长乐"}, "street2": {"新华"},
    "community": {"永安"}, "grid": {"永安"}, "department": set(), "subcommand": set(),
}  # fmt: skip


@dataclass
class Rows:
    """One case, one report and one site at each place; "外" lies outside of every known division."""

    paths: dict[str, str]


@pytest.fixture
def rows(small_city: City, personas: dict[str, Actor]) -> Rows:
    paths = {division.name[:2]: division.path for division in small_city.communities}  # type: ignore[attr-defined]
    paths["外"] = ""
    edition = Edition.objects.create(code="E", name_zh="体系", version="1")
    kind = SiteKind.objects.create(edition=edition, code="market", prefix="MK", zh="农贸市场")
    divisions = {division.name[:2]: division for division in small_city.communities}  # type: ignore[attr-defined]
    for number, (name, path) in enumerate(paths.items()):
        Case.objects.create(number=f"AJ{number}", text=name, source="patrol", filed_at=NOON, division_path=path)
        Report.objects.create(
            number=f"SB{number}", text=name, source="portal", received_at=NOON, division_path=path, observed_at=NOON,
        )  # fmt: skip
        if name != "外":
            Site.objects.create(
                code=f"S{number}", name=name, kind_code="market", kind=kind, unit=small_city.units["office"],
                division=divisions[name], division_path=path, lat=30.0, lon=120.0,
            )  # fmt: skip
    return Rows(paths)


def assign(unit: Unit, **wanted: Any) -> None:
    """Give cases to a unit as dispatch does: a link of the chain, and the unit as their holder."""
    for case in Case.objects.filter(**wanted):
        Assignment.objects.create(case=case, unit=unit, received_at=clock.now())
        Case.objects.filter(pk=case.pk).update(holder=unit)


def names(queryset: Any, field: str = "text") -> set[str]:
    return set(queryset.values_list(field, flat=True))


@pytest.mark.parametrize("role", sorted(BY_AREA))
def test_each_role_sees_the_rows_of_its_area(rows: Rows, personas: dict[str, Actor], role: str) -> None:
    actor, seen = personas[role], BY_AREA[role]
    assert names(cases.visible_cases(actor)) == seen
    assert names(cases.visible_reports(actor)) == seen
    assert names(sites.visible_to(actor), "name") == seen - {"外"}


@pytest.mark.parametrize("role", sorted(BY_AREA))
def test_one_row_opens_exactly_where_the_list_shows_it(rows: Rows, personas: dict[str, Actor], role: str) -> None:
    for case in Case.objects.all():
        if case.text in BY_AREA[role]:
            assert cases.get_case_for(personas[role], case.pk) == case
        else:
            with pytest.raises(Refused, match=r"common\.not_found"):
                cases.get_case_for(personas[role], case.pk)


@pytest.mark.parametrize("role", ["department", "subcommand", "street2"])
def test_a_row_in_a_units_hands_is_seen_wherever_it_lies(
    rows: Rows, personas: dict[str, Actor], small_city: City, role: str
) -> None:
    unit = small_city.units[role]
    assign(unit, text__in=["永安", "外"])
    Case.objects.filter(text="外").update(holder=None, responsible=unit)
    assert names(cases.visible_cases(personas[role])) == BY_AREA[role] | {"永安", "外"}


def test_a_grid_worker_is_no_unit(rows: Rows, personas: dict[str, Actor], small_city: City) -> None:
    """The grid worker belongs to the street, and yet sees the own community only."""
    assign(small_city.units["street"])
    assert names(cases.visible_cases(personas["grid"])) == {"永安"}
    assert names(cases.visible_cases(personas["street"])) == EVERYWHERE


@pytest.mark.parametrize("role", sorted(BY_AREA))
def test_without_the_right_the_scope_opens_nothing(
    rows: Rows, personas: dict[str, Actor], role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = rights.post_of(personas[role])
    assert post is not None
    stripped = {
        code: rights.Role(
            one.code, one.label, one.scope, one.permissions - {"cases.view", "reports.view", "sites.view"}
        )
        for code, one in rights.roles().items()
    }
    monkeypatch.setattr(rights, "roles", lambda: stripped)
    for queryset in (
        cases.visible_cases(personas[role]), cases.visible_reports(personas[role]), sites.visible_to(personas[role]),
    ):  # fmt: skip
        assert not queryset.exists()


@pytest.mark.parametrize("actor", [CITIZEN, SYSTEM, Actor(uuid4(), uuid4(), "nobody")])
def test_no_post_no_rows(rows: Rows, actor: Actor) -> None:
    assert not cases.visible_cases(actor).exists()
    assert not cases.visible_reports(actor).exists()
    assert not sites.visible_to(actor).exists()


def test_the_last_evening_of_a_post(rows: Rows, personas: dict[str, Actor]) -> None:
    """At midnight of the city, not of Greenwich and not of the two seconds a post is kept."""
    Post.objects.filter(pk=personas["street"].post_id).update(valid_to=date(2026, 9, 15))
    rights.forget_posts()
    for moment, seen in (
        (datetime(2026, 9, 15, 0, 30, tzinfo=UTC), True), (datetime(2026, 9, 15, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 9, 15, 16, 0, tzinfo=UTC), False), (datetime(2026, 9, 16, 15, 0, tzinfo=UTC), False),
    ):  # fmt: skip
        with clock.at(moment):
            assert cases.visible_cases(personas["street"]).exists() is seen
            assert bool(selectors.posts_of(Person.objects.get(username="street"))) is seen


def test_the_first_morning_of_a_post(rows: Rows, personas: dict[str, Actor]) -> None:
    Post.objects.filter(pk=personas["street"].post_id).update(valid_from=date(2026, 9, 16))
    rights.forget_posts()
    for moment, seen in ((15, False), (16, True)):
        with clock.at(datetime(2026, 9, 15, moment, 0, tzinfo=UTC)):
            assert cases.visible_cases(personas["street"]).exists() is seen


def test_a_handover_leaves_no_gap_and_no_overlap(rows: Rows, personas: dict[str, Actor], small_city: City) -> None:
    """One ends on the 30th, the other begins on the 1st: at every hour exactly one of them is in office."""
    old = Post.objects.get(pk=personas["street"].post_id)
    actions.end_post(actor=personas["office"], post=old, last_day=date(2026, 9, 30))
    heir = actions.save_person(actor=personas["office"], username="heir", name="李某")
    new = actions.give_post(
        actor=personas["office"], person=heir, role="street", unit=old.unit, division=old.division,
        valid_from=date(2026, 10, 1),
    )  # fmt: skip
    for day, hour in ((30, 0), (30, 15), (30, 16), (30, 17)):
        with clock.at(datetime(2026, 9, day, hour, tzinfo=UTC)):
            in_office = [post for post in (old, new) if rights.can(selectors.actor_of(post), "cases.handle")]
            assert in_office == [new if hour >= 16 else old]
            assert [p.username for p in selectors.persons_with("street", unit=small_city.units["street"])] == [
                "heir" if hour >= 16 else "street"
            ]


def test_an_heir_sees_what_the_forerunner_left(rows: Rows, personas: dict[str, Actor], small_city: City) -> None:
    assign(small_city.units["department"], text="新华")
    old = Post.objects.get(pk=personas["department"].post_id)
    heir = actions.save_person(actor=SYSTEM, username="heir", name="李某")
    new = actions.give_post(actor=SYSTEM, person=heir, role="department", unit=old.unit)
    actions.end_post(actor=SYSTEM, post=old)
    assert names(cases.visible_cases(selectors.actor_of(new))) == {"新华"}
    assert names(cases.visible_cases(personas["department"])) == set()


def test_two_posts_of_one_person_do_not_add_up(rows: Rows, personas: dict[str, Actor], small_city: City) -> None:
    """One acts from one post at a time: the rights of the other stay with the other."""
    person = Person.objects.get(username="department")
    grid = actions.give_post(
        actor=SYSTEM, person=person, role="grid", unit=small_city.units["street2"], division=small_city.communities[2],  # type: ignore[arg-type]
    )  # fmt: skip
    as_grid, as_department = selectors.actor_of(grid), personas["department"]
    assert names(cases.visible_cases(as_grid)) == {"新华"}
    assert names(cases.visible_cases(as_department)) == set()
    assert rights.can(as_grid, "reports.confirm")
    assert not rights.can(as_department, "reports.confirm")
    assert not rights.can(as_grid, "cases.handle")


def test_a_changed_role_counts_in_this_process_at_once(rows: Rows, personas: dict[str, Actor]) -> None:
    office, grid = personas["office"], Post.objects.get(pk=personas["grid"].post_id)
    assert rights.can(personas["grid"], "reports.confirm")
    actions.end_post(actor=office, post=grid)
    assert not rights.can(personas["grid"], "reports.confirm")
    assert not cases.visible_cases(personas["grid"]).exists()


CODES = st.sampled_from(["1", "12", "2"])
PATHS = st.lists(CODES, max_size=4).map(lambda codes: "".join(f"{code}/" for code in codes))


@given(scope=st.lists(PATHS, max_size=3), path=PATHS)
def test_a_scope_reaches_whole_divisions_only(scope: list[str], path: str) -> None:
    """``1/`` reaches ``1/2/`` but never ``12/``."""
    paths = tuple(one for one in scope if one)
    steps = path.split("/")[:-1]
    wanted = any(steps[: one.count("/")] == one.split("/")[:-1] for one in paths)
    assert Scope(paths=paths).reaches(path=path) is wanted


@given(paths=st.lists(PATHS.filter(bool), max_size=3))
def test_a_row_without_a_place_is_in_no_area(paths: list[str]) -> None:
    assert not Scope(paths=tuple(paths)).reaches(path="")
    assert not Scope(paths=tuple(paths), units=(uuid4(),)).reaches(unit_id=None)
    assert Scope(everything=True).reaches()
