"""Writing the weekly summaries of units: assembled by the system, worded by a unit if it likes, handed in by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from chuangcheng.bulletins import summarising
from chuangcheng.bulletins.models import CountedRow, Summary
from chuangcheng.bulletins.specs import midnights
from chuangcheng.bulletins.states import SUMMARY
from chuangcheng.history import actions as history
from chuangcheng.history import prepared
from chuangcheng.kernel import clock, digest
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights

LONGEST = 1000
FACTS = ("unit_id", "week_start", "state", "edited", "edited_by_id")


def assemble_units(*, actor: Actor, week_start: date) -> int:
    """Make the summaries of all units for the week from Monday ``week_start``, and count anew those still open; how
    many were written. What was handed in does not change. Refused: ``bulletins.not_monday``, ``bulletins.future``."""
    rights.require_or_system(actor, "bulletins.issue")
    if week_start.weekday() != 0:
        raise Refused("bulletins.not_monday", day=week_start.isoformat())
    if week_start > clock.today().date():
        raise Refused("bulletins.future")
    with transaction.atomic():
        written = Summary.objects.select_for_update().filter(week_start=week_start).order_by("pk")
        stored = {row.unit_id: row for row in written}
        units = [unit.pk for unit in summarising.units_of(week_start + timedelta(days=6))]
        wanted = [pk for pk in units if pk not in stored or stored[pk].state == SUMMARY.initial]
        counted = summarising.count(week_start, wanted, summarising.before(week_start))
        due = midnights(week_start + timedelta(days=7 + settings.CITY.summary_days), week_start)[0]
        return _write(actor, week_start, due, counted, stored)


def _write(
    actor: Actor, week: date, due: datetime, counted: dict[UUID, summarising.Tally], stored: dict[Any, Summary]
) -> int:
    """Rows whose figures are as they were, and out of the same rows, leave no trace."""
    fresh, changed = [], []
    for unit_id, tally in counted.items():
        row = stored.get(unit_id)
        if row is None:
            row = Summary(unit_id=unit_id, week_start=week, due_at=due)
            fresh.append(row)
        elif (row.figures, row.rows_digest) == (tally.figures, tally.digest):
            continue
        else:
            changed.append(row)
        row.figures, row.scored, row.assembled_at = tally.figures, tally.scored, clock.now()
        row.rows_digest = tally.digest
    events = [_event(row, "assembled", actor) for row in (*fresh, *changed)]
    Summary.objects.bulk_create(fresh, batch_size=500)
    fields = ["figures", "scored", "rows_digest", "assembled_at", *history.CHAIN_FIELDS]
    Summary.objects.bulk_update(changed, fields, batch_size=200)
    CountedRow.objects.filter(summary__in=changed).delete()
    kept = (
        CountedRow(summary=row, row_id=pk, figures=bits)
        for row in (*fresh, *changed) for pk, bits in counted[row.unit_id].rows.items()
    )  # fmt: skip
    CountedRow.objects.bulk_create(kept, batch_size=1000)
    history.insert(events)
    return len(events)


def _event(row: Summary, verb: str, actor: Actor) -> Any:
    facts = {name: getattr(row, name) for name in FACTS}
    after = {**facts, "figures": figures_digest(row=row), "rows": row.rows_digest}
    return history.build(row, f"summary.{verb}", actor, after=after)


def figures_digest(*, row: Summary) -> str:
    """What history remembers of the figures."""
    return digest.sha256(digest.canonical(row.figures))


def edit_summary(*, actor: Actor, summary_id: UUID, words: str) -> Summary:
    """The unit's own words beside the figures; the empty text takes them out. Refused: ``bulletins.other_unit``,
    ``state.move_refused`` once it was handed in, ``common.invalid``."""
    said = tidy(words)
    if len(said) > LONGEST:
        raise Refused(
            "common.invalid",
            fields=(FieldProblem("words", "length", Label(f"最多 {LONGEST} 字", f"At most {LONGEST} characters")),),
        )
    with transaction.atomic():
        row = _locked(actor, summary_id)
        row.state = SUMMARY.next(row.state, "edit")
        row.words, row.edited, row.edited_by_id = said, bool(said), actor.person_id
        _save(row, "edited", actor, "words", "edited", "edited_by")
    return row


def hand_in_summary(*, actor: Actor, summary_id: UUID) -> Summary:
    """Hand it in before its day; nobody need."""
    with transaction.atomic():
        row = _locked(actor, summary_id)
        row.state, row.handed_in_at = SUMMARY.next(row.state, "hand_in"), clock.now()
        _save(row, "handed_in", actor, "state", "handed_in_at")
    return row


def _save(row: Summary, verb: str, actor: Actor, *fields: str) -> None:
    prepared.insert(_event(row, verb, actor))
    row.save(update_fields=[*fields, *history.CHAIN_FIELDS])


def _locked(actor: Actor, summary_id: UUID) -> Summary:
    row = Summary.objects.select_for_update(of=("self",)).select_related("unit").filter(pk=summary_id).first()
    if row is None:
        raise Refused("common.not_found")
    if rights.require(actor, "summaries.edit").unit_id != row.unit_id:
        raise Refused("bulletins.other_unit", unit=row.unit.short_name)
    return row


def hand_in_due(*, now: datetime) -> int:
    """What nobody touched counts as handed in when its day has come; how many."""
    with transaction.atomic():
        rows = list(Summary.objects.select_for_update().filter(state="open", due_at__lte=now).order_by("pk")[:2000])
        return _hand_in(rows, now)


def _hand_in(rows: Collection[Summary], now: datetime) -> int:
    events = []
    for row in rows:
        row.state, row.handed_in_at = SUMMARY.next(row.state, "hand_in"), now
        events.append(_event(row, "handed_in", SYSTEM))
    Summary.objects.bulk_update(rows, ["state", "handed_in_at", *history.CHAIN_FIELDS], batch_size=200)
    history.insert(events)
    return len(events)


def keep_up() -> int:
    """What the worker does: last week's summaries once, and what is due counts as handed in."""
    today = clock.today().date()
    monday = today - timedelta(days=today.weekday() + 7)
    made = 0 if Summary.objects.filter(week_start=monday).exists() else assemble_units(actor=SYSTEM, week_start=monday)
    return made + hand_in_due(now=clock.now())
