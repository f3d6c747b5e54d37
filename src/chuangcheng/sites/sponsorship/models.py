"""Who stands by which place, since when and until when."""

from __future__ import annotations

from django.db import models

from chuangcheng.history.models import Chained
from chuangcheng.people.models import Person, Unit
from chuangcheng.places.models import Division
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.site import Site


class SubjectKind(models.TextChoices):
    """What is sponsored. Junctions and road sections are sites of those kinds."""

    COMMUNITY = "community", "社区（村）"
    JUNCTION = "junction", "路口"
    ROAD = "road", "路段"
    SITE = "site", "点位"
    COMPOUND = "compound", "小区"


class Sponsorship(Chained):
    """A unit bound to one place, with the person responsible and how many cadres it sends. ``valid_to`` is the last
    day. Several units may stand by one place."""

    kind = models.CharField(max_length=10, choices=SubjectKind.choices)
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="sponsorships")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="sponsorships")
    compound = models.ForeignKey(Compound, models.PROTECT, null=True, blank=True, related_name="sponsorships")
    division_path = models.CharField(max_length=60, db_index=True)  # the place's
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="sponsorships")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="sponsorships")
    cadres = models.PositiveIntegerField(default=0)  # 干部、党员人数, the person responsible among them
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-valid_from", "-id"]
        indexes = [models.Index(fields=["kind", "valid_to"], name="sites_sponsorship_kind")]

    @property
    def subject(self) -> Division | Site | Compound:
        """The place itself."""
        found = self.division or self.site or self.compound
        assert found is not None
        return found

    def stands(self, today: object) -> bool:
        """Whether it holds on that day."""
        return self.valid_from <= today and (self.valid_to is None or self.valid_to >= today)  # type: ignore[operator]
