"""Tasks 任务: the rows of ledgers 台账, what was said and proved about each, and rules by which they come back."""

from __future__ import annotations

from datetime import date

from django.db import models

from chuangcheng.framework.models import Standard
from chuangcheng.history.models import Chained
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person, Unit
from chuangcheng.tasks.states import PETITION, ROUTINE, RUNNING, TASK


class TaskSource(models.TextChoices):
    """Where a task comes from 来源."""

    STANDARD = "standard", "测评标准"
    MEETING = "meeting", "会议"
    PROBLEM = "problem", "问题清单"
    CAMPAIGN = "campaign", "攻坚行动"
    OTHER = "other", "其他"


class Every(models.TextChoices):
    """How often a task comes back."""

    WEEKLY = "weekly", "每周"
    MONTHLY = "monthly", "每月"
    QUARTERLY = "quarterly", "每季"


def slip_of(state: str, ended_on: date | None, due_on: date, first_due_on: date, today: date) -> int:
    """What :meth:`Task.slip` says, for rows that are read without making a task of each."""
    reached = ended_on or max(due_on, today)
    return 0 if state == "void" else max((reached - first_due_on).days, 0)


class Routine(Chained):
    """A task that comes back: one is due on ``anchor_on`` and then every week, month or quarter. The next one is like
    the last one was when it was made."""

    every = models.CharField(max_length=10, choices=Every.choices)
    anchor_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=ROUTINE.choices(), default=ROUTINE.initial)


class Task(Chained):
    """One row of a ledger, owned by one unit. Free words (problem, measure, goal) can be erased; history keeps none.

    ``first_due_on`` is what was promised at first: an extension moves ``due_on`` only. For an upheld task ``due_on`` is
    the next upkeep check. ``petition_on`` is the day asked for by a petition that waits. ``stage`` says whose turn
    it is while in review. ``reviewer`` is the lead's sub-command.
    """

    number = models.CharField(max_length=24, unique=True)
    body_digest = models.CharField(max_length=64)
    place = models.PositiveIntegerField(default=0)  # 序号 in the lead's ledger
    source = models.CharField(max_length=10, choices=TaskSource.choices, default=TaskSource.OTHER)
    source_note = models.CharField(max_length=120, blank=True)  # which meeting, which list
    origin_kind = models.CharField(max_length=24, blank=True)
    origin_id = models.UUIDField(null=True, blank=True)
    standard = models.ForeignKey(Standard, models.PROTECT, null=True, blank=True, related_name="tasks")
    problem = models.TextField()
    measure = models.TextField(blank=True)
    goal = models.TextField(blank=True)
    lead = models.ForeignKey(Unit, models.PROTECT, related_name="led_tasks")
    reviewer = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    supports = models.ManyToManyField(Unit, related_name="supported_tasks", blank=True)
    leader = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")  # 责任领导
    owner = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="owned_tasks")  # 责任人
    start_on = models.DateField(null=True, blank=True)
    due_on = models.DateField()
    first_due_on = models.DateField()
    petition_on = models.DateField(null=True, blank=True)
    upkeep_days = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=TASK.choices(), default=TASK.initial)
    stage = models.CharField(max_length=12, blank=True)
    share = models.PositiveSmallIntegerField(default=0)  # 进展, per cent
    proofs = models.PositiveSmallIntegerField(default=0)  # stored photos
    extensions = models.PositiveSmallIntegerField(default=0)
    returns = models.PositiveSmallIntegerField(default=0)
    relapses = models.PositiveSmallIntegerField(default=0)
    submitted_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    passed_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    routine = models.ForeignKey(Routine, models.PROTECT, null=True, blank=True, related_name="tasks")
    period_on = models.DateField(null=True, blank=True)  # the routine's date that this one stands for
    waits_for = models.ManyToManyField("self", symmetrical=False, related_name="waited_by", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["routine", "period_on"], name="tasks_once_a_period")]
        indexes = [
            models.Index(fields=["due_on", "id"], name="tasks_due"),
            models.Index(fields=["lead", "place"], name="tasks_ledger"),
            models.Index(fields=["state", "due_on"], name="tasks_state"),
        ]

    def __str__(self) -> str:
        return self.number

    def is_overdue(self, today: date | None = None) -> bool:
        """Whether its unit is late now. While others review it, nobody charges the unit."""
        return self.state in RUNNING and self.due_on < (today or clock.today().date())

    def slip(self, today: date | None = None) -> int:
        """Days beyond what was promised at first, by extensions or by being late; 0 for a task on its plan."""
        return slip_of(self.state, self.ended_on, self.due_on, self.first_due_on, today or clock.today().date())

    @property
    def week(self) -> str:
        """The plan's week by ISO 8601: ``2026-W38``."""
        year, number, _ = self.due_on.isocalendar()
        return f"{year}-W{number:02d}"

    @property
    def month(self) -> str:
        """The plan's month: ``2026-09``."""
        return f"{self.due_on:%Y-%m}"


class TaskEntry(models.Model):
    """What was said with a step or beside it, under the number of its history row; its photos are the proof.

    Erasable: history keeps a keyed digest only. Photos have the owner ``("taskentry", id)``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.ForeignKey(Task, models.CASCADE, related_name="entries")
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=12)
    words = models.TextField()
    share = models.PositiveSmallIntegerField(null=True, blank=True)
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "seq"], name="tasks_entry_once")]
        ordering = ["seq"]


class Petition(Chained):
    """A petition for a later date 延期申请 of a task: asked by ``unit`` while the task was due on ``from_on``.
    ``entry`` holds the reason with its photos, ``answer`` what was said to it; both are erasable."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="petitions")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    from_on = models.DateField()
    wanted_on = models.DateField()
    granted_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=PETITION.choices(), default=PETITION.initial)
    stage = models.CharField(max_length=12, blank=True)
    entry = models.ForeignKey(TaskEntry, models.SET_NULL, null=True, blank=True, related_name="+")
    answer = models.ForeignKey(TaskEntry, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    passed_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task"], condition=models.Q(state="waiting"), name="tasks_one_petition")
        ]
        indexes = [
            models.Index(fields=["asked_at", "id"], name="tasks_petition_asked"),
            models.Index(fields=["unit", "state"], name="tasks_petition_unit"),
        ]

    @property
    def after_limit(self) -> bool:
        """Whether it was asked for only when the date had passed."""
        return self.asked_at.astimezone(clock.CITY_ZONE).date() > self.from_on

    @property
    def days(self) -> int:
        """How many days more were granted, or else asked for."""
        return ((self.granted_on or self.wanted_on) - self.from_on).days


class LedgerExport(models.Model):
    """Which rows went out in a workbook, so that one that does not come back is missed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    task_ids = models.JSONField(default=list)


class LedgerReturn(models.Model):
    """A workbook that came back, compared and waiting for somebody to tick what is taken over. ``lines`` are the rows
    of :mod:`~chuangcheng.tasks.ledger.merging`, emptied once it is done with."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    lines = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    state = models.CharField(
        max_length=8, choices=[("open", "待确认"), ("applied", "已采用"), ("dropped", "已放弃")], default="open"
    )
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="+")
