"""What a citizen may see of open cases near by: "is it one of these?". Only what the office has reviewed, and nothing
that anybody wrote (law 12): the kind of trouble, how far, since when, how many have met it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from chuangcheng.cases.likeness import RADIUS
from chuangcheng.cases.models import Case, Watch
from chuangcheng.cases.publication import OPEN_DOORS
from chuangcheng.cases.states import CASE
from chuangcheng.kernel import geometry

MOST = 4
#: Of a crowded spot the newest of these are compared.
LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Near:
    """An open case close to a place: ``metres`` away, met by ``people`` (reports and "me too" together)."""

    case: Case
    metres: float
    people: int


def public_open() -> Q:
    """Open cases that the office has filed from a report by an open door: reviewed, no secret of an inspection, and
    nothing that somebody said to 12345 alone."""
    # Nearly every case comes of a report: asked as an equality, SQLite would walk through all of them, not the box.
    return Q(state__in=CASE.open_states(), source__in=OPEN_DOORS) & ~Q(origin_kind="check")


def around(lat: float, lon: float, category_code: str = "") -> list[Near]:
    """The open public cases within :data:`~chuangcheng.cases.likeness.RADIUS` metres of a WGS-84 place: of the given
    category, or, without one, of any; the nearest first. Three queries."""
    lons, lats = geometry.around(lon, lat, RADIUS)
    box = Case.objects.filter(public_open(), lat__range=lats, lon__range=lons)
    if category_code:
        # Kinds of one class (the first two digits) are easily confused: a full bin, rubbish beside it.
        box = box.filter(category__code__startswith=category_code[:2])
    found = [
        (geometry.metres(lon, lat, case.lon or 0.0, case.lat or 0.0), case)
        for case in box.select_related("category").order_by("-filed_at", "-id")[:LOOKED_AT]
    ]
    near = sorted((one for one in found if one[0] <= RADIUS), key=lambda one: _rank(one[1], one[0], category_code))[
        :MOST
    ]
    people = _people([case.pk for _, case in near])
    return [Near(case, away, people[case.pk]) for away, case in near]


def _rank(case: Case, away: float, category_code: str) -> tuple[bool, float, datetime]:
    return (case.category is None or case.category.code != category_code, away, case.filed_at)


def _people(cases: list[UUID]) -> dict[UUID, int]:
    """Reports, and phones that follow the case or one that was merged into it: each phone counts once."""
    found = dict(Case.objects.filter(pk__in=cases).annotate(told=Count("reports")).values_list("pk", "told"))
    watches = Watch.objects.filter(Q(case__in=cases) | Q(case__merged_into__in=cases))
    standing = Coalesce("case__merged_into", "case")
    for pk, _voter in watches.annotate(standing=standing).values_list("standing", "voter").distinct():
        found[pk] += 1
    return found
