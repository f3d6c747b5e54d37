"""One step in the life of a report, case or order: the state table's next state, the changed values, the history row.

Everything here works in memory. Actions call :func:`step` under the row's lock and then :func:`write`; the replay of
another system's history calls :func:`step` alone and inserts in bulk. So both leave the very same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chuangcheng.cases.chronicle import CHILDREN, plain, values_of
from chuangcheng.cases.models import (
    Assignment,
    Case,
    Instruction,
    InstructionReply,
    InstructionWords,
    Order,
    OwnerAsk,
    OwnerSearch,
    Petition,
    Remark,
    Report,
    SubStep,
)
from chuangcheng.cases.states import (
    CASE,
    CASE_VERBS,
    INSTRUCTION,
    INSTRUCTION_VERBS,
    ORDER,
    ORDER_VERBS,
    REPORT,
    REPORT_VERBS,
)
from chuangcheng.history import actions as history
from chuangcheng.history import outbox, prepared
from chuangcheng.history.models import Event
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel.actor import Actor

Child = Assignment | Petition | SubStep | InstructionReply | OwnerSearch | OwnerAsk
Subject = Case | Report | Order | Instruction
_LIVES = {
    Case: (CASE, CASE_VERBS), Report: (REPORT, REPORT_VERBS), Order: (ORDER, ORDER_VERBS),
    Instruction: (INSTRUCTION, INSTRUCTION_VERBS),
}  # fmt: skip
#: Under which key of history the children of a kind stand; which of their values follow from it says ``CHILDREN``.
_KINDS: dict[type[Child], str] = {
    Assignment: "assignments", Petition: "petitions", SubStep: "substeps", InstructionReply: "replies",
    OwnerSearch: "searches", OwnerAsk: "asks",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Touch:
    """A child row and the names of its values that this step sets."""

    child: Child
    names: tuple[str, ...]


@dataclass(slots=True)
class Step:
    """What one move leaves to be written: the subject with its changed fields, its history row, its children."""

    subject: Subject
    event: Event
    fields: tuple[str, ...]
    touched: Sequence[Touch] = ()
    remark: Remark | InstructionWords | None = None
    topic: str = ""


def born(child: Child) -> Touch:
    """A new child, all of its values."""
    return Touch(child, CHILDREN[_KINDS[type(child)]])


def altered(child: Child, **values: Any) -> Touch:
    """The child with new values."""
    for name, value in values.items():
        setattr(child, name, value)
    return Touch(child, tuple(values))


def step(
    subject: Subject,
    move: str,
    actor: Actor,
    *,
    changes: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    touched: Sequence[Touch] = (),
    given: dict[str, object] | None = None,
    reason: str = "",
    note: str = "",
    at: datetime | None = None,
) -> Step:
    """Take ``move`` in memory and build its history row.

    ``changes`` are projected values by attribute name, ``facts`` as for :func:`amend`, ``given`` what the table's
    ``needs`` ask for, ``reason`` a code, ``note`` free words (kept in an erasable row), ``at`` the time it happened
    (now if None). Raises the state table's refusals and leaves the subject untouched then.
    """
    table, verbs = _LIVES[type(subject)]
    state = table.next(subject.state, move, **(given or {}))
    verb, topic = verbs[move]
    return amend(
        subject, verb, actor, changes={"state": state, **(changes or {})}, facts=facts, touched=touched, reason=reason,
        note=note, at=at, topic=topic,
    )  # fmt: skip


def amend(
    subject: Subject,
    verb: str,
    actor: Actor,
    *,
    changes: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    touched: Sequence[Touch] = (),
    reason: str = "",
    note: str = "",
    at: datetime | None = None,
    topic: str = "",
) -> Step:
    """A history row that is no move: values change, the state stays. ``facts`` are told but not kept in the row."""
    values = changes or {}
    before = values_of(subject, values)
    for name, value in values.items():
        setattr(subject, name, value)
    after = {name: plain(value) for name, value in {**values, **(facts or {})}.items()} | _children(touched)
    if note:
        after["note"] = digest_of("case.note", note)
    kind = subject._meta.model_name
    event = history.build(subject, f"{kind}.{verb}", actor, before=before, after=after, reason=reason, happened_at=at)
    return Step(subject, event, tuple(values), touched, _said(subject, event.seq, note), topic)


def _said(subject: Subject, seq: int, note: str) -> Remark | InstructionWords | None:
    """The erasable row for what was said with a step."""
    if note and isinstance(subject, Case):
        return Remark(case=subject, seq=seq, text=note)
    if note and isinstance(subject, Instruction):
        return InstructionWords(instruction=subject, seq=seq, text=note)
    return None


def _children(touched: Sequence[Touch]) -> dict[str, Any]:
    kinds: dict[str, Any] = {}
    for touch in touched:
        kind = _KINDS[type(touch.child)]
        kinds.setdefault(kind, {})[str(touch.child.pk)] = values_of(touch.child, touch.names)
    return kinds


def write(taken: Step, payload: dict[str, Any] | None = None) -> None:
    """Save a step inside the caller's transaction, under the subject's lock, and speak of it upwards."""
    prepared.insert(taken.event)
    prepared.update(taken.subject, (*taken.fields, *history.CHAIN_FIELDS))
    for touch in taken.touched:
        if touch.child._state.adding:
            prepared.insert(touch.child)
        else:
            prepared.update(touch.child, touch.names)
    if taken.remark:
        prepared.insert(taken.remark)
    if taken.topic:
        outbox.emit(
            taken.topic, (taken.event.subject_kind, taken.subject.pk), {"seq": taken.event.seq, **(payload or {})}
        )
