"""即知即改: what a worker found and fixed on the spot. No case, no dispatch, no point; a few are looked at again."""

from __future__ import annotations

from django.db import models

from chuangcheng.cases.case import Case
from chuangcheng.cases.states import QUICKFIX
from chuangcheng.framework.models import Category
from chuangcheng.history.models import Chained
from chuangcheng.people.models import Person, Unit
from chuangcheng.places.models import Division, Grid
from chuangcheng.sites.models import Site


class QuickFix(Chained):
    """One thing found and fixed at once. ``unit`` is the worker's own; ``sampled`` says why it was drawn for a second
    look ("" if it was not)."""

    number = models.CharField(max_length=24, unique=True)
    body_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=QUICKFIX.choices(), default=QUICKFIX.initial)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    text = models.CharField(max_length=200, blank=True)  # one line; erasable, never in history
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    address = models.CharField(max_length=200, blank=True)
    grid = models.ForeignKey(Grid, models.SET_NULL, null=True, blank=True, related_name="+")
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")
    division_path = models.CharField(max_length=60, blank=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="quickfixes")
    fixed_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    fixed_at = models.DateTimeField()
    received_at = models.DateTimeField()
    photos_declared = models.PositiveSmallIntegerField(default=0)
    photos_missing = models.PositiveSmallIntegerField(default=0)
    sampled = models.CharField(max_length=5, choices=[("share", "抽签"), ("rate", "短时多件")], blank=True, default="")
    look_due_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    looked_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    relapse = models.ForeignKey(Case, models.SET_NULL, null=True, blank=True, related_name="relapsed_fixes")

    class Meta:
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="cases_quickfix_newest"),
            models.Index(fields=["unit", "-received_at"], name="cases_quickfix_unit"),
            models.Index(fields=["category", "fixed_at"], name="cases_quickfix_kind"),
            models.Index(fields=["fixed_by", "fixed_at"], name="cases_quickfix_worker"),
            models.Index(fields=["look_due_at"], name="cases_quickfix_look", condition=models.Q(state="sampled")),
        ]

    def __str__(self) -> str:
        return self.number
