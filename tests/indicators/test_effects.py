"""Who is told what, scores that follow, and the demo's own workbook."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from chuangcheng.demo.indicators import MONTHS, OWN, WANTED, Numbers
from chuangcheng.framework.models import Standard
from chuangcheng.history.sweep import drain
from chuangcheng.indicators import effects
from chuangcheng.indicators.actions import ReadingInput, define_indicator, submit_reading, withdraw_doubt
from chuangcheng.indicators.layout import cells
from chuangcheng.indicators.measures import MEASURES
from chuangcheng.indicators.models import Doubt, Indicator, Reading
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.plausible import doubts
from chuangcheng.notices.actions import sink
from chuangcheng.notices.models import Notice
from chuangcheng.scoring.models import Dirty

AUGUST = date(2026, 8, 1)


def hand_in(actor: Actor, value: str, **more: Any) -> Doubt | None:
    given = ReadingInput(indicator_code="SEWAGE", period_start=AUGUST, value=Decimal(value), **more)
    return submit_reading(actor=actor, given=given).doubt


def test_nobody_is_told_of_what_they_did_themselves(sewage: Indicator, personas: dict[str, Actor]) -> None:
    doubt = hand_in(personas["office"], "1.3")
    assert doubt is not None
    withdraw_doubt(actor=personas["office"], doubt_id=doubt.pk, words="填错")
    drain()
    assert not Notice.objects.filter(topic="doubt.withdrawn").exists()


def test_what_was_settled_before_the_effect_ran_is_no_news(sewage: Indicator, personas: dict[str, Actor]) -> None:
    doubt = hand_in(personas["department"], "1.3")
    assert doubt is not None
    withdraw_doubt(actor=personas["department"], doubt_id=doubt.pk, words="填错")
    drain()
    assert not Notice.objects.exists()


def test_inside_a_sink_nobody_hears_anything(sewage: Indicator, personas: dict[str, Actor]) -> None:
    Indicator.objects.update(asked_from=AUGUST)
    with sink(), clock.at(datetime(2026, 9, 11, 9, tzinfo=CITY_ZONE)):
        hand_in(personas["department"], "1.3")
        drain()
        effects.remind()
    assert not Notice.objects.exists()


def test_a_notice_names_the_indicator_in_both_languages(sewage: Indicator, personas: dict[str, Actor]) -> None:
    Indicator.objects.update(en="Sewage treated")
    hand_in(personas["department"], "1.3")
    drain()
    notice = Notice.objects.get()
    assert notice.text["zh"] == "有存疑读数待核：污水集中处理率"
    assert notice.text["en"] == "A doubtful reading waits: Sewage treated"
    assert notice.url == "/desk/indicators/doubts/"


@pytest.mark.parametrize(
    ("late", "zh", "en"),
    [
        (-3, "1 项指标读数待填报，时限 2026-09-10", "1 readings are owed, due 2026-09-10"),
        (1, "1 项指标读数逾期 1 天未填报", "1 readings are 1 days late"),
        (8, "1 项指标读数逾期 8 天未填报", "1 readings are 8 days late"),
    ],
)
def test_how_a_reminder_reads(sewage: Indicator, personas: dict[str, Actor], late: int, zh: str, en: str) -> None:
    Indicator.objects.update(asked_from=AUGUST)
    due = datetime(2026, 9, 10, 9, tzinfo=CITY_ZONE)
    with clock.at(due + timedelta(days=late)):
        assert effects.remind() == 1
    notice = Notice.objects.get()
    assert (notice.text["zh"], notice.text["en"]) == (zh, en)
    assert notice.person_id == personas["department"].person_id
    assert notice.url == "/desk/indicators/mine/"


def test_a_doubtful_reading_is_not_asked_for_again(sewage: Indicator, personas: dict[str, Actor]) -> None:
    Indicator.objects.update(asked_from=AUGUST)
    hand_in(personas["department"], "1.3")
    with clock.at(datetime(2026, 9, 11, 9, tzinfo=CITY_ZONE)):
        assert effects.remind() == 0


def test_units_are_reminded_apart(sewage: Indicator, personas: dict[str, Actor], small_city: Any) -> None:
    define_indicator(
        actor=SYSTEM,
        code="FIRMS",
        zh="达标企业",
        unit_of_measure="条",
        scoring={"kind": "threshold", "target": 3},
        source_unit=small_city.units["office"],
    )
    define_indicator(
        actor=SYSTEM,
        code="NOBODY",
        zh="没有单位",
        unit_of_measure="条",
        scoring={"kind": "threshold", "target": 3},
    )
    Indicator.objects.update(asked_from=AUGUST)
    with clock.at(datetime(2026, 9, 11, 9, tzinfo=CITY_ZONE)):
        assert effects.remind() == 2
    told = set(Notice.objects.values_list("person_id", flat=True))
    assert told == {personas["department"].person_id, personas["office"].person_id}


# Scores follow what counts, and only that.


@pytest.fixture
def linked(sample: Any, sewage: Indicator) -> Indicator:
    """The indicator of a standard of the published edition."""
    standard = sample.standards.get(code="CIV-09-02-04")
    Indicator.objects.filter(pk=sewage.pk).update(standard=standard)
    drain()
    Dirty.objects.all().delete()
    sewage.refresh_from_db()
    return sewage


def marked() -> set[str]:
    """Codes of the standards whose scores are old."""
    waiting = Dirty.objects.values_list("standard_id", flat=True)
    return set(Standard.objects.filter(pk__in=list(waiting)).values_list("code", flat=True))


def test_a_reading_marks_its_standard_and_a_doubt_does_not(linked: Indicator, personas: dict[str, Actor]) -> None:
    assert hand_in(personas["department"], "1.3") is not None
    drain()
    assert not Dirty.objects.exists()
    assert hand_in(personas["department"], "0.96") is None
    drain()
    assert marked() == {"CIV-09-02-04"}


def test_another_definition_marks_its_standard(linked: Indicator) -> None:
    define_indicator(
        actor=SYSTEM,
        code="SEWAGE",
        zh=linked.zh,
        unit_of_measure="ratio",
        scoring={**linked.scoring, "target": 0.99},
        source_unit=linked.source_unit,
        standard=linked.standard,
    )
    drain()
    assert marked() == {"CIV-09-02-04"}


# The demo's nine indicators.


def test_the_nine_are_those_of_the_speech() -> None:
    targets = [one.target for one in WANTED]
    assert targets == ["0.9", "0.95", "0.5", "0.41", "9", "0.9", "1", "0.9", "1"]
    assert len({one.code for one in WANTED}) == 9
    assert all(one.unit in MEASURES and all(one.parts) for one in WANTED)
    assert [one.code for one in OWN] == ["ZB-01", "ZB-03", "ZB-06", "ZB-09"]


@pytest.fixture
def numbers(personas: dict[str, Actor]) -> Numbers:
    stage: Any = SimpleNamespace()
    cast: Any = SimpleNamespace(named=personas)
    return Numbers(stage, cast, 7)


def test_its_workbook_is_one_that_an_office_sends(numbers: Numbers, noon: datetime) -> None:
    listed = cells(numbers._workbook().encode("gb18030"), "往月指标.csv")
    assert len(listed) == (len(WANTED) + 1) * MONTHS, "nine, and sewage of the one district"
    starts = sorted({one.period[1] for one in listed if one.period})
    assert starts == [date(2026, month, 1) for month in range(3, 9)]
    assert {one.values["division"] or "" for one in listed} == {"", "东山区"}


@pytest.mark.parametrize("wanted", WANTED, ids=lambda wanted: wanted.code)
def test_its_values_are_plausible(numbers: Numbers, wanted: Any) -> None:
    numbers.rng = random.Random(wanted.code)
    values = [numbers._near(wanted) for _ in range(60)]
    share = wanted.unit == "ratio"
    assert not any(doubts(one, is_share=share, earlier=values[:12]) for one in values[12:])
    assert len({numbers._value(wanted) for _ in range(20)}) > 1 or wanted.target == "1"


def test_the_same_dice_bring_the_same_workbook(personas: dict[str, Actor], noon: datetime) -> None:
    stage: Any = SimpleNamespace()
    cast: Any = SimpleNamespace(named=personas)
    books = [Numbers(stage, cast, seed)._workbook() for seed in (7, 7, 8)]
    assert books[0] == books[1] != books[2]
    assert not Reading.objects.exists()
