"""A deliberation of the five parties: agenda, signatures on paper, votes, the notice, objections, the work."""

from __future__ import annotations

from django.db import models

from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person, Unit
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.states import DELIBERATION


class Party(models.TextChoices):
    """The five parties."""

    BRANCH = "branch", "社区（小区）党组织"
    RESIDENTS = "residents", "居民委员会"
    OWNERS = "owners", "业主委员会"
    PROPERTY = "property", "物业服务企业"
    REPRESENTATIVES = "representatives", "居民代表"


class Absence(models.TextChoices):
    """Why a party does not sign."""

    NONE = "", "—"
    NOT_THERE = "not_there", "小区没有该组织"
    PREPARING = "preparing", "正在组建"
    INVITED = "invited", "已通知，未到会"
    DECLINED = "declined", "到会，不同意签字"


class Deliberation(Chained):
    """One deliberation of a compound."""

    number = models.CharField(max_length=24, unique=True)
    compound = models.ForeignKey(Compound, models.PROTECT, related_name="deliberations")
    division_path = models.CharField(max_length=60, db_index=True)
    title = models.CharField(max_length=120)
    convener = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=DELIBERATION.choices(), default=DELIBERATION.initial)
    convened_at = models.DateTimeField()
    planned_on = models.DateField(null=True, blank=True)
    held_on = models.DateField(null=True, blank=True)
    minutes = models.TextField(blank=True)  # erasable: history keeps that they were written, not what
    notice_days = models.PositiveSmallIntegerField(default=7)
    notice_on = models.DateField(null=True, blank=True)  # the day it was put up; the period begins on the next
    notice_until = models.DateField(null=True, blank=True)  # the last day of the period
    decided_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "notice_until"])]

    def __str__(self) -> str:
        return self.number


class Seat(models.Model):
    """One party at the table: who signed on paper in which capacity, and who entered it; or why nobody did."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deliberation = models.ForeignKey(Deliberation, models.CASCADE, related_name="seats")
    party = models.CharField(max_length=16, choices=Party.choices)
    capacity = models.CharField(max_length=40, blank=True)  # 书记, 主任, 项目经理
    signer_cipher = models.BinaryField(blank=True, default=b"")  # the name on the paper
    absence = models.CharField(max_length=12, choices=Absence.choices, blank=True, default="")
    entered_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deliberation", "party"], name="sites_seat_once")]

    @property
    def is_signed(self) -> bool:
        """Whether a signature with its scan was entered."""
        return self.entered_at is not None and not self.absence


class AgendaItem(models.Model):
    """One matter on the agenda, its vote, and the work that it became: a case, or a plain row with a photo."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deliberation = models.ForeignKey(Deliberation, models.CASCADE, related_name="items")
    order = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    votes_for = models.PositiveIntegerField(null=True, blank=True)
    votes_against = models.PositiveIntegerField(null=True, blank=True)
    abstentions = models.PositiveIntegerField(null=True, blank=True)
    adopted = models.BooleanField(null=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    case_id = models.UUIDField(null=True, blank=True)  # opaque: the room of cases knows what it means
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["deliberation", "order"], name="sites_item_order")]


class Objection(models.Model):
    """Somebody objected while the notice was up. The words are erasable; no name is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deliberation = models.ForeignKey(Deliberation, models.CASCADE, related_name="objections")
    received_on = models.DateField()
    text = models.TextField()
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["received_on", "id"]
