"""The desk's filters of cases and reports, for programs: the same names, with codes where a page offers a list."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, TypeVar

from django.db.models import Q, QuerySet
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from chuangcheng.api.paging import PageQuery
from chuangcheng.api.schemas import CaseStateCode, InstructionStateCode, ReplyStateCode, ReportStateCode
from chuangcheng.bulletins import counted
from chuangcheng.cases import instructions, selectors
from chuangcheng.cases.compound_work import of_compound
from chuangcheng.cases.models import Case, Instruction, InstructionReply, Report
from chuangcheng.cases.owners import ownerless
from chuangcheng.cases.rates import CASE_RATES, REPORT_RATES, Of, rows_behind
from chuangcheng.cases.states import UNCOUNTED
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.places.selectors import division_by_code
from chuangcheng.sites.compounds.selectors import compound_by_code
from chuangcheng.tasks.models import Task

Row = TypeVar("Row", Case, Report, Instruction, Task)
Placed = TypeVar("Placed", Case, Report)


def _day(value: object) -> date | None:
    if value is None:
        return None
    try:
        day = date.fromisoformat(str(value)) if len(str(value)) == 10 else None
    except ValueError:
        day = None
    # 2026-W38-2 is as long and a day too, but not in the one form. The days at both ends of the calendar have no
    # neighbour, and no business here.
    if day is None or day.isoformat() != str(value) or not 1900 < day.year < 2200:
        raise PydanticCustomError("not_day", "is no day")
    return day


# PostgreSQL knows no NUL character, so nothing that is stored can hold one.
Word = Annotated[str, AfterValidator(lambda value: value.replace("\0", ""))]
Day = Annotated[date, BeforeValidator(_day), Field(description="the city's day, YYYY-MM-DD; included")]


def _counted(value: str) -> str:
    if counted.read(value) is None:
        raise PydanticCustomError("not_counted", "is no figure of a summary", {"expected": ", ".join(counted.BITS)})
    return value


Counted = Annotated[
    str,
    AfterValidator(_counted),
    Field(description="rows that a unit's weekly summary counted, then: Monday.figure.UNIT; without a unit: of all"),
]


def _rate_of(names: frozenset[str]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in names:
            raise PydanticCustomError("not_rate", "is no rate", {"expected": ", ".join(sorted(names))})
        return value

    return AfterValidator(check)


CaseRate = Annotated[str, _rate_of(frozenset(each.name for each in CASE_RATES))]
ReportRate = Annotated[str, _rate_of(frozenset(each.name for each in REPORT_RATES))]


class CaseQuery(PageQuery):
    """Which cases, and how many at once."""

    q: Word | None = Field(None, description="words that all stand in number, text or address")
    state: CaseStateCode | None = None
    status: selectors.Status | None = Field(None, description="how it stands against its clock")
    area: Word | None = Field(None, description="code of a division: everything within")
    unit: Word | None = Field(None, description="code of a unit that holds it, or answers for it while nobody does")
    holder: Word | None = Field(None, description="code of the unit that holds it")
    source: Word | None = None
    category: Word | None = Field(None, description="code of a category, or how it begins")
    compound: Word | None = Field(None, description="code of a compound: at its site or within its boundary")
    site: Word | None = Field(None, description="code of the site it was found at")
    counted: Literal["yes"] | None = Field(None, description="without void, merged and suspended cases, as rates count")
    relapse: Literal["yes"] | None = Field(None, description="those whose trouble had been fixed before")
    rate: CaseRate | None = Field(None, description="the rows behind a rate, by its name")
    of: Of = Field("is", description="which of them: numerator, denominator, the rest of it, or what it leaves out")
    flagged: Literal["yes", "ever"] | None = Field(None, description="flagged for supervision now, or ever")
    instructed: Literal["yes", "ever"] | None = Field(None, description="under a leader's instruction now, or ever")
    ownerless: Literal["yes"] | None = Field(None, description="whose owner is being looked for")
    claimed: Literal["yes"] | None = Field(None, description="claimed by the unit that holds it")
    filed_from: Day | None = None
    filed_to: Day | None = None
    due_from: Day | None = None
    due_to: Day | None = None
    closed_from: Day | None = None
    closed_to: Day | None = None
    dispatched_from: Day | None = None
    dispatched_to: Day | None = None
    flagged_from: Day | None = None
    flagged_to: Day | None = None
    reworked: Literal["yes"] | None = Field(None, description="those that were sent back for rework")
    counted_in: Counted | None = None

    def narrow(self, rows: QuerySet[Case]) -> QuerySet[Case]:
        """The rows that were asked for."""
        wanted = {"state": self.state, "holder__code": self.holder, "source": self.source,
                  "category__code__startswith": self.category, "site__code": self.site}  # fmt: skip
        rows = rows.filter(**{name: value for name, value in wanted.items() if value})
        if self.status:
            rows = rows.filter(selectors.with_status(self.status, clock.now()))
        if self.compound:
            compound = compound_by_code(self.compound)
            rows = of_compound(rows, compound) if compound else rows.none()
        if self.unit:
            rows = rows.filter(Q(holder__code=self.unit) | Q(holder=None, responsible__code=self.unit))
        if self.relapse:
            rows = rows.filter(relapse_of__isnull=False)
        if self.counted:
            rows = rows.exclude(state__in=(*UNCOUNTED, "suspended"))
        if self.rate:
            rows = rows_behind(rows, self.rate, clock.now(), of=self.of)
        if self.flagged:
            rows = rows.filter(flagged_at__isnull=False) if self.flagged == "yes" else rows.filter(flag_count__gt=0)
        if self.instructed:
            rows = rows.filter(instructions.instructed(ever=self.instructed == "ever"))
        if self.ownerless:
            rows = ownerless(rows)
        if self.claimed:
            rows = rows.filter(claimed_at__isnull=False)
        if self.reworked:
            rows = rows.filter(rework_count__gt=0)
        if self.counted_in:
            rows = counted.narrowed(rows, self.counted_in)
        rows = _within(rows, self.area)
        for name in ("filed", "due", "closed", "dispatched", "flagged"):
            rows = between(rows, f"{name}_at", getattr(self, f"{name}_from"), getattr(self, f"{name}_to"))
        return selectors.search(rows, self.q) if self.q else rows


class ReportQuery(PageQuery):
    """Which reports, and how many at once."""

    q: Word | None = Field(None, description="words that all stand in number, text or address")
    state: ReportStateCode | None = None
    source: Word | None = None
    area: Word | None = Field(None, description="code of a division: everything within")
    category: Word | None = Field(None, description="code of a category, or how it begins")
    taken: Literal["yes"] | None = Field(None, description="those that became a case or joined one")
    rate: ReportRate | None = Field(None, description="the rows behind a rate, by its name")
    of: Of = Field("is", description="which of them: numerator, denominator, the rest of it, or what it leaves out")
    received_from: Day | None = None
    received_to: Day | None = None

    def narrow(self, rows: QuerySet[Report]) -> QuerySet[Report]:
        """The rows that were asked for."""
        wanted = {"state": self.state, "source": self.source, "category__code__startswith": self.category}
        rows = rows.filter(**{name: value for name, value in wanted.items() if value})
        if self.taken:
            rows = rows.filter(state__in=("filed", "linked"))
        if self.rate:
            rows = rows_behind(rows, self.rate, clock.now(), of=self.of)
        rows = between(_within(rows, self.area), "received_at", self.received_from, self.received_to)
        return selectors.search(rows, self.q) if self.q else rows


class InstructionQuery(PageQuery):
    """Which leaders' instructions, and how many at once."""

    q: Word | None = Field(None, description="its number, or words that the leader said")
    state: InstructionStateCode | None = None
    unit: Word | None = Field(None, description="code of a unit that it addresses")
    reply: ReplyStateCode | None = Field(None, description="how the reply of an addressed unit (of `unit`) stands")
    overdue: Literal["yes"] | None = Field(None, description="a reply (of `unit`) is owed past its day")
    link: Word | None = Field(None, description="number of the case or report that it is about")
    entered_from: Day | None = None
    entered_to: Day | None = None

    def narrow(self, rows: QuerySet[Instruction], replies: QuerySet[InstructionReply]) -> QuerySet[Instruction]:
        """The rows that were asked for; only ``replies`` tell how they stand."""
        rows = rows.filter(state=self.state) if self.state else rows
        if self.link:
            rows = rows.filter(Q(case__number=self.link) | Q(report__number=self.link))
        if self.unit or self.reply or self.overdue:
            wanted = {"unit__code": self.unit, "state": self.reply}
            replies = replies.filter(**{name: value for name, value in wanted.items() if value})
            if self.overdue:
                replies = replies.filter(instructions.overdue(clock.now()))
            rows = rows.filter(pk__in=replies.values("instruction"))
        rows = between(rows, "entered_at", self.entered_from, self.entered_to)
        return instructions.search(rows, self.q) if self.q else rows


def _within(rows: QuerySet[Placed], code: str | None) -> QuerySet[Placed]:
    if not code:
        return rows
    division = division_by_code(code)
    return rows.filter(division_path__startswith=division.path) if division else rows.none()


def between(rows: QuerySet[Row], field: str, first: date | None, last: date | None) -> QuerySet[Row]:
    """The rows whose ``field``, a moment, lies on the city's days from ``first`` to ``last``."""
    if first:
        rows = rows.filter(**{f"{field}__gte": midnight(first)})
    if last:
        rows = rows.filter(**{f"{field}__lt": midnight(last + timedelta(days=1))})
    return rows


def midnight(day: date) -> datetime:
    """When the city's day begins."""
    return datetime.combine(day, time(), CITY_ZONE)
