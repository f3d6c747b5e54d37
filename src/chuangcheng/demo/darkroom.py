"""Draws and develops the demo's pictures on another core, ahead of the stage: that is a tenth of the work."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Self, TypeVar

from chuangcheng.demo.pictures import picture
from chuangcheng.photos.imaging import Picture, process

T = TypeVar("T")
AHEAD = 12  # pictures of a kind that wait to be taken


def develop(name: str, kind: str) -> Picture:
    """The picture of that name, made as any phone's photo is: the same name, the same picture."""
    return process(picture(random.Random(name), kind))


class Darkroom:
    """Hands out one picture after the other. Where no second process can be had it makes them itself, the same ones."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made = {"before": 0, "after": 0}
        self._waiting: dict[str, deque[tuple[str, Future[Picture] | None]]] = {"before": deque(), "after": deque()}
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        # Spawned, not forked: a fork would take the open database along.
        self._pool = self._unless_broken(lambda: ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def take(self, kind: str) -> Picture:
        """The next picture of that kind, ``before`` or ``after``."""
        waiting = self._waiting[kind]
        while len(waiting) < AHEAD:
            name = f"{self._seed}/{kind}/{self._made[kind]}"
            self._made[kind] += 1
            waiting.append((name, self._begin(name, kind)))
        name, begun = waiting.popleft()
        return (self._unless_broken(begun.result) if begun else None) or develop(name, kind)

    def _begin(self, name: str, kind: str) -> Future[Picture] | None:
        pool = self._pool
        return self._unless_broken(lambda: pool.submit(develop, name, kind)) if pool else None

    def _unless_broken(self, attempt: Callable[[], T]) -> T | None:
        try:
            return attempt()
        except (BrokenExecutor, OSError):  # no shared memory, no leave to start a process, or it was killed
            self._pool = None
            return None
