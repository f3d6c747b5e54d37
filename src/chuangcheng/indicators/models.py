"""Quantitative indicators 指标 and their readings 读数."""

from __future__ import annotations

from django.db import models

from chuangcheng.framework.models import Standard
from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Unit
from chuangcheng.places.models import Division


class Indicator(Chained):
    """A number the city must reach, with its thresholds and the unit that delivers it."""

    code = models.CharField(max_length=40, unique=True)
    zh = models.CharField(max_length=120)
    en = models.CharField(max_length=160, blank=True)
    standard = models.ForeignKey(Standard, models.SET_NULL, null=True, blank=True, related_name="indicators")
    unit_of_measure = models.CharField(max_length=20)
    scoring = models.JSONField(default=dict)  # as a standard's scoring: threshold with A/B/C bounds or target
    frequency = models.CharField(
        max_length=8, choices=[("month", "每月"), ("quarter", "每季"), ("year", "每年")], default="month"
    )
    source_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="indicators")
    low = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)  # plausible range
    high = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)


class Reading(models.Model):
    """One value of an indicator for a period: a fact. A correction is a later row for the same period."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="readings")
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")
    period_start = models.DateField()
    value = models.DecimalField(max_digits=16, decimal_places=4)
    source = models.CharField(max_length=100, blank=True)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["indicator", "-period_start", "-recorded_at"])]
