"""The story of a row whose history needs no reading between the lines: each step with its words."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from chuangcheng.cases.timeline import Entry
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.label import Label
from chuangcheng.web.deeds import deed_of


def story(kind: str, subject_id: UUID, said: Mapping[int, str] | None = None) -> list[Entry]:
    """Every step, first to last; ``said`` are the words under the number of their history row. The caller has checked
    that the subject may be seen."""
    words = said or {}
    return [
        Entry(
            at=event.happened_at, action=event.action, label=deed_of(event.action), actor=event.actor_label,
            reason=Label(event.reason, event.reason) if event.reason else None, note=words.get(event.seq, ""), unit="",
            outcome="", due_at=None,
        )
        for event in events_of(kind, subject_id)
    ]  # fmt: skip
