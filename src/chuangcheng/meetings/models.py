"""Meetings 会议: who is invited, what stands on the agenda with the rows behind it, what was decided."""

from __future__ import annotations

from datetime import date

from django.db import models

from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.quizzes import Question
from chuangcheng.meetings.kinds import kind_of
from chuangcheng.meetings.states import MEETING, QUIZ
from chuangcheng.people.models import Person, Unit
from chuangcheng.tasks.models import Task


class Meeting(Chained):
    """One meeting or session. Words (title, place, minutes, note) can be erased; history keeps none of them.
    ``previous`` is the last one of the same kind and convener: its decisions are answered for at this one."""

    number = models.CharField(max_length=24, unique=True)
    body_digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=10, choices=MEETING.choices(), default=MEETING.initial)
    title = models.CharField(max_length=120)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="convened_meetings")
    chair = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    persons = models.ManyToManyField(Person, related_name="+", blank=True)
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=120, blank=True)
    previous = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="following")
    minutes = models.TextField(blank=True)
    note = models.CharField(max_length=500, blank=True)  # why it was postponed or cancelled
    issued_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-starts_at", "-id"], name="meetings_newest"),
            models.Index(fields=["kind", "starts_at"], name="meetings_kind"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def kind_label(self) -> Label:
        """What its kind is called."""
        return kind_of(self.kind).label


class Invitation(models.Model):
    """An invited unit: whether it was there, and, only where read-receipts are switched on, when it read the notice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="invitations")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="invitations")
    present = models.BooleanField(null=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "unit"], name="meetings_invited_once")]


class AgendaItem(models.Model):
    """One item: words of somebody's own (``source`` empty), or what a unit owes. ``rows`` are the ids it was built
    from (the first :data:`~chuangcheng.meetings.agenda.KEPT` of ``count``), so that it can be read years later."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items")
    place = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=16, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    count = models.PositiveIntegerField(default=0)
    rows = models.JSONField(default=list)
    words = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["place"]


class Decision(models.Model):
    """What was decided: who does what by when. Its task, made when the minutes are issued, has the decision's id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="decisions")
    place = models.PositiveSmallIntegerField()
    words = models.TextField()
    lead = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    supports = models.ManyToManyField(Unit, related_name="+", blank=True)
    due_on = models.DateField()
    task = models.OneToOneField(Task, models.PROTECT, null=True, blank=True, related_name="decision")

    class Meta:
        ordering = ["place"]

    def fate(self, today: date) -> str:
        """What became of it: ``noted`` (no task yet), ``done``, ``late``, ``running``, ``void``."""
        if self.task is None:
            return "noted"
        if self.task.state in ("struck_off", "upheld"):
            return "done"
        if self.task.state == "void":
            return "void"
        return "late" if self.task.is_overdue(today) else "running"


class Quiz(Chained):
    """A quiz on what a meeting's notice or a training says, one a meeting: an option of the city, off by default.
    ``questions`` are rows of :class:`~chuangcheng.kernel.quizzes.Question`."""

    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="quiz")
    questions = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=QUIZ.choices(), default=QUIZ.initial)
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)

    @property
    def asked(self) -> list[Question]:
        """The questions in order."""
        return [Question.of_json(each) for each in self.questions]


class QuizAnswer(models.Model):
    """What one person answered, once. No history row of its own: it is nothing that anybody is judged by."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="answers")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    chosen = models.JSONField(default=list)
    points = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["quiz", "person"], name="meetings_one_answer")]
