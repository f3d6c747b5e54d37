"""Rows of the room as its actions need them: under their lock, and as the kernel reckons with them."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from chuangcheng.campaigns.models import Campaign, MoneyEntry
from chuangcheng.kernel import money
from chuangcheng.kernel.problems import Refused


def locked(campaign_id: UUID) -> Campaign:
    """The campaign under its lock with its lead, or ``common.not_found``."""
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("lead__division")
    row = rows.filter(pk=campaign_id).first()
    if row is None:
        raise Refused("common.not_found")
    return row


def entry_of(row: MoneyEntry) -> money.Entry:
    """A line of the books as the kernel reckons with it."""
    contract = row.contract_id or (row.pk if row.kind == "contract" else None)
    return money.Entry(row.kind, row.fen, contract, back=row.takes_back_id is not None)


def stored(value: Decimal) -> Decimal:
    """The number with four places, as the database gives it back."""
    return value.quantize(Decimal("0.0001"))
