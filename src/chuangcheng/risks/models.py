"""Ledgers of problems and risks, lists of laggards, occurrences of the national negative list: three things."""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.models import Case
from chuangcheng.framework.models import NegativeItem, Standard
from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.risk_matrix import level_of
from chuangcheng.people.models import Person, Unit
from chuangcheng.places.models import Division
from chuangcheng.risks.states import LIST, OBJECTION, RISK, SANCTION
from chuangcheng.tasks.models import Task


class RiskKind(models.TextChoices):
    """What it is about; the first seven are the field's own known weaknesses."""

    ORDER = "order", "秩序"
    SANITATION = "sanitation", "环境卫生"
    COMMUNITY = "community", "社区功能"
    MARKET = "market", "市场"
    SERVICE = "service", "窗口服务"
    BUILDING = "building", "违法建设"
    ARCHIVE = "archive", "档案材料"
    SAFETY = "safety", "安全"
    PROGRESS = "progress", "工作进度"
    DATA = "data", "数据指标"
    OTHER = "other", "其他"


class Risk(Chained):
    """One entry of a unit's ledger. ``rule`` is the watch rule that raised it ("" for the unit's own entry), about a
    ``subject`` in the window from ``window_on``. Matter, place, measures are words: erasable, not in history."""

    number = models.CharField(max_length=24, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="risks")
    kind = models.CharField(max_length=12, choices=RiskKind.choices, default=RiskKind.OTHER)
    matter = models.CharField(max_length=500)
    place = models.CharField(max_length=120, blank=True)
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")
    standard = models.ForeignKey(Standard, models.SET_NULL, null=True, blank=True, related_name="risks")
    severity = models.PositiveSmallIntegerField()
    likelihood = models.PositiveSmallIntegerField()
    score = models.PositiveSmallIntegerField()  # severity × likelihood
    state = models.CharField(max_length=10, choices=RISK.choices(), default=RISK.initial)
    measures = models.TextField(blank=True)
    owner = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    task = models.ForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="risks")
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="risks")
    rule = models.CharField(max_length=32, blank=True)
    rule_version = models.PositiveIntegerField(default=0)
    subject = models.CharField(max_length=80, blank=True)
    window_on = models.DateField(null=True, blank=True)
    value = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)  # when it was raised
    base = models.PositiveIntegerField(default=0)
    latest = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)  # at the last look
    raised_at = models.DateTimeField()
    relieved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject", "window_on"], condition=~models.Q(rule=""), name="risks_once_a_window"
            )
        ]
        indexes = [
            models.Index(fields=["state", "-score"], name="risks_state_score"),
            models.Index(fields=["unit", "state"], name="risks_unit_state"),
            models.Index(fields=["-raised_at", "-id"], name="risks_newest"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def level(self) -> str:
        """Its level in the matrix."""
        return level_of(self.severity, self.likelihood)


class Rulebook(Chained):
    """One version of the watch rules and the rules of laggards, whole, as it was set in the browser."""

    version = models.PositiveIntegerField(unique=True)
    document = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"v{self.version}"


class Words(models.Model):
    """What was said with a step: of an entry, a list, a line of one, or an occurrence, under the number of its history
    row. Erasable: history keeps a keyed digest only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject_kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    seq = models.PositiveIntegerField()
    text = models.TextField()
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject_kind", "subject_id", "seq"], name="risks_words_once")]


class LaggardList(Chained):
    """The last of a period by a rule, as it was when drafted: ``rule`` and ``counted`` stay, so that an old list
    explains itself. Internal for ever: it has no public address."""

    number = models.CharField(max_length=24, unique=True)
    code = models.CharField(max_length=32)  # the rule's
    rule = models.JSONField(default=dict)
    from_on = models.DateField()
    to_on = models.DateField()
    state = models.CharField(max_length=10, choices=LIST.choices(), default=LIST.initial)
    counted = models.JSONField(default=list)  # {"unit", "name", "value", "base", "why"} of everybody looked at
    until_on = models.DateField(null=True, blank=True)  # the last day for objections
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    submitted_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["-to_on", "-id"], name="risks_list_newest")]

    def __str__(self) -> str:
        return self.number


class Laggard(Chained):
    """A unit on a list, with its figure and why it stands there."""

    list = models.ForeignKey(LaggardList, models.CASCADE, related_name="laggards")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()  # among those counted, the worst is 1
    value = models.DecimalField(max_digits=14, decimal_places=4)
    base = models.PositiveIntegerField()
    why = models.CharField(max_length=5, choices=[("share", "末位比例"), ("floor", "低于底线")])
    state = models.CharField(max_length=10, choices=OBJECTION.choices(), default=OBJECTION.initial)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "unit"], name="risks_laggard_once")]
        ordering = ["unit__official_order", "unit__code"]


class Sanction(Chained):
    """Something happened that a line of the national negative list names. Evidence is a photo or a paper of the owner
    ``("sanction", id)``."""

    number = models.CharField(max_length=24, unique=True)
    item = models.ForeignKey(NegativeItem, models.PROTECT, related_name="sanctions")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    happened_on = models.DateField()
    matter = models.CharField(max_length=500)
    evidence = models.CharField(max_length=5, choices=[("image", "图片"), ("pdf", "PDF")], blank=True, default="")
    state = models.CharField(max_length=10, choices=SANCTION.choices(), default=SANCTION.initial)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["-happened_on", "-id"], name="risks_sanction_newest")]

    def __str__(self) -> str:
        return self.number
