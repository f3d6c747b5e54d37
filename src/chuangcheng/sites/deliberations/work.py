"""What was decided becomes work: a case, or a plain row with a unit, a day and a photo."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.photos import actions as photos
from chuangcheng.sites.deliberations.actions import FACTS, RUN
from chuangcheng.sites.deliberations.models import AgendaItem, Deliberation
from chuangcheng.sites.registering import locked, settle, step, write
from chuangcheng.sites.states import DELIBERATION

AT_WORK = ("decided", "working")


def assign_item(*, actor: Actor, item_id: UUID, unit: Unit | None, due_on: date | None) -> AgendaItem:
    """Who carries a decided matter out, and by when. Refused: ``deliberation.not_decided``, ``sites.missing``."""
    if unit is None or due_on is None:
        raise Refused("sites.missing", column="承办单位、完成期限")
    with transaction.atomic():
        row, item = _decided(actor, item_id)
        if item.done_at is not None:
            raise Refused("deliberation.done_already")
        item.unit, item.due_on = unit, due_on
        item.save()
        _write(row, actor, "deliberation.changed", {"item": item.pk, "unit": unit.pk, "due_on": due_on})
    return item


def link_case(*, actor: Actor, item_id: UUID, case_id: UUID) -> AgendaItem:
    """The matter became a case. The room of cases calls this in its own transaction."""
    with transaction.atomic():
        row, item = _decided(actor, item_id)
        if item.case_id is not None or item.done_at is not None:
            raise Refused("deliberation.done_already")
        if item.unit is None:
            raise Refused("sites.missing", column="承办单位")
        item.case_id = case_id
        item.save()
        _write(row, actor, "deliberation.item_linked", {"item": item.pk, "case": case_id})
    return item


def finish_item(*, actor: Actor, item_id: UUID, shots: tuple[photos.Shot, ...]) -> AgendaItem:
    """A matter without a case is carried out, as its photos show. Refused: ``deliberation.no_photo``,
    ``deliberation.has_case``."""
    if not shots:
        raise Refused("deliberation.no_photo")
    prepared = [photos.prepare(data=shot) for shot in shots]
    with transaction.atomic():
        row, item = _decided(actor, item_id)
        if item.done_at is not None:
            raise Refused("deliberation.done_already")
        if item.case_id is not None:
            raise Refused("deliberation.has_case")
        if item.unit is None:
            raise Refused("sites.missing", column="承办单位")
        for picture in prepared:
            photos.add(owner=("agenda_item", item.pk), role="after", data=picture)
        _done(row, item, actor, True)
    return item


def follow_case(*, item_id: UUID, case_id: UUID, how: str) -> None:
    """What became of the case of a matter: ``done``, ``open`` again, or ``void``, which sets the matter free. Doing it
    twice changes nothing."""
    with transaction.atomic():
        item = AgendaItem.objects.filter(pk=item_id, case_id=case_id).first()
        if item is None:
            return
        row = locked(Deliberation, item.deliberation_id)
        if how == "void":
            item.case_id = None
        if how == "void" or (item.done_at is not None) != (how == "done"):
            _done(row, item, SYSTEM, how == "done")


def begin(*, actor: Actor, deliberation_id: UUID) -> Deliberation:
    """The work begins: every adopted matter has its unit and day. Refused: ``deliberation.work_missing``."""
    with transaction.atomic():
        row = _locked(actor, deliberation_id)
        DELIBERATION.next(row.state, "begin")
        if row.items.filter(adopted=True, unit=None).exists():
            raise Refused("deliberation.work_missing")
        step(row, DELIBERATION, "begin", actor, FACTS, done="begun")
    return row


def finish(*, actor: Actor, deliberation_id: UUID) -> Deliberation:
    """Everything that was adopted is carried out. Refused: ``deliberation.work_open``."""
    with transaction.atomic():
        row = _locked(actor, deliberation_id)
        DELIBERATION.next(row.state, "finish")
        if row.items.filter(adopted=True, done_at=None).exists():
            raise Refused("deliberation.work_open")
        step(row, DELIBERATION, "finish", actor, FACTS, done="finished", changes={"ended_at": clock.now()})
    return row


def _done(row: Deliberation, item: AgendaItem, actor: Actor, done: bool) -> None:
    item.done_at = clock.now() if done else None
    item.save()
    _write(row, actor, "deliberation.item_done", {"item": item.pk, "done": done})


def _write(row: Deliberation, actor: Actor, action: str, more: dict[str, Any]) -> None:
    write(row, settle(row, {}, actor, FACTS, action=action, more=more))


def _locked(actor: Actor, deliberation_id: UUID) -> Deliberation:
    row = locked(Deliberation, deliberation_id)
    if not rights.scope_of(rights.require(actor, RUN)).reaches(path=row.division_path):
        raise Refused("common.not_found")
    return row


def _decided(actor: Actor, item_id: UUID) -> tuple[Deliberation, AgendaItem]:
    found = AgendaItem.objects.filter(pk=item_id).first()
    if found is None:
        raise Refused("common.not_found")
    row = _locked(actor, found.deliberation_id)
    item = AgendaItem.objects.select_related("unit").get(pk=item_id)
    if row.state not in AT_WORK or not item.adopted:
        raise Refused("deliberation.not_decided")
    return row, item
