"""The worker's third loop: jobs that people ordered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from chuangcheng.people import jobs
from chuangcheng.worker import background
from chuangcheng.worker.background import JOB_REST
from tests.worker.test_background import Stop, answers


def test_jobs_are_done_one_after_the_other_and_then_it_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[Callable[[], bool]] = []

    def run_next(stopping: Callable[[], bool]) -> bool:
        done.append(stopping)
        return len(done) % 3 != 0

    monkeypatch.setattr(jobs, "run_next", run_next)
    stop = Stop(2)
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    background.job_loop(stop)
    assert len(done) == 6
    assert stop.rested == [JOB_REST, JOB_REST]


def test_a_job_under_way_learns_that_the_worker_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop(1)
    said: list[bool] = []

    def run_next(stopping: Callable[[], bool]) -> bool:
        said.append(stopping())
        stop.set()
        said.append(stopping())
        return True

    monkeypatch.setattr(jobs, "run_next", run_next)
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    background.job_loop(stop)
    assert said == [False, True]


def test_a_database_that_refuses_does_not_end_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = answers(OperationalError("gone"), False)
    monkeypatch.setattr(jobs, "run_next", lambda stopping: answer())
    closed: list[Any] = []
    monkeypatch.setattr("django.db.connection.close", lambda: closed.append(1))
    stop = Stop(2)
    background.job_loop(stop)
    assert stop.rested == [background.FIRST_RETRY, JOB_REST]
    assert len(closed) == 2, "once for the broken connection, once at the end"


def test_the_worker_runs_all_four_loops_and_ends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    def loop(name: str) -> Callable[[threading.Event], None]:
        def run(stop: threading.Event) -> None:
            seen[name] = threading.current_thread().name

        return run

    for name in ("effect_loop", "duty_loop", "job_loop", "film_loop"):
        monkeypatch.setattr(background, name, loop(name))
    monkeypatch.setattr(background, "wait_until_ready", lambda stop: None)
    monkeypatch.setattr("chuangcheng.worker.chores.register", lambda: None)
    background.run(threading.Event())
    assert {**seen, "effect_loop": ""} == {
        "effect_loop": "", "duty_loop": "duties", "job_loop": "jobs", "film_loop": "films"
    }  # fmt: skip


def test_the_loop_of_films_goes_on_until_it_is_told_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    from chuangcheng.photos import filming

    left = [True, True]
    monkeypatch.setattr(filming, "run_next", lambda stopping: bool(left and left.pop()))
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    stop = Stop(1)
    background.film_loop(stop)
    assert left == [] and stop.rested == [background.FILM_REST]
