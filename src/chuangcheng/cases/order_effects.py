"""Orders by themselves: reports that came before there were orders get theirs."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chuangcheng.cases.building import build_order
from chuangcheng.cases.models import Order, Report
from chuangcheng.cases.order import ORDER_SOURCES
from chuangcheng.history import actions as history
from chuangcheng.history.duties import periodic
from chuangcheng.kernel.actor import SYSTEM

SEEDED_A_RUN = 5_000
SEEDED_AT_ONCE = 500


def without_order() -> QuerySet[Report]:
    """Reports with another system's number that should have an order and have none."""
    rows = Report.objects.filter(external_source__in=ORDER_SOURCES, external_number__isnull=False, order=None)
    return rows.order_by("received_at", "id")


@periodic("cases.orders_seed", 3600, needed=lambda: without_order().exists())
def seed() -> int:
    """Open the order of every old report that lacks one, in portions; how many."""
    waiting = list(without_order().values_list("pk", flat=True)[:SEEDED_A_RUN])
    return sum(_open(waiting[start : start + SEEDED_AT_ONCE]) for start in range(0, len(waiting), SEEDED_AT_ONCE))


def _open(ids: list[UUID]) -> int:
    with transaction.atomic():
        # Locked and read anew: another worker, or an import, may have opened some meanwhile.
        reports = list(without_order().filter(pk__in=ids).select_for_update(of=("self",)))
        built = [build_order(report, actor=SYSTEM, due_at=None) for report in reports]
        Order.objects.bulk_create([order for order, _ in built])
        history.insert([event for _, event in built])
    return len(built)
