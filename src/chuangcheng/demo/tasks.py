"""Sixty tasks of the demo city in every state: set, reported on, reviewed, upheld, late, back again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from chuangcheng.demo.found import Cast
from chuangcheng.demo.pictures import picture
from chuangcheng.demo.plan import words
from chuangcheng.demo.stage import Stage
from chuangcheng.framework.models import DutyKind
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.people.models import Person, Unit
from chuangcheng.tasks import actions

TASKS = 60


class Tasks:
    """Draws by its own dice, so that nothing else in the city moves."""

    def __init__(self, stage: Stage, cast: Cast, seed: int) -> None:
        self.stage, self.cast = stage, cast
        self.rng = random.Random(f"tasks {seed}")
        self.texts: dict[str, Any] = words()["tasks"]
        self.today: date = stage.end.astimezone(clock.CITY_ZONE).date()
        self._ids: dict[int, UUID] = {}
        self.doers: dict[int, tuple[Actor, Unit]] = {}

    def schedule(self) -> None:
        """Every unit in turn; each number leads one kind of life."""
        posted = sorted(
            key for key in self.cast.posted if key[0] in {"department", "street"} and key[1][:2] in {"BM", "JD"}
        )
        lives = (
            self._waiting,
            self._working,
            self._asking,
            self._passed,
            self._ended,
            self._upheld,
            self._late,
            self._back,
        )
        for number in range(TASKS):
            role, code = posted[(number * 7) % len(posted)]
            self.doers[number] = self.cast.of(role, code)[0], self.cast.units[code]
            lives[number % len(lives)](number, *self.doers[number])
        for days in (14.3, 7.3, 0.3):
            self.at(days, lambda: actions.make_due(today=clock.today().date()))

    def id_of(self, number: int) -> UUID | None:
        """The task of that number, None before it is set."""
        return self._ids.get(number)

    def at(self, days: float, scene: Callable[[], object]) -> None:
        """Let ``scene`` happen so many days before the end, with these dice."""
        self.stage.before(days, scene, self.rng)

    def _set(self, number: int, actor: Actor, unit: Unit, began: float, due: int, *, upkeep: int | None = None) -> None:
        """Set a task ``began`` days before the end, due so many days after it."""
        self.at(began, lambda: self._create(number, actor, unit, due, upkeep))

    def _create(self, number: int, actor: Actor, unit: Unit, due: int, upkeep: int | None) -> None:
        problem, measure, goal = self.texts["rows"][number % len(self.texts["rows"])]
        led = self.cast.edition.standards.filter(duties__unit=unit, duties__kind=DutyKind.LEAD)
        standard = led.order_by("order").first() if number % 3 == 0 else None
        if standard is not None:
            problem, measure, goal = f"{standard.zh}：自查尚有差距", "对照标准逐项自查，限期补齐", "达到标准要求"
        meeting = self.rng.choice(self.texts["meetings"])
        source = "standard" if standard else ("meeting", "problem", "campaign")[number % 3]
        helpers = self._helpers(unit, number % 3)
        assert actor.person_id is not None
        given = actions.TaskInput(
            problem=problem, measure=measure, goal=goal, source=source, standard=standard, lead=unit,
            source_note=meeting if source == "meeting" else "", supports=helpers,
            owner=Person.objects.get(pk=actor.person_id), start_on=clock.today().date(),
            due_on=self.today + timedelta(days=due), upkeep_days=upkeep,
        )  # fmt: skip
        task, _new = actions.create_task(actor=self.cast.named["office"], given=given)
        self._ids[number] = task.pk
        if number in (8, 16):
            rule = "weekly" if number == 8 else "monthly"
            actions.set_routine(actor=self.cast.named["office"], task_id=task.pk, every=rule)

    def _helpers(self, unit: Unit, count: int) -> tuple[Unit, ...]:
        others = [each for each in self.cast.units.values() if each.kind == "department" and each.pk != unit.pk]
        return tuple(self.rng.sample(others, min(count, len(others))))

    def _do(self, days: float, number: int, action: Callable[..., object], actor: Actor, **given: Any) -> None:
        def scene() -> None:
            if number not in self._ids:
                return  # the city is younger than this task
            shots = {"shots": [picture(self.rng, "after")]} if given.get("shots") else {}
            action(actor=actor, task_id=self._ids[number], **{**given, **shots})

        self.at(days, scene)

    def _progress(self, days: float, number: int, actor: Actor, share: int, **more: Any) -> None:
        said = ("已召开协调会，明确分工", "正在组织实施", "已完成大半，余下点位本周收尾", "全部点位已整改")[
            min(share // 30, 3)
        ]
        self._do(days, number, actions.report_progress, actor, words=said, share=share, **more)

    def _waiting(self, number: int, actor: Actor, unit: Unit) -> None:
        self._set(number, actor, unit, 9 + number / 9, -2 if number in (8, 16) else 4 + number % 40)

    def _working(self, number: int, actor: Actor, unit: Unit) -> None:
        self._set(number, actor, unit, 40, 6 + number % 30)
        self._progress(20, number, actor, 30)
        self._progress(6 + number % 5, number, actor, 65)

    def _asking(self, number: int, actor: Actor, unit: Unit) -> None:
        self._set(number, actor, unit, 45, 3 + number % 12)
        self._progress(25, number, actor, 60)
        self._do(3 + number % 3, number, actions.submit_task, actor, words="全部点位已整改到位，请予销号。", shots=True)

    def _passed(self, number: int, actor: Actor, unit: Unit) -> None:
        self._asking(number, actor, unit)
        if unit.line_parent is not None:
            above = self.cast.of("subcommand", unit.line_parent.code)
            for reviewer in above[:1]:
                self._do(1.6, number, actions.pass_task, reviewer, words="现场核实，情况属实。")

    def _ended(self, number: int, actor: Actor, unit: Unit) -> None:
        self._done(number, actor, unit, 20)
        self._do(12, number, actions.strike_off, self.cast.named["office"], words="同意销号。")

    def _done(self, number: int, actor: Actor, unit: Unit, days: float) -> None:
        """Asked for and passed by whoever stands between."""
        self._set(number, actor, unit, days + 30, -int(days) + number % 20 + 8)
        self._progress(days + 12, number, actor, 60)
        self._do(days, number, actions.submit_task, actor, words="已完成，长效措施已建立。", shots=True)
        if unit.line_parent is not None:
            for reviewer in self.cast.of("subcommand", unit.line_parent.code)[:1]:
                self._do(days - 3, number, actions.pass_task, reviewer, words="属实。")

    def _upheld(self, number: int, actor: Actor, unit: Unit) -> None:
        self._set(number, actor, unit, 60, 10, upkeep=14)
        self._progress(50, number, actor, 90)
        self._do(40, number, actions.uphold_task, self.cast.named["office"], words="已达标，转入长期坚持。")
        self._do(27, number, actions.check_upkeep, actor, words="巩固检查：保持良好。")
        if number % 3:
            self._do(8, number, actions.check_upkeep, actor, words="巩固检查：保持良好，个别点位已即时整改。")

    def _late(self, number: int, actor: Actor, unit: Unit) -> None:
        self._set(number, actor, unit, 50, -3 - number % 11)
        self._progress(30, number, actor, 30)
        if number % 3 == 0:
            office = self.cast.named["office"]
            due = self.today + timedelta(days=5 + number % 9)
            self._do(16, number, actions.extend_task, office, due_on=due, words="连续降雨，工期顺延。")

    def _back(self, number: int, actor: Actor, unit: Unit) -> None:
        if number % 16 == 7:
            self._done(number, actor, unit, 30)
            self._do(24, number, actions.strike_off, self.cast.named["office"])
            due = self.today + timedelta(days=10)
            self._do(4, number, actions.mark_relapse, self.cast.named["office"], words="暗访发现反弹。", due_on=due)
        else:
            self._set(number, actor, unit, 40, 7)
            self._progress(25, number, actor, 70)
            self._do(10, number, actions.submit_task, actor, words="已完成。", shots=True)
            self._do(7, number, actions.send_back, self.cast.named["office"], words="照片看不出整改前后对比，请补充。")
