"""The stage: a queue of things that will happen, played in order of time with the clock held at each."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from chuangcheng.history import sweep
from chuangcheng.kernel import clock, ids
from chuangcheng.kernel.calendar import CALENDAR, TimeUnit
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused

Scene = Callable[[], None]
NONE = timedelta()
Progress = Callable[[float, str], None]


class Stage:
    """Plays scenes until ``end``. A day is one transaction: the history is made by the real actions, but a laptop's
    disk need not confirm every one of its forty thousand rows by itself. ``refused`` counts what the rules refused."""

    def __init__(self, rng: random.Random, start: datetime, end: datetime) -> None:
        self.rng = rng
        self.start = start
        self.end = end
        self.refused: Counter[str] = Counter()
        self._queue: list[tuple[datetime, int, Scene]] = []
        self._count = 0

    def at(self, moment: datetime, scene: Scene) -> None:
        """Let ``scene`` happen at ``moment``; what lies beyond the end never happens."""
        if moment <= self.end:
            self._count += 1
            heapq.heappush(self._queue, (moment, self._count, scene))

    def before(self, days: float, scene: Callable[[], object], rng: random.Random, first: timedelta = NONE) -> None:
        """Let ``scene`` happen so many days before the end, with dice of its own; never earlier than ``first`` after
        the start."""
        self.seeded(self.end - timedelta(days=days), scene, rng, first)

    def seeded(
        self, moment: datetime, scene: Callable[[], object], rng: random.Random, first: timedelta = NONE
    ) -> None:
        """As :meth:`at`, with dice of its own for the ids; never earlier than ``first`` after the start."""

        def act() -> None:
            with ids.seeded(rng):
                scene()

        if moment >= self.start + first:
            self.at(moment, act)

    def after(self, low: float, high: float, scene: Scene, unit: TimeUnit = "work_hours") -> None:
        """Let ``scene`` happen between ``low`` and ``high`` hours of working time from now."""
        amount = Decimal(str(round(self.rng.uniform(low, high), 2)))
        self.at(CALENDAR.add(clock.now(), amount, unit).at, scene)

    def play(self, each_day: Callable[[datetime], None], progress: Progress) -> int:
        """Play everything; ``each_day`` closes a day. Returns the number of scenes played."""
        played = 0
        midnight = self.start.astimezone(CITY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        while midnight < self.end:
            following = midnight + timedelta(days=1)
            with transaction.atomic():
                played += self._play_until(min(following, self.end))
                with clock.at(min(following, self.end)):
                    sweep.drain()
                    each_day(midnight)
            progress((following - self.start) / (self.end - self.start), f"{midnight:%Y-%m-%d}")
            midnight = following
        return played

    def _play_until(self, limit: datetime) -> int:
        played = 0
        while self._queue and self._queue[0][0] < limit:
            moment, _, scene = heapq.heappop(self._queue)
            with clock.at(moment):
                try:
                    scene()
                except Refused as refused:  # as for any clerk: the screen says no, and work goes on
                    self.refused[refused.code] += 1
            played += 1
        return played
