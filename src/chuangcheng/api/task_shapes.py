"""What goes in and out of the API about tasks, and the desk's filters of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Q, QuerySet
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from chuangcheng.api.filters import Counted, Day, Word, between, midnight
from chuangcheng.api.paging import PageQuery
from chuangcheng.api.schemas import Line, Moment, Placed, Sha256, Strict, UnitRef
from chuangcheng.bulletins import counted
from chuangcheng.campaigns.models import Campaign
from chuangcheng.kernel import clock
from chuangcheng.tasks import selectors
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.states import OWED

StateCode = Literal["not_started", "under_way", "in_review", "struck_off", "upheld", "relapsed", "void"]
Asked = Literal["open", "not_started", "under_way", "in_review", "struck_off", "upheld", "relapsed", "void"]
Source = Literal["standard", "meeting", "problem", "campaign", "other"]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\-_.]{1,40}$")]
Text = Annotated[Line, Field(max_length=2000)]
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]*[^\s\x00][^\x00]*$", max_length=2000)]
#: Within five years of any sound day; the actions know the exact bounds.
Planned = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class TaskQuery(PageQuery):
    """Which tasks, and how many at once."""

    q: Word | None = Field(None, description="words in the problem or the measure, or the number")
    unit: Word | None = Field(None, description="code of the lead unit")
    support: Word | None = Field(None, description="code of a supporting unit")
    state: Asked | None = Field(None, description="open: not ended, upheld or void")
    late: Literal["overdue", "soon", "near", "slipped"] | None = None
    extended: Literal["yes", "often", "waiting"] | None = Field(
        None, description="given more time; often: twice or more; waiting: asked for and not answered"
    )
    stage: Literal["subcommand", "office"] | None = Field(None, description="whose turn a request to strike off is")
    reviewer: Word | None = Field(None, description="code of the unit that reviews it")
    source: Source | None = None
    month: Annotated[str, StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")] | None = None
    person: Word | None = Field(None, description="user name of the person or the leader in charge")
    standard: Word | None = Field(None, description="code of a standard")
    campaign: Word | None = Field(None, description="number of a campaign")
    due_from: Day | None = None
    due_to: Day | None = None
    ended_from: Day | None = None
    ended_to: Day | None = None
    set_from: Day | None = None
    set_to: Day | None = None
    moved_from: Day | None = Field(None, description="progress was reported on this day or later")
    moved_to: Day | None = Field(None, description="with moved_from only; without it: that day")
    counted_in: Counted | None = None

    def narrow(self, rows: QuerySet[Task]) -> QuerySet[Task]:
        """The rows that were asked for."""
        wanted: dict[str, Any] = {
            "lead__code": self.unit, "source": self.source, "standard__code": self.standard,
            "stage": self.stage, "reviewer__code": self.reviewer,
            "due_on__gte": self.due_from, "due_on__lte": self.due_to,
            "ended_on__gte": self.ended_from, "ended_on__lte": self.ended_to,
        }  # fmt: skip
        rows = rows.filter(**{name: value for name, value in wanted.items() if value})
        if self.state:
            rows = rows.filter(state__in=(*OWED, "in_review") if self.state == "open" else (self.state,))
        if self.stage:
            rows = rows.filter(state="in_review")
        if self.q:
            rows = rows.filter(Q(problem__icontains=self.q) | Q(measure__icontains=self.q) | Q(number__iexact=self.q))
        if self.support:
            linked = Task.supports.through.objects.filter(unit__code=self.support)
            rows = rows.filter(pk__in=linked.values("task_id"))
        if self.late:
            which = {"overdue": selectors.overdue, "soon": selectors.due_soon, "near": selectors.near,
                     "slipped": selectors.slipped}  # fmt: skip
            rows = rows.filter(which[self.late](clock.today().date()))
        if self.extended:
            rows = rows.filter(selectors.extended(self.extended))
        if self.month:
            rows = rows.filter(due_on__year=int(self.month[:4]), due_on__month=int(self.month[5:]))
        if self.person:
            rows = rows.filter(Q(owner__username=self.person) | Q(leader__username=self.person))
        if self.campaign:
            found = Campaign.objects.filter(number=self.campaign)
            rows = rows.filter(origin_kind="campaign", origin_id__in=found.values("pk"))
        if self.moved_from:
            last = self.moved_to or self.moved_from
            rows = rows.filter(selectors.moved(midnight(self.moved_from), midnight(last + timedelta(days=1))))
        if self.counted_in:
            rows = counted.narrowed(rows, self.counted_in)
        return between(rows, "created_at", self.set_from, self.set_to)


class TaskIn(Strict):
    """A new row of a ledger. ``id`` is made by the client, so that asking twice is safe."""

    id: UUID = Field(description="any RFC 9562 UUID; the same id with the same body may be sent again")
    problem: Words
    lead: Code = Field(description="code of the lead unit")
    due_on: Planned
    measure: Text = ""
    goal: Text = ""
    source: Source = "other"
    source_note: Annotated[Line, Field(max_length=120)] = ""
    standard: Code | None = Field(None, description="code of a standard of a published edition")
    supports: Annotated[list[Code], Field(max_length=20)] = []
    leader: Annotated[Line, Field(max_length=60)] = Field("", description="user name")
    owner: Annotated[Line, Field(max_length=60)] = Field("", description="user name")
    start_on: Planned | None = None
    upkeep_days: Annotated[int, Field(ge=1, le=366)] | None = None
    waits_for: Annotated[list[Code], Field(max_length=20)] = Field([], description="numbers of tasks")


class TaskStepIn(Strict):
    """A step."""

    id: UUID = Field(description="any RFC 9562 UUID; the same id with the same body may be sent again")


class TaskSaidIn(TaskStepIn):
    """With words that must be said."""

    words: Words


class TaskPhotoIn(Placed):
    """A photo announced by the SHA-256 of its bytes; the bytes follow by PUT."""

    sha256: Sha256
    taken_at: Moment | None = None


Proofs = Annotated[list[TaskPhotoIn], Field(max_length=9)]


class TaskProvedIn(TaskSaidIn):
    """With words that must be said, and photos as proof, whose bytes follow by PUT."""

    photos: Proofs = []


class TaskMaySayIn(TaskStepIn):
    """With words that may be said."""

    words: Text = ""


class TaskProgressIn(TaskProvedIn):
    """How far it is, in per cent; without a share it stays as it was. The bytes of photos follow by PUT."""

    share: Annotated[int, Field(ge=0, le=100)] | None = None


class TaskUpholdIn(TaskMaySayIn):
    """How often its unit checks it."""

    days: Annotated[int, Field(ge=1, le=366)] | None = None


class TaskDatedIn(TaskSaidIn):
    """A new date with the reason."""

    due_on: Planned


class TaskAskIn(TaskDatedIn):
    """A new date with the reason, and photos, whose bytes follow by PUT."""

    photos: Proofs = []


class TaskGrantIn(TaskMaySayIn):
    """The day that is given; without one the day that was asked for."""

    due_on: Planned | None = None


class TaskArrangeIn(TaskStepIn):
    """How and by whom; what is left out stays."""

    measure: Text | None = None
    leader: Annotated[Line, Field(max_length=60)] | None = Field(None, description="user name")
    owner: Annotated[Line, Field(max_length=60)] | None = Field(None, description="user name")


class TaskRow(BaseModel):
    """A task in a list."""

    id: UUID
    number: str
    place: int
    source: Source
    source_note: str
    standard: str | None
    problem: str
    measure: str
    goal: str
    lead: UnitRef
    leader: str | None = Field(description="user name")
    owner: str | None = Field(description="user name")
    start_on: date | None
    due_on: date
    first_due_on: date
    petition_on: date | None = Field(description="the day asked for by a petition that waits")
    extensions: int = Field(description="how often it was given more time")
    state: StateCode
    share: int
    proofs: int
    slip: int = Field(description="days beyond what was promised at first")
    overdue: bool
    created_at: AwareDatetime


class TaskEntryOut(BaseModel):
    """What was said with a step or beside it."""

    verb: str
    words: str
    share: int | None
    made_at: AwareDatetime


class TaskPetitionOut(BaseModel):
    """A petition for more time."""

    unit: UnitRef
    from_on: date = Field(description="the date when it was asked")
    wanted_on: date
    granted_on: date | None
    state: Literal["waiting", "granted", "declined", "withdrawn", "lapsed"]
    stage: str
    asked_at: AwareDatetime
    decided_at: AwareDatetime | None


class TaskOut(TaskRow):
    """A task with what was said about it and the moves that the post may take now."""

    petitions: list[TaskPetitionOut] = Field(description="newest first")

    supports: list[UnitRef]
    waits_for: list[str]
    stage: str
    entries: list[TaskEntryOut]
    missing_photos: list[str] = Field(description="declared hashes whose bytes have not arrived")
    moves: list[str]


class TaskPage(BaseModel):
    """One page of tasks, newest first."""

    items: list[TaskRow]
    next: str | None = Field(description="cursor of the next page; null at the end")
