"""Residential compounds 小区: places, not to be taken for communities 社区, which are organisations."""

from __future__ import annotations

from django.db import models

from chuangcheng.history.models import Chained
from chuangcheng.kernel.ids import new_id
from chuangcheng.people.models import Person
from chuangcheng.places.models import Division, Grid
from chuangcheng.sites.site import Site
from chuangcheng.sites.states import COMPOUND


class Property(models.TextChoices):
    """Who looks after the compound."""

    COMPANY = "company", "物业公司"
    OWNERS = "owners", "业主自管"
    COMMUNITY = "community", "社区托管"
    NONE = "none", "无物业"


class Committee(models.TextChoices):
    """Whether the owners have a committee 业主委员会."""

    YES = "yes", "已成立"
    PREPARING = "preparing", "筹备中"
    NO = "no", "未成立"


class Renewal(models.TextChoices):
    """Where an old compound stands in its renewal 老旧小区改造."""

    NONE = "none", "未列入改造"
    PLANNED = "planned", "已列入计划"
    UNDER_WAY = "under_way", "改造中"
    DONE = "done", "已改造"


class Attainment(models.TextChoices):
    """The grade of an attainment drive 达标行动."""

    UNGRADED = "", "未评定"
    MET = "met", "达标"
    IMPROVE = "improve", "提升"
    WEAK = "weak", "薄弱"


class Compound(Chained):
    """A residential compound with its point, and its boundary where it is known. Degrees are WGS-84."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    division = models.ForeignKey(Division, models.PROTECT, related_name="compounds")
    division_path = models.CharField(max_length=60, db_index=True)
    grid = models.ForeignKey(Grid, models.SET_NULL, null=True, blank=True, related_name="compounds")
    site = models.ForeignKey(Site, models.SET_NULL, null=True, blank=True, related_name="compounds")
    address = models.CharField(max_length=200, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    boundary = models.JSONField(null=True, blank=True)  # GeoJSON polygon
    property_kind = models.CharField(max_length=10, choices=Property.choices, default=Property.NONE)
    property_company = models.CharField(max_length=100, blank=True)
    committee = models.CharField(max_length=10, choices=Committee.choices, default=Committee.NO)
    committee_until = models.DateField(null=True, blank=True)  # the end of its term
    households = models.PositiveIntegerField(default=0)
    year_built = models.PositiveSmallIntegerField(null=True, blank=True)
    bin_points = models.PositiveIntegerField(default=0)
    bins = models.PositiveIntegerField(default=0)
    renewal = models.CharField(max_length=10, choices=Renewal.choices, default=Renewal.NONE)
    grade = models.CharField(max_length=8, choices=Attainment.choices, blank=True, default=Attainment.UNGRADED)
    graded_on = models.DateField(null=True, blank=True)
    liaison_cipher = models.BinaryField(blank=True, default=b"")  # name and phone of the contact person
    state = models.CharField(max_length=8, choices=COMPOUND.choices(), default=COMPOUND.initial)

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["grade", "code"])]

    def __str__(self) -> str:
        return self.name


class Grading(models.Model):
    """A compound was given a grade: a fact. The reason is free text and stands in this erasable row alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    compound = models.ForeignKey(Compound, models.CASCADE, related_name="gradings")
    grade = models.CharField(max_length=8, choices=Attainment.choices)
    graded_on = models.DateField()
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-graded_on", "-recorded_at", "-id"]
