"""Keeps child processes alive, and takes them down with it."""

from __future__ import annotations

import logging
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chuangcheng.worker import watch

log = logging.getLogger(__name__)
POLL = 0.1
FIRST_BACKOFF, LAST_BACKOFF = 0.5, 30.0  # seconds before a died child is started again
HEALTHY_SECONDS = 60.0  # a child that lived so long starts with the first back-off again
STOP_SECONDS = 20.0


@dataclass
class Child:
    """One process to keep alive."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    backoff: float = FIRST_BACKOFF
    restarts: int = 0
    start_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it with a standard input that ends when we do."""
        env = {**os.environ, **self.env, watch.MARK: "1"}
        self.process = subprocess.Popen(list(self.command), env=env, stdin=subprocess.PIPE)  # noqa: S603 - our own
        self.started = time.monotonic()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None

    def look(self, now: float) -> None:
        """Start it when it is time; note when it died."""
        if self.alive:
            return
        if self.process is not None:
            self._died(now, self.process)
        if now >= self.start_at:
            self.start()

    def _died(self, now: float, process: subprocess.Popen[bytes]) -> None:
        if now - self.started >= HEALTHY_SECONDS:
            self.backoff = FIRST_BACKOFF
        log.warning("%s ended with %s; again in %.1f s", self.name, process.returncode, self.backoff)
        _close(process)
        self.process, self.start_at = None, now + self.backoff
        self.backoff = min(self.backoff * 2, LAST_BACKOFF)
        self.restarts += 1


class Supervisor:
    """Starts children and restarts those that die, until :meth:`stop`. Children may be added while it runs."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._lock = threading.Lock()
        self.stopping = threading.Event()

    def add(self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None) -> Child:
        """Take another child in and start it at once."""
        child = Child(name, command, env or {})
        with self._lock:
            child.start()
            self._children.append(child)
        return child

    def run(self) -> None:
        """Watch until :meth:`stop` is called or signalled, then end all children."""
        try:
            while not self.stopping.wait(POLL):
                self.look()
        finally:
            self.end()

    def look(self) -> None:
        """One look at every child."""
        with self._lock:
            for child in self._children:
                child.look(time.monotonic())

    def stop(self) -> None:
        """Ask :meth:`run` to end."""
        self.stopping.set()

    def end(self) -> None:
        """End every child: ask, wait, kill."""
        with self._lock:
            processes = [child.process for child in self._children if child.process is not None]
            for process in processes:
                if process.poll() is None:
                    process.terminate()
            give_up = time.monotonic() + STOP_SECONDS
            for process in processes:
                _wait(process, give_up)
                _close(process)
            self._children.clear()


def _wait(process: subprocess.Popen[bytes], give_up: float) -> None:
    try:
        process.wait(timeout=max(0.1, give_up - time.monotonic()))
    except subprocess.TimeoutExpired:
        log.warning("process %d did not stop and is killed", process.pid)
        process.kill()
        process.wait()


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
