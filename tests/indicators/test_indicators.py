"""Indicators: definition, readings, corrections, what stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.framework import sample as builtin
from chuangcheng.framework.actions import load_edition, publish_edition
from chuangcheng.framework.carrying import carry_forward
from chuangcheng.framework.models import Edition
from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.sweep import drain
from chuangcheng.indicators import actions, measures, projections, selectors
from chuangcheng.indicators.actions import define_from_edition, define_indicator, record_reading
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.indicators.periods import name_of, start_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.models import Unit

AUGUST = date(2026, 8, 1)


def read(value: str, **more: Any) -> Reading:
    given_ = {"actor": SYSTEM, "indicator_code": "SEWAGE", "period_start": AUGUST, "value": Decimal(value), **more}
    return record_reading(**given_)


@given(st.dates(), st.sampled_from(["month", "quarter", "year"]))
def test_a_period_starts_before_its_days(day: date, frequency: str) -> None:
    start = start_of(frequency, day)
    assert start <= day
    assert start_of(frequency, start) == start
    assert start.day == 1


def test_periods_have_names() -> None:
    assert name_of("month", AUGUST) == "2026年8月"
    assert name_of("quarter", start_of("quarter", AUGUST)) == "2026年第3季度"
    assert name_of("year", start_of("year", AUGUST)) == "2026年"
    with pytest.raises(ValueError):
        start_of("week", AUGUST)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [("0.931", "ratio", "93.1%"), ("1", "ratio", "100%"), ("0.9500", "ratio", "95%"), ("9.20", "m²", "9.2 m²"),
     ("58", "dB(A)", "58 dB(A)"), ("100", "", "100")],
)  # fmt: skip
def test_values_are_written_as_offices_write_them(value: str, unit: str, expected: str) -> None:
    assert measures.shown(Decimal(value), unit) == expected


def test_the_sample_gives_its_indicators(sample: Edition, personas: dict[str, Actor]) -> None:
    found = define_from_edition(actor=personas["office"], edition=sample)
    codes = [indicator.code for indicator in found]
    assert len(found) == 26
    assert codes == sorted(codes)
    assert {"CIV-09-02-04", "CIV-05-02-01", "CIV-05-04-01"} <= set(codes)
    assert "CIV-05-02-07" not in codes  # hoardings are measured onsite, by a checklist item
    by_code = {indicator.code: indicator for indicator in found}
    assert by_code["CIV-09-02-03"].unit_of_measure == "m²"
    assert (by_code["CIV-09-01-03"].low, by_code["CIV-09-01-03"].high) == (20, 120)
    assert by_code["CIV-02-01-04"].frequency == "quarter"
    assert by_code["CIV-02-01-04"].source_unit == Unit.objects.get(code="U-CCB")  # nobody holds the role
    again = define_from_edition(actor=personas["office"], edition=sample)
    assert [indicator.chain_seq for indicator in again] == [1] * 26


def test_every_indicator_of_the_sample_can_be_fully_met(sample: Edition) -> None:
    for indicator in define_from_edition(actor=SYSTEM, edition=sample):
        assert indicator.low is not None
        assert indicator.high is not None
        grades = {selectors.verdict(indicator, value).share for value in (indicator.low, indicator.high)}
        assert Fraction(1) in grades, indicator.code
        assert selectors.bound(indicator)


def test_indicators_follow_the_next_edition(sample: Edition) -> None:
    before = define_from_edition(actor=SYSTEM, edition=sample)[0]
    following = load_edition(actor=SYSTEM, document={**builtin.document(), "code": "NEXT"})
    publish_edition(actor=SYSTEM, edition=following)
    drain()
    after = Indicator.objects.select_related("standard__edition").get(pk=before.pk)
    assert after.standard is not None
    assert (after.standard.edition, after.standard.code) == (following, before.code)
    assert actions.follow_edition() == 0


def test_an_indicator_follows_the_heir_that_was_settled_on(sample: Edition) -> None:
    """The next edition renumbers: the heir is followed, whatever stands under the old code now."""
    before = define_from_edition(actor=SYSTEM, edition=sample)[0]
    document = {**builtin.document(), "code": "NEXT"}
    codes = [row["code"] for row in builtin._standards(document["frameworks"])]
    swap = {before.code: codes[0], codes[0]: before.code}
    for row in builtin._standards(document["frameworks"]):
        row["code"] = swap.get(row["code"], row["code"])
        row["site_kinds"] = []
    document["site_kinds"] = []
    following = load_edition(actor=SYSTEM, document=document)
    carry_forward(actor=SYSTEM, old=sample, new=following)
    drain()
    assert Indicator.objects.get(pk=before.pk).standard == before.standard  # a draft moves nothing
    publish_edition(actor=SYSTEM, edition=following)
    drain()
    after = Indicator.objects.select_related("standard").get(pk=before.pk)
    assert after.standard is not None
    assert (after.standard.edition_id, after.standard.code, after.standard.zh) == (following.pk, codes[0], before.zh)


def test_a_definition_changes_in_one_history_row(sewage: Indicator) -> None:
    same = {"actor": SYSTEM, "code": "SEWAGE", "zh": "污水集中处理率", "unit_of_measure": "ratio",
            "source_unit": sewage.source_unit}  # fmt: skip
    rule = {"kind": "threshold", "op": ">=", "target": 0.95}
    assert define_indicator(**same, scoring=rule).chain_seq == 1
    changed = define_indicator(**same, scoring={**rule, "target": 0.96})
    assert (changed.pk, changed.chain_seq) == (sewage.pk, 2)
    assert Event.objects.get(subject_id=sewage.pk, seq=2).action == "indicator.changed"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"scoring": {"kind": "abc_state"}}, "bad_scoring"), ({"scoring": {}}, "bad_scoring"),
        ({"scoring": {"kind": "threshold"}}, "bad_scoring"), ({"scoring": {"kind": "ratio"}}, "bad_scoring"),
        ({"scoring": {"kind": "ratio", "required": 0}}, "bad_scoring"),
        ({"frequency": "day"}, "unknown_frequency"), ({"low": Decimal(2), "high": Decimal(1)}, "bad_range"),
        ({"zh": " "}, "missing"), ({"code": ""}, "missing"),
    ],
)  # fmt: skip
def test_a_bad_definition_is_refused(small_city: Any, wrong: dict[str, Any], code: str) -> None:
    good: dict[str, Any] = {
        "actor": SYSTEM, "code": "X", "zh": "指标", "unit_of_measure": "ratio",
        "scoring": {"kind": "threshold", "target": 0.5},
    }  # fmt: skip
    with pytest.raises(Refused, match=rf"indicators\.{code}"):
        define_indicator(**{**good, **wrong})
    assert not Indicator.objects.exists()


@pytest.mark.parametrize("role", ["department", "leader", "district", "street", "inspector", "auditor"])
def test_only_the_office_defines(sample: Edition, personas: dict[str, Actor], role: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        define_from_edition(actor=personas[role], edition=sample)


def test_a_reading_is_kept_and_told(sewage: Indicator, noon: datetime) -> None:
    reading = read("0.931", source="水务月报")
    assert (reading.value, reading.period_start, reading.happened_at) == (Decimal("0.9310"), AUGUST, noon)
    event = Event.objects.get(action="indicator.recorded")
    assert event.after == {"reading": str(reading.pk), "period": "2026-08-01", "value": "0.9310", "division": None}
    assert Outbox.objects.get(topic="reading.recorded").subject_id == reading.pk


def test_any_day_of_the_period_will_do(sewage: Indicator) -> None:
    assert read("0.9", period_start=date(2026, 8, 19)).period_start == AUGUST


def test_a_correction_is_a_later_row(sewage: Indicator, noon: datetime) -> None:
    first = read("0.931")
    with clock.at(noon + timedelta(hours=1)):
        second = read("0.951")
    assert Reading.objects.count() == 2
    assert selectors.latest(sewage) == second
    assert list(selectors.readings_of(sewage)) == [second, first]
    assert Event.objects.filter(action="indicator.recorded").latest("seq").reason == "correction"


def test_the_same_value_again_is_no_correction(sewage: Indicator) -> None:
    assert read("0.931").pk == read("0.9310").pk
    assert Event.objects.filter(action="indicator.recorded").count() == 1


def test_the_same_id_is_the_same_reading(sewage: Indicator) -> None:
    chosen = new_id()
    read("0.931", reading_id=chosen)
    assert read("0.931", reading_id=chosen).pk == chosen
    with pytest.raises(Refused, match=r"common\.different_body"):
        read("0.5", reading_id=chosen)
    assert Reading.objects.count() == 1


@pytest.mark.parametrize("value", ["1.01", "93.1", "-0.1"])
def test_the_implausible_needs_confirmation(sewage: Indicator, value: str) -> None:
    with pytest.raises(Refused, match=r"indicators\.implausible"):
        read(value)
    assert not Reading.objects.exists()
    assert read(value, confirmed=True).value == Decimal(value)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"period_start": date(2026, 10, 1)}, r"indicators\.future"),
        ({"happened_at": datetime(2026, 9, 16, tzinfo=UTC)}, r"indicators\.future"),
        ({"happened_at": datetime(2026, 9, 1)}, r"common\.naive_time"),
        ({"value": Decimal("NaN")}, r"indicators\.bad_value"), ({"value": Decimal("1e12")}, r"indicators\.bad_value"),
        ({"indicator_code": "NOTHING"}, r"common\.not_found"),
    ],
)  # fmt: skip
def test_nonsense_is_refused(sewage: Indicator, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        read(**{"value": "0.9", **wrong})
    assert not Reading.objects.exists()


def test_the_delivering_unit_and_the_office_record(
    sewage: Indicator, personas: dict[str, Actor], small_city: Any
) -> None:
    assert read("0.91", actor=personas["department"]).value == Decimal("0.91")
    assert read("0.92", actor=personas["office"]).value == Decimal("0.92")
    assert selectors.may_record(personas["department"], sewage)
    other = define_indicator(
        actor=SYSTEM, code="OTHER", zh="别的指标", unit_of_measure="ratio", scoring=sewage.scoring,
        source_unit=small_city.units["office"],
    )  # fmt: skip
    assert not selectors.may_record(personas["department"], other)
    with pytest.raises(Refused, match=r"common\.not_found"):
        read("0.9", actor=personas["department"], indicator_code="OTHER")


@pytest.mark.parametrize("role", ["leader", "subcommand", "district", "street", "community", "grid", "inspector"])
def test_others_do_not_record(sewage: Indicator, personas: dict[str, Actor], role: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        read("0.9", actor=personas[role])


@pytest.mark.parametrize(
    ("role", "sees"),
    [("office", True), ("leader", True), ("department", True), ("street", True), ("auditor", True), ("grid", False),
     ("inspector", False), ("community", False)],
)  # fmt: skip
def test_who_sees_indicators(sewage: Indicator, personas: dict[str, Actor], role: str, sees: bool) -> None:
    assert selectors.visible_to(personas[role]).exists() == sees
    if sees:
        assert selectors.get_indicator_for(personas[role], "SEWAGE") == sewage
    else:
        with pytest.raises(Refused, match=r"common\.not_found"):
            selectors.get_indicator_for(personas[role], "SEWAGE")
    assert not selectors.visible_to(CITIZEN).exists()


def test_divisions_are_read_apart(sewage: Indicator, small_city: Any) -> None:
    city = read("0.95")
    street = read("0.80", division=small_city.streets[0])
    assert selectors.latest(sewage) == city
    assert selectors.latest(sewage, small_city.streets[0]) == street
    assert selectors.latest_of([sewage]) == {sewage.pk: city}
    assert selectors.latest(sewage, small_city.streets[1]) is None


def test_a_series_holds_what_stands_in_order(sewage: Indicator, noon: datetime) -> None:
    for month, value in ((5, "0.90"), (7, "0.92"), (6, "0.91"), (8, "0.93")):
        read(value, period_start=date(2026, month, 1))
    with clock.at(noon + timedelta(minutes=1)):
        read("0.99", period_start=date(2026, 6, 1))
    assert [str(reading.value) for reading in selectors.series(sewage)] == ["0.9000", "0.9900", "0.9200", "0.9300"]
    assert [reading.period_start.month for reading in selectors.series(sewage, periods=2)] == [7, 8]


def test_a_value_is_judged(sewage: Indicator) -> None:
    assert selectors.verdict(sewage, Decimal("0.95")).grade == "A"
    assert selectors.verdict(sewage, Decimal("0.94")).share == 0
    assert selectors.bound(sewage) == "≥ 95%"
    assert selectors.written(sewage, Decimal("0.931")) == "93.1%"


@pytest.mark.parametrize("change", [{"value": Decimal("0.99")}, {"period_start": date(2026, 7, 1)}])
def test_a_changed_reading_is_found_and_mended(sewage: Indicator, change: dict[str, Any]) -> None:
    reading = read("0.931")
    assert list(projections.check()) == []
    Reading.objects.filter(pk=reading.pk).update(**change)
    assert [difference.where for difference in projections.check()] == [f"reading {reading.pk}"]
    assert projections.rebuild() == 1
    assert list(projections.check()) == []


def test_a_reading_that_is_gone_or_slipped_in_is_named(sewage: Indicator) -> None:
    reading = read("0.931")
    gone = reading.pk
    Reading.objects.all().delete()
    reading.pk = new_id()
    reading.save(force_insert=True)
    assert {str(difference) for difference in projections.check()} == {
        f"reading {gone}: is gone", f"reading {reading.pk}: history knows nothing of it",
    }  # fmt: skip
    assert projections.rebuild() == 0
