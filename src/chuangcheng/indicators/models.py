"""Quantitative indicators 指标, the versions of their definition, their readings 读数, and doubtful ones apart."""

from __future__ import annotations

from fractions import Fraction

from django.db import models

from chuangcheng.framework.models import Standard
from chuangcheng.history.models import Chained
from chuangcheng.indicators.states import DOUBT
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person, Unit
from chuangcheng.places.models import Division


class Frequency(models.TextChoices):
    """How often a reading is owed."""

    MONTH = "month", "每月"
    QUARTER = "quarter", "每季"
    YEAR = "year", "每年"


class Channel(models.TextChoices):
    """By which door a reading came."""

    FORM = "form", "填报"
    IMPORT = "import", "导入"
    API = "api", "接口"
    SYSTEM = "system", "系统"


class Defined(models.Model):
    """What a definition says: all of it is versioned."""

    zh = models.CharField(max_length=120)
    en = models.CharField(max_length=160, blank=True)
    unit_of_measure = models.CharField(max_length=20)
    scoring = models.JSONField(default=dict)  # as a standard's scoring: threshold with A/B/C bounds or target
    frequency = models.CharField(max_length=8, choices=Frequency.choices, default=Frequency.MONTH)
    low = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)  # plausible range
    high = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    numerator_zh = models.CharField(max_length=120, blank=True)  # what is counted above and below the line; empty: the
    denominator_zh = models.CharField(max_length=120, blank=True)  # value itself is handed in
    due_days = models.PositiveSmallIntegerField(null=True, blank=True)  # after the period's end; None: by frequency
    note = models.CharField(max_length=500, blank=True)  # how it is counted, where the figures come from
    by_district = models.BooleanField(default=False)  # each district's figure is owed beside the city's

    class Meta:
        abstract = True

    @property
    def has_parts(self) -> bool:
        """Whether numerator and denominator are handed in, and the value is reckoned."""
        return bool(self.numerator_zh and self.denominator_zh)


class Indicator(Defined, Chained):
    """A number the city must reach, as its newest definition says."""

    code = models.CharField(max_length=40, unique=True)
    standard = models.ForeignKey(Standard, models.SET_NULL, null=True, blank=True, related_name="indicators")
    source_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="indicators")
    asked_from = models.DateField(null=True, blank=True)  # readings are owed from this period on
    valid_to = models.DateField(null=True, blank=True)  # none is owed of a period that begins later


class Definition(Defined):
    """One version of a definition, in force for periods that begin from ``valid_from`` on (None: from the beginning)
    until a later version takes over. Never changed: an old score stays explainable."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="definitions")
    number = models.PositiveSmallIntegerField()
    source_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["indicator", "number"], name="indicators_definition_once")]
        ordering = ["-number"]


class Figure(models.Model):
    """What is handed in for a period, whether it counts or is doubtful."""

    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")
    period_start = models.DateField()
    value = models.DecimalField(max_digits=16, decimal_places=4)
    numerator = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    denominator = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    source = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=200, blank=True)  # why it corrects the one before; words, never in history
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.SYSTEM)
    happened_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def exact(self) -> Fraction:
        """The value without the loss of rounding, where its parts are known: 0.94996 does not reach 95 %."""
        if self.numerator is not None and self.denominator:
            return Fraction(self.numerator) / Fraction(self.denominator)
        return Fraction(self.value)


class Reading(Figure):
    """One value of an indicator for a period: a fact. A correction is a later row for the same period."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="readings")
    recorded_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["indicator", "-period_start", "-recorded_at"]),
            models.Index(fields=["recorded_at", "id"], name="indicators_reading_recorded"),
        ]


class Doubt(Figure, Chained):
    """A reading that is not plausible. It counts nowhere until it is confirmed: then it becomes a reading."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="doubts")
    codes = models.JSONField(default=list)  # of kernel.plausible.DOUBTS
    state = models.CharField(max_length=10, choices=DOUBT.choices(), default=DOUBT.initial)
    words = models.CharField(max_length=200, blank=True)  # of whoever confirmed or withdrew it
    raised_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    raised_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    reading = models.ForeignKey(Reading, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["state", "raised_at"], name="indicators_doubt_state")]
