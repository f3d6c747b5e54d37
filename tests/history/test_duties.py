"""Periodic duties: done once by one worker, again after their interval, and never lost with a killed worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from chuangcheng.history import duties
from chuangcheng.history.models import Version
from chuangcheng.kernel import clock

START = datetime(2026, 9, 15, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_other_duties(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duties, "_duties", {})


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Move the machine's clock forward by seconds."""
    moment = [START]
    monkeypatch.setattr(clock, "real", lambda: moment[0])

    def move(seconds: float) -> None:
        moment[0] += timedelta(seconds=seconds)

    yield move


def test_a_duty_runs_at_once_and_then_after_its_interval(later: Callable[[float], None]) -> None:
    done: list[str] = []
    duties.periodic("room.tidy", 60)(lambda: done.append("tidy"))
    assert duties.run_due() == 1
    assert duties.run_due() == 0
    later(59)
    assert duties.run_due() == 0
    later(1)
    assert duties.run_due() == 1
    assert done == ["tidy", "tidy"]


def test_duties_keep_their_own_time(later: Callable[[float], None]) -> None:
    done: list[str] = []
    duties.periodic("room.often", 10)(lambda: done.append("often"))
    duties.periodic("room.seldom", 100)(lambda: done.append("seldom"))
    for _ in range(4):
        duties.run_due()
        later(10)
    assert done == ["often", "seldom", "often", "often", "often"]


def test_a_duty_without_work_claims_nothing(later: Callable[[float], None]) -> None:
    work = [False]
    duties.periodic("room.lazy", 10, needed=lambda: work[0])(lambda: None)
    assert duties.run_due() == 0
    assert not Version.objects.filter(name="duty.room.lazy").exists()
    work[0] = True
    assert duties.run_due() == 1


def test_a_failing_duty_is_logged_and_tried_next_time(
    later: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ValueError("broken")

    duties.periodic("room.broken", 30)(fail)
    assert duties.run_due() == 1
    assert "duty room.broken failed" in caplog.text
    assert duties.run_due() == 0
    later(30)
    assert duties.run_due() == 1


def test_two_workers_do_not_do_the_same(later: Callable[[float], None]) -> None:
    inner: list[int] = []

    def work() -> None:
        inner.append(duties.run_due())  # another worker comes by while this one is at it

    duties.periodic("room.long", 60)(work)
    assert duties.run_due() == 1
    assert inner == [0]


def test_a_claim_is_lost_by_the_slower_worker(later: Callable[[float], None]) -> None:
    duty = duties.Duty("room.contested", 60, lambda: None)
    assert duties._claim(duty)
    assert not duties._claim(duty)


def test_a_killed_workers_duty_is_taken_over(later: Callable[[float], None]) -> None:
    def die() -> None:
        raise KeyboardInterrupt

    duties.periodic("room.fatal", 5)(die)
    with pytest.raises(KeyboardInterrupt):
        duties.run_due()
    later(5)
    assert duties.run_due() == 0, "the claim of the killed worker still stands"
    done: list[int] = []
    duties.periodic("room.fatal", 5)(lambda: done.append(1))
    later(duties.LEASE)
    assert duties.run_due() == 1
    assert done == [1]


def test_release_gives_back_the_claims_of_killed_workers(later: Callable[[float], None]) -> None:
    duty = duties.Duty("room.held", 3600, lambda: None)
    duties._duties["room.held"] = duty
    Version.objects.create(name="places", number=7)
    assert duties._claim(duty)
    assert duties.release() == 1
    assert duties.run_due() == 1
    assert Version.objects.get(name="places").number == 7, "other versions are none of its business"
