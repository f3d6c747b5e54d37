"""One attainment drive of the demo city over its communities: a checklist, assessments, re-checks, mended gaps."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from chuangcheng.campaigns import actions
from chuangcheng.campaigns.models import DriveGap, DrivePlace
from chuangcheng.demo.found import Cast
from chuangcheng.demo.pictures import picture
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.attainment import Item

ITEMS = (
    Item("1", "有居民议事机制并有记录", weight=15, must=True, effort=2),
    Item("2", "楼道无堆放、无飞线充电", weight=15, must=True, effort=3),
    Item("3", "背街小巷无积存垃圾", weight=15, effort=1),
    Item("4", "公益广告完好", weight=10, effort=1),
    Item("5", "本月志愿服务次数", "number", weight=15, at_least=Fraction(4), effort=2),
    Item("6", "机动车乱停放处数", "number", weight=15, at_most=Fraction(2), effort=3),
    Item("7", "文明实践站按时开放", weight=15, effort=2),
)
FILLED, AGAIN = 44, 14


class Drives:
    """Draws by its own dice, so that nothing else in the city moves."""

    def __init__(self, stage: Stage, cast: Cast, seed: int) -> None:
        self.stage, self.cast = stage, cast
        self.rng = random.Random(f"drives {seed}")
        self.office = cast.named["office"]
        self.actors: dict[UUID, Actor] = {
            cast.units[code].pk: found[0]
            for (role, code), found in cast.posted.items()
            if role in ("community", "street") and code in cast.units
        }

    def schedule(self) -> None:
        """The office opens it; communities fill it in; the office looks at what claims to be met."""
        self._at(85, self._open)
        for number in range(FILLED):
            self._at(75 - number * 1.2, lambda number=number: self._fill(number, 0.74))
        for number in range(AGAIN):
            self._at(14.4 - number * 0.7, lambda number=number: self._mend(number))
            self._at(14.2 - number * 0.7, lambda number=number: self._fill(number, 0.96))
        for days in (60, 40, 20, 8):
            self._at(days, self._look)

    def _at(self, days: float, scene: Callable[..., object]) -> None:
        """Let ``scene`` happen so many days before the end, with these dice."""
        self.stage.before(days, scene, self.rng)

    def _open(self) -> None:
        today: date = clock.today().date()
        until = self.stage.end.astimezone(clock.CITY_ZONE).date() + timedelta(days=60)
        given = actions.DriveInput(title="文明社区达标创建", from_on=today, until_on=until, met_from=85,
                                   about="逐个社区对照清单自评，达标的由创城办或街道复核。")  # fmt: skip
        drive = actions.save_drive(actor=self.office, given=given)
        actions.set_checklist(actor=self.office, drive_id=drive.pk, items=ITEMS)
        actions.enrol(actor=self.office, drive_id=drive.pk)
        actions.move_drive(actor=self.office, drive_id=drive.pk, move="open")

    def _place(self, number: int) -> DrivePlace | None:
        rows = DrivePlace.objects.select_related("unit").order_by("code")
        return rows[number * 2 : number * 2 + 1].first()

    def _fill(self, number: int, likely: float) -> None:
        place = self._place(number)
        if place is None or place.state == "claimed":
            return
        answers: dict[str, Any] = {
            item.code: self.rng.random() < likely
            if item.answer == "yes"
            else str(self.rng.randrange(4, 9) if (self.rng.random() < likely) is (item.code == "5") else 1)
            for item in ITEMS
        }
        actions.fill_in(actor=self.actors.get(place.unit_id, SYSTEM), place_id=place.pk, answers=answers)

    def _mend(self, number: int) -> None:
        place = self._place(number)
        gap = DriveGap.objects.filter(place=place, state="open").first()
        if place is not None and gap is not None:
            shots = [picture(self.rng, "after")]
            actor = self.actors.get(place.unit_id, SYSTEM)
            actions.finish_gap(actor=actor, gap_id=gap.pk, words="已组织整改，专人负责。", shots=shots)

    def _look(self) -> None:
        """The office re-checks what waits; one in five does not hold."""
        for place in DrivePlace.objects.filter(state="claimed").order_by("code")[:12]:
            failed = ["3"] if self.rng.random() < 0.2 else []
            words = "现场仍有积存垃圾" if failed else "现场与自评一致"
            actions.recheck(actor=self.office, place_id=place.pk, failed=failed, words=words)
