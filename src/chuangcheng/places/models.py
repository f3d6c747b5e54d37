"""Divisions (行政区划), their boundaries and grids (网格). Coordinates are WGS-84 degrees, which CGCS2000 equals
within centimetres; GCJ-02 is converted at the door."""

from __future__ import annotations

from django.db import models

from chuangcheng.kernel.ids import new_id


class DivisionLevel(models.TextChoices):
    """The four levels of the network."""

    CITY = "city", "市"
    DISTRICT = "district", "区县"
    STREET = "street", "街道（乡镇）"
    COMMUNITY = "community", "社区（村）"


class Division(models.Model):
    """An administrative division. ``path`` is the codes from the city down, joined by ``/`` with one at the end,
    so that a subtree is one prefix."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=12, unique=True)  # GB/T 2260 digits, statistical 9 or 12 digits below
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=12, choices=DivisionLevel.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=60, db_index=True)
    boundary = models.JSONField(null=True, blank=True)  # GeoJSON geometry, WGS-84, lon before lat
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Grid(models.Model):
    """The smallest cell: a grid worker's beat, inside one community."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=15, unique=True)
    name = models.CharField(max_length=60)
    division = models.ForeignKey(Division, models.PROTECT, related_name="grids")
    boundary = models.JSONField()
    lon = models.FloatField()
    lat = models.FloatField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
