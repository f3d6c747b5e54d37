"""Targets that fall behind their plan are told of once and, if it gets worse, again after a week; a dropped target counts
in nothing, and its readings stay."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.campaigns import actions, effects, selectors, timeline
from chuangcheng.campaigns.models import Campaign, Target
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock, progress
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices.actions import sink
from chuangcheng.notices.models import Notice
from chuangcheng.people.selectors import holding
from tests.campaigns.conftest import FIRST, TODAY, Make
from tests.campaigns.test_lives import differences, refusal

#: A hundred days from 0 to 100: the plan of a day is its number.
COURSE = progress.Course(date(2026, 1, 1), date(2026, 4, 11), Fraction(0), Fraction(100))

#: The day of the plan, the value (None: no reading), the band.
BANDS = [
    (50, 50, 0), (50, 60, 0), (50, 48, 0), (50, 47, 1), (50, 40, 1), (50, 39, 2), (50, 25, 2), (50, 24, 3), (50, 0, 3),
    (50, -5, 3), (100, 100, 0), (120, 100, 0), (120, 99, 0), (120, 97, 1), (0, None, 0), (2, None, 0), (3, None, 1),
    (11, None, 2), (26, None, 3), (0, 0, 0), (2, 0, 0), (3, 0, 1),
]  # fmt: skip


@pytest.mark.parametrize(("day", "value", "band"), BANDS)
def test_how_far_behind(day: int, value: int | None, band: int) -> None:
    latest = None if value is None else Fraction(value)
    assert progress.band(progress.stands(COURSE, latest, COURSE.start + timedelta(days=day))) == band


#: Band now, band told, days since it was told (None: never), whether it is news.
NEWS = [
    (0, 0, None, False), (1, 0, None, True), (3, 0, None, True), (1, 1, 0, False), (1, 1, 400, False),
    (2, 1, 0, False), (2, 1, 6, False), (2, 1, 7, True), (3, 2, 8, True), (1, 2, 30, False), (0, 3, 30, False),
    (1, 0, 6, False), (1, 0, 7, True),
]  # fmt: skip


@pytest.mark.parametrize(("now", "told", "ago", "news"), NEWS)
def test_what_is_news(now: int, told: int, ago: int | None, news: bool) -> None:
    told_on = None if ago is None else TODAY - timedelta(days=ago)
    assert progress.news(now, told, told_on, TODAY) is news


@settings(max_examples=60)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_never_twice_within_a_week_and_never_for_getting_better(bands: list[int]) -> None:
    told, told_on, days, before = 0, None, [], 0
    for number, band in enumerate(bands):
        today = FIRST + timedelta(days=number)
        if progress.news(band, told, told_on, today):
            assert band > 0
            told, told_on = band, today
            days.append(number)
        told = min(told, band)
        before = band
    assert all(later - earlier >= 7 for earlier, later in pairwise(days))
    assert bool(days) is any(bands) and before == bands[-1]


def noon_of(number: int) -> datetime:
    return datetime.combine(FIRST + timedelta(days=number), time(12), CITY_ZONE)


def tell(number: int) -> int:
    with clock.at(noon_of(number)):
        return effects.tell_behind()


def heard() -> list[str]:
    found = list(Notice.objects.filter(topic="campaign.behind").order_by("created_at", "key"))
    return [notice.text["zh"] for notice in found]


def test_the_unit_hears_once_and_again_when_it_gets_worse(campaign: Make, personas: Any) -> None:
    row = campaign(targets=({}, {"name": "新增泊位"}, {"name": "已完成的"}))
    first, second, third = row.targets.all()
    Target.objects.filter(pk=third.pk).update(latest=1000)
    Target.objects.filter(pk__in=(first.pk, second.pk)).update(latest=10, read_on=FIRST)
    told = len(holding("campaigns.report", row.lead))
    assert told and tell(2) == 0 and heard() == []  # 1 % done, 2 % planned
    assert tell(5) == 1 and tell(5) == 0 and tell(6) == 0 and tell(8) == 0
    assert heard() == ["2 项目标落后于计划，最多落后 4%：老旧小区改造攻坚"] * told
    assert tell(12) == 1 and tell(13) == 0  # a week later, beyond a tenth
    assert heard()[-1] == "2 项目标落后于计划，最多落后 11%：老旧小区改造攻坚"
    Target.objects.filter(pk=first.pk).update(latest=900)  # back on plan, which is no news
    assert tell(18) == 0 and heard().count(heard()[-1]) == told
    Target.objects.filter(pk=first.pk).update(latest=300)
    assert tell(40) == 1 and heard()[-1].startswith("2 项目标")
    assert tell(46) == 0 and len(heard()) == 3 * told
    assert tell(47) == 1 and heard()[-1].startswith("1 项目标落后于计划，最多落后 17%")  # the other had its worst told
    notice = Notice.objects.filter(topic="campaign.behind").latest("created_at")
    assert notice.url == f"/desk/campaigns/{row.pk}/" and "behind their plan" in notice.text["en"]
    assert {each.person_id for each in Notice.objects.all()} == {
        person.pk for person in holding("campaigns.report", row.lead)
    }
    assert not Event.objects.filter(action__contains="behind").exists()


def test_who_is_not_told(campaign: Make) -> None:
    planned, running, over = campaign(running=False), campaign(), campaign()
    Campaign.objects.filter(pk=over.pk).update(state="finished")
    with sink():
        assert tell(60) == 0
    assert tell(60) == 1, "sunk news leave no mark: it is told when somebody listens"
    told = Target.objects.exclude(told_on=None)
    assert [row.campaign_id for row in told] == [running.pk] and planned.pk != running.pk
    assert heard()[0].startswith("1 项目标落后于计划，最多落后 60%")


def test_the_list_narrows_by_the_plan(campaign: Make) -> None:
    behind, ahead, unread = campaign(), campaign(), campaign()
    planned = campaign(running=False)
    Target.objects.filter(campaign=behind).update(latest=10)
    Target.objects.filter(campaign=ahead).update(latest=900)
    rows = Campaign.objects.all()
    found = {code: set(selectors.with_standing(rows, code, TODAY)) for code in progress.STANDINGS}
    assert found == {"behind": {behind}, "ahead": {ahead}, "no_reading": {unread}, "not_begun": {planned},
                     "on_plan": set(), "reached": set()}  # fmt: skip
    assert {line.campaign: line.code for line in selectors.overview(rows, TODAY)} == {
        row: code for code, each in found.items() for row in each
    }


@pytest.fixture
def pair(campaign: Make, personas: Any) -> tuple[Campaign, Target, Target]:
    """A campaign of two targets: one read and behind, one done."""
    row = campaign(targets=({}, {"name": "新增泊位"}))
    first, second = row.targets.all()
    for target, value in ((first, 100), (second, 1000)):
        actions.record_reading(actor=personas["department"], target_id=target.pk, day=TODAY, value=Decimal(value))
    return row, first, second


def test_a_dropped_target_counts_in_nothing_and_stays_readable(pair: Any, personas: Any) -> None:
    row, first, _second = pair
    assert (selectors.line_for(row, TODAY).share, selectors.line_for(row, TODAY).code) == (Fraction(11, 20), "behind")
    office = personas["office"]
    dropped = actions.drop_target(actor=office, target_id=first.pk, words="  市政府调减任务 ")
    assert (dropped.dropped_on, dropped.dropped_why) == (TODAY, "市政府调减任务")
    for line in (selectors.line_for(row, TODAY), selectors.overview(Campaign.objects.all(), TODAY)[0]):
        assert (line.share, line.code, line.lag, len(line.targets)) == (Fraction(1), "reached", 0, 1)
    assert tell(60) == 0, "nobody is reminded of it"
    (target, standing), *more = selectors.dropped_standing(row)
    assert (target, standing.code, more) == (first, "behind", []) and target.readings.count() == 1
    assert selectors.get_target_for(personas["department"], first.pk) == first
    last = Event.objects.filter(subject_id=first.pk).latest("seq")
    assert (last.action, last.after["dropped_on"]) == ("target.dropped", TODAY.isoformat())
    assert "调减" not in str(list(Event.objects.values_list("after", flat=True)))
    entry = next(each for each in timeline.of_campaign(row) if each.action == "target.dropped")
    assert entry.note == "市政府调减任务" and entry.label.zh == "取消指标"
    assert differences("campaigns.target") == []
    Target.objects.filter(pk=first.pk).update(dropped_on=None)
    assert len(differences("campaigns.target")) == 1, "nothing takes it back but a new target"


def test_after_that_nothing_is_done_with_it_but_a_new_one_is_set(pair: Any, personas: Any) -> None:
    row, first, second = pair
    office, plain = personas["office"], {"name": "改造小区", "measure": "count", "goal": Decimal(1000)}
    drop = lambda target, words="调减": refusal(  # noqa: E731
        lambda: actions.drop_target(actor=office, target_id=target.pk, words=words)
    )
    assert [drop(first, words) for words in ("", "  ", "长" * 301)] == [
        "common.invalid words:required", "common.invalid words:required", "common.invalid words:length",
    ]  # fmt: skip
    assert drop(first) == "" and drop(first) == "campaign.target_dropped"
    assert drop(second) == "campaign.last_target"
    read = lambda: actions.record_reading(actor=office, target_id=first.pk, day=TODAY, value=Decimal(7))  # noqa: E731
    save = lambda: actions.save_target(  # noqa: E731
        actor=office, campaign_id=row.pk, given=actions.TargetInput(**plain, id=first.pk)
    )
    assert refusal(read) == refusal(save) == "campaign.target_dropped"
    again = actions.save_target(actor=office, campaign_id=row.pk, given=actions.TargetInput(**plain))
    assert again.pk != first.pk and [target for target, _ in selectors.line_for(row, TODAY).targets] == [second, again]
    assert drop(second) == ""
    Campaign.objects.filter(pk=row.pk).update(state="finished")
    assert drop(again) == "campaign.ended"


def test_a_campaign_does_not_start_with_dropped_targets_alone(campaign: Make, personas: Any) -> None:
    row = campaign(running=False)
    actions.drop_target(actor=personas["office"], target_id=row.targets.get().pk, words="不再开展")
    start = lambda: actions.move_campaign(actor=personas["office"], campaign_id=row.pk, move="start")  # noqa: E731
    assert refusal(start) == "campaign.no_target"


def test_only_the_office_drops(pair: Any, personas: Any) -> None:
    _row, first, _second = pair
    for who, actor in personas.items():
        if who != "office":
            with pytest.raises(Refused, match=r"common\.not_allowed"):
                actions.drop_target(actor=actor, target_id=first.pk, words="调减")
    first.refresh_from_db()
    assert first.dropped_on is None
