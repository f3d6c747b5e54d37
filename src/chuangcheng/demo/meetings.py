"""Meetings of all kinds in the demo: called, held, decided, issued; some decisions done, some late, one ahead."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from chuangcheng.demo.found import Cast
from chuangcheng.demo.pictures import picture
from chuangcheng.demo.plan import words
from chuangcheng.demo.stage import Stage
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.meetings import actions
from chuangcheng.people.models import Person, Unit
from chuangcheng.tasks import actions as tasks


@dataclass(frozen=True, slots=True)
class Plot:
    """One meeting: so many days before the end (less than 0: ahead), of a kind, with so many units, and its decisions
    as (words, days given, end): ``d`` done, ``r`` running, ``-`` nobody has begun."""

    days: int
    kind: str
    title: str
    place: str
    units: int
    decisions: tuple[tuple[str, int, str], ...] = ()


PLOTS = tuple(
    Plot(days, kind, title, place, units, tuple((said, given, end) for said, given, end in decisions))
    for days, kind, title, place, units, decisions in words()["meetings"]["plots"]
)


class Meetings:
    """Draws by its own dice, so that nothing else in the city moves."""

    def __init__(self, stage: Stage, cast: Cast, seed: int) -> None:
        self.stage, self.cast, self.office = stage, cast, cast.named["office"]
        self.rng = random.Random(f"meetings {seed}")
        self._ids: dict[int, UUID] = {}

    def schedule(self) -> None:
        """Each is called two days ahead; its minutes are issued the day after."""
        units = {"department": "BM", "street": "JD"}
        leads = [key for key in sorted(self.cast.posted) if key[1][:2] == units.get(key[0])]
        for number, plot in enumerate(PLOTS):
            starts = self.stage.end.astimezone(CITY_ZONE).replace(hour=9, minute=0) - timedelta(days=plot.days)
            chosen = self.rng.sample(leads, min(plot.units, len(leads)))
            self._at(starts - timedelta(days=2, hours=1), lambda n=number, s=starts, c=chosen: self._call(n, s, c))  # type: ignore[misc]
            if plot.days > 0:
                self._at(starts + timedelta(hours=2), lambda n=number, c=chosen: self._hold(n, c))  # type: ignore[misc]
                self._at(starts + timedelta(days=1), lambda n=number: self._issue(n))  # type: ignore[misc]

    def _at(self, moment: datetime, scene: Callable[[], object]) -> None:
        self.stage.seeded(moment, scene, self.rng)

    def _units(self, chosen: list[tuple[str, str]]) -> tuple[Unit, ...]:
        return tuple(self.cast.units[code] for _role, code in chosen)

    def _call(self, number: int, starts: datetime, chosen: list[tuple[str, str]]) -> None:
        plot = PLOTS[number]
        leader = self.cast.named["leader"].person_id
        chair = Person.objects.filter(pk=leader).first() if leader and plot.kind == "headquarters" else None
        given = actions.MeetingInput(kind=plot.kind, title=plot.title, unit=self.cast.units["CCB"], starts_at=starts,
                                     place=plot.place, chair=chair, units=self._units(chosen))  # fmt: skip
        meeting, _new = actions.plan_meeting(actor=self.office, given=given)
        actions.call_meeting(actor=self.office, meeting_id=meeting.pk)
        self._ids[number] = meeting.pk

    def _hold(self, number: int, chosen: list[tuple[str, str]]) -> None:
        if number not in self._ids:
            return  # the city is younger than this meeting
        units, meeting_id = self._units(chosen), self._ids[number]
        away = number % 3 == 2
        actions.hold_meeting(actor=self.office, meeting_id=meeting_id, present=units[away:])
        for place, (said, days, end) in enumerate(PLOTS[number].decisions[: len(units)]):
            due: date = clock.today().date() + timedelta(days=days)
            lead, helper = units[place], units[-1]
            supports = (helper,) if lead != helper else ()
            given = actions.DecisionInput(words=said, lead=lead, due_on=due, supports=supports)
            decision, _new = actions.decide(actor=self.office, meeting_id=meeting_id, given=given)
            if end in "dr":
                after = timedelta(days=min(days, PLOTS[number].days) * 0.6 + 1.5)
                self._at(clock.now() + after, lambda d=decision.pk, k=chosen[place], e=end: self._work(d, k, e))  # type: ignore[misc]

    def _issue(self, number: int) -> None:
        if number in self._ids:
            said = f"{PLOTS[number].title}听取了各单位情况汇报，逐项核对了上次议定事项，对下一步工作作了部署。"
            actions.write_minutes(actor=self.office, meeting_id=self._ids[number], minutes=said)
            actions.issue_minutes(actor=self.office, meeting_id=self._ids[number])

    def _work(self, task_id: UUID, key: tuple[str, str], end: str) -> None:
        unit = self.cast.of(*key)[0]
        share = 100 if end == "d" else 60
        tasks.report_progress(actor=unit, task_id=task_id, words="按会议要求推进。", share=share)
        if end == "d":
            shot = picture(self.rng, "after")
            tasks.submit_task(actor=unit, task_id=task_id, words="已按议定事项落实到位。", shots=[shot])
            self._strike_off(task_id, key)

    def _strike_off(self, task_id: UUID, key: tuple[str, str]) -> None:
        line = self.cast.units[key[1]].line_parent
        for reviewer in self.cast.of("subcommand", line.code)[:1] if line else ():
            tasks.pass_task(actor=reviewer, task_id=task_id, words="情况属实。")
        tasks.strike_off(actor=self.office, task_id=task_id, words="同意销号。")
