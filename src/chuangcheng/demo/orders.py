"""The hotline's orders in the demo city: drafted before the case is closed, sent, called back, some removed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from chuangcheng.cases import actions as cases
from chuangcheng.cases.models import Case, Order
from chuangcheng.cases.obligations import open_orders_of
from chuangcheng.demo.found import Cast
from chuangcheng.demo.stage import Scene, Stage
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.calendar import CALENDAR
from chuangcheng.kernel.clock import CITY_ZONE

DAYS = Decimal(5)  # working days that this city's 12345 gives for an answer
SATISFIED = {"satisfied": 70, "basically": 18, "dissatisfied": 9, "unclear": 3}


class Orders:
    """Numbers, limits and the ends of orders. Draws by its own dice, so that nothing else in the city moves."""

    def __init__(self, stage: Stage, cast: Cast, seed: int) -> None:
        self.stage = stage
        self.cast = cast
        self.rng = random.Random(f"orders {seed}")
        self._given = 0

    def number(self) -> str:
        """The next number as 12345 gives it."""
        self._given += 1
        return f"YL{clock.now().astimezone(CITY_ZONE):%Y%m%d}{self._given:05d}"

    def due(self) -> datetime | None:
        """When 12345 wants its answer; now and then it names no day."""
        return None if self.rng.random() < 0.05 else CALENDAR.add(clock.now(), DAYS, "work_days").at

    def answer(self, case_id: UUID) -> None:
        """Draft what the case owes, before it is closed, and let the replies go out and be asked about."""
        for order_id, number in sorted(open_orders_of(Case(pk=case_id))):
            self._draft(order_id, number, solved=self.rng.random() < 0.93)

    def answer_refused(self, report_id: UUID) -> None:
        """A report that was not taken on is answered, too; some of these are asked to be counted nowhere."""
        order = Order.objects.filter(report=report_id).first()
        if order is None:
            return
        self._draft(order.pk, order.number, solved=self.rng.random() < 0.3)
        if self.rng.random() < 0.5:
            actor = self._office(0)
            code = self.rng.choice(("repeated", "untrue", "other_area", "no_basis"))
            document = f"云创城核〔{clock.now():%Y}〕{self._given}号"
            cases.ask_removal(actor=actor, order_id=order.pk, reason_code=code, document=document)
            self._later(1, 20, lambda: self._decide(order.pk))

    def _draft(self, order_id: UUID, number: str, *, solved: bool) -> None:
        cases.draft_reply(actor=self._office(0), order_id=order_id)
        if self.rng.random() < 0.97:
            self._later(0.1, 3, lambda: self._send(order_id, number, solved))

    def _send(self, order_id: UUID, number: str, solved: bool) -> None:
        cases.send_reply(actor=self._office(0), order_id=order_id)
        if self.rng.random() < 0.85:
            self._later(8, 30, lambda: self._call_back(number, solved))

    def _call_back(self, number: str, solved: bool) -> None:
        said = (
            self.rng.choices(list(SATISFIED), list(SATISFIED.values()))[0]
            if solved
            else self.rng.choice(("dissatisfied", "basically"))
        )
        cases.record_callback(actor=SYSTEM, number=number, given=cases.Callback(solved, said))

    def _decide(self, order_id: UUID) -> None:
        order = Order.objects.get(pk=order_id)
        others = [actor for actor in self.cast.of("office", "CCB") if actor.person_id != order.removal_asked_by_id]
        if others and self.rng.random() < 0.8:
            cases.decide_removal(actor=others[0], order_id=order_id, granted=self.rng.random() < 0.7)

    def _office(self, place: int) -> Actor:
        return self.cast.of("office", "CCB")[place]

    def _later(self, low: float, high: float, scene: Scene) -> None:
        hours = Decimal(str(round(self.rng.uniform(low, high), 2)))
        self.stage.at(CALENDAR.add(clock.now(), hours, "work_hours").at + timedelta(seconds=1), scene)
