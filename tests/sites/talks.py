"""Plays a deliberation through its real actions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.sites.deliberations import actions, work
from chuangcheng.sites.deliberations.models import AgendaItem, Deliberation, Party
from tests.conftest import NOON
from tests.photos.pictures import encoded, scene

SCAN = encoded(scene())
TODAY = date(2026, 9, 15)
ITEMS = [actions.ItemInput("修门禁"), actions.ItemInput("涨物业费", "每平方米一角")]


@contextmanager
def days_later(days: int) -> Iterator[None]:
    with clock.at(NOON + timedelta(days=days)):
        yield


def sign_all(actor: Actor, row: Deliberation, *, but: str = "") -> None:
    for party in Party.values:
        if party != but:
            actions.enter_signature(actor=actor, deliberation_id=row.pk, party=party, capacity="主任", signer="王某某",
                                    scan=SCAN)  # fmt: skip


def vote_all(actor: Actor, row: Deliberation, *, adopted: tuple[bool, ...] = (True, False)) -> None:
    for item, yes in zip(row.items.all(), adopted, strict=True):
        actions.record_vote(actor=actor, item_id=item.pk, votes_for=20 if yes else 5, votes_against=3, abstentions=1,
                            adopted=yes)  # fmt: skip


def carry(actor: Actor, row: Deliberation, state: str) -> Deliberation:
    """Play on until ``state``; past the notice the clock stands eight days later."""
    actions.record_meeting(actor=actor, deliberation_id=row.pk, held_on=TODAY, minutes="都说了话")
    sign_all(actor, row)
    vote_all(actor, row)
    if state == "discussed":
        return Deliberation.objects.get(pk=row.pk)
    actions.put_up_notice(actor=actor, deliberation_id=row.pk)
    if state != "notice":
        with days_later(8):
            actions.decide(actor=actor, deliberation_id=row.pk)
    return Deliberation.objects.get(pk=row.pk)


def assign(actor: Actor, item: AgendaItem, unit: Any) -> AgendaItem:
    return work.assign_item(actor=actor, item_id=item.pk, unit=unit, due_on=TODAY + timedelta(days=30))
