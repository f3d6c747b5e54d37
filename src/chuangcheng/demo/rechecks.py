"""抽查复核 in the demo: drawn each night of the last week, looked at by inspectors; a few closures were none."""

from __future__ import annotations

import random
from datetime import timedelta

from chuangcheng.cases import actions as cases
from chuangcheng.cases import rechecks
from chuangcheng.cases.models import Recheck
from chuangcheng.demo.found import Cast
from chuangcheng.demo.pictures import picture
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import seeded
from chuangcheng.photos.actions import prepare
from chuangcheng.photos.imaging import Picture

DAYS = 6  # so that the first ones drawn are not due before the end
A_DAY = 8  # the one who looks gets to so many
#: What was found of closures that were none.
FOUND = ("只清了路面，绿化带里还有一堆。", "垃圾已移到旁边巷口，没有清走。", "照片上的位置不对，原处没有动。")


class Rechecks:
    """Dice of its own: what the draw by the home's key brings must not move the rest of the city."""

    def __init__(self, stage: Stage, cast: Cast, seed: int) -> None:
        self.stage = stage
        self.cast = cast
        self.rng = random.Random(f"rechecks/{seed}")
        self._shots: list[Picture] = []

    def schedule(self) -> None:
        """A draw each night; in the afternoons an inspector sees some, but nobody sees what was drawn last."""
        for day in range(min(DAYS, (self.stage.end - self.stage.start).days)):
            self.stage.at(self.stage.end - timedelta(days=day, hours=5), self._draw)
            if day > 1:
                self.stage.at(self.stage.end - timedelta(days=day) + timedelta(hours=7), self._look)

    def _draw(self) -> None:
        now = clock.now()
        cases.lapse_rechecks(now=now)
        cases.draw_rechecks(now=now)

    def _look(self) -> None:
        inspector = self.cast.of("inspector", "CCB")[0]
        for row in list(rechecks.to_answer(inspector)[:A_DAY]):
            self._answer(inspector, row, "")

    def _answer(self, inspector: Actor, row: Recheck, note: str) -> None:
        if (row.case.state, row.case.closed_at) != ("closed", row.closed_at):
            return  # opened again by somebody else since it was drawn
        with seeded(self.rng):
            cases.answer_recheck(
                actor=inspector, recheck_id=row.pk, fixed=not note, photo=self._shot(bool(note)), note=note,
                lat=row.case.lat, lon=row.case.lon,
            )  # fmt: skip

    def _shot(self, bad: bool) -> bytes | Picture:
        """A few pictures do for all: drawing each would take longer than the looks themselves."""
        if bad:
            return picture(self.rng, "before")
        if len(self._shots) < 3:
            self._shots.append(prepare(data=picture(self.rng, "after")))
        return self.rng.choice(self._shots)

    def find_some(self) -> None:
        """This morning: some of what waits is not fixed, and open again."""
        inspector = self.cast.of("inspector", "CCB")[0]
        waiting = rechecks.to_answer(inspector).order_by("-why", "due_at", "id")  # by lot first
        for row, note in zip(list(waiting[: len(FOUND)]), FOUND, strict=False):
            self._answer(inspector, row, note)
