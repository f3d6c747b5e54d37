"""One step in the life of a row that has a state table and a chain of its own, but no children: a quick fix, a
re-check. Call inside a transaction, under the row's lock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chuangcheng.cases.chronicle import plain, values_of
from chuangcheng.cases.models import QuickFix, Recheck
from chuangcheng.cases.states import QUICKFIX, QUICKFIX_VERBS, RECHECK, RECHECK_VERBS
from chuangcheng.history import actions as history
from chuangcheng.history import outbox, prepared
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.states import StateTable

Row = QuickFix | Recheck


def _life_of(row: Row) -> tuple[StateTable, dict[str, tuple[str, str]]]:
    return (QUICKFIX, QUICKFIX_VERBS) if isinstance(row, QuickFix) else (RECHECK, RECHECK_VERBS)


def begin(row: Row, verb: str, actor: Actor, names: Iterable[str], *, topic: str = "") -> None:
    """Write a new row with its first history row, which holds all the values that follow from history."""
    kind = row._meta.model_name or ""
    event = history.build(row, f"{kind}.{verb}", actor, after=values_of(row, names))
    prepared.insert(row)
    prepared.insert(event)
    if topic:
        outbox.emit(topic, (kind, row.pk))


def take(
    row: Row, move: str, actor: Actor, *, changes: dict[str, Any] | None = None, given: dict[str, object] | None = None,
    facts: dict[str, Any] | None = None, payload: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Take a move of the row's table; raises the table's refusals. ``facts`` are told but not kept in the row."""
    table, verbs = _life_of(row)
    state = table.next(row.state, move, **(given or {}))
    verb, topic = verbs[move]
    amend(row, verb, actor, changes={"state": state, **(changes or {})}, facts=facts, topic=topic, payload=payload)


def amend(
    row: Row, verb: str, actor: Actor, *, changes: dict[str, Any], facts: dict[str, Any] | None = None,
    topic: str = "", payload: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Change values and tell of it."""
    kind = row._meta.model_name or ""
    before = values_of(row, changes)
    for name, value in changes.items():
        setattr(row, name, value)
    after = {name: plain(value) for name, value in {**changes, **(facts or {})}.items()}
    history.append(row, f"{kind}.{verb}", actor, before=before, after=after)
    row.save(update_fields=[*changes, *history.CHAIN_FIELDS])
    if topic:
        outbox.emit(topic, (kind, row.pk), payload)
