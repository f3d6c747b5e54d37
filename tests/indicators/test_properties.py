"""Corrections, periods and verdicts, held against the plainest way to say them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.history.models import Event, Outbox
from chuangcheng.indicators import projections, selectors
from chuangcheng.indicators.actions import define_indicator, record_reading
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.indicators.periods import name_of, start_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from tests.conftest import NOON

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ROLES = ["leader", "subcommand", "district", "street", "street2", "community", "grid", "inspector", "auditor"]
HANDED_IN = st.lists(
    st.tuples(
        st.integers(1, 8),  # month of 2026
        st.sampled_from([None, 0, 1]),  # the city, or one of two streets
        st.sampled_from(["0.9", "0.91", "0.92", "0.9001"]),
    ),
    max_size=14,
)


def record(month: int = 8, value: str = "0.9", **more: Any) -> Reading:
    given_ = {"actor": SYSTEM, "indicator_code": "SEWAGE", "period_start": date(2026, month, 1), **more}
    return record_reading(value=Decimal(value), **given_)


@QUIET
@given(rows=HANDED_IN)
def test_of_all_that_was_handed_in_the_last_word_stands(
    sewage: Indicator, small_city: Any, rows: list[tuple[int, int | None, str]]
) -> None:
    Reading.objects.all().delete()
    standing: dict[tuple[int, int | None], str] = {}
    kept = 0
    for minute, (month, place, value) in enumerate(rows):
        division = None if place is None else small_city.streets[place]
        with clock.at(NOON + timedelta(minutes=minute)):
            record(month, value, division=division)
        kept += standing.get((month, place)) != value
        standing[month, place] = value
    assert Reading.objects.count() == kept
    for place in (None, 0, 1):
        division = None if place is None else small_city.streets[place]
        wanted = [(month, Decimal(standing[month, place])) for month in range(1, 9) if (month, place) in standing]
        found = [(one.period_start.month, one.value) for one in selectors.series(sewage, division)]
        assert found == wanted
        latest = selectors.latest(sewage, division)
        assert (latest and (latest.period_start.month, latest.value)) == (wanted[-1] if wanted else None)
        assert selectors.latest_of([sewage], division) == ({sewage.pk: latest} if latest else {})


@QUIET
@given(rows=HANDED_IN)
def test_history_counts_each_reading_once_and_names_corrections(
    sewage: Indicator, small_city: Any, rows: list[tuple[int, int | None, str]]
) -> None:
    Reading.objects.all().delete()
    before = Event.objects.filter(subject_id=sewage.pk).count()
    for minute, (month, place, value) in enumerate(rows):
        with clock.at(NOON + timedelta(minutes=minute)):
            record(month, value, division=None if place is None else small_city.streets[place])
    events = list(Event.objects.filter(subject_id=sewage.pk).order_by("seq"))[before:]
    assert [event.after["reading"] for event in events] == [
        str(pk) for pk in Reading.objects.order_by("recorded_at").values_list("pk", flat=True)
    ]
    seen: set[tuple[str, str | None]] = set()
    for event in events:
        key = (event.after["period"], event.after["division"])
        assert event.reason == ("correction" if key in seen else "")
        seen.add(key)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_periods_nest_and_hold_their_days(day: date) -> None:
    month, quarter, year = (start_of(frequency, day) for frequency in ("month", "quarter", "year"))
    assert year <= quarter <= month <= day
    assert (month.year, month.month, month.day) == (day.year, day.month, 1)
    assert quarter.month in (1, 4, 7, 10)
    assert 0 <= day.month - quarter.month <= 2
    assert (year.month, year.day) == (1, 1)
    names = [name_of(frequency, start) for frequency, start in
             (("month", month), ("quarter", quarter), ("year", year))]  # fmt: skip
    assert names == [f"{day.year}年{day.month}月", f"{day.year}年第{(day.month - 1) // 3 + 1}季度", f"{day.year}年"]


@given(st.decimals(0, 1, places=4), st.decimals("0.0001", 1, places=4), st.sampled_from([">=", "<="]))
def test_a_target_is_met_or_not(value: Decimal, target: Decimal, op: str) -> None:
    indicator = Indicator(scoring={"kind": "threshold", "op": op, "target": str(target)}, unit_of_measure="ratio")
    met = value >= target if op == ">=" else value <= target
    assert selectors.verdict(indicator, value).share == Fraction(int(met))
    sign = "≥" if op == ">=" else "≤"
    assert selectors.bound(indicator) == f"{sign} {selectors.written(indicator, target)}"


@pytest.mark.parametrize(
    ("scoring", "unit", "words"),
    [
        ({"kind": "threshold", "A": 0.9, "B": 0.8}, "ratio", "≥ 90%"), ({"kind": "threshold", "op": "<=", "A": 55}, "dB(A)", "≤ 55 dB(A)"),
        ({"kind": "ratio", "required": 0.85}, "ratio", "≥ 85%"), ({"kind": "threshold", "op": ">", "target": 9}, "m²", "> 9 m²"),
        ({"kind": "threshold", "op": "<", "target": "0.005"}, "ratio", "< 0.5%"), ({"kind": "abc_state"}, "ratio", ""),
    ],
)  # fmt: skip
def test_what_must_be_reached_as_offices_write_it(scoring: dict[str, Any], unit: str, words: str) -> None:
    assert selectors.bound(Indicator(scoring=scoring, unit_of_measure=unit)) == words


# --- rights ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def attempts(sewage: Indicator) -> dict[str, Callable[[Actor], object]]:
    rule = {"kind": "threshold", "op": ">=", "target": 0.96}
    return {
        "define": lambda actor: define_indicator(
            actor=actor, code="NEW", zh="新指标", unit_of_measure="ratio", scoring=rule
        ),
        "change": lambda actor: define_indicator(
            actor=actor, code="SEWAGE", zh="污水集中处理率", unit_of_measure="ratio", scoring=rule,
            source_unit=sewage.source_unit,
        ),
        "record": lambda actor: record(actor=actor),
        "correct": lambda actor: record(month=7, value="0.97", actor=actor),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["define", "change", "record", "correct"])
def test_others_leave_no_trace(
    attempts: dict[str, Callable[[Actor], object]], personas: dict[str, Actor], name: str
) -> None:
    record(month=7)
    before = (Event.objects.count(), Outbox.objects.count(), Reading.objects.count(), Indicator.objects.count())
    refused = [*ROLES, *(["department"] if name in ("define", "change") else [])]
    for actor in [*(personas[role] for role in refused), CITIZEN]:
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            attempts[name](actor)
    assert before == (
        Event.objects.count(), Outbox.objects.count(), Reading.objects.count(), Indicator.objects.count(),
    )  # fmt: skip
    attempts[name](personas["office"])
    assert Event.objects.count() == before[0] + 1
    assert Event.objects.latest("id").actor_person == personas["office"].person_id


# --- ids, bounds and perturbations -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other", [{"value": "0.91"}, {"month": 7}, {"division": True}, {"indicator_code": "OTHER"}], ids=str
)
def test_an_id_means_one_reading_for_ever(sewage: Indicator, small_city: Any, other: dict[str, Any]) -> None:
    define_indicator(
        actor=SYSTEM, code="OTHER", zh="别的", unit_of_measure="ratio", scoring=sewage.scoring,
        source_unit=sewage.source_unit,
    )  # fmt: skip
    chosen = new_id()
    first = record(reading_id=chosen)
    assert record(reading_id=chosen).pk == first.pk
    if "division" in other:
        other = {"division": small_city.streets[0]}
    with pytest.raises(Refused, match=r"common\.different_body"):
        record(reading_id=chosen, **other)
    assert Reading.objects.get() == first


def test_a_late_repeat_does_not_undo_a_correction(sewage: Indicator) -> None:
    """The first message arrives again after the correction: it is known, and the correction stands."""
    chosen = new_id()
    record(value="0.9", reading_id=chosen)
    with clock.at(NOON + timedelta(minutes=1)):
        corrected = record(value="0.95")
    with clock.at(NOON + timedelta(minutes=2)):
        assert record(value="0.9", reading_id=chosen).pk == chosen
    assert selectors.latest(sewage) == corrected
    assert Reading.objects.count() == 2


@pytest.mark.parametrize(("value", "plausible"), [("0", True), ("1", True), ("-0.0001", False), ("1.0001", False)])
def test_the_bounds_themselves_are_plausible(sewage: Indicator, value: str, plausible: bool) -> None:
    if plausible:
        assert record(value=value).value == Decimal(value)
    else:
        with pytest.raises(Refused, match=r"indicators\.implausible"):
            record(value=value)


@pytest.mark.parametrize(
    ("now", "allowed"), [("2026-09-30T15:59:59+00:00", False), ("2026-09-30T16:00:00+00:00", True)]
)
def test_a_period_begins_at_the_city_s_midnight(sewage: Indicator, now: str, allowed: bool) -> None:
    """October begins in the city while in UTC it is still September."""
    with clock.at(datetime.fromisoformat(now)):
        if allowed:
            assert record(month=10).period_start == date(2026, 10, 1)
        else:
            with pytest.raises(Refused, match=r"indicators\.future"):
                record(month=10)


@pytest.mark.parametrize("field", ["value", "period_start", "division", "indicator"])
def test_each_perturbed_field_of_a_reading_is_found_and_mended(sewage: Indicator, small_city: Any, field: str) -> None:
    other = define_indicator(actor=SYSTEM, code="OTHER", zh="别的", unit_of_measure="ratio", scoring=sewage.scoring)
    reading = record(division=small_city.streets[0])
    before = Reading.objects.filter(pk=reading.pk).values().get()
    values = {
        "value": Decimal("0.5"), "period_start": date(2026, 1, 1), "division": small_city.streets[1],
        "indicator": other,
    }  # fmt: skip
    assert list(projections.check()) == []
    Reading.objects.filter(pk=reading.pk).update(**{field: values[field]})
    assert [one.where for one in projections.check()] == [f"reading {reading.pk}"]
    assert projections.rebuild() == 1
    assert Reading.objects.filter(pk=reading.pk).values().get() == before
    assert projections.rebuild() == 0


def test_happened_at_may_lie_before_and_is_kept(sewage: Indicator) -> None:
    taken = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
    reading = record(happened_at=taken)
    assert (reading.happened_at, reading.recorded_at) == (taken, NOON)
    assert Event.objects.get(action="indicator.recorded").happened_at == taken
