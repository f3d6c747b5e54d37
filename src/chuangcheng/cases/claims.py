"""认领: filed cases that nobody was given yet, and which units may take them of their own accord."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from chuangcheng.cases.models import Case, RoutingRule
from chuangcheng.kernel.actor import Actor
from chuangcheng.people import rights
from chuangcheng.people.models import Post


def claimable(actor: Actor) -> QuerySet[Case]:
    """What the actor's unit may claim now; nothing without the right."""
    post = rights.post_of(actor)
    if post is None or not rights.can(actor, "cases.claim"):
        return Case.objects.none()
    return Case.objects.filter(_within(post), state="filed")


def reaches(post: Post, case: Case) -> bool:
    """Whether the case lies in the unit's area, or is of its trade."""
    if case.division_path and case.division_path.startswith(rights.scope_of(post).paths or ("-",)):
        return True
    return Case.objects.filter(_within(post), pk=case.pk).exists()


def _within(post: Post) -> Q:
    """By area: the post's own. By trade: what a rule of routing gives to this very unit."""
    rows = Q(pk__in=[])
    for path in rights.scope_of(post).paths:
        rows |= Q(division_path__startswith=path)
    for rule in RoutingRule.objects.select_related("division").filter(target="unit", unit=post.unit_id):
        rows |= _rule(rule)
    return rows


def _rule(rule: RoutingRule) -> Q:
    wanted = {
        "category__code__startswith": rule.category_prefix,
        "division_path__startswith": rule.division.path if rule.division else "",
        "source": rule.source,
    }
    narrowed = {name: value for name, value in wanted.items() if value}
    # A rule for whatever is left over names a place of last resort, not a trade.
    return Q(**narrowed) if narrowed else Q(pk__in=[])
