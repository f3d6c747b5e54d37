"""Each figure over rows few enough to count by hand, now and as of a past day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from chuangcheng.kernel.watching import Figure
from chuangcheng.risks.measures import CITY, MEASURES, Span, city_sum
from chuangcheng.risks.subjects import BYS, find
from tests.conftest import NOON
from tests.risks.conftest import Cases

MONTH = Span(NOON - timedelta(days=30), NOON)


def read(code: str, by: str, span: Span = MONTH) -> dict[str, tuple[str, int]]:
    """Subject → (value, base), values as exact text."""
    found = MEASURES[code].read(span, by)
    assert all(isinstance(each, Figure) for each in found.values())
    return {key: (str(each.value), each.base) for key, each in found.items()}


def key(units: dict[str, Any], name: str) -> str:
    return str(units[name].pk)


def test_overdue_cases_by_unit_street_and_category(cases: Cases, units: Any, small_city: Any) -> None:
    cases(3, unit="street", due=-1)
    cases(1, unit="street", due=2)
    cases(1, unit="street", due=None)
    cases(2, unit="street2", due=5)
    cases(4, unit="street", due=-1, state="void")
    cases(1, unit="street", due=-1, state="suspended")
    cases(1, unit="street", due=-1, state="handled", handled_at=NOON - timedelta(days=2))
    by_unit = {key(units, "street"): ("3", 5), key(units, "street2"): ("0", 2)}
    assert read("overdue_cases", "unit") == by_unit
    one, two = (street.path for street in small_city.streets)
    assert read("overdue_cases", "street") == {one: ("3", 5), two: ("0", 2)}
    assert read("overdue_share", "street") == {one: ("3/5", 5), two: ("0", 2)}
    assert read("overdue_cases", "category") == {}, "cases without a category belong to none"
    assert city_sum("overdue_cases", MONTH) == 3


def test_a_community_counts_with_its_street(cases: Cases, small_city: Any, units: Any) -> None:
    from chuangcheng.cases.models import Case

    cases(2, unit="street", due=-1)
    Case.objects.update(division_path=small_city.communities[0].path)
    assert read("overdue_cases", "street") == {small_city.streets[0].path: ("2", 2)}
    Case.objects.update(division_path=small_city.district.path)
    assert read("overdue_cases", "street") == {}, "above a street there is none"


@pytest.mark.parametrize(
    ("back", "late", "every"),
    [(0, 2, 3), (2, 0, 3), (6, 0, 3), (11, 0, 0)],
)
def test_overdue_as_of_a_past_day(cases: Cases, units: Any, back: int, late: int, every: int) -> None:
    cases(2, unit="street", due=-1, filed=10)
    cases(1, unit="street", due=3, filed=10)
    cases(5, unit="street", due=-9, filed=10, state="closed", handled_at=NOON - timedelta(days=11))
    moment = NOON - timedelta(days=back)
    found = read("overdue_cases", "unit", Span(moment - timedelta(days=30), moment))
    assert found.get(key(units, "street"), ("0", 0)) == (str(late), every)


def test_a_case_handled_since_was_owed_then(cases: Cases, units: Any) -> None:
    closed = {"state": "closed", "handled_at": NOON - timedelta(days=3), "closed_at": NOON - timedelta(days=2)}
    cases(1, unit="street", due=-6, filed=10, **closed)
    then = NOON - timedelta(days=4)
    assert read("overdue_cases", "unit", Span(then, then)) == {key(units, "street"): ("1", 1)}
    assert read("overdue_cases", "unit") == {}


def test_relapses_are_charged_to_who_fixed_the_first(cases: Cases, units: Any, small_city: Any) -> None:
    (first,) = cases(1, unit="street", state="closed", handled_unit=units["department"], filed=60)
    cases(2, unit="street2", relapse_of=first, filed=3)
    cases(1, unit="street2", relapse_of=first, filed=3, state="void")
    cases(1, unit="street2", relapse_of=first, filed=40)
    assert read("relapses", "unit") == {key(units, "department"): ("2", 2)}
    assert read("relapses", "street") == {small_city.streets[1].path: ("2", 2)}


def test_rework_among_what_was_closed(cases: Cases, units: Any) -> None:
    closed = {"state": "closed", "closed_at": NOON - timedelta(days=1), "handled_unit": units["street"]}
    cases(1, rework_count=2, **closed)
    cases(1, reopen_count=1, **closed)
    cases(2, **closed)
    cases(3, **{**closed, "closed_at": NOON - timedelta(days=31), "rework_count": 1})
    assert read("rework_share", "unit") == {key(units, "street"): ("1/2", 4)}


def test_rechecks_that_found_nothing_fixed(cases: Cases, units: Any, small_city: Any) -> None:
    from chuangcheng.cases.models import Recheck

    rows = cases(5, unit="street", state="closed")
    states = ("fixed", "not_fixed", "not_fixed", "waiting", "missed")
    for number, (case, state) in enumerate(zip(rows, states, strict=True)):
        Recheck.objects.create(
            number=f"FC-{number}",
            case=case,
            state=state,
            closed_at=NOON - timedelta(days=9),
            handled_unit=units["street"],
            division_path=small_city.streets[0].path,
            drawn_at=NOON - timedelta(days=8),
            due_at=NOON,
            answered_at=NOON - timedelta(days=5) if state in ("fixed", "not_fixed") else None,
        )
    assert read("recheck_failed", "unit") == {key(units, "street"): ("2/3", 3)}
    assert read("recheck_failed", "street") == {small_city.streets[0].path: ("2/3", 3)}
    week = Span(NOON - timedelta(days=4), NOON)
    assert read("recheck_failed", "unit", week) == {}


def test_late_tasks(tasks: Cases, units: Any) -> None:
    tasks(2, due=-3)
    tasks(1, due=0)
    tasks(1, due=-3, state="in_review")
    tasks(1, due=-3, state="void")
    tasks(1, due=-9, state="struck_off", ended_on=date(2026, 9, 1))
    tasks(1, unit="street", due=5)
    assert read("late_tasks", "unit") == {key(units, "department"): ("2", 3), key(units, "street"): ("0", 1)}
    then = NOON - timedelta(days=20)
    assert read("late_tasks", "unit", Span(then, then))[key(units, "department")] == ("0", 4), "the ended one ran then"


def test_failed_checks(units: Any, site: Any, personas: Any) -> None:
    from chuangcheng.framework.models import ChecklistItem
    from chuangcheng.patrols.models import Check, Visit

    items = list(ChecklistItem.objects.filter(site_kind=site.kind))[:3]
    visit = Visit.objects.create(
        number="DC-1", site=site, mode="patrol", inspector_id=personas["inspector"].person_id, unit=units["office"],
        state="finished", started_at=NOON, finished_at=NOON - timedelta(days=2),
    )  # fmt: skip
    for item, grade in zip(items, ("A", "C", "NA"), strict=False):
        Check.objects.create(visit=visit, item=item, grade=grade, share_num=0, happened_at=NOON, recorded_at=NOON)
    graded = [grade for _item, grade in zip(items, ("A", "C", "NA"), strict=False) if grade != "NA"]
    share = Fraction(graded.count("C"), len(graded))
    assert read("failed_checks", "unit") == {key(units, "street"): (str(share), len(graded))}
    assert list(read("failed_checks", "street").values()) == [(str(share), len(graded))]


def test_the_score_falls(units: Any, edition: Any) -> None:
    for back, points in ((40, 99.0), (20, 91.5), (10, 93.25), (0, 90.0)):
        edition.totals.create(day=(NOON - timedelta(days=back)).date(), points=points, coverage=0.5)
    assert read("score_drop", CITY) == {CITY: ("13/4", 3)}
    nothing = Span(NOON - timedelta(days=9), NOON - timedelta(days=8))
    assert read("score_drop", CITY, nothing) == {}


def test_indicators_below_and_late(units: Any, edition: Any) -> None:
    from chuangcheng.indicators.models import Indicator, Reading

    rule = {"kind": "threshold", "op": ">=", "A": 95, "B": 90, "C": 80}
    made = {
        code: Indicator.objects.create(
            code=code, zh=code, unit_of_measure="%", scoring=rule, frequency="month", source_unit=units["department"]
        )
        for code in ("good", "bad", "none")
    }

    def reading(code: str, value: int, start: date) -> None:
        Reading.objects.create(
            indicator=made[code], period_start=start, value=Decimal(value), happened_at=NOON,
            recorded_at=NOON - timedelta(days=5),
        )  # fmt: skip

    reading("good", 50, date(2026, 6, 1))
    reading("good", 97, date(2026, 8, 1))
    reading("bad", 10, date(2026, 6, 1))
    shares = read("indicator_share", "indicator")
    assert shares == {"good": ("1", 1), "bad": ("33/100", 1)}
    assert read("late_readings", "unit") == {key(units, "department"): ("1", 2)}
    before = Span(NOON - timedelta(days=90), NOON - timedelta(days=6))
    assert read("indicator_share", "indicator", before) == {}


def test_every_measure_reads_every_split_of_an_empty_city(units: Any, edition: Any) -> None:
    for measure in MEASURES.values():
        assert measure.label.zh and measure.label.en and set(measure.by) <= set(BYS)
        for by in measure.by:
            assert measure.read(MONTH, by) == {}, (measure.code, by)


def test_few_queries_however_many_rows(cases: Cases, units: Any, django_assert_max_num_queries: Any) -> None:
    cases(30, unit="street")
    cases(30, unit="street2")
    for code in ("overdue_cases", "overdue_share", "relapses", "rework_share"):
        for by in MEASURES[code].by:
            with django_assert_max_num_queries(2):
                MEASURES[code].read(MONTH, by)


def test_subjects_by_name(units: Any, small_city: Any, edition: Any) -> None:
    unit = units["department"]
    found = find("unit", [key(units, "department"), "00000000-0000-0000-0000-000000000000"])
    assert {k: (s.name, s.unit) for k, s in found.items()} == {str(unit.pk): ("城市管理局", unit)}
    street = find("street", [small_city.streets[0].path])[small_city.streets[0].path]
    assert (street.name, street.unit, street.division) == ("河东街道", units["street"], small_city.streets[0])
    assert find("city", [CITY])[CITY].unit == units["office"]
    assert find("category", ["moon"]) == {} and find("indicator", ["moon"]) == {} and find("unit", []) == {}
    unit.kind = "outside"
    unit.save()
    assert find("unit", [str(unit.pk)]) == {}, "nothing is raised against outside units"
