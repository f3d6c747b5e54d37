"""A workbook that came back through a page: compared, looked at, ticked, taken over."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.tasks.ledger.applying import Done, apply
from chuangcheng.tasks.ledger.merging import Line, compare, counts
from chuangcheng.tasks.models import LedgerReturn

RIGHT = "tasks.report"


def take_in(*, actor: Actor, source: bytes, name: str) -> LedgerReturn:
    """Compare a workbook and keep the report for whoever uploaded it; nothing else is changed. Rows that say nothing
    new are counted, not kept."""
    rights.require(actor, RIGHT)
    lines = compare(actor=actor, source=source, name=name)
    kept = [line.as_json() for line in lines if line.kind != "unchanged"]
    return LedgerReturn.objects.create(
        name=name[:200], lines=kept, counts=counts(lines), made_at=clock.now(), made_by_id=actor.person_id
    )


def get_return(actor: Actor, return_id: UUID, *, lock: bool = False) -> LedgerReturn:
    """One's own upload, or ``common.not_found``."""
    rows = LedgerReturn.objects.select_for_update() if lock else LedgerReturn.objects
    row = rows.filter(pk=return_id, made_by=actor.person_id).first() if actor.person_id else None
    if row is None:
        raise Refused("common.not_found")
    return row


def lines_of(row: LedgerReturn) -> list[Line]:
    """The rows of the report."""
    return [Line.of_json(given) for given in row.lines]


def take_over(*, actor: Actor, return_id: UUID, ticked: Collection[str]) -> list[Done]:
    """Do what was ticked, and be done with the upload. Refused: ``task.return_closed`` the second time."""
    with transaction.atomic():
        row = _open(actor, return_id)
        done = apply(actor=actor, lines=lines_of(row), ticked=ticked)
        _close(row, "applied")
    return done


def drop(*, actor: Actor, return_id: UUID) -> LedgerReturn:
    """Leave everything as it is."""
    with transaction.atomic():
        return _close(_open(actor, return_id), "dropped")


def _open(actor: Actor, return_id: UUID) -> LedgerReturn:
    rights.require(actor, RIGHT)
    row = get_return(actor, return_id, lock=True)
    if row.state != "open":
        raise Refused("task.return_closed")
    return row


def _close(row: LedgerReturn, state: str) -> LedgerReturn:
    """Its words are not kept any longer than needed."""
    row.state, row.lines = state, []
    row.save(update_fields=["state", "lines"])
    return row
