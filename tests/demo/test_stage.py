"""The stage plays scenes in order of time, holds the clock, and a day is all or nothing."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from chuangcheng.demo.stage import Stage
from chuangcheng.kernel import clock, ids
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.places.models import Division

START = datetime(2026, 9, 14, 8, 30, tzinfo=CITY_ZONE)
pytestmark = pytest.mark.django_db


def quiet(_share: float, _text: str) -> None:
    """Nobody watches."""


def no_closing(_midnight: datetime) -> None:
    """Nothing happens at the end of a day."""


def stage(days: int = 3) -> Stage:
    return Stage(random.Random(1), START, START + timedelta(days=days))


def test_scenes_play_in_order_of_time_whatever_the_order_of_asking() -> None:
    played: list[int] = []
    one = stage()
    for hours in (30, 2, 14):
        one.at(START + timedelta(hours=hours), lambda hours=hours: played.append(hours))  # type: ignore[misc]
    assert one.play(no_closing, quiet) == 3
    assert played == [2, 14, 30]


def test_equal_moments_keep_the_order_of_asking() -> None:
    played: list[str] = []
    one = stage()
    for name in ("first", "second", "third"):
        one.at(START + timedelta(hours=1), lambda name=name: played.append(name))  # type: ignore[misc]
    one.play(no_closing, quiet)
    assert played == ["first", "second", "third"]


def test_the_clock_stands_at_the_scene() -> None:
    seen: list[datetime] = []
    one = stage()
    one.at(START + timedelta(hours=5), lambda: seen.append(clock.now()))
    one.play(no_closing, quiet)
    assert seen == [START + timedelta(hours=5)]


def test_what_lies_beyond_the_end_never_happens() -> None:
    one = stage(days=1)
    one.at(START + timedelta(days=1, seconds=1), lambda: pytest.fail("played"))
    assert one.play(no_closing, quiet) == 0


def test_a_scene_may_ask_for_another_on_the_same_day() -> None:
    played: list[str] = []
    one = stage()
    one.at(START + timedelta(hours=1), lambda: one.at(START + timedelta(hours=2), lambda: played.append("later")))
    assert one.play(no_closing, quiet) == 2
    assert played == ["later"]


def test_after_counts_working_time() -> None:
    """Monday 17:00 and two hours of work later is Tuesday 09:00: 18:00 closes, 08:00 opens."""
    moments: list[datetime] = []
    one = stage()
    monday = START.replace(hour=17, minute=0)
    one.at(monday, lambda: one.after(2, 2, lambda: moments.append(clock.now())))
    one.play(no_closing, quiet)
    assert moments == [(monday + timedelta(days=1)).replace(hour=9)]


def test_every_day_is_closed_once_at_its_midnight_and_the_last_at_the_end() -> None:
    closed: list[tuple[datetime, datetime]] = []
    one = stage(days=2)
    one.play(lambda midnight: closed.append((midnight, clock.now())), quiet)
    first = START.replace(hour=0, minute=0)
    assert [midnight for midnight, _ in closed] == [first + timedelta(days=day) for day in range(3)]
    assert [now for _, now in closed] == [first + timedelta(days=1), first + timedelta(days=2), one.end]


def test_a_broken_scene_leaves_nothing_of_its_day() -> None:
    one = stage()

    def make(code: str) -> None:
        Division.objects.create(code=code, name=code, level="city", path=f"{code}/")

    def break_down() -> None:
        raise RuntimeError("broken")

    one.at(START + timedelta(hours=1), lambda: make("110000"))
    one.at(START + timedelta(days=1), lambda: make("120000"))
    one.at(START + timedelta(days=1, hours=1), break_down)
    with pytest.raises(RuntimeError, match="broken"):
        one.play(no_closing, quiet)
    assert list(Division.objects.values_list("code", flat=True)) == ["110000"]


def test_progress_ends_at_the_whole() -> None:
    shares: list[float] = []
    stage(days=4).play(no_closing, lambda share, _text: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] >= 1


def test_a_refused_scene_is_counted_and_the_day_goes_on() -> None:
    played: list[str] = []
    one = stage(days=1)

    def refused() -> None:
        raise Refused("common.not_found")

    one.at(START + timedelta(hours=1), refused)
    one.at(START + timedelta(hours=2), lambda: played.append("next"))
    one.play(no_closing, quiet)
    assert one.refused == {"common.not_found": 1}
    assert played == ["next"]


@pytest.mark.parametrize(("days", "first", "happens"), [(1.0, 0, True), (3.0, 0, True), (3.1, 0, False),
                                                         (2.5, 1, False), (2.0, 1, True)])  # fmt: skip
def test_a_scene_so_many_days_before_the_end_has_dice_of_its_own(days: float, first: int, happens: bool) -> None:
    made: list[list[object]] = []
    for _ in range(2):
        one, found = stage(), []
        one.before(days, lambda found=found: found.append(ids.new_id()), random.Random(7), timedelta(days=first))  # type: ignore[misc]
        assert one.play(no_closing, quiet) == int(happens)
        made.append(found)
    assert made[0] == made[1] and bool(made[0]) is happens, "the same dice, the same ids"
