"""批示/交办: what a leader ordered, entered by a secretary, with what each addressed unit owes on it."""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.case import Case
from chuangcheng.cases.report import Report
from chuangcheng.cases.states import INSTRUCTION, INSTRUCTION_REPLY
from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person, Unit


class Instruction(Chained):
    """One instruction. Its words, the replies and the reasons stand in :class:`InstructionWords`; the scan is a photo
    or a paper of the owner ``("instruction", id)``."""

    number = models.CharField(max_length=24, unique=True)
    body_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=INSTRUCTION.choices(), default=INSTRUCTION.initial)
    form = models.CharField(max_length=7, choices=[("written", "书面批示"), ("spoken", "口头交办")], default="written")
    leader = models.ForeignKey(Person, models.PROTECT, related_name="instructions")
    #: Who judges the replies once the leader has left; the words stay the leader's.
    keeper = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    given_on = models.DateField()
    due_at = models.DateTimeField()  # the end of the day by which the units reply
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="instructions")
    report = models.ForeignKey(Report, models.PROTECT, null=True, blank=True, related_name="instructions")
    scan = models.CharField(max_length=5, choices=[("image", "图片"), ("pdf", "PDF")], blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-entered_at", "-id"], name="cases_instruction_newest"),
            models.Index(fields=["leader", "state"], name="cases_instruction_leader"),
        ]

    def __str__(self) -> str:
        return self.number


class InstructionReply(models.Model):
    """What one addressed unit owes: when it first read the instruction, its reply, and whether that was accepted.
    ``replied_at`` is the time of the reply that stands; one that was sent back is none."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instruction = models.ForeignKey(Instruction, models.CASCADE, related_name="replies")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="instruction_replies")
    state = models.CharField(max_length=9, choices=INSTRUCTION_REPLY.choices(), default=INSTRUCTION_REPLY.initial)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    sent_back_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instruction", "unit"], name="cases_instruction_unit")]
        indexes = [
            models.Index(fields=["unit", "state", "due_at"], name="cases_instruction_owed"),
            models.Index(fields=["-received_at", "-id"], name="cases_instruction_received"),
        ]

    @property
    def on_time(self) -> bool | None:
        """Whether the reply that stands came in time; None without one."""
        return self.replied_at <= self.due_at if self.replied_at else None


class InstructionWords(models.Model):
    """The words said beside the history row ``seq`` of the instruction's chain: the leader's own under 1, then replies
    and reasons. History keeps only a keyed digest of them, so this row can be erased."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instruction = models.ForeignKey(Instruction, models.CASCADE, related_name="words")
    seq = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instruction", "seq"], name="cases_instruction_words")]
