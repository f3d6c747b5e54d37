"""What is counted of a unit or an area over days, each with the filters of the list that shows the very same rows. The
sheet of a day and the weekly summaries of units are read off this one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Coalesce

from chuangcheng.bulletins.links import address, days
from chuangcheng.cases import instructions, quickfixes, rechecks
from chuangcheng.cases import selectors as cases
from chuangcheng.cases.models import Case, InstructionReply, QuickFix, Recheck
from chuangcheng.cases.states import UNCOUNTED
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.meetings import selectors as meetings
from chuangcheng.meetings.models import Invitation, Meeting
from chuangcheng.patrols import selectors as patrols
from chuangcheng.patrols.models import Visit
from chuangcheng.people.models import Unit, UnitKind
from chuangcheng.tasks import petitions
from chuangcheng.tasks import selectors as tasks
from chuangcheng.tasks.models import Petition, Task

Window = Callable[[datetime, datetime], Q]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of row: where it is listed and shown, by whom it is seen, whose it is."""

    model: type[Model]
    page: str
    one: str
    see: Callable[[Actor], QuerySet[Any]]
    unit: Any  # expression for the unit that answers for a row
    of: Callable[[Unit], Q]
    right: str
    area: str = ""  # the field with the division's path; empty: counted by unit alone
    number: str = "number"
    shown: str = "pk"  # the id that the page of one takes


@dataclass(frozen=True, slots=True)
class Spec:
    """A figure: rows of a kind, ``only`` some of them, in days that the list calls ``days``; ``window`` tells the
    database the same. Without ``days`` it is how things stand."""

    name: str
    label: Label
    kind: Kind
    days: str = ""
    window: Window | None = None
    only: Callable[[datetime], Q] = lambda _now: Q()
    query: dict[str, str] = field(default_factory=dict)

    def rows(self, rows: QuerySet[Any], first: datetime, end: datetime, now: datetime) -> QuerySet[Any]:
        """Those of ``rows`` that count, from ``first`` (included) to ``end`` (excluded)."""
        inside = self.window(first, end) if self.window else Q()
        return rows.filter(inside & self.only(now))

    def url(self, scope: dict[str, str], first: date, end: date) -> str:
        """The list of the rows that were counted: ``scope`` is the unit or area, the days end before ``end``."""
        period = days(self.days, first, end) if self.days else {}
        return address(self.kind.page, **scope, **self.query, **period)


def _at(name: str) -> Window:
    return lambda first, end: Q(**{f"{name}__gte": first, f"{name}__lt": end})


def _on(name: str) -> Window:
    def inside(first: datetime, end: datetime) -> Q:
        begin, over = (moment.astimezone(CITY_ZONE).date() for moment in (first, end))
        return Q(**{f"{name}__gte": begin, f"{name}__lt": over})

    return inside


def _counted(_now: datetime) -> Q:
    return ~Q(state__in=(*UNCOUNTED, "suspended"))


def _invited(unit: Unit) -> Q:
    return Q(unit=unit) | Q(pk__in=Invitation.objects.filter(unit=unit).values("meeting"))


CASES = Kind(Case, "desk:cases", "desk:case", cases.visible_cases, Coalesce("holder_id", "responsible_id"),
             lambda unit: Q(holder=unit) | Q(holder=None, responsible=unit), "cases.view", "division_path")  # fmt: skip
TASKS = Kind(Task, "desk:tasks", "desk:task", tasks.visible_to, F("lead_id"), lambda unit: Q(lead=unit), "tasks.view")
PETITIONS = Kind(Petition, "desk:petitions", "desk:task", petitions.visible_to, F("unit_id"),
                 lambda unit: Q(unit=unit), "tasks.view", number="task__number", shown="task_id")  # fmt: skip
REPLIES = Kind(InstructionReply, "desk:instructions", "desk:instruction", instructions.replies_to, F("unit_id"),
               lambda unit: Q(unit=unit), "instructions.view", number="instruction__number",
               shown="instruction_id")  # fmt: skip
VISITS = Kind(Visit, "desk:visits", "desk:visit", patrols.visible_to, F("site__unit_id"),
              lambda unit: Q(site__unit=unit), "visits.view", "site__division_path")  # fmt: skip
FIXES = Kind(QuickFix, "desk:quickfixes", "desk:quickfix", quickfixes.visible_to, F("unit_id"),
             lambda unit: Q(unit=unit), "quickfixes.view", "division_path")  # fmt: skip
#: What waits is hidden from those whose own work it is, on this sheet too.
RECHECKS = Kind(Recheck, "desk:rechecks", "desk:recheck", rechecks.visible_to, F("handled_unit_id"),
                lambda unit: Q(handled_unit=unit), "rechecks.view", "division_path")  # fmt: skip
MEETINGS = Kind(Meeting, "desk:meetings", "desk:meeting", meetings.visible_to, F("unit_id"), _invited, "meetings.view")


def _case(name: str, zh: str, en: str, days: str, **more: Any) -> Spec:
    return Spec(name, Label(zh, en), CASES, days, _at(f"{days}_at"), **more)


_CLOSED: dict[str, Any] = {"only": lambda _now: Q(state="closed"), "query": {"state": "closed"}}
SPECS: dict[str, Spec] = {
    spec.name: spec
    for spec in (
        _case("received", "收到案件", "Cases received", "dispatched", only=_counted, query={"counted": "yes"}),
        _case("due", "到期案件", "Cases due", "due", only=_counted, query={"counted": "yes"}),
        _case("closed", "结案", "Cases closed", "closed", **_CLOSED),
        _case("on_time", "按期结案", "Closed in time", "closed", only=lambda now: cases.with_status("done", now),
              query={"status": "done"}),
        _case("reworked", "曾返工", "Reworked", "closed", only=lambda _now: Q(state="closed", rework_count__gt=0),
              query={"state": "closed", "reworked": "yes"}),
        _case("rectified", "督查问题整改", "Findings put right", "closed",
              only=lambda _now: Q(state="closed", source="patrol"), query={"state": "closed", "source": "patrol"}),
        _case("flagged", "督办", "Flagged", "flagged"),
        Spec("overdue", Label("超期案件", "Overdue cases"), CASES, only=lambda now: cases.with_status("overdue", now),
             query={"status": "overdue"}),
        Spec("tasks_due", Label("到期任务", "Tasks due"), TASKS, "due", _on("due_on")),
        Spec("tasks_set", Label("新下达任务", "Tasks set"), TASKS, "set", _at("created_at")),
        Spec("tasks_moved", Label("有进展的任务", "Tasks moved"), TASKS, "moved", tasks.moved),
        Spec("tasks_ended", Label("销号任务", "Tasks struck off"), TASKS, "ended", _on("ended_on"),
             lambda _now: Q(state="struck_off"), {"state": "struck_off"}),
        Spec("tasks_late", Label("超期任务", "Overdue tasks"), TASKS,
             only=lambda now: tasks.overdue(now.astimezone(CITY_ZONE).date()), query={"late": "overdue"}),
        Spec("more_asked", Label("申请延期", "More time asked for"), PETITIONS, "asked", _at("asked_at")),
        Spec("more_granted", Label("批准延期", "More time granted"), PETITIONS, "decided", _at("decided_at"),
             lambda _now: Q(state="granted"), {"state": "granted"}),
        Spec("visits", Label("接受督查", "Visits to its sites"), VISITS, "finished", _at("finished_at")),
        Spec("visits_failed", Label("发现问题的督查", "Visits that found something"), VISITS, "finished",
             _at("finished_at"), lambda _now: Q(failed__gt=0), {"failed": "yes"}),
        Spec("quickfixes", Label("即知即改", "Fixed on the spot"), FIXES, "fixed", _at("fixed_at")),
        Spec("ordered", Label("批示交办", "Instructions given"), REPLIES, "entered", _at("received_at")),
        Spec("replies_due", Label("批示到期", "Instructions due"), REPLIES, "due", _at("due_at")),
        Spec("replies", Label("批示回复", "Instructions answered"), REPLIES, "replied", _at("replied_at")),
        Spec("replies_met", Label("按期回复", "Answered in time"), REPLIES, "replied", _at("replied_at"),
             lambda _now: Q(replied_at__lte=F("due_at")), {"due": "met"}),
        Spec("rechecks_due", Label("抽查复核到期", "Re-checks due"), RECHECKS, "due", _at("due_at"),
             lambda _now: Q(state="waiting"), {"state": "waiting"}),
        Spec("rechecks", Label("抽查复核", "Re-checks done"), RECHECKS, "answered", _at("answered_at")),
        Spec("meetings", Label("会议", "Meetings"), MEETINGS, "starts", _at("starts_at")),
    )
}  # fmt: skip


def midnights(first: date, end: date) -> tuple[datetime, datetime]:
    """The instants at which the city's days ``first`` and ``end`` begin."""
    begin, over = (datetime.combine(day, time(), CITY_ZONE) for day in (first, end))
    return begin, over


def week_of(monday: date) -> tuple[datetime, datetime]:
    """The instants of a week and of the Monday after."""
    return midnights(monday, monday + timedelta(days=7))


@dataclass(frozen=True, slots=True)
class Scope:
    """Of whom: a unit, with its area where it has one of its own; without a unit all that the reader sees."""

    unit: Unit | None = None

    @property
    def path(self) -> str:
        """The area of a street or district."""
        has_area = self.unit is not None and self.unit.kind in (UnitKind.STREET, UnitKind.DISTRICT)
        return self.unit.division.path if has_area and self.unit and self.unit.division else ""

    def rows(self, kind: Kind, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of a kind that are of this scope."""
        if self.unit is None:
            return rows
        return rows.filter(**{f"{kind.area}__startswith": self.path}) if self._by_area(kind) else rows.filter(
            kind.of(self.unit))  # fmt: skip

    def query(self, kind: Kind) -> dict[str, str]:
        """The same as filters of the list."""
        if self.unit is None:
            return {}
        return {"area": self.path} if self._by_area(kind) else {"unit": str(self.unit.pk)}

    def _by_area(self, kind: Kind) -> bool:
        return bool(self.path and kind.area)
