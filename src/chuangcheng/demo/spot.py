"""即知即改 in the demo: small things put right on the spot; some are looked at again, a few come back."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from chuangcheng.cases import actions as cases
from chuangcheng.cases import quickfixes
from chuangcheng.demo.found import Cast
from chuangcheng.demo.pictures import picture
from chuangcheng.demo.plan import Area, Plan, inside
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import seeded
from chuangcheng.photos.actions import Declaration, prepare
from chuangcheng.photos.models import PhotoRole

A_DAY = 3
#: What two hands can put right: litter, a full bin, things in the stairwell, a bicycle in the way, flyers.
KINDS = ("06010", "06042", "06036", "06017", "06012")
CAME_BACK = 3
LOGINS_SHARE = 10  # every tenth lies in the grid of the logins


class Spot:
    """Rows over the quarter. They have dice of their own: what the draw by the home's key brings must not move the
    rest of the city."""

    def __init__(self, stage: Stage, plan: Plan, cast: Cast, seed: int) -> None:
        self.stage = stage
        self.cast = cast
        self.grids = plan.grids
        self.rng = random.Random(f"spot/{seed}")
        self._street = cast.units[f"JD{self.grids[0].code[:9]}"].pk

    def schedule(self) -> None:
        """Some each day; a look at what was drawn, in the afternoon of every other day."""
        span = self.stage.end - self.stage.start
        for number in range(span.days * A_DAY):
            grid = self.grids[0] if number % LOGINS_SHARE == 0 else self.rng.choice(self.grids)
            moment = self.stage.start + span * self.rng.random()
            self.stage.at(moment, self._fixing(grid, number))
        for day in range(2, span.days, 2):
            self.stage.at(self.stage.end - timedelta(days=day) + timedelta(hours=7), self._look)
        for number in range(CAME_BACK):
            self.stage.at(self.stage.end - timedelta(days=2 + number), lambda: self._fix_in_vain(self.grids[0]))

    def _fixing(self, grid: Area, number: int) -> Callable[[], None]:
        def scene() -> None:
            self._fix(grid, number)

        return scene

    def _worker(self, grid: Area) -> Actor | None:
        found = self.cast.of("grid", f"SQ{grid.parent}") or self.cast.of("community", f"SQ{grid.parent}")
        return self.rng.choice(found) if found else None

    def _fix(self, grid: Area, number: int) -> tuple[float, float, str]:
        lon, lat = inside(grid, self.rng)
        code = self.rng.choice(KINDS)
        worker = self._worker(grid)
        if worker is None:
            return lon, lat, code
        with seeded(self.rng):
            shots = [prepare(data=picture(self.rng, "after"))] if number % 40 == 0 else []
            given = cases.QuickFixInput(
                id=UUID(int=self.rng.getrandbits(128), version=4), category_code=code, lon=lon, lat=lat,
                photos=tuple(Declaration(shot.original_sha256, PhotoRole.AFTER) for shot in shots),
            )  # fmt: skip
            row = cases.record_quickfix(actor=worker, given=given)[0]
            for shot in shots:
                cases.ingest_quickfix_photo(
                    actor=worker, fix_id=row.pk, sha256=shot.original_sha256, data=shot
                )  # fmt: skip
        return lon, lat, code

    def _fix_in_vain(self, grid: Area) -> None:
        """Within a day somebody files the very thing again."""
        lon, lat, code = self._fix(grid, 1)
        later = min(clock.now() + timedelta(hours=20), self.stage.end - timedelta(minutes=50))
        self.stage.at(later, lambda: self._file(lon, lat, code))

    def _file(self, lon: float, lat: float, code: str) -> None:
        office = self.cast.named["office"]
        with seeded(self.rng):
            case = cases.file_case(
                actor=office, text="前一天刚清理过，今天又堆上了。", category_code=code, lat=lat, lon=lon, address="",
                source="patrol",
            )  # fmt: skip
            cases.dispatch_case(actor=office, case_id=case.pk, unit_id=self._street)

    def _look(self) -> None:
        """An inspector sees what was drawn more than two days ago; the rest waits."""
        inspector = self.cast.of("inspector", "CCB")[0]
        ripe = quickfixes.to_look_at(inspector).filter(fixed_at__lt=clock.now() - timedelta(days=2))
        for row in list(ripe):
            cases.look_again(actor=inspector, fix_id=row.pk, held=True)
