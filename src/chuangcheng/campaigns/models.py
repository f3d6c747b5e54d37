"""Campaigns 攻坚 and uplift actions 提升行动: what they want, what was measured, what it costs, what is done."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from django.db import models

from chuangcheng.campaigns.drive_models import Drive, DriveAssessment, DriveGap, DrivePlace, SubjectKind
from chuangcheng.campaigns.states import CAMPAIGN, SUB_ACTION
from chuangcheng.framework.models import Standard
from chuangcheng.history.models import Chained
from chuangcheng.kernel import progress
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person, Unit
from chuangcheng.places.models import Division

__all__ = [
    "Campaign", "CampaignWords", "Drive", "DriveAssessment", "DriveGap", "DrivePlace", "Kind", "MoneyEntry", "Overrun",
    "Reading", "SubAction", "SubjectKind", "Target",
]  # fmt: skip


class Kind(models.TextChoices):
    """What sort of campaign it is."""

    SIEGE = "siege", "围点攻坚"
    UPLIFT = "uplift", "提升行动"
    SPECIAL = "special", "专项行动"


class Overrun(models.TextChoices):
    """What happens when contracts exceed the budget."""

    REFUSE = "refuse", "超预算不予登记"
    FLAG = "flag", "超预算提示"


class Campaign(Chained):
    """One campaign with its days, who leads it, and the rule for its money. Names and words stay out of history."""

    number = models.CharField(max_length=24, unique=True)
    body_digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.SIEGE)
    title = models.CharField(max_length=100)
    theme = models.TextField(blank=True)
    standards = models.ManyToManyField(Standard, related_name="campaigns", blank=True)
    lead = models.ForeignKey(Unit, models.PROTECT, related_name="led_campaigns")
    supports = models.ManyToManyField(Unit, related_name="supported_campaigns", blank=True)
    leader = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    overrun = models.CharField(max_length=6, choices=Overrun.choices, default=Overrun.REFUSE)
    case_category = models.CharField(max_length=20, blank=True)  # cases of this category belong to it
    state = models.CharField(max_length=10, choices=CAMPAIGN.choices(), default=CAMPAIGN.initial)
    asked_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+"
    )  # who asked for review
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["state", "until_on"], name="campaigns_state")]

    def __str__(self) -> str:
        return self.title


class CampaignWords(models.Model):
    """What was said with a step, under the number of its history row; erasable."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="words")
    seq = models.PositiveIntegerField()
    words = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "seq"], name="campaigns_words_once")]


class Target(Chained):
    """What is measured: from ``baseline`` to ``goal`` along ``plan`` (``[["2026-10-01", "120.5"], …]``). ``latest`` and
    ``read_on`` follow from the readings. One dropped 取消 on ``dropped_on`` counts in no figure from then on, and
    ``dropped_why`` is erasable. ``told_band`` and ``told_on`` say of which band behind its plan the unit has heard:
    no facts."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="targets")
    place = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=100)
    measure = models.CharField(max_length=8)  # a code of kernel.measures
    direction = models.CharField(max_length=4, choices=[("more", "越多越好"), ("less", "越少越好")], default="more")
    baseline = models.DecimalField(max_digits=16, decimal_places=4)
    goal = models.DecimalField(max_digits=16, decimal_places=4)
    plan = models.JSONField(default=list)
    cumulative = models.BooleanField(default=True)
    low = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    latest = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    read_on = models.DateField(null=True, blank=True)
    dropped_on = models.DateField(null=True, blank=True)
    dropped_why = models.CharField(max_length=300, blank=True)
    told_band = models.PositiveSmallIntegerField(default=0)
    told_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["campaign", "place", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def course(self) -> progress.Course:
        """The plan as the kernel reckons with it, over the campaign's days."""
        points = tuple(progress.Point(date.fromisoformat(day), Fraction(value)) for day, value in self.plan)
        days = (self.campaign.from_on, self.campaign.until_on)
        return progress.Course(*days, Fraction(self.baseline), Fraction(self.goal), points)


class Reading(models.Model):
    """A measured value on a day: a fact. A later row for the same day corrects it. Photos have the owner
    ``("targetreading", id)``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    target = models.ForeignKey(Target, models.CASCADE, related_name="readings")
    day = models.DateField()
    value = models.DecimalField(max_digits=16, decimal_places=4)
    source = models.CharField(max_length=100, blank=True)
    doubt = models.CharField(max_length=10, blank=True)  # asked back for this reason, and confirmed
    corrects = models.BooleanField(default=False)
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["day", "recorded_at", "id"]
        indexes = [models.Index(fields=["target", "day"], name="campaigns_reading_day")]


class MoneyEntry(models.Model):
    """A line of the campaign's books: appended, never changed. ``contract`` is the contract's own line that a payment
    or acceptance belongs to; ``takes_back`` an earlier line that was wrong."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="money")
    kind = models.CharField(max_length=8)
    fen = models.BigIntegerField()
    day = models.DateField()
    document = models.CharField(max_length=60)
    source = models.CharField(max_length=60, blank=True)  # where a budget comes from
    party = models.CharField(max_length=100, blank=True)  # with whom a contract was made
    contract = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="drawn")
    takes_back = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="taken_back_by")
    flagged = models.BooleanField(default=False)  # beyond the budget, and entered all the same
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at", "id"]


class SubAction(Chained):
    """One of a campaign's many activities 活动, by its code within the campaign."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="sub_actions")
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=100)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sub_actions")
    address = models.CharField(max_length=200, blank=True)
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")
    division_path = models.CharField(max_length=60, blank=True, db_index=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    from_on = models.DateField()
    until_on = models.DateField()
    state = models.CharField(max_length=10, choices=SUB_ACTION.choices(), default=SUB_ACTION.initial)
    result = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="campaigns_sub_action_once")]
        indexes = [models.Index(fields=["campaign", "state"], name="campaigns_sub_action_state")]

    def __str__(self) -> str:
        return self.name
