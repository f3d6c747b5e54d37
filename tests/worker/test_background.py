"""The worker's loops, with a stop that counts its rests instead of resting."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError

from chuangcheng.history import duties, sweep
from chuangcheng.worker import background, migrating
from chuangcheng.worker.background import LAST_RETRY, LONGEST_REST, SHORTEST_REST


class Stop(threading.Event):
    """Notes how long it was asked to rest and is set after ``rests`` of them."""

    def __init__(self, rests: int) -> None:
        super().__init__()
        self.left, self.rested = rests, list[float]()

    def wait(self, timeout: float | None = None) -> bool:
        self.rested.append(timeout or 0.0)
        self.left -= 1
        if self.left <= 0:
            self.set()
        return self.is_set()


def answers(*values: object) -> Callable[[], object]:
    """A function that gives one value a call, the last for ever; errors among them are raised."""
    given = list(values)

    def answer() -> object:
        value = given.pop(0) if len(given) > 1 else given[0]
        if isinstance(value, Exception):
            raise value
        return value

    return answer


def test_it_rests_ever_longer_but_never_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "run_pending", answers(0))
    stop = Stop(8)
    background.effect_loop(stop)
    assert stop.rested[:3] == [SHORTEST_REST, SHORTEST_REST * 2, SHORTEST_REST * 4]
    assert max(stop.rested) == stop.rested[-1] == LONGEST_REST <= 0.5


def test_work_is_done_without_rest_and_shortens_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "run_pending", answers(0, 0, 5, 200, 0))
    stop = Stop(3)
    background.effect_loop(stop)
    assert stop.rested == [SHORTEST_REST, SHORTEST_REST * 2, SHORTEST_REST]


@pytest.mark.django_db
def test_a_database_that_refuses_is_tried_again_more_slowly(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    closed: list[int] = []
    monkeypatch.setattr("django.db.connection.close", lambda: closed.append(1))
    stop = Stop(9)
    gone = OperationalError("server closed the connection")
    assert background._patiently(stop, answers(*[gone] * 6, 7)) == 7
    assert stop.rested == sorted(stop.rested)
    assert stop.rested[-1] == LAST_RETRY
    assert len(closed) == 6
    assert "OperationalError" in caplog.text


@pytest.mark.django_db
def test_told_to_stop_it_gives_up_on_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    stop = Stop(2)
    assert background._patiently(stop, answers(OperationalError("gone"))) is None
    assert len(stop.rested) == 2


def test_it_waits_while_migrations_are_pending(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(migrating, "pending", answers(["cases.0002"], ["cases.0002"], []))
    stop = Stop(5)
    background.wait_until_ready(stop)
    assert len(stop.rested) == 2
    assert not stop.is_set()
    assert "1 migrations are pending" in caplog.text


def test_duties_are_looked_at_every_second(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(duties, "run_due", lambda: seen.append(1))
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    stop = Stop(3)
    background.duty_loop(stop)
    assert len(seen) == 3
    assert set(stop.rested) == {background.DUTY_REST}
