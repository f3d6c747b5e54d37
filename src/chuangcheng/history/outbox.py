"""Upwards speech: a room emits in its transaction, upper rooms subscribe in their ``effects.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from chuangcheng.history.models import Outbox
from chuangcheng.kernel import clock

Effect = Callable[[Outbox], None]
_effects: dict[str, dict[str, Effect]] = {}


def emit(topic: str, subject: tuple[str, UUID], payload: dict[str, Any] | None = None) -> Outbox:
    """Write one outbox row in the caller's transaction. ``payload`` is plain JSON without personal values."""
    now = clock.now()
    kind, subject_id = subject
    row = Outbox(
        topic=topic, subject_kind=kind, subject_id=subject_id, payload=payload or {}, created_at=now, due_at=now
    )
    row.save(force_insert=True)
    return row


def on(*topics: str) -> Callable[[Effect], Effect]:
    """Subscribe a function to topics. It runs at least once a row, so it must be idempotent (key: ``row.id``)."""

    def subscribe(effect: Effect) -> Effect:
        name = f"{effect.__module__.removeprefix('chuangcheng.')}.{effect.__name__}"
        for topic in topics:
            _effects.setdefault(topic, {})[name] = effect
        return effect

    return subscribe


def effects_of(topic: str) -> dict[str, Effect]:
    """The subscribed effects of a topic by name."""
    return _effects.get(topic, {})
