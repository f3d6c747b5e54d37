"""The worker process: runs effects as they come in and periodic duties. ``python -m chuangcheng.worker.background``."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from typing import TypeVar

from chuangcheng.worker import watch

T = TypeVar("T")
log = logging.getLogger(__name__)
SHORTEST_REST, LONGEST_REST = 0.05, 0.5  # seconds without work; the longest is how late an effect may start
DUTY_REST = 1.0
JOB_REST = 0.5
FILM_REST = 2.0
FIRST_RETRY, LAST_RETRY = 0.5, 10.0  # seconds after the database refused


def main() -> None:
    """Work until told to stop, or until the parent is gone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chuangcheng.config.django")
    import django

    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    if os.environ.get(watch.MARK) == "1":
        watch.until_input_ends(end)
    django.setup()
    run(stop)


def run(stop: threading.Event) -> None:
    """Effects in this thread, duties, jobs and films in others, until ``stop`` is set. Waits for migrations."""
    from chuangcheng.worker import chores

    chores.register()
    wait_until_ready(stop)
    loops = {"duties": duty_loop, "jobs": job_loop, "films": film_loop}
    beside = [threading.Thread(target=loop, args=(stop,), name=name) for name, loop in loops.items()]
    for thread in beside:
        thread.start()
    effect_loop(stop)
    for thread in beside:
        thread.join()


def wait_until_ready(stop: threading.Event) -> None:
    """Rows of another version must not be touched."""
    from chuangcheng.worker import migrating

    while not stop.is_set():
        names = _patiently(stop, migrating.pending)
        if not names:
            return
        log.warning("waiting: %d migrations are pending", len(names))
        stop.wait(2)


def effect_loop(stop: threading.Event) -> None:
    """Run due outbox rows; rest ever longer while there are none."""
    from chuangcheng.history import sweep

    rest = SHORTEST_REST
    while not stop.is_set():
        if _patiently(stop, sweep.run_pending):
            rest = SHORTEST_REST
            continue
        stop.wait(rest)
        rest = min(rest * 2, LONGEST_REST)


def duty_loop(stop: threading.Event) -> None:
    """Run due duties."""
    from django.db import connection

    from chuangcheng.history import duties

    try:
        while not stop.is_set():
            _patiently(stop, duties.run_due)
            stop.wait(DUTY_REST)
    finally:
        connection.close()


def job_loop(stop: threading.Event) -> None:
    """Do the jobs that people ordered, one after the other; one under way gives itself back when told to stop."""
    from django.db import connection

    from chuangcheng.people import jobs

    try:
        while not stop.is_set():
            if not _patiently(stop, lambda: jobs.run_next(stop.is_set)):
                stop.wait(JOB_REST)
    finally:
        connection.close()


def film_loop(stop: threading.Event) -> None:
    """Process the videos that came in, one after the other; one under way gives itself back when told to stop."""
    from django.db import connection

    from chuangcheng.photos import filming

    try:
        while not stop.is_set():
            if not _patiently(stop, lambda: filming.run_next(stop.is_set)):
                stop.wait(FILM_REST)
    finally:
        connection.close()


def _patiently(stop: threading.Event, work: Callable[[], T]) -> T | None:
    """Do ``work``; when the database cannot be reached, try again with a new connection, ever more slowly."""
    from django.db import DatabaseError, InterfaceError, connection

    rest = FIRST_RETRY
    while not stop.is_set():
        try:
            return work()
        except (DatabaseError, InterfaceError) as error:
            log.warning("the database refused (%s); again in %.1f s", type(error).__name__, rest)
            connection.close()
            stop.wait(rest)
            rest = min(rest * 2, LAST_RETRY)
    return None


if __name__ == "__main__":
    main()
