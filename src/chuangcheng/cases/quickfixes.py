"""Reading what was fixed on the spot: who sees which, what waits for a second look, counts by unit and grid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case as Either
from django.db.models import CharField, Count, F, Q, QuerySet, Value, When

from chuangcheng.cases.models import Case, QuickFix
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.estimate import Interval, wilson
from chuangcheng.kernel.geometry import metres
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Post

#: "The same place" for a phone in a street (metres).
RADIUS = 50.0
#: States in which somebody has looked, or in which the trouble came back by itself.
SEEN = ("held", "relapsed")


def visible_to(actor: Actor) -> QuerySet[QuickFix]:
    """What the actor may see: in the area, of the unit, or the person's own."""
    scope = rights.scope(actor, "quickfixes.view")
    if scope.everything:
        return QuickFix.objects.all()
    if scope.nothing:
        return QuickFix.objects.none()
    rows = Q(unit__in=scope.units)
    for path in scope.paths:
        rows |= Q(division_path__startswith=path)
    if actor.person_id:
        rows |= Q(fixed_by=actor.person_id)
    return QuickFix.objects.filter(rows)


def get_for(actor: Actor, fix_id: UUID) -> QuickFix:
    """One with what its page shows, or ``common.not_found``."""
    rows = visible_to(actor).select_related("category", "unit", "division", "grid", "site", "relapse")
    for row in rows.filter(pk=fix_id):
        return row
    raise Refused("common.not_found")


def knows_draw(actor: Actor, row: QuickFix) -> bool:
    """Whether the actor may know that the row was drawn: who looks again and who watches, never the unit itself."""
    post = rights.post_of(actor)
    return post is not None and rights.can(actor, "rechecks.view") and _is_other(post, row)


def _is_other(post: Post, row: QuickFix) -> bool:
    return post.person_id != row.fixed_by_id and post.unit_id != row.unit_id


def with_told(rows: QuerySet[QuickFix], actor: Actor) -> QuerySet[QuickFix]:
    """The rows with ``told``: the state as one who watches may know it, empty for the draw of what is the actor's own
    (see :func:`knows_draw`). That something came back is no secret."""
    post = rights.post_of(actor)
    own = Q(unit=post.unit_id) | Q(fixed_by=post.person_id) if post else Q()
    hidden = own & ~Q(state="relapsed")
    return rows.annotate(told=Either(When(hidden, then=Value("")), default=F("state"), output_field=CharField()))


def to_look_at(actor: Actor) -> QuerySet[QuickFix]:
    """What waits for a second look by this very actor, the most pressing first."""
    post = rights.post_of(actor)
    if post is None or not rights.can(actor, "quickfixes.look"):
        return QuickFix.objects.none()
    waiting = visible_to(actor).filter(state="sampled").exclude(unit=post.unit_id)
    rows = waiting.filter(~Q(fixed_by=post.person_id) | Q(fixed_by=None))
    return rows.select_related("category", "division", "unit", "site").order_by("look_due_at", "id")


def may_look(actor: Actor, row: QuickFix) -> bool:
    """Whether the row waits for this very actor's look."""
    return row.state == "sampled" and to_look_at(actor).filter(pk=row.pk).exists()


def is_same_place(one: QuickFix | Case, other: QuickFix | Case) -> bool:
    """The same site, or within :data:`RADIUS`; without coordinates the same words of address."""
    if one.site_id and one.site_id == other.site_id:
        return True
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return bool(one.address) and one.address == other.address
    return metres(one.lon, one.lat, other.lon, other.lat) <= RADIUS


def of_unit(unit_id: UUID, since: datetime) -> dict[str, int]:
    """How many a unit recorded since then, and how many of these came back: ``fixed``, ``relapsed``."""
    rows = QuickFix.objects.filter(unit=unit_id, received_at__gte=since)
    return rows.aggregate(fixed=Count("pk"), relapsed=Count("pk", filter=Q(state="relapsed")))


def behind(case: Case) -> QuerySet[QuickFix]:
    """The quick fixes that this case says did not last."""
    return QuickFix.objects.filter(relapse=case).select_related("category", "unit")


@dataclass(frozen=True, slots=True)
class Tally:
    """What one unit or grid fixed: ``looked`` were looked at again or came back, ``relapsed`` of these."""

    key: Any
    name: str
    fixed: int
    looked: int
    relapsed: int

    @property
    def interval(self) -> Interval | None:
        """The share that came back among those looked at, with its 95 % interval."""
        return wilson(self.relapsed, self.looked) if self.looked else None


def tallies(rows: QuerySet[QuickFix], by: str) -> list[Tally]:
    """Counts by ``unit`` or ``grid``, the most first."""
    name = {"unit": "unit__short_name", "grid": "grid__name"}[by]
    found = (
        rows.order_by()
        .values(key=F(f"{by}_id"), name=F(name))
        .annotate(
            fixed=Count("pk"),
            looked=Count("pk", filter=Q(state__in=SEEN)),
            relapsed=Count("pk", filter=Q(state="relapsed")),
        )
        .order_by("-fixed", "name")
    )
    return [Tally(row["key"], row["name"] or "", row["fixed"], row["looked"], row["relapsed"]) for row in found]
