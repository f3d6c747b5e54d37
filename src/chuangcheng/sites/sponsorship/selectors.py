"""Reading sponsorships, and what nobody stands by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.places.models import Division, DivisionLevel
from chuangcheng.sites.compounds.models import Compound
from chuangcheng.sites.policies import area_rows
from chuangcheng.sites.site import Site, SiteState
from chuangcheng.sites.sponsorship.models import Sponsorship, SubjectKind
from chuangcheng.sites.sponsorship.subjects import JUNCTIONS, ROADS, of_subject

VIEW = "sponsorships.view"


@dataclass(frozen=True, slots=True)
class Cover:
    """How many places of a kind there are, and how many of them somebody stands by."""

    kind: SubjectKind
    total: int
    covered: int

    @property
    def gaps(self) -> int:
        """Places that nobody stands by."""
        return self.total - self.covered

    @property
    def share(self) -> float | None:
        """Covered of all; None where there are none."""
        return self.covered / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Effort:
    """Who stands by places today: sponsorships, units, cadres. A unit's cadres count once for each place."""

    sponsorships: int
    units: int
    cadres: int


def visible_to(actor: Actor) -> QuerySet[Sponsorship]:
    """The sponsorships of places in the actor's area, and those of the actor's own unit wherever they lie."""
    area, own = area_rows(actor, VIEW), Q(unit__in=rights.scope(actor, VIEW).units)
    rows = Sponsorship.objects.filter(area | own if area else area)  # an empty Q means all, yet adds nothing to an OR
    return rows.select_related("division", "site", "compound", "unit", "person")


def get_sponsorship_for(actor: Actor, sponsorship_id: UUID) -> Sponsorship:
    """One sponsorship, or ``common.not_found``."""
    found = visible_to(actor).filter(pk=sponsorship_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def may_edit(actor: Actor, row: Sponsorship) -> bool:
    """Whether the actor may change it."""
    return rights.scope(actor, "sponsorships.edit").reaches(path=row.division_path)


def standing(today: date | None = None) -> Q:
    """Those that hold on that day."""
    today = today or clock.today().date()
    return Q(valid_from__lte=today) & (Q(valid_to=None) | Q(valid_to__gte=today))


def ended(today: date | None = None) -> Q:
    """Those whose last day lies behind."""
    return Q(valid_to__lt=today or clock.today().date())


def of_place(subject: Division | Site | Compound) -> QuerySet[Sponsorship]:
    """Who stands by a place today, in official order."""
    rows = Sponsorship.objects.filter(of_subject(subject), standing()).select_related("unit", "person")
    return rows.order_by("unit__official_order", "pk")


def subjects(actor: Actor, kind: str) -> QuerySet[Any]:
    """The places of a kind in the actor's area, each with ``covered``: communities, or what is looked at now."""
    rows: QuerySet[Any]
    if kind == SubjectKind.COMMUNITY:
        rows = Division.objects.filter(_divisions(actor), level=DivisionLevel.COMMUNITY).defer("boundary")
        rows = rows.select_related("parent").defer("parent__boundary", "boundary")
        key = "division"
    elif kind == SubjectKind.COMPOUND:
        rows = Compound.objects.filter(area_rows(actor, VIEW), state="active").select_related("division")
        key = "compound"
    else:
        rows = Site.objects.filter(area_rows(actor, VIEW), _sites(kind), state=SiteState.ACTIVE)
        rows, key = rows.select_related("division", "kind"), "site"
    return rows.annotate(covered=Exists(Sponsorship.objects.filter(standing(), **{key: OuterRef("pk")})))


def coverage(actor: Actor) -> list[Cover]:
    """How far each kind of place is covered today. A query each."""
    found = []
    for kind in SubjectKind:
        counts = dict(subjects(actor, kind).order_by().values_list("covered").annotate(Count("pk")))
        found.append(Cover(kind, sum(counts.values()), counts.get(True, 0)))
    return found


def effort(rows: QuerySet[Sponsorship]) -> Effort:
    """What the given sponsorships that stand today come to."""
    sums = rows.filter(standing()).order_by().aggregate(n=Count("pk"), units=Count("unit", distinct=True),
                                                        cadres=Sum("cadres"))  # fmt: skip
    return Effort(sums["n"], sums["units"], sums["cadres"] or 0)


def _sites(kind: str) -> Q:
    if kind == SubjectKind.JUNCTION:
        return Q(kind_code__in=JUNCTIONS)
    return Q(kind_code__in=ROADS) if kind == SubjectKind.ROAD else ~Q(kind_code__in=JUNCTIONS | ROADS)


def _divisions(actor: Actor) -> Q:
    """The divisions in reach; a line department, which has no area, sees the whole city's."""
    scope = rights.scope(actor, VIEW)
    if scope.everything or (scope.units and not scope.paths):
        return Q()
    rows = Q(pk__in=[])
    for path in scope.paths:
        rows |= Q(path__startswith=path)
    return rows
