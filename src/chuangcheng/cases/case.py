"""A case 案件: what must be fixed, with its chain of assignments and its clock."""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.states import CASE
from chuangcheng.framework.models import Category, Standard
from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person, Unit
from chuangcheng.places.models import Division, Grid
from chuangcheng.sites.models import Site


class Outcome(models.TextChoices):
    """What came of it, apart from the state: rates use this, not the word 'closed'."""

    NONE = "", "—"
    FIXED = "fixed", "已整改"
    NOT_REPRODUCIBLE = "not_reproducible", "现场无此问题"
    DUPLICATE = "duplicate", "重复"
    REFUSED = "refused", "不属职责"
    CANNOT = "cannot", "暂不具备条件"


class Case(Chained):
    """What must be fixed. ``origin`` is opaque: a check, a report or another system knows what it means."""

    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=12, choices=CASE.choices(), default=CASE.initial)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True, default="")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="cases")
    condition = models.CharField(max_length=40, default="default")
    severity = models.PositiveSmallIntegerField(default=1)  # 1 ordinary, 2 serious, 3 dangerous
    text = models.TextField()
    source = models.CharField(max_length=12)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    address = models.CharField(max_length=200, blank=True)
    grid = models.ForeignKey(Grid, models.SET_NULL, null=True, blank=True, related_name="+")
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")
    division_path = models.CharField(max_length=60, blank=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="cases")
    standard = models.ForeignKey(Standard, models.SET_NULL, null=True, blank=True, related_name="cases")
    origin_kind = models.CharField(max_length=24, blank=True)
    origin_id = models.UUIDField(null=True, blank=True)
    found_from_above = models.BooleanField(default=False)  # then the verifier comes from another unit
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    due_rule = models.CharField(max_length=60, blank=True)  # rule id and version that made due_at
    due_provisional = models.BooleanField(default=False)  # touches a year whose holidays are not known yet
    holder = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="held_cases")
    holder_since = models.DateTimeField(null=True, blank=True)
    responsible = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="responsible_cases")
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    handled_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    dispatch_due_at = models.DateTimeField(null=True, blank=True)  # by when it should be dispatched first
    dispatched_at = models.DateTimeField(null=True, blank=True)  # when it was, in its present life
    arbiter = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    arbitration_due_at = models.DateTimeField(null=True, blank=True)
    arbitrated_at = models.DateTimeField(null=True, blank=True)  # then the unit cannot give it back
    owner_sought_at = models.DateTimeField(null=True, blank=True)  # when the last search for its owner began
    owner_named_at = models.DateTimeField(null=True, blank=True)  # then whoever was named cannot give it back
    on_time = models.BooleanField(null=True)  # settled when handled work is accepted; None while open or without due
    rework_count = models.PositiveSmallIntegerField(default=0)
    return_count = models.PositiveSmallIntegerField(default=0)
    extension_count = models.PositiveSmallIntegerField(default=0)
    reopen_count = models.PositiveSmallIntegerField(default=0)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspended_until = models.DateTimeField(null=True, blank=True)
    #: Of a merged case the one that stands for it: never a merged one itself, chains are resolved when they arise.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    relapse_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="relapses")
    relapse_denied = models.BooleanField(default=False)  # a dispatcher said that it is none: never set again
    claimed_at = models.DateTimeField(null=True, blank=True)  # 认领: the holder took it of its own accord
    flagged_at = models.DateTimeField(null=True, blank=True)  # 督办标记, while the case is open
    flag_due_at = models.DateTimeField(null=True, blank=True)  # until when whoever flagged it expects an answer
    flag_count = models.PositiveSmallIntegerField(default=0)
    external_source = models.CharField(max_length=24, blank=True)
    external_number = models.CharField(max_length=60, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_source", "external_number"], name="cases_case_external")
        ]
        indexes = [
            models.Index(fields=["-filed_at", "-id"]),
            models.Index(fields=["state", "due_at"]),
            models.Index(fields=["holder", "state", "due_at"]),
            models.Index(fields=["division_path", "-filed_at"]),
            models.Index(fields=["origin_kind", "origin_id"]),
            models.Index(fields=["state", "lat", "lon"]),  # open cases near a place
            models.Index(fields=["closed_at"], name="cases_case_closed", condition=models.Q(closed_at__isnull=False)),
            models.Index(
                fields=["flagged_at"], name="cases_case_flagged", condition=models.Q(flagged_at__isnull=False)
            ),
            models.Index(fields=["handled_unit", "closed_at"], name="cases_case_closings"),
        ]

    def __str__(self) -> str:
        return self.number


class Assignment(models.Model):
    """One link of the chain of dispatch (city → district → street or department). The parent's clock never stops
    while a child returns it; a child's due lies within its parent's. Who is there to know of the case 知悉 has no
    part in it: the link is done from the start."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="assignments")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="assignments")
    role = models.CharField(
        max_length=4,
        choices=[("lead", "主办"), ("co", "协办"), ("ask", "询问"), ("know", "知悉")],
        default="lead",
    )
    assigned_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(
        max_length=10,
        choices=[
            ("open", "办理中"),
            ("passed", "已转派"),
            ("returned", "已退回"),
            ("done", "已办结"),
            ("released", "已解除"),
            ("asked", "已询问"),  # whose it is: no work of the unit's, it only sees the case
        ],
        default="open",
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["unit", "state"]),
            models.Index(fields=["case", "received_at"]),
            models.Index(fields=["unit", "case"], name="cases_assignment_reach"),  # what a unit may see
        ]


class Petition(models.Model):
    """A unit asks for more time 延期 or for suspension 挂账; somebody outside of it decides."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="petitions")
    kind = models.CharField(max_length=10, choices=[("extension", "延期"), ("suspension", "挂账")])
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.TextField()
    state = models.CharField(
        max_length=8,
        choices=[("asked", "待审批"), ("granted", "同意"), ("refused", "不同意"), ("lapsed", "已失效")],
        default="asked",
    )
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(state="asked"), name="cases_petition_one_open")
        ]


class Remark(models.Model):
    """The words said with a move, beside the history row ``seq`` of the case's chain. History keeps only a keyed
    digest of them, so this row can be erased."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="remarks")
    seq = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="cases_remark_once")]


class RoutingRule(models.Model):
    """Ordered rules: the first that fits category, area and source names the unit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.PositiveIntegerField()
    category_prefix = models.CharField(max_length=12, blank=True)
    division = models.ForeignKey(Division, models.CASCADE, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=12, blank=True)
    target = models.CharField(
        max_length=10, choices=[("unit", "指定单位"), ("street", "所在街道"), ("district", "所在区县")], default="unit"
    )
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=100, blank=True)
    supports = models.ManyToManyField(Unit, related_name="+", blank=True)  # 协办 beside the lead

    class Meta:
        ordering = ["order", "id"]
