"""Upwards speech: a room emits in its transaction, upper rooms subscribe in their ``effects.py``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chuangcheng.history import prepared
from chuangcheng.history.models import Outbox
from chuangcheng.kernel import clock

Effect = Callable[[Outbox], None]
EffectOfMany = Callable[[Sequence[Outbox]], None]
_effects: dict[str, dict[str, Effect]] = {}
_of_many: dict[str, EffectOfMany] = {}
_apart: set[str] = set()


def emit(
    topic: str, subject: tuple[str, UUID], payload: dict[str, Any] | None = None, *, due_at: datetime | None = None
) -> Outbox:
    """Write one outbox row in the caller's transaction. ``payload`` is plain JSON without personal values.

    ``due_at`` puts its effects off (default: at once). A topic that nobody listens to is noted as done right away.
    """
    now = clock.now()
    kind, subject_id = subject
    row = Outbox(
        topic=topic,
        subject_kind=kind,
        subject_id=subject_id,
        payload=payload or {},
        created_at=now,
        due_at=due_at or now,
        done_at=None if topic in _effects else now,
    )
    prepared.insert(row)
    return row


def on(*topics: str, apart: bool = False) -> Callable[[Effect], Effect]:
    """Subscribe a function to topics. It runs at least once a row, so it must be idempotent (key: ``row.id``).

    An effect runs inside a transaction, together with the note that it has run. ``apart`` is for effects that speak to
    another machine (mail): they run outside of any transaction, so that a slow answer holds no
    lock. They must give up within half a minute.
    """

    def subscribe(effect: Effect) -> Effect:
        name = _register(topics, effect, effect)
        if apart:
            _apart.add(name)
        return effect

    return subscribe


def on_many(*topics: str) -> Callable[[EffectOfMany], EffectOfMany]:
    """Subscribe a function that takes all the rows of a batch at once, for what costs the same for one row and for
    twenty. Else as :func:`on`: inside a transaction, at least once a row."""

    def subscribe(effect: EffectOfMany) -> EffectOfMany:
        _of_many[_register(topics, effect, lambda row: effect([row]))] = effect
        return effect

    return subscribe


def _register(topics: Sequence[str], named: Effect | EffectOfMany, effect: Effect) -> str:
    name = f"{named.__module__.removeprefix('chuangcheng.')}.{named.__name__}"
    for topic in topics:
        _effects.setdefault(topic, {})[name] = effect
    return name


def effects_of(topic: str) -> dict[str, Effect]:
    """The subscribed effects of a topic by name."""
    return _effects.get(topic, {})


def takes_many(name: str) -> bool:
    """Whether the effect of that name takes a batch of rows at once."""
    return name in _of_many


def run_many(name: str, rows: Sequence[Outbox]) -> None:
    """Run an effect that takes many rows."""
    _of_many[name](rows)


def runs_apart(name: str) -> bool:
    """Whether the effect of that name runs outside of transactions."""
    return name in _apart
