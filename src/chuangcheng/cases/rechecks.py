"""Reading 抽查复核: who sees which, what waits for whom, and what it says of a unit's closures."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from chuangcheng.cases.models import Case, Recheck
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.estimate import Interval, wilson
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Post

#: Somebody has looked.
ANSWERED = ("fixed", "not_fixed")
#: From so many looks on a unit's share is said without a warning.
ENOUGH = 20


def visible_to(actor: Actor) -> QuerySet[Recheck]:
    """What the actor may see: in the area. What waits is hidden from the unit and the persons whose work it is, who
    might put it right just in time."""
    scope, post = rights.scope(actor, "rechecks.view"), rights.post_of(actor)
    if scope.nothing or post is None:
        return Recheck.objects.none()
    rows = Recheck.objects.exclude(Q(state="waiting") & own_work(post))
    if scope.everything:
        return rows
    near = Q(handled_unit__in=scope.units)
    for path in scope.paths:
        near |= Q(division_path__startswith=path)
    return rows.filter(near)


def own_work(post: Post) -> Q:
    """The re-checks of what the post's person or unit did. Who verifies over the whole city stands for no unit: there
    only the person counts (law 5)."""
    own = Q(handled_unit=post.unit_id) | Q(case__handled_by=post.person_id) | Q(case__verified_by=post.person_id)
    return own | Q(verified_unit=post.unit_id) if rights.scope_of(post).units else own


def get_for(actor: Actor, recheck_id: UUID) -> Recheck:
    """One with what its page shows, or ``common.not_found``."""
    rows = visible_to(actor).select_related(
        "case__category", "case__division", "case__site", "handled_unit", "verified_unit", "answered_unit"
    )
    for row in rows.filter(pk=recheck_id):
        return row
    raise Refused("common.not_found")


def to_answer(actor: Actor) -> QuerySet[Recheck]:
    """What waits for a look by this very actor, the most pressing first."""
    if not rights.can(actor, "rechecks.answer"):
        return Recheck.objects.none()
    rows = visible_to(actor).filter(state="waiting")
    return rows.select_related("case__category", "case__division", "handled_unit").order_by("due_at", "id")


def may_answer(actor: Actor, row: Recheck) -> bool:
    """Whether the row waits for this very actor's look."""
    return row.state == "waiting" and to_answer(actor).filter(pk=row.pk).exists()


def of_case(actor: Actor, case: Case) -> list[Recheck]:
    """The re-checks of a case that the actor may see, the newest first."""
    return list(visible_to(actor).filter(case=case).order_by("-drawn_at"))


@dataclass(frozen=True, slots=True)
class Quality:
    """What the looks at one unit's closures found. ``missed`` were drawn, and nobody looked in time."""

    unit_id: UUID | None
    name: str
    looked: int
    not_fixed: int
    missed: int

    @property
    def interval(self) -> Interval | None:
        """The share found not fixed, with its 95 % interval; None where nobody looked."""
        return wilson(self.not_fixed, self.looked) if self.looked else None

    @property
    def few(self) -> bool:
        """Too few looks to judge a unit by."""
        return self.looked < ENOUGH


_LOOKED = Count("pk", filter=Q(state__in=ANSWERED))
_NOT_FIXED = Count("pk", filter=Q(state="not_fixed"))
_MISSED = Count("pk", filter=Q(state="missed"))


def by_unit(rows: QuerySet[Recheck]) -> list[Quality]:
    """One line a unit that anybody looked at or should have, in official order."""
    found = (
        rows.order_by()
        .filter(state__in=(*ANSWERED, "missed"))
        .values(unit=F("handled_unit"), name=F("handled_unit__short_name"))
        .annotate(looked=_LOOKED, not_fixed=_NOT_FIXED, missed=_MISSED)
        .order_by("handled_unit__official_order", "name")
    )
    return [Quality(row["unit"], row["name"], row["looked"], row["not_fixed"], row["missed"]) for row in found]


def overall(rows: QuerySet[Recheck]) -> Quality:
    """All units together, by what was drawn by lot alone: there each closure had the same chance, while filling up
    looks at the closures of small units more often."""
    counts = rows.order_by().filter(why="share").aggregate(looked=_LOOKED, not_fixed=_NOT_FIXED, missed=_MISSED)
    return Quality(None, "", counts["looked"], counts["not_fixed"], counts["missed"])
