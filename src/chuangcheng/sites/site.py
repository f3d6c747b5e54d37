"""Inspection sites 点位: the places that are looked at."""

from __future__ import annotations

from django.db import models

from chuangcheng.framework.models import SiteKind
from chuangcheng.history.models import Chained
from chuangcheng.people.models import Unit
from chuangcheng.places.models import Division, Grid


class SiteState(models.TextChoices):
    """Whether a site is looked at now."""

    ACTIVE = "active", "在用"
    PAUSED = "paused", "暂停"
    CLOSED = "closed", "撤销"


class Site(Chained):
    """A place of some kind with the unit that answers for it."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    kind_code = models.CharField(max_length=40, db_index=True)  # stays when a new edition brings its own kind rows
    kind = models.ForeignKey(SiteKind, models.PROTECT, related_name="sites")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sites")
    division = models.ForeignKey(Division, models.PROTECT, related_name="sites")
    division_path = models.CharField(max_length=60, db_index=True)
    grid = models.ForeignKey(Grid, models.SET_NULL, null=True, blank=True, related_name="sites")
    address = models.CharField(max_length=200, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    state = models.CharField(max_length=8, choices=SiteState.choices, default=SiteState.ACTIVE)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
