"""Rows that are the last word of their own chain: each history row says in ``after`` what changed, and the newest value
of each fact is what the row must hold. Rooms whose subjects need nothing more keep, check and rebuild them by this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from chuangcheng.history import actions as history
from chuangcheng.history import prepared
from chuangcheng.history.models import Chained, Event
from chuangcheng.history.projections import Difference, register
from chuangcheng.history.secrets import digest_of


@dataclass(frozen=True)
class Folded:
    """A model with the names of its columns that follow from history. Other columns are words: of their change history
    keeps a keyed digest only, so that they can be erased."""

    model: type[Chained]
    facts: tuple[str, ...]

    @property
    def kind(self) -> str:
        """What history calls its subjects."""
        return self.model._meta.model_name or ""

    def begin(self, row: Chained, actor: Any, *, verb: str = "created", **told: Any) -> Event:
        """Insert a new row with its first history row."""
        event = history.build(row, f"{self.kind}.{verb}", actor, after={**self._facts(row), **told})
        prepared.insert(row)
        prepared.insert(event)
        return event

    def change(self, row: Chained, verb: str, actor: Any, changes: dict[str, Any], **told: Any) -> Event:
        """Set values (columns by ``attname``) on a locked row and tell of it; ``told`` is said beside. What differs in
        nothing is told all the same: somebody did it."""
        before = {name: getattr(row, name) for name in changes if name in self.facts}
        for name, value in changes.items():
            setattr(row, name, value)
        after = {name: changes[name] for name in before}
        words = {name: digest_of(f"{self.kind}.{name}", str(changes[name])) for name in changes if name not in before}
        event = history.append(row, f"{self.kind}.{verb}", actor, before=before, after={**after, **words, **told})
        row.save(update_fields=[*changes, *history.CHAIN_FIELDS])
        return event

    def register(self, room: str) -> None:
        """Declare the projection ``room.kind``."""
        register(f"{room}.{self.kind}", self.check, self.rebuild)

    def check(self) -> Iterable[Difference]:
        """Every row that holds something else than history says, is unknown to it, or is gone."""
        for row, wrong in self._wrong():
            where = f"{self.kind} {row if isinstance(row, UUID) else row.pk}"
            if isinstance(row, UUID):
                yield Difference(where, "is gone")
            elif wrong is None:
                yield Difference(where, "history knows nothing of it")
            for name, value in (wrong or {}).items():
                yield Difference(where, f"{name} is {_plain(getattr(row, name))}, history says {value}")

    def rebuild(self) -> int:
        """Set what differs; how many rows were written."""
        found = [(row, wrong) for row, wrong in self._wrong() if isinstance(row, Chained) and wrong]
        for row, wrong in found:
            self.model._default_manager.filter(pk=row.pk).update(**wrong)
        return len(found)

    def _facts(self, row: Chained) -> dict[str, Any]:
        return {name: getattr(row, name) for name in self.facts}

    def _told(self) -> dict[UUID, dict[str, Any]]:
        rows = Event.objects.filter(subject_kind=self.kind).order_by("subject_id", "seq")
        found: dict[UUID, dict[str, Any]] = {}
        for subject_id, after in rows.values_list("subject_id", "after").iterator():
            found.setdefault(subject_id, {}).update({name: after[name] for name in self.facts if name in after})
        return found

    def _wrong(self) -> Iterable[tuple[Chained | UUID, dict[str, Any] | None]]:
        known = self._told()
        for row in self.model._default_manager.iterator(chunk_size=500):
            facts = known.pop(row.pk, None)
            wrong = {name: value for name, value in (facts or {}).items() if not _same(getattr(row, name), value)}
            if facts is None or wrong:
                yield row, None if facts is None else wrong
        for pk in known:
            yield pk, None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, int | str | list | dict) else str(value)


def _same(held: Any, told: Any) -> bool:
    """A decimal comes back from a database with the column's own number of places."""
    if isinstance(held, Decimal) and told is not None:
        return held == Decimal(told)
    if isinstance(held, datetime) and told is not None:
        return held == datetime.fromisoformat(told)
    return bool(_plain(held) == told)
