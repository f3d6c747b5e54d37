"""Assessment editions as versioned trees, duties, site kinds with checklists, case categories and time rules."""

from __future__ import annotations

from fractions import Fraction

from django.db import models

from chuangcheng.framework.bonds import Decree, DutyBatch, DutyTemplate, NamedDuty
from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person, Unit

__all__ = ["Decree", "DutyBatch", "DutyTemplate", "NamedDuty"]


class SourceFlag(models.TextChoices):
    """Where a text comes from; shown on screen, so nobody takes a reconstruction for the official text."""

    OFFICIAL = "official", "官方文本"
    SOURCED = "sourced", "公开来源"
    SEED = "seed", "地方材料"
    RECONSTRUCTED = "reconstructed", "推测重构"


class EditionState(models.TextChoices):
    """A published edition is scored against; a frozen one never changes again (``states.EDITION``)."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    FROZEN = "frozen", "已冻结"
    DROPPED = "dropped", "已放弃"


class Family(models.TextChoices):
    """Which assessment an edition is of. Families stand side by side, each with its own published edition; the first
    one here that has any is what scores and sites are held against."""

    NATIONAL = "national", "全国文明城市"
    DISTRICT = "district", "文明城区"
    OWN = "own", "本市自定"
    MINORS = "minors", "未成年人"


#: What the levels below the framework are called where an edition says nothing else.
LEVELS = ("测评项目", "测评内容", "测评标准")


class Edition(Chained):
    """One version of an assessment system 测评体系版本, all of its frameworks side by side.

    ``rules`` is data: method shares, year weights, gates, grade shares, case deductions (docs/framework.md).
    """

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    version = models.CharField(max_length=40)
    family = models.CharField(max_length=12, choices=Family.choices, default=Family.NATIONAL)
    levels = models.JSONField(default=list)  # names of the levels, projects to standards; more than three where deeper
    state = models.CharField(max_length=12, choices=EditionState.choices, default=EditionState.DRAFT)
    note_zh = models.TextField(blank=True)
    note_en = models.TextField(blank=True)
    rules = models.JSONField(default=dict)
    rule_version = models.PositiveIntegerField(default=1)
    sources = models.JSONField(default=dict)  # key: {"kind", "about"}, for the source_ref keys of its rows
    roles = models.JSONField(default=list)  # {"code", "zh", "en"} of each responsible_role
    is_reconstruction = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["family"], condition=models.Q(state="published"), name="framework_one_published"
            )
        ]

    def __str__(self) -> str:
        return self.name_zh

    @property
    def level_names(self) -> tuple[str, ...]:
        """What its levels are called, from projects down to standards; at least three."""
        return tuple(self.levels) or LEVELS


class Sourced(models.Model):
    """A text with its source flag and keys."""

    source = models.CharField(max_length=16, choices=SourceFlag.choices, default=SourceFlag.OFFICIAL)
    source_ref = models.JSONField(default=list)

    class Meta:
        abstract = True


class NodeKind(models.TextChoices):
    """Levels of the tree above the standards."""

    FRAMEWORK = "framework", "测评体系"
    PROJECT = "project", "测评项目"
    CONTENT = "content", "测评内容"


class Node(Sourced):
    """A framework, project or content. ``weight`` is the exact share of points of its framework (a framework's: of
    the edition's total), kept as numerator and denominator."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="nodes")
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    kind = models.CharField(max_length=12, choices=NodeKind.choices)
    code = models.CharField(max_length=40)
    zh = models.CharField(max_length=300)
    en = models.CharField(max_length=300, blank=True)
    order = models.PositiveIntegerField(default=0)
    weight_num = models.BigIntegerField(default=0)
    weight_den = models.BigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="framework_node_code")]
        ordering = ["order", "code"]

    @property
    def weight(self) -> Fraction:
        """The exact weight."""
        return Fraction(self.weight_num, self.weight_den)


class Evidence(models.TextChoices):
    """What proves a standard 佐证类型."""

    REPORT = "report", "说明报告"
    PICTURE = "picture", "图片"
    DOCUMENT = "document", "文件资料"
    SITE = "site", "实地点位"
    SURVEY = "survey", "问卷调查"
    INDICATOR = "indicator", "指标数据"


class Standard(Sourced):
    """A standard 测评标准: what is scored. ``weight`` is points of the framework's 100, exact.

    ``evidence`` and ``due_on`` are no part of the text but of the work on it: they may be set as long as the edition is
    not frozen.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="standards")
    content = models.ForeignKey(Node, models.CASCADE, related_name="standards")
    code = models.CharField(max_length=40)
    zh = models.TextField()
    en = models.TextField(blank=True)
    order = models.PositiveIntegerField(default=0)
    weight_num = models.BigIntegerField(default=0)
    weight_den = models.BigIntegerField(default=1)
    relative_weight = models.CharField(max_length=20, default="1")  # as written in the source, an exact fraction
    methods = models.JSONField(default=list)  # of onsite, material, survey, observation
    scoring = models.JSONField(default=dict)  # {"kind": ..., parameters}
    scoring_source = models.CharField(max_length=16, choices=SourceFlag.choices, default=SourceFlag.OFFICIAL)
    site_kinds = models.JSONField(default=list)  # codes of the kinds at which it is looked for
    responsible_role = models.CharField(max_length=40, blank=True)
    evidence = models.JSONField(default=list)  # codes of :class:`Evidence`
    due_on = models.DateField(null=True, blank=True)  # 完成时限
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="framework_standard_code")]
        ordering = ["order", "code"]

    @property
    def weight(self) -> Fraction:
        """Exact points of its framework's 100."""
        return Fraction(self.weight_num, self.weight_den)


class DutyKind(models.TextChoices):
    """How a unit is bound to a standard."""

    LEAD = "lead", "牵头"
    SUPPORT = "support", "配合"
    TERRITORY = "territory", "属地"


class LiveDuties(models.Manager["Duty"]):
    """The duties that stand."""

    def get_queryset(self) -> models.QuerySet[Duty]:
        """Without those that ended."""
        return super().get_queryset().filter(ended_at=None)


class Duty(Chained):
    """A unit's (and a person's) duty for a standard.

    An ended one stays, because its history does; ``objects`` and the relations of standards and units leave it out.
    """

    standard = models.ForeignKey(Standard, models.CASCADE, related_name="duties")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="duties")
    kind = models.CharField(max_length=12, choices=DutyKind.choices)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="duties")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = LiveDuties()
    every = models.Manager["Duty"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["standard", "unit", "kind"], condition=models.Q(ended_at=None), name="framework_duty_once"
            )
        ]


class Succession(models.Model):
    """Which standard of ``edition`` takes over from an ``old`` one; ``new`` is empty where none does.

    A decision, by the comparison itself where it was sure or by a person; what hangs on the old standard follows it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    old = models.ForeignKey(Standard, models.CASCADE, related_name="heirs")
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="successions")
    new = models.ForeignKey(Standard, models.CASCADE, null=True, blank=True, related_name="forebears")
    how = models.CharField(max_length=8, choices=[("sure", "自动对应"), ("chosen", "人工选定"), ("none", "无对应")])
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "edition"], name="framework_succession_once")]


class Upload(models.Model):
    """A city's own text as it was uploaded, cells and all, on its way to a draft edition 导入.

    ``grids`` is what :func:`chuangcheng.kernel.grids.as_json` makes of its sheets, ``mapping`` how they are read.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    grids = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    state = models.CharField(
        max_length=8, choices=[("open", "待导入"), ("loaded", "已导入"), ("dropped", "已放弃")], default="open"
    )
    edition = models.ForeignKey(Edition, models.SET_NULL, null=True, blank=True, related_name="uploads")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["state", "-made_at"])]


class SiteKind(Sourced):
    """A kind of inspection site 点位类型, with the way assessors walk it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="site_kinds")
    code = models.CharField(max_length=40)
    prefix = models.CharField(max_length=8)
    zh = models.CharField(max_length=100)
    en = models.CharField(max_length=160, blank=True)
    group = models.CharField(max_length=40, blank=True)
    responsible_role = models.CharField(max_length=40, blank=True)
    observation = models.JSONField(default=dict)  # e.g. {"walk_m": 500}: metres
    blocks = models.JSONField(default=list)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="framework_site_kind_code")]
        ordering = ["order", "code"]


class ChecklistItem(Sourced):
    """One line of a kind's checklist 考察项."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    site_kind = models.ForeignKey(SiteKind, models.CASCADE, related_name="items")
    code = models.CharField(max_length=40)
    zh = models.CharField(max_length=300)
    en = models.CharField(max_length=300, blank=True)
    scoring = models.CharField(max_length=60)  # as in the source, e.g. quota:3/500m; parsed by kernel.scoring
    case_codes = models.JSONField(default=list)
    from_block = models.CharField(max_length=12, blank=True)
    by_analogy = models.BooleanField(default=False)
    standards = models.ManyToManyField(Standard, related_name="items", blank=True)  # what a check of it speaks for
    order = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site_kind", "code"], name="framework_item_code")]
        ordering = ["order", "code"]


class NegativeItem(Sourced):
    """A line of the national negative list 负面清单 with its sanction."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="negative_items")
    code = models.CharField(max_length=20)
    zh = models.CharField(max_length=300)
    en = models.CharField(max_length=300, blank=True)
    effect = models.JSONField(default=dict)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="framework_negative_code")]
        ordering = ["order"]


class Category(models.Model):
    """A case category 案件类别 of GB/T 47678.5: components 部件 and matters 事项, two levels."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=12, unique=True)  # "06010"; a fault of component 03002 is "03002F"
    zh = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=[("component", "部件"), ("matter", "事项")])
    class_code = models.CharField(max_length=4)
    class_zh = models.CharField(max_length=40)
    taxonomy = models.CharField(max_length=40)
    is_top = models.BooleanField(default=False)  # among the ten that a campaign meets most

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.zh


class Handling(models.TextChoices):
    """What kind of work a filing condition asks for 处置方式."""

    NONE = "", "—"
    REPAIR = "repair", "维修更换"
    CLEAN = "clean", "清理清运"
    REMOVE = "remove", "拆除清除"
    STOP = "stop", "现场制止"
    PENALTY = "penalty", "立案处罚"
    GUIDE = "guide", "疏导劝导"


class TimeRule(models.Model):
    """A time limit: always per category and filing condition, in one of three units of working time.

    A fact: a changed limit is a next version, a withdrawn one a version that says so. Cases keep in ``due_rule``
    which version made their deadline. ``severity`` is the least that a case filed under the condition gets.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    category_code = models.CharField(max_length=12, blank=True)  # a prefix: "06010", "06", or "" for all
    condition = models.CharField(max_length=40, default="default")
    condition_zh = models.CharField(max_length=100, blank=True)
    amount = models.DecimalField(max_digits=6, decimal_places=2)
    unit = models.CharField(
        max_length=12,
        choices=[("urgent_hours", "紧急工作时"), ("work_hours", "工作时"), ("work_days", "工作日")],
    )
    close_when = models.CharField(max_length=100, blank=True)
    handling = models.CharField(max_length=12, choices=Handling.choices, blank=True, default="")
    severity = models.PositiveSmallIntegerField(null=True, blank=True)
    source_ref = models.CharField(max_length=20, blank=True)
    version = models.PositiveIntegerField(default=1)
    withdrawn = models.BooleanField(default=False)
    made_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category_code", "condition", "version"], name="framework_time_rule_once")
        ]


class RuleDraft(models.Model):
    """A whole set of rules read from a workbook, not in force: looked at, tried on past cases, then applied or
    dropped. ``rows`` are the set's rows as plain JSON; ``kind`` says of which table."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=[("time", "处置时限"), ("routing", "派遣规则")])
    name = models.CharField(max_length=120)
    rows = models.JSONField(default=list)
    state = models.CharField(
        max_length=8, choices=[("open", "待应用"), ("applied", "已应用"), ("dropped", "已放弃")], default="open"
    )
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "state", "-made_at"])]
