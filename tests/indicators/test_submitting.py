"""Handing readings in: what counts, what is doubtful, what is corrected, and who decides."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from chuangcheng.history.models import Event, Outbox
from chuangcheng.history.sweep import drain
from chuangcheng.indicators import actions, effects, owed, projections, selectors
from chuangcheng.indicators.actions import ReadingInput, Taken, define_indicator, record_reading, submit_reading
from chuangcheng.indicators.models import Definition, Doubt, Indicator, Reading
from chuangcheng.indicators.rulebook import Rulebook
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.models import Notice

AUGUST = date(2026, 8, 1)
RULE = {"kind": "threshold", "op": ">=", "target": 0.95}
PARTS = {"numerator": Decimal(931), "denominator": Decimal(1000)}


def hand_in(actor: Actor, value: str | None = None, period: date = AUGUST, **more: Any) -> Taken:
    figure = {} if value is None else {"value": Decimal(value)}
    given = ReadingInput(indicator_code="SEWAGE", period_start=period, **{**figure, **more})
    return submit_reading(actor=actor, given=given)


def doubtful(actor: Actor, **more: Any) -> Doubt:
    taken = hand_in(actor, numerator=Decimal(12), denominator=Decimal(10), **more)
    assert taken.doubt is not None and taken.reading is None
    return taken.doubt


@pytest.fixture
def history(sewage: Indicator) -> None:
    """A steady half-year."""
    for month in range(2, 8):
        record_reading(actor=SYSTEM, indicator_code="SEWAGE", period_start=date(2026, month, 1), value=Decimal("0.95"))


def test_the_value_is_reckoned_and_judged_without_rounding(sewage: Indicator, personas: dict[str, Actor]) -> None:
    taken = hand_in(personas["department"], numerator=Decimal(94996), denominator=Decimal(100000))
    reading = taken.reading
    assert reading is not None and taken.new
    assert (reading.value, reading.exact) == (Decimal("0.9500"), Fraction(94996, 100000))
    assert selectors.verdict_of(reading).grade == "C#" and selectors.verdict(sewage, reading.value).grade == "A"
    assert (reading.channel, reading.recorded_by_id) == ("form", personas["department"].person_id)
    facts = Event.objects.get(action="indicator.recorded").after
    assert (facts["numerator"], facts["denominator"], facts["value"]) == ("94996.0000", "100000.0000", "0.9500")
    assert list(projections.check()) == []
    Reading.objects.update(numerator=1)
    assert projections.rebuild() == 1
    assert Reading.objects.get().numerator == 94996


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, "value_missing"),
        ({"numerator": Decimal(1)}, "value_missing"),
        ({"value": Decimal(1), "numerator": Decimal(1)}, "value_missing"),
        ({"numerator": Decimal(1), "denominator": Decimal(0)}, "zero_denominator"),
        ({"numerator": Decimal(0), "denominator": Decimal(0)}, "zero_denominator"),
        ({"value": Decimal("NaN")}, "bad_value"),
        ({"value": Decimal(10) ** 12}, "bad_value"),
        ({"value": Decimal(1), "period": date(1990, 1, 1)}, "bad_period"),
        ({"value": Decimal(1), "period": date(2062, 8, 1)}, "bad_period"),
        ({"value": Decimal(1), "happened_at": clock.real() + timedelta(days=4000)}, "future"),
    ],
)
def test_nonsense_is_refused(sewage: Indicator, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=rf"indicators\.{code}:"):
        hand_in(SYSTEM, **more)
    assert not Reading.objects.exists() and not Doubt.objects.exists()


@pytest.mark.parametrize("role", ["leader", "subcommand", "district", "street", "community", "inspector", "auditor"])
def test_who_does_not_report_is_refused(sewage: Indicator, personas: dict[str, Actor], role: str) -> None:
    with pytest.raises(Refused, match=r"common\.not_allowed"):
        hand_in(personas[role], "0.9")


def test_the_same_again_changes_nothing_and_another_value_needs_a_reason(
    sewage: Indicator, personas: dict[str, Actor], noon: datetime
) -> None:
    first = hand_in(personas["department"], "0.93").reading
    again = hand_in(personas["department"], "0.9300", source="别的来源")
    assert first is not None and again == Taken(again.reading, None, False) and again.reading == first
    with pytest.raises(Refused, match=r"indicators\.reason_needed"):
        hand_in(personas["department"], "0.94")
    with clock.at(noon + timedelta(hours=1)):
        second = hand_in(personas["department"], "0.94", reason="漏报一座污水厂").reading
    assert second is not None and Reading.objects.count() == 2 and selectors.latest(sewage) == second
    event = Event.objects.get(action="indicator.recorded", seq=3)
    assert event.reason == "correction" and "漏报" not in str(event.after), "words stay out of history"
    assert second.reason == "漏报一座污水厂"


def test_the_same_id_is_the_same_reading_or_doubt(sewage: Indicator, personas: dict[str, Actor]) -> None:
    one, other, actor = new_id(), new_id(), personas["department"]
    assert hand_in(actor, "0.93", id=one).new
    assert not hand_in(actor, "0.93", id=one).new
    july = date(2026, 7, 1)
    doubt = doubtful(actor, id=other, period=july)
    assert doubt.pk == other
    again = hand_in(actor, numerator=Decimal(12), denominator=Decimal(10), id=other, period=july)
    assert (again.new, again.doubt, again.reading) == (False, doubt, None)
    for changed in ({"value": "0.94"}, {"value": "0.93", "period": july}):
        with pytest.raises(Refused, match=r"common\.different_body"):
            hand_in(actor, id=one, **changed)
    with pytest.raises(Refused, match=r"common\.different_body"):
        hand_in(actor, "0.9", id=other, period=july)
    assert (Reading.objects.count(), Doubt.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"value": "1.3"}, ["over_100", "jump"]),
        ({"value": "-0.2"}, ["range", "jump"]),
        ({"value": "0.4"}, ["jump"]),
        ({"numerator": Decimal(12), "denominator": Decimal(10)}, ["numerator", "over_100", "jump"]),
        ({"value": "0.95", "period": date(2026, 10, 1)}, ["future"]),
    ],
)
@pytest.mark.usefixtures("history")
def test_what_is_doubtful_stands_apart(
    sewage: Indicator, personas: dict[str, Actor], noon: datetime, more: dict[str, Any], codes: list[str]
) -> None:
    readings = Reading.objects.count()
    taken = hand_in(personas["department"], **more)
    assert taken.doubt is not None and taken.reading is None and taken.new
    assert (taken.doubt.codes, taken.doubt.state) == (codes, "waiting")
    assert Reading.objects.count() == readings, "it is counted nowhere"
    assert not Outbox.objects.filter(topic="reading.recorded", subject_id=taken.doubt.pk).exists()
    again = hand_in(personas["department"], **more)
    assert (again.doubt, again.new) == (taken.doubt, False)
    drain()
    said = Notice.objects.filter(topic="reading.doubted")
    assert {notice.person_id for notice in said} == {personas["office"].person_id}
    assert list(projections.check_doubts()) == []


def test_a_doubt_is_confirmed_by_somebody_else_with_a_word(
    sewage: Indicator, personas: dict[str, Actor], noon: datetime
) -> None:
    doubt = hand_in(personas["department"], "1.3").doubt
    assert doubt is not None
    assert [move.name for move in selectors.doubt_moves(personas["office"], doubt)] == [
        "confirm",
        "correct",
        "withdraw",
    ]
    assert [move.name for move in selectors.doubt_moves(personas["department"], doubt)] == ["correct", "withdraw"]
    for role in ("department", "leader", "auditor", "street"):
        with pytest.raises(Refused, match=r"common\.not_allowed"):
            actions.confirm_doubt(actor=personas[role], doubt_id=doubt.pk, words="属实")
    with pytest.raises(Refused, match=r"state\.missing"):
        actions.confirm_doubt(actor=personas["office"], doubt_id=doubt.pk, words="")
    with clock.at(noon + timedelta(hours=2)):
        reading = actions.confirm_doubt(actor=personas["office"], doubt_id=doubt.pk, words="分母含历史存量")
        drain()
    doubt.refresh_from_db()
    assert (doubt.state, doubt.reading, doubt.words) == ("confirmed", reading, "分母含历史存量")
    assert (reading.value, reading.recorded_by_id) == (Decimal("1.3000"), personas["department"].person_id)
    assert Event.objects.get(subject_kind="doubt", action="doubt.confirmed").after["reading"] == str(reading.pk)
    assert Event.objects.get(action="indicator.recorded").reason == "confirmed"
    with pytest.raises(Refused, match=r"state\.move_refused"):
        actions.confirm_doubt(actor=personas["office"], doubt_id=doubt.pk, words="再来")
    assert Notice.objects.get(topic="doubt.confirmed").person_id == personas["department"].person_id
    assert not hand_in(personas["department"], "1.3").new, "it counts, so the same again changes nothing"
    assert [*projections.check(), *projections.check_doubts()] == []


def test_nobody_confirms_the_own_figure_and_some_are_beyond_it(
    sewage: Indicator, personas: dict[str, Actor], noon: datetime
) -> None:
    own = hand_in(personas["office"], "1.3").doubt
    assert own is not None
    with pytest.raises(Refused, match=r"indicators\.own_doubt"):
        actions.confirm_doubt(actor=personas["office"], doubt_id=own.pk, words="我说的")
    swapped = doubtful(personas["department"], period=date(2026, 7, 1))
    with pytest.raises(Refused, match=r"indicators\.bad_value"):
        actions.confirm_doubt(actor=personas["office"], doubt_id=swapped.pk, words="属实")
    ahead = hand_in(personas["department"], "0.9", period=date(2026, 10, 1)).doubt
    assert ahead is not None
    with pytest.raises(Refused, match=r"indicators\.future"):
        actions.confirm_doubt(actor=personas["office"], doubt_id=ahead.pk, words="属实")
    for doubt in (swapped, ahead):
        assert "confirm" not in {move.name for move in selectors.doubt_moves(personas["office"], doubt)}
    assert not Reading.objects.exists()


def test_a_doubt_is_corrected_by_other_figures(sewage: Indicator, personas: dict[str, Actor], noon: datetime) -> None:
    department, doubt = personas["department"], doubtful(personas["department"])
    for wrong in (
        {"numerator": Decimal(12), "denominator": Decimal(10)},
        {"value": Decimal("0.9"), "period_start": date(2026, 7, 1)},
    ):
        given = ReadingInput(**{"indicator_code": "SEWAGE", "period_start": AUGUST, **wrong})
        with pytest.raises(Refused, match=r"indicators\.not_corrected"):
            actions.correct_doubt(actor=department, doubt_id=doubt.pk, given=given)
    assert not Reading.objects.exists(), "what was refused left nothing"
    given = ReadingInput(indicator_code="SEWAGE", period_start=AUGUST, numerator=Decimal(9), denominator=Decimal(10))
    reading = actions.correct_doubt(actor=department, doubt_id=doubt.pk, given=given).reading
    doubt.refresh_from_db()
    assert (doubt.state, doubt.reading) == ("corrected", reading) and reading is not None
    assert reading.value == Decimal("0.9")


def test_a_newer_figure_takes_the_place_of_a_doubtful_one(sewage: Indicator, personas: dict[str, Actor]) -> None:
    first = doubtful(personas["department"])
    second = hand_in(personas["department"], "1.5").doubt
    first.refresh_from_db()
    assert second is not None and (first.state, first.reading, second.state) == ("corrected", None, "waiting")
    assert hand_in(personas["department"], "0.9").reading is not None
    second.refresh_from_db()
    assert second.state == "corrected" and Doubt.objects.filter(state="waiting").count() == 0


def test_a_doubt_is_withdrawn_and_the_reading_owed_again(
    sewage: Indicator, personas: dict[str, Actor], noon: datetime
) -> None:
    doubt = doubtful(personas["department"])
    for role, code in (("street", r"common\.not_allowed"), ("leader", r"common\.not_allowed")):
        with pytest.raises(Refused, match=code):
            actions.withdraw_doubt(actor=personas[role], doubt_id=doubt.pk, words="错了")
    with pytest.raises(Refused, match=r"common\.not_found"):
        actions.withdraw_doubt(actor=SYSTEM, doubt_id=new_id(), words="错了")
    assert [one.in_doubt for one in owed.owed([_asked(sewage)], noon.date())] == [True]
    actions.withdraw_doubt(actor=personas["office"], doubt_id=doubt.pk, words="填反了")
    assert [one.in_doubt for one in owed.owed([_asked(sewage)], noon.date())] == [False]
    drain()
    assert Notice.objects.get(topic="doubt.withdrawn").person_id == personas["department"].person_id
    Doubt.objects.update(state="waiting")
    assert [difference.where for difference in projections.check_doubts()] == [f"doubt {doubt.pk}"]
    assert projections.rebuild_doubts() == 1 and list(projections.check_doubts()) == []


def _asked(indicator: Indicator, start: date = AUGUST, **more: Any) -> Indicator:
    Indicator.objects.filter(pk=indicator.pk).update(asked_from=start, **more)
    indicator.refresh_from_db()
    return indicator


def test_who_sees_doubtful_readings(sewage: Indicator, personas: dict[str, Actor], small_city: Any) -> None:
    define_indicator(
        actor=SYSTEM,
        code="OTHER",
        zh="别的",
        unit_of_measure="条",
        scoring={**RULE, "target": 3},
        source_unit=small_city.units["office"],
    )
    mine = doubtful(personas["department"])
    other = submit_reading(
        actor=SYSTEM, given=ReadingInput(indicator_code="OTHER", period_start=AUGUST, value=Decimal(-1))
    ).doubt
    seen = {role: set(selectors.visible_doubts(personas[role])) for role in personas}
    assert seen["office"] == seen["leader"] == seen["auditor"] == {mine, other}
    assert seen["department"] == {mine}
    assert seen["street"] == seen["grid"] == seen["community"] == set()
    with pytest.raises(Refused, match=r"common\.not_found"):
        selectors.get_doubt_for(personas["street"], mine.pk)


# Versions: an old reading stays judged by the definition of its time.


def test_a_new_bound_judges_only_what_comes_after(sewage: Indicator, noon: datetime, small_city: Any) -> None:
    old = record_reading(actor=SYSTEM, indicator_code="SEWAGE", period_start=AUGUST, value=Decimal("0.955"))
    new = record_reading(actor=SYSTEM, indicator_code="SEWAGE", period_start=date(2026, 9, 1), value=Decimal("0.955"))
    values = {
        "actor": SYSTEM,
        "code": "SEWAGE",
        "zh": "污水集中处理率",
        "unit_of_measure": "ratio",
        "source_unit": small_city.units["department"],
    }
    define_indicator(**values, scoring={**RULE, "target": 0.97})
    book = Rulebook([sewage])
    assert [selectors.verdict_of(one, book).grade for one in (old, new)] == ["A", "C#"]
    assert [(one.number, one.valid_from, one.scoring["target"]) for one in sewage.definitions.all()] == [
        (2, date(2026, 9, 1), 0.97),
        (1, None, 0.95),
    ]
    define_indicator(**values, scoring={**RULE, "target": 0.99}, valid_from=date(2026, 8, 20))
    book = Rulebook([sewage])
    assert [book.at(sewage, day).scoring["target"] for day in (date(2026, 7, 1), AUGUST, date(2026, 9, 1))] == [
        0.95,
        0.99,
        0.99,
    ]
    facts = Event.objects.filter(subject_id=sewage.pk, action="indicator.changed").latest("seq").after
    assert facts["valid_from"] == "2026-08-01", "the period that the day lies in"
    Definition.objects.all().delete()
    sewage.refresh_from_db()
    assert Rulebook([sewage]).scoring(sewage, AUGUST)["target"] == 0.99, "without versions it judges by itself"


def test_what_lies_before_the_first_version_is_judged_by_it(sewage: Indicator, noon: datetime) -> None:
    Definition.objects.update(valid_from=AUGUST)
    assert Rulebook([sewage]).at(sewage, date(2020, 1, 1)) == sewage.definitions.get()


def test_a_definition_keeps_its_frequency_and_measure_once_there_are_readings(
    sewage: Indicator, noon: datetime, small_city: Any
) -> None:
    values = {"actor": SYSTEM, "code": "SEWAGE", "zh": "污水", "scoring": RULE}
    define_indicator(**values, unit_of_measure="ratio", frequency="quarter")
    record_reading(actor=SYSTEM, indicator_code="SEWAGE", period_start=AUGUST, value=Decimal("0.9"))
    for change in (
        {"unit_of_measure": "ratio", "frequency": "month"},
        {"unit_of_measure": "条", "frequency": "quarter"},
    ):
        with pytest.raises(Refused, match=r"indicators\.has_readings"):
            define_indicator(**values, **change)
    with pytest.raises(Refused, match=r"indicators\.one_part"):
        define_indicator(**values, unit_of_measure="ratio", frequency="quarter", numerator_zh="处理量")
    with pytest.raises(Refused, match=r"indicators\.bad_validity"):
        define_indicator(
            **values, unit_of_measure="ratio", frequency="quarter", valid_to=date(2026, 1, 1), valid_from=AUGUST
        )
    named = {"numerator_zh": "集中处理量", "denominator_zh": "排放总量", "due_days": 5, "note": "口径"}
    row = define_indicator(**values, unit_of_measure="ratio", frequency="quarter", **named)
    assert row.has_parts and row.definitions.first().due_days == 5  # type: ignore[union-attr]
    ended = define_indicator(**values, unit_of_measure="ratio", frequency="quarter", **named, valid_to=date(2027, 1, 1))
    assert ended.definitions.count() == 3, "its end is no version"


# What is owed, and who hears of it.


def test_what_is_owed_and_how_late(sewage: Indicator, noon: datetime, small_city: Any) -> None:
    today = noon.date()  # 15 September: August was due on the 10th
    assert owed.owed([sewage], today) == [], "it was defined this month"
    found = owed.owed([_asked(sewage, date(2026, 6, 1))], today)
    assert [(one.period_start.month, one.due_on, one.late, one.is_late) for one in found] == [
        (6, date(2026, 7, 10), 67, True),
        (7, date(2026, 8, 10), 36, True),
        (8, date(2026, 9, 10), 5, True),
    ]
    record_reading(actor=SYSTEM, indicator_code="SEWAGE", period_start=date(2026, 7, 1), value=Decimal("0.9"))
    record_reading(
        actor=SYSTEM, indicator_code="SEWAGE", period_start=AUGUST, value=Decimal("0.9"), division=small_city.streets[0]
    )
    assert [one.period_start.month for one in owed.owed([sewage], today)] == [6, 8], "a street's is not the city's"
    assert [
        one.period_start.month
        for one in owed.owed([_asked(sewage, date(2026, 6, 1), valid_to=date(2026, 7, 31))], today)
    ] == [6]
    Indicator.objects.update(asked_from=None, valid_to=None)
    sewage.refresh_from_db()
    assert owed.asked(sewage, today) == [AUGUST], "of an old row only the last period"
    assert len(owed.asked(_asked(sewage, date(2015, 1, 1)), today)) == owed.BACK["month"]
    Indicator.objects.update(source_unit=None)
    sewage.refresh_from_db()
    assert owed.owed([sewage], today) == []


@pytest.mark.parametrize(
    ("day", "said"), [(7, "待填报"), (8, ""), (10, ""), (11, "逾期 1 天"), (12, ""), (18, "逾期 8 天")]
)
def test_the_unit_is_reminded_three_times_and_never_else(
    sewage: Indicator, personas: dict[str, Actor], small_city: Any, noon: datetime, day: int, said: str
) -> None:
    define_indicator(
        actor=SYSTEM,
        code="GREEN",
        zh="绿化覆盖率",
        unit_of_measure="ratio",
        scoring=RULE,
        source_unit=small_city.units["department"],
    )
    Indicator.objects.update(asked_from=AUGUST)
    with clock.at(datetime(2026, 9, day, 2, tzinfo=clock.CITY_ZONE)):
        assert effects.remind() == bool(said)
        effects.remind()
    notices = list(Notice.objects.filter(topic="reading.owed"))
    assert len(notices) == bool(said), "one for both indicators, however often the duty runs"
    if notices:
        assert notices[0].person_id == personas["department"].person_id
        assert notices[0].text["zh"].startswith("2 项") and said in notices[0].text["zh"]


def _by_district(indicator: Indicator, **more: Any) -> Indicator:
    found = define_indicator(
        actor=SYSTEM, code=indicator.code, zh=indicator.zh, unit_of_measure=indicator.unit_of_measure, scoring=RULE,
        source_unit=indicator.source_unit, by_district=True, **more,
    )  # fmt: skip
    return _asked(found)


def test_where_the_definition_says_so_each_district_owes_its_own(
    sewage: Indicator, noon: datetime, small_city: Any, personas: dict[str, Actor], django_assert_num_queries: Any
) -> None:
    row, today, district = _by_district(sewage), noon.date(), small_city.district
    assert row.by_district and row.definitions.count() == 2, "it is a version"
    with django_assert_num_queries(3):
        found = owed.owed([row], today)
    assert [(one.division, one.period_start, one.late) for one in found] == [(None, AUGUST, 5), (district, AUGUST, 5)]
    hand = {"actor": personas["department"], "given": actions.ReadingInput(
        indicator_code="SEWAGE", period_start=AUGUST, value=Decimal("0.96"), division=district)}  # fmt: skip
    assert actions.submit_reading(**hand).reading is not None
    assert [one.division for one in owed.owed([row], today)] == [None], "the district's is not the city's"
    record_reading(actor=SYSTEM, indicator_code="SEWAGE", period_start=AUGUST, value=Decimal("0.9"))
    assert owed.owed([row], today) == []
    assert owed.owed([_asked(row, date(2026, 7, 1))], today)[0].division is None


def test_a_districts_doubtful_reading_waits_for_the_district_alone(
    sewage: Indicator, noon: datetime, small_city: Any, personas: dict[str, Actor]
) -> None:
    row = _by_district(sewage)
    given = actions.ReadingInput(indicator_code="SEWAGE", period_start=AUGUST, value=Decimal("1.2"),
                                 division=small_city.district)  # fmt: skip
    assert actions.submit_reading(actor=personas["department"], given=given).doubt is not None
    found = {one.division: (one.in_doubt, one.is_late) for one in owed.owed([row], noon.date())}
    assert found == {None: (False, True), small_city.district: (True, False)}


def test_one_notice_counts_the_districts_too(
    sewage: Indicator, personas: dict[str, Actor], small_city: Any, noon: datetime
) -> None:
    _by_district(sewage)
    with clock.at(datetime(2026, 9, 11, 2, tzinfo=clock.CITY_ZONE)):
        assert effects.remind() == 1
    notice = Notice.objects.get(topic="reading.owed")
    assert notice.text["zh"].startswith("2 项")


def test_history_tells_of_districts_only_where_they_are_asked(sewage: Indicator, noon: datetime) -> None:
    from chuangcheng.indicators.facts import indicator_facts

    assert "by_district" not in indicator_facts(sewage), "what was told before there was such a thing stays as it was"
    row = _by_district(sewage)
    assert indicator_facts(row)["by_district"] is True
    again = define_indicator(
        actor=SYSTEM, code=row.code, zh=row.zh, unit_of_measure=row.unit_of_measure, scoring=RULE,
        source_unit=row.source_unit, by_district=True,
    )  # fmt: skip
    assert again.definitions.count() == 2, "the same again is no version"
