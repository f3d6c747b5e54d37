"""Changing the matrix of duties: one cell, or many at once looked at before, each change one row of a duty's history.

All of it under the lock of the edition's row. A step says what it saw in its cell; where something else stands by now,
the step is not made: whoever came second is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.framework.documents import EDIT, EDITION_CACHE, refuse_frozen
from chuangcheng.framework.models import Duty, DutyBatch, DutyKind, Edition, Standard
from chuangcheng.framework.states import DUTY_BATCH
from chuangcheng.history import actions as history
from chuangcheng.history import outbox, versions
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock, duties
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.duties import NONE, Step
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.people.successors import is_over

DONE = "done"
WORDS = {
    NONE: Label("无", "none"), "lead": Label("牵头", "lead"), "support": Label("配合", "support"),
    "territory": Label("属地", "territory"),
}  # fmt: skip
#: Ways of changing that are all or nothing.
STRICT = frozenset({"cell", "import"})


def cells_of(edition: Edition, units: Iterable[UUID] | None = None) -> dict[tuple[str, str], str]:
    """The cells that hold a duty, by the ids of standard and unit as text; of some units alone where they are given."""
    rows = Duty.objects.filter(standard__edition=edition)
    if units is not None:
        rows = rows.filter(unit__in=units)
    found: dict[tuple[str, str], str] = {}
    for standard, unit, kind in rows.order_by("id").values_list("standard_id", "unit_id", "kind"):
        place = (str(standard), str(unit))
        found[place] = duties.strongest((found.get(place, NONE), kind))
    return found


def set_duty(
    *, actor: Actor, edition: Edition, standard_id: UUID, unit_id: UUID, was: str, to: str
) -> DutyBatch:  # fmt: skip
    """Make a cell what ``to`` says (empty for none), if it still is what ``was`` says.

    Refused: ``framework.cell_moved`` where it is not, ``framework.unknown_duty``, ``framework.unknown_standard``,
    ``framework.retired_unit``, ``framework.frozen`` or ``dropped``.
    """
    for kind in (was, to):
        if kind not in (NONE, *DutyKind.values):
            raise Refused("framework.unknown_duty", kind=kind)
    step = Step(str(standard_id), str(unit_id), was, to)
    with transaction.atomic():
        batch = plan_batch(actor=actor, edition=edition, how="cell", steps=[step] if was != to else [])
        return apply_batch(actor=actor, batch_id=batch.pk)


def plan_batch(
    *, actor: Actor, edition: Edition, how: str, steps: Sequence[Step], about: Mapping[str, Any] | None = None
) -> DutyBatch:
    """Keep steps to be looked at; nothing changes yet. Refused: ``framework.nothing_to_do`` without any."""
    rights.require_or_system(actor, EDIT)
    refuse_frozen(edition)
    if not steps:
        raise Refused("framework.nothing_to_do")
    return DutyBatch.objects.create(
        edition=edition, how=how, steps=[[s.standard, s.unit, s.before, s.after, ""] for s in steps],
        about=dict(about or {}), made_at=clock.now(), made_by_id=actor.person_id,
    )  # fmt: skip


def apply_batch(*, actor: Actor, batch_id: UUID) -> DutyBatch:
    """Carry it out, step by step; each step's outcome is kept. A cell or an import is all or nothing.

    Refused: ``framework.frozen`` or ``dropped``; for a cell or import also the code of the first step that cannot be.
    """
    with transaction.atomic():
        batch = _locked(actor, batch_id, "apply")
        steps = steps_of(batch)
        outcomes = write_steps(actor, batch.edition, steps, strict=batch.how in STRICT, reason=batch.how)
        batch.steps = [[*row[:4], outcome] for row, outcome in zip(batch.steps, outcomes, strict=True)]
        batch.applied_at = clock.now()
        batch.save(update_fields=["state", "steps", "applied_at"])
        _tell(batch, outcomes.count(DONE))
    return batch


def undo_batch(*, actor: Actor, batch_id: UUID) -> DutyBatch:
    """Take back what it did, where the cells still are as it left them; returns it with the outcomes of the way back.

    A single cell is taken back or refused (``framework.cell_moved``).
    """
    with transaction.atomic():
        batch = _locked(actor, batch_id, "undo", move_on=False)
        take_back(actor, batch, strict=batch.how == "cell")
    return batch


def take_back(actor: Actor, batch: DutyBatch, *, strict: bool) -> None:
    """The way back of a change, under its lock and its edition's. ``strict``: all of it or none."""
    batch.state = DUTY_BATCH.next(batch.state, "undo")
    steps = duties.back(made_steps(batch))
    outcomes = write_steps(actor, batch.edition, steps, strict=strict, reason="undo")
    batch.steps = [[s.standard, s.unit, s.before, s.after, said] for s, said in zip(steps, outcomes, strict=True)]
    batch.save(update_fields=["state", "steps"])
    _tell(batch, outcomes.count(DONE))


def drop_batch(*, actor: Actor, batch_id: UUID) -> DutyBatch:
    """Give a plan up."""
    with transaction.atomic():
        batch = _locked(actor, batch_id, "drop", any_edition=True)
        batch.save(update_fields=["state"])
    return batch


def get_batch(batch_id: UUID) -> DutyBatch:
    """The batch, or ``common.not_found``. Whoever may see the framework may see all of them."""
    found = DutyBatch.objects.select_related("edition", "made_by").filter(pk=batch_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def last_batch(actor: Actor, edition: Edition) -> DutyBatch | None:
    """The last change of this person that is not undone yet; undone, the one before it is the last."""
    rows = DutyBatch.objects.filter(edition=edition, made_by=actor.person_id, state="applied")
    return rows.order_by("-applied_at").first() if actor.person_id else None


def steps_of(batch: DutyBatch) -> list[Step]:
    """Its steps."""
    return [Step(*row[:4]) for row in batch.steps]


def made_steps(batch: DutyBatch) -> list[Step]:
    """The steps that were made."""
    return [Step(*row[:4]) for row in batch.steps if row[4] == DONE]


def _locked(
    actor: Actor, batch_id: UUID, move: str, *, any_edition: bool = False, move_on: bool = True
) -> DutyBatch:  # fmt: skip
    """The batch moved on in memory, its edition checked. The edition is locked first, as by whoever takes several."""
    rights.require_or_system(actor, DUTY_BATCH.move(move).permission)
    found = DutyBatch.objects.filter(pk=batch_id).first()
    if found is None:
        raise Refused("common.not_found")
    edition = Edition.objects.select_for_update().get(pk=found.edition_id)
    batch = DutyBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:  # swept meanwhile
        raise Refused("common.not_found")
    batch.edition = edition
    if not any_edition:
        refuse_frozen(edition)
    state = DUTY_BATCH.next(batch.state, move)
    if move_on:
        batch.state = state
    return batch


def _tell(batch: DutyBatch, changed: int) -> None:
    if changed:
        payload = {"batch": str(batch.pk), "how": batch.how, "changed": changed}
        outbox.emit("duty.rearranged", ("edition", batch.edition_id), payload)
        versions.bump(EDITION_CACHE)


@dataclass
class _Writing:
    """What is written of one batch: duties to add, to change, to end, and their history."""

    actor: Actor
    reason: str
    fresh: list[Duty] = field(default_factory=list)
    changed: list[Duty] = field(default_factory=list)
    ended: list[Duty] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def add(self, duty: Duty) -> None:
        self._tell(duty, "duty.assigned", {}, _facts(duty))
        self.fresh.append(duty)

    def change(self, duty: Duty, kind: str) -> None:
        before, duty.kind = {"kind": duty.kind}, kind
        self._tell(duty, "duty.changed", before, {"kind": kind})
        self.changed.append(duty)

    def end(self, duty: Duty) -> None:
        duty.ended_at = clock.now()
        self._tell(duty, "duty.ended", _facts(duty), {})
        self.ended.append(duty)

    def save(self) -> None:
        """Ended ones first, because a changed one may take the place of one."""
        chain = [*history.CHAIN_FIELDS]
        Duty.every.bulk_update(self.ended, ["ended_at", *chain], batch_size=200)
        Duty.every.bulk_update(self.changed, ["kind", *chain], batch_size=200)
        Duty.every.bulk_create(self.fresh, batch_size=500)
        history.insert(self.events)

    def _tell(self, duty: Duty, action: str, before: dict[str, Any], after: dict[str, Any]) -> None:
        self.events.append(history.build(duty, action, self.actor, before=before, after=after, reason=self.reason))


def _facts(duty: Duty) -> dict[str, object]:
    return {"standard": duty.standard_id, "unit": duty.unit_id, "kind": duty.kind, "person": duty.person_id}


def write_steps(
    actor: Actor, edition: Edition, steps: Sequence[Step], *, strict: bool, reason: str,
    persons: Mapping[tuple[str, str, str], UUID] | None = None,
) -> list[str]:  # fmt: skip
    """Make the steps under the edition's lock, which the caller holds; returns an outcome each. ``persons`` says who
    answers for new duties, by standard, unit and kind."""
    held: dict[tuple[str, str], list[Duty]] = {}
    places = _ids(step.unit for step in steps)
    for duty in Duty.objects.filter(standard__edition=edition, unit__in=places).order_by("id"):
        held.setdefault((str(duty.standard_id), str(duty.unit_id)), []).append(duty)
    known = {str(key) for key in Standard.objects.filter(edition=edition).values_list("pk", flat=True)}
    units = {str(unit.pk): unit for unit in people.units().filter(pk__in=places)}
    writing = _Writing(actor, reason)
    persons = persons or (_former_persons(edition, steps) if reason == "undo" else {})
    outcomes = []
    for step in steps:
        try:
            _make(writing, held, step, known, units, persons)
        except Refused as refused:
            if strict:
                raise
            outcomes.append(refused.code)
        else:
            outcomes.append(DONE)
    writing.save()
    return outcomes


def _ids(texts: Iterable[str]) -> set[UUID]:
    return {UUID(text) for text in texts}


def _make(
    writing: _Writing, held: dict[tuple[str, str], list[Duty]], step: Step, known: set[str], units: dict[str, Unit],
    persons: Mapping[tuple[str, str, str], UUID],
) -> None:  # fmt: skip
    place = (step.standard, step.unit)
    standing = sorted(held.get(place, []), key=lambda duty: -duties.RANK[duty.kind])
    now = duties.strongest(duty.kind for duty in standing)
    if step.standard not in known:
        raise Refused("framework.unknown_standard", standard=step.standard[:8])
    if step.unit not in units:
        raise Refused("framework.unknown_unit", unit=step.unit[:8])
    if now != step.before:
        raise Refused("framework.cell_moved", now=WORDS[now])
    if step.after and is_retired(units[step.unit]) and duties.RANK[step.after] > duties.RANK[step.before]:
        raise Refused("framework.retired_unit", unit=units[step.unit].short_name)
    for duty in standing if not step.after else standing[1:]:
        writing.end(duty)
    if standing and step.after:
        writing.change(standing[0], step.after)
    elif step.after:
        person = persons.get((*place, step.after))
        duty = Duty(standard_id=UUID(step.standard), unit_id=UUID(step.unit), kind=step.after, person_id=person)
        writing.add(duty)
        standing = [duty]
    held[place] = standing[:1] if step.after else []


def is_retired(unit: Unit) -> bool:
    """Whether the unit's last day is over."""
    return is_over(unit)


def _former_persons(edition: Edition, steps: Sequence[Step]) -> dict[tuple[str, str, str], UUID]:
    """Who answered for the duties that ended in these cells, so that a step back restores the person too."""
    places = _ids(step.unit for step in steps)
    rows = Duty.every.filter(standard__edition=edition, unit__in=places, person__isnull=False).exclude(ended_at=None)
    stored = rows.order_by("ended_at").values_list("standard_id", "unit_id", "kind", "person_id")
    return {(str(standard), str(unit), kind): person for standard, unit, kind, person in stored if person}
