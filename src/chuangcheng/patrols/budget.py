"""Visits to one site are budgeted across all modes: looking is a burden for those looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from chuangcheng.framework import selectors as framework
from chuangcheng.framework.rules import DEFAULTS, Rules
from chuangcheng.history.prepared import Given, Read, key
from chuangcheng.patrols.models import Visit
from chuangcheng.sites.models import Site


@dataclass(frozen=True, slots=True)
class BudgetLeft:
    """``used`` of ``visits`` allowed within ``days``; ``free_at`` is when the next one fits, None when one fits now."""

    visits: int
    days: int
    used: int
    free_at: datetime | None

    @property
    def left(self) -> int:
        """Visits that still fit without a reason."""
        return max(self.visits - self.used, 0)


def _visits() -> QuerySet[Visit, datetime]:
    moment = Visit._meta.get_field("started_at")
    rows = Visit.objects.filter(
        site=key("site"), started_at__gt=Given("since", moment), started_at__lte=Given("now", moment)
    ).exclude(state="abandoned")  # nobody was looked at
    return rows.order_by("-started_at").values_list("started_at", flat=True)


_begun = Read(_visits)


def visit_budget(site: Site, now: datetime) -> BudgetLeft:
    """What the published edition still allows at that site at ``now``."""
    edition = framework.current_edition()
    rules = framework.rules_of(edition) if edition else Rules.of(DEFAULTS)
    window = timedelta(days=rules.budget.days)
    started = _begun(site=site.pk, since=now - window, now=now)
    full = len(started) >= rules.budget.visits
    # The visit that must leave the window first: with a budget of n, the n-th newest.
    free_at = started[rules.budget.visits - 1] + window if full and rules.budget.visits else None
    return BudgetLeft(rules.budget.visits, rules.budget.days, len(started), free_at)
