"""Special teams 专班: who takes a hard spot in hand, until when, and with what result."""

from __future__ import annotations

from django.db import models

from chuangcheng.history.models import Chained
from chuangcheng.people.models import Person, Post, Unit
from chuangcheng.places.models import Division
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.site import Site
from chuangcheng.sites.states import TEAM, TEAM_RESULTS


class Team(Chained):
    """A team for one hard spot: a site, a compound or an area."""

    number = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=100)
    lead_unit = models.ForeignKey(Unit, models.PROTECT, related_name="led_teams")
    leader = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="led_teams")
    units = models.ManyToManyField(Unit, related_name="teams", blank=True)
    members = models.ManyToManyField(Person, related_name="teams", blank=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="teams")
    compound = models.ForeignKey(Compound, models.PROTECT, null=True, blank=True, related_name="teams")
    division = models.ForeignKey(Division, models.PROTECT, related_name="teams")  # the spot's, or the area itself
    division_path = models.CharField(max_length=60, db_index=True)
    since = models.DateField()
    until = models.DateField()
    goal = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=TEAM.choices(), default=TEAM.initial)
    result = models.CharField(
        max_length=12, blank=True, choices=[(code, label.zh) for code, label in TEAM_RESULTS.items()]
    )
    result_text = models.CharField(max_length=500, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-since", "number"]

    def __str__(self) -> str:
        return self.name
