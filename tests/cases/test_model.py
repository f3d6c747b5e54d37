"""Rates, routing and search against a second, plain way of computing them over random rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.cases import actions, board, likeness, rates, routing, selectors
from chuangcheng.cases.models import Case, Outcome, Report, RoutingRule
from chuangcheng.cases.states import CASE, UNCOUNTED
from chuangcheng.history import versions
from chuangcheng.kernel.actor import SYSTEM
from tests.cases.play import LITTER, POINT, Play
from tests.conftest import NOON, City

QUIET = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HOURS = st.one_of(st.none(), st.integers(-3, 3))
ROWS = st.fixed_dictionaries({
    "state": st.sampled_from([state.code for state in CASE.states]), "due": HOURS, "handled": HOURS,
    "on_time": st.sampled_from([None, True, False]), "outcome": st.sampled_from(["", *Outcome.values]),
    "rework_count": st.integers(0, 2), "extension_count": st.integers(0, 2), "return_count": st.integers(0, 2),
    "dispatched": HOURS, "dispatch_due": HOURS, "verified": HOURS,
})  # fmt: skip


def at(hours: int | None) -> datetime | None:
    return None if hours is None else NOON + timedelta(hours=hours)


def make(row: dict[str, object], number: int = 0) -> Case:
    times = {"due", "handled", "dispatched", "dispatch_due", "verified"}
    values = {name: value for name, value in row.items() if name not in times}
    values |= {f"{name}_at": at(row.get(name)) for name in times}  # type: ignore[arg-type]
    return Case(
        number=f"AJ{number}", text="x", source="patrol", filed_at=NOON - timedelta(days=1), **values,
    )  # fmt: skip


#: The states in which somebody still owes the work.
OWING = {"filed", "dispatched", "handling", "arbitrating"}


def counts(case: Case) -> bool:
    return case.state not in UNCOUNTED


def to_dispatch(case: Case) -> bool:
    """应派遣: dispatched, or the limit of dispatch has come."""
    came = case.dispatch_due_at is not None and case.dispatch_due_at <= NOON
    return counts(case) and case.dispatch_due_at is not None and (case.dispatched_at is not None or came)


def to_verify(case: Case) -> bool:
    """应核查: verified already; none of these was handled a day ago."""
    return counts(case) and case.handled_at is not None and case.verified_at is not None


def owed(case: Case) -> bool:
    """应处置: its limit has come while it ran, or it has been handled; void ones and those without limit never."""
    if case.state in {*UNCOUNTED, "suspended"} or case.due_at is None:
        return False
    return case.handled_at is not None or (case.state in OWING and case.due_at <= NOON)


def to_close(case: Case) -> bool:
    return owed(case) and case.outcome not in {"duplicate", "refused"}


def is_closed(case: Case) -> bool:
    return case.state == "closed" and case.outcome != "cannot"


#: Each rate as the field's tables word it: over which cases, and which of them count.
PLAIN: dict[str, tuple[Callable[[Case], bool], Callable[[Case], bool]]] = {
    "handle": (owed, lambda case: case.handled_at is not None),
    "on_time_handle": (owed, lambda case: case.handled_at is not None and case.handled_at <= case.due_at),  # type: ignore[operator]
    "close": (to_close, is_closed),
    "on_time_close": (to_close, lambda case: is_closed(case) and case.on_time is True),
    "fix": (to_close, lambda case: case.state == "closed" and case.outcome == "fixed"),
    "rework": (to_close, lambda case: case.rework_count > 0),
    "overdue_open": (owed, lambda case: case.state in OWING and case.due_at < NOON),  # type: ignore[operator]
    "extension": (owed, lambda case: case.extension_count > 0),
    "relapse": (lambda case: case.state == "closed" and case.outcome == "fixed", lambda case: False),
    "real_fix": (lambda case: False, lambda case: False),  # none of these was drawn
    "correct_dispatch": (
        lambda case: counts(case) and case.dispatched_at is not None,
        lambda case: case.return_count == 0,
    ),
    "on_time_dispatch": (
        to_dispatch,
        lambda case: case.dispatched_at is not None and case.dispatched_at <= case.dispatch_due_at,  # type: ignore[operator]
    ),
    "on_time_verify": (to_verify, lambda case: case.verified_at <= case.handled_at + timedelta(hours=24)),  # type: ignore[operator]
    "right_filing": (
        lambda case: True,
        lambda case: counts(case) and case.outcome not in {"not_reproducible", "duplicate", "refused"},
    ),
}


@QUIET
@given(given=st.lists(ROWS, max_size=12))
def test_every_rate_counts_what_its_words_say(db: None, given: list[dict[str, object]]) -> None:
    Case.objects.all().delete()
    cases = Case.objects.bulk_create(make(row, number) for number, row in enumerate(given))
    found = rates.rates(Case.objects.all(), NOON)
    assert set(found) == set(PLAIN)
    for name, (base, fits) in PLAIN.items():
        over = [case for case in cases if base(case)]
        counted = [case for case in over if fits(case)]
        assert (found[name].numerator, found[name].denominator) == (len(counted), len(over)), name
        assert found[name].share == (Fraction(len(counted), len(over)) if over else None)
        assert set(rates.rows_behind(Case.objects.all(), name, NOON)) == set(counted)
        assert set(rates.rows_behind(Case.objects.all(), name, NOON, base=True)) == set(over)


def test_ten_cases_counted_on_paper(db: None) -> None:
    """GB/T 30428.4's tables with the exclusions in force here, each line by hand."""
    base: dict[str, object] = {"due": -1, "handled": -2, "outcome": "fixed", "on_time": True, "state": "closed"}
    lines: list[dict[str, object]] = [
        base, {**base, "rework_count": 1}, {**base, "handled": 0, "on_time": False},  # two on time, one late
        {**base, "outcome": "cannot"}, {**base, "outcome": "duplicate"}, {**base, "outcome": "not_reproducible"},
        {**base, "state": "void"}, {**base, "state": "suspended", "handled": None, "outcome": "", "on_time": None},
        {**base, "state": "handling", "handled": None, "outcome": "", "on_time": None, "extension_count": 1},
        {**base, "state": "handling", "handled": None, "outcome": "", "on_time": None, "due": 1},  # not due yet
    ]  # fmt: skip
    Case.objects.bulk_create(make(line, number) for number, line in enumerate(lines))
    found = {name: (rate.numerator, rate.denominator) for name, rate in rates.rates(Case.objects.all(), NOON).items()}
    assert found == {
        "handle": (6, 7), "on_time_handle": (5, 7), "close": (4, 6), "on_time_close": (3, 6), "fix": (3, 6),
        "rework": (1, 6), "overdue_open": (1, 7), "extension": (1, 7), "relapse": (0, 3), "real_fix": (0, 0),
        "correct_dispatch": (0, 0), "on_time_dispatch": (0, 0), "on_time_verify": (0, 0), "right_filing": (7, 10),
    }  # fmt: skip


RULES = st.lists(
    st.tuples(
        st.sampled_from(["", "06", "06010", "07"]), st.sampled_from([None, 0, 1]), st.sampled_from(["", "portal", "hotline"]),
        st.sampled_from(["street", "district", "unit"]),
    ),
    max_size=5,
)  # fmt: skip


@QUIET
@given(rules=RULES, category=st.sampled_from(["06010", "07003", ""]), place=st.sampled_from([0, 2, None]),
       source=st.sampled_from(["portal", "grid"]))  # fmt: skip
def test_the_first_rule_in_order_that_fits_and_leads_somewhere_is_taken(
    small_city: City, rules: list[tuple[str, int | None, str, str]], category: str, place: int | None, source: str
) -> None:
    RoutingRule.objects.all().delete()
    for order, (prefix, street, door, target) in reversed(list(enumerate(rules))):  # written in the wrong order
        RoutingRule.objects.create(
            order=order, category_prefix=prefix, source=door, target=target,
            division=None if street is None else small_city.streets[street],
            unit=small_city.units["department"] if target == "unit" else None,
        )  # fmt: skip
    versions.forget()
    path = "" if place is None else small_city.communities[place].path  # type: ignore[attr-defined]
    wanted = None
    for order, (prefix, street, door, target) in enumerate(rules):
        within = street is None or path.startswith(small_city.streets[street].path)  # type: ignore[attr-defined]
        if wanted is None and category.startswith(prefix) and within and door in ("", source):
            leads = {"unit": "城市管理局", "district": "东山区创城办" if path else None,
                     "street": None if not path else "河东街道" if place == 0 else "河西街道"}[target]  # fmt: skip
            wanted = (order, leads) if leads else None
    found = routing.suggest(category, path, source)
    assert (found and (found.rule.order, found.unit.short_name)) == wanted


@pytest.mark.parametrize("name", ["office", "street", "community", "grid", "inspector", "district", "department"])
def test_every_figure_of_a_home_page_is_its_rows(play: Play, name: str) -> None:
    for state in ("filed", "dispatched", "handling", "handled", "verified"):
        play.in_state(state)
    play.report()
    play.report_in("pending_confirm")
    actor = play.by[name]
    for moment in (NOON, NOON + timedelta(days=3)):
        for todo in board.todos(actor, moment):
            rows = (board.waiting_cases if todo.kind == "case" else board.waiting_reports)(actor, todo.name, moment)
            visible = selectors.visible_cases(actor) if todo.kind == "case" else selectors.visible_reports(actor)
            assert rows.count() == todo.count == len(set(rows.values_list("pk", flat=True)))
            assert set(rows.values_list("pk", flat=True)) <= set(visible.values_list("pk", flat=True))


def test_the_columns_of_the_board_are_all_open_cases(play: Play) -> None:
    for state in ("filed", "dispatched", "handling", "handled", "verified", "suspended", "closed", "void"):
        play.in_state(state)
    rows = selectors.visible_cases(play.by["office"])
    columns = board.columns(rows, 50)
    assert sum(column.total for column in columns) == rows.exclude(state__in=["closed", "void"]).count() == 6
    shown = {card.state for column in columns for card in column.cards}
    assert shown == {column.state.code for column in columns} - {"arbitrating"}


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [("垃圾成堆", "路边垃圾成堆", 1.0), ("垃圾", "垃圾", 1.0), ("路灯不亮", "垃圾成堆", 0.0), ("垃圾成山", "垃圾成堆", 2 / 3),
     ("", "垃圾", 0.0), ("垃圾", "圾垃", 0.0)],
)  # fmt: skip
def test_how_alike_two_texts_are(play: Play, one: str, other: str, share: float) -> None:
    case = play.filed(text=other or "x")
    report = play.report()
    Report.objects.filter(pk=report.pk).update(text=one)
    report.refresh_from_db()
    (found,) = likeness.alike(play.by["office"], report)
    assert found.case == case
    assert found.words == pytest.approx(share)


@pytest.mark.parametrize(("metres", "near"), [(99.0, True), (101.0, False)])
@pytest.mark.parametrize("way", ["lat", "lon"])
def test_a_hint_reaches_a_hundred_metres_in_every_direction(play: Play, way: str, metres: float, near: bool) -> None:
    degrees = metres / (111_195 if way == "lat" else 111_195 * 0.866)  # cos 30°
    play.filed(**{**POINT, way: POINT[way] + degrees})
    assert bool(likeness.alike(play.by["office"], play.report())) is near


def test_a_rule_for_one_door_leaves_the_others_to_the_next(play: Play, small_city: City) -> None:
    department = small_city.units["department"]
    actions.save_rule(actor=SYSTEM, order=1, target="unit", unit=department, source="hotline")  # type: ignore[arg-type]
    path = small_city.communities[0].path  # type: ignore[attr-defined]
    assert routing.suggest(LITTER, path, "portal") is None
    found = routing.suggest(LITTER, path, "hotline")
    assert found is not None
    assert found.unit == department
