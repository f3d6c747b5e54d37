"""Shops under front-door responsibility 门前三包: who they are, what was found at their fronts, and what followed."""

from __future__ import annotations

from django.db import models

from chuangcheng.history.models import Chained
from chuangcheng.people.models import Person, Unit
from chuangcheng.places.models import Division, Grid
from chuangcheng.sites.states import RECTIFICATION, SHOP


class Shop(Chained):
    """A shop with its front. The place may be known by street and door alone."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    trade = models.CharField(max_length=30, blank=True)
    road = models.CharField(max_length=60, db_index=True)
    door = models.CharField(max_length=30, blank=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="shops")
    division_path = models.CharField(max_length=60)
    grid = models.ForeignKey(Grid, models.SET_NULL, null=True, blank=True, related_name="shops")
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    front_metres = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    credit_code = models.CharField(max_length=18, blank=True)  # unified social credit code, of the firm
    signed_on = models.DateField(null=True, blank=True)
    sheet_no = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=8, choices=SHOP.choices(), default=SHOP.initial)

    class Meta:
        ordering = ["code"]
        indexes = [models.Index(fields=["division_path", "code"]), models.Index(fields=["trade", "code"])]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Road and door as they are spoken."""
        return f"{self.road}{self.door}"


class ShopCheck(models.Model):
    """What was found at a shop's front: a fact. None means that the duty does not apply here (no green to keep)."""

    id = models.UUIDField(primary_key=True, editable=False)  # from the client: pressing twice records once
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="checks")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    hygiene = models.BooleanField(null=True)
    greening = models.BooleanField(null=True)
    order = models.BooleanField(null=True)
    note = models.CharField(max_length=300, blank=True)  # erasable
    by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["shop", "-happened_at"]), models.Index(fields=["happened_at"])]

    @property
    def failed(self) -> list[str]:
        """The duties that were not kept."""
        return [name for name in ASPECTS if getattr(self, name) is False]


ASPECTS = ("hygiene", "greening", "order")


class Rectification(Chained):
    """A reminder and what followed. The demand's words are erasable; a penalty is a document's number and date."""

    number = models.CharField(max_length=24, unique=True)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="rectifications")
    shop_check = models.ForeignKey(ShopCheck, models.PROTECT, related_name="rectifications")
    state = models.CharField(max_length=12, choices=RECTIFICATION.choices(), default=RECTIFICATION.initial)
    aspects = models.JSONField(default=list)
    reminded_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True, blank=True)
    served_by = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    demand = models.TextField(blank=True)
    due_on = models.DateField(null=True, blank=True)
    handed_to = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    handed_at = models.DateTimeField(null=True, blank=True)
    document_number = models.CharField(max_length=60, blank=True)
    document_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["shop"], condition=models.Q(state__in=("reminded", "noticed")), name="sites_one_open_notice"
            )
        ]

    def __str__(self) -> str:
        return self.number
