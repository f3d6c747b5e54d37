"""One server of a home: web, worker and sweep as one process group under a parent that alone migrates."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.settings import Settings
from chuangcheng.worker import lock, migrating
from chuangcheng.worker.place import Place
from chuangcheng.worker.supervisor import Supervisor

Say = Callable[[str], None]
PORT_SECONDS = 5.0
READY_SECONDS = 60.0


WORKER = [sys.executable, "-m", "chuangcheng.worker.background"]


def serve(
    settings: Settings, place: Place, *, worker: bool = True, say: Say = lambda _: None, ready: Say = lambda _: None
) -> None:
    """Migrate, then serve until a signal. ``ready`` is called once with the address when pages can be served."""
    with only_server(settings):
        prepare(settings, place, say)
        supervisor = Supervisor()
        with stopped_by_signals(supervisor):
            connections.close_all()  # the parent only waits; it need not hold a connection
            start(supervisor, settings, place)
            if worker:
                supervisor.add("worker", WORKER, environment(settings))
            if wait_until_ready(place, supervisor):
                ready(place.address)
            elif not supervisor.stopping.is_set():
                say(f"{place.address} is not ready after {READY_SECONDS:.0f} s; see the messages above")
            supervisor.run()


def prepare(settings: Settings, place: Place, say: Say) -> None:
    """Check the port, migrate, and give back what killed processes of this home had claimed."""
    free_port(place)
    migrating.migrate(settings, say)
    if settings.is_sqlite:  # on PostgreSQL other machines may have workers that live
        from chuangcheng.history import duties, sweep
        from chuangcheng.people import jobs
        from chuangcheng.photos import filming

        sweep.release()
        jobs.release()
        filming.release()
        duties.release()


def start(supervisor: Supervisor, settings: Settings, place: Place) -> None:
    """Start the web process."""
    supervisor.add("web", place.command(), environment(settings))


@contextmanager
def only_server(settings: Settings) -> Iterator[None]:
    """Hold the home's server lock; ``operations.already_running`` when another server has it."""
    try:
        with lock.held(settings.home / "serve.lock", wait=PORT_SECONDS):
            yield
    except lock.Busy:
        raise Refused("operations.already_running", home=settings.home) from None


@contextmanager
def stopped_by_signals(supervisor: Supervisor) -> Iterator[None]:
    """Let SIGINT, SIGTERM and SIGHUP end the supervisor; whatever ends the block, no child is left."""

    def stop(*_: object) -> None:
        supervisor.stop()

    numbers = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if os.name != "nt" else [])]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        supervisor.end()
        for number, handler in before.items():
            signal.signal(number, handler)


def free_port(place: Place) -> None:
    """Wait a moment for a dying server's port; ``operations.port_in_use`` when it stays taken."""
    give_up = time.monotonic() + PORT_SECONDS
    while not _is_free(place):
        if time.monotonic() > give_up:
            raise Refused("operations.port_in_use", port=place.port)
        time.sleep(0.2)


def _is_free(place: Place) -> bool:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.host, place.port))
        except OSError:
            return False
    return True


def wait_until_ready(place: Place, supervisor: Supervisor) -> bool:
    """Wait until ``/readyz`` says yes; False when told to stop first or when it takes too long."""
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up and not supervisor.stopping.wait(0.1):
        supervisor.look()
        if is_ready(place):
            return True
    return False


def is_ready(place: Place) -> bool:
    """Whether the server at ``place`` answers that it is ready."""
    host = place.address.split("://")[1].rsplit(":", 1)[0]
    connection: http.client.HTTPConnection
    if place.tls_cert:
        # It is our own server on our own machine, whose certificate names another host.
        connection = http.client.HTTPSConnection(
            host,
            place.port,
            timeout=5,
            context=ssl._create_unverified_context(),  # noqa: S323
        )
    else:
        connection = http.client.HTTPConnection(host, place.port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Connection": "close"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def environment(settings: Settings) -> dict[str, str]:
    """What a child must know to open the same home."""
    return {"CHUANGCHENG_HOME": str(settings.home)}
