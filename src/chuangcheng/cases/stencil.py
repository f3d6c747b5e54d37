"""A fast press for histories of one shape.

The history of a hundred thousand cases from another system follows a handful of shapes. Building each from models takes
half a millisecond; so the ordinary builders and the state table build one history of each shape from *marks*, and the
stencil cut from it is then filled with each row's values. What comes out is what the builders would have made, chained
digests included; a test compares both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field, Model

from chuangcheng.history import actions as history
from chuangcheng.history import bulk
from chuangcheng.history.models import Chained, Event
from chuangcheng.kernel import digest

Mark = UUID | datetime | str | float
_JSON = json.JSONEncoder(ensure_ascii=False)
Rows = dict[type[Model], list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Scene:
    """What the builders made from marks: rows as they end up, and the history rows in order."""

    subjects: tuple[Chained, ...]
    others: tuple[Model, ...]
    events: tuple[Event, ...]


class _Text:
    """A piece of JSON in which each mark is a hole."""

    def __init__(self, text: str, marks: Mapping[str, Mark]) -> None:
        tokens = {token: hole for name, mark in marks.items() for hole, token in _tokens(name, mark).items()}
        pattern = re.compile("|".join(map(re.escape, sorted(tokens, key=len, reverse=True))))
        self.holes: list[str] = []

        def cut(match: re.Match[str]) -> str:
            self.holes.append(tokens[match[0]])
            return "\0"

        self._template = pattern.sub(cut, text).replace("%", "%%").replace("\0", "%s")

    def fill(self, json_of: Mapping[str, str]) -> str:
        return self._template % tuple([json_of[hole] for hole in self.holes])


def _tokens(name: str, mark: Mark) -> dict[str, str]:
    """How a mark shows up in canonical JSON, by the name of the hole it leaves: times come as ISO text, and as seconds
    in a history row's own times."""
    if isinstance(mark, datetime):
        return {name: f'"{mark.astimezone(UTC).isoformat()}"', f"{name}@": f'"{mark.timestamp():.6f}"'}
    if isinstance(mark, float):
        return {name: json.dumps(mark)}
    return {name: f'"{mark}"'}


def _fragment(value: object) -> str:
    """A value as it goes into its hole."""
    if isinstance(value, datetime):
        return f'"{value.isoformat()}"'
    return f'"{value}"' if isinstance(value, UUID) else _JSON.encode(value)


class _Table:
    """A row in which each mark is a hole; the others are constants already prepared for the database."""

    def __init__(self, row: Model, marks: Mapping[str, Mark]) -> None:
        names = {mark: name for name, mark in marks.items()}
        self.model = type(row)
        self.adapters: dict[str, Callable[[Any], object]] = {}
        self._cells: list[tuple[str | None, object]] = []
        for field in bulk.columns(self.model):
            value = getattr(row, field.attname)
            name = names.get(value) if isinstance(value, UUID | datetime | str | float) else None
            if name is not None:
                self.adapters[name] = _adapter(field)
            self._cells.append((name, None if name is not None else _prepared(field, value)))

    def fill(self, stored: Mapping[str, object]) -> tuple[object, ...]:
        return tuple([constant if name is None else stored[name] for name, constant in self._cells])


class _EventTable:
    """A history row: its canonical content for the digest, and its columns."""

    def __init__(self, event: Event, subject: int, marks: Mapping[str, Mark]) -> None:
        self.subject = subject
        self._content = _Text(digest.canonical(history.content(event)).decode(), marks)
        self._before = _Text(digest.canonical(event.before).decode(), marks)
        self._after = _Text(digest.canonical(event.after).decode(), marks)
        self.table = _Table(event, marks)
        self.holes = {*self._content.holes, *self._before.holes, *self._after.holes}
        places = {field.attname: place for place, field in enumerate(bulk.columns(Event))}
        self._places = places["before"], places["after"], places["digest"]

    def fill(self, previous: str, json_of: Mapping[str, str], stored: Mapping[str, object]) -> tuple[str, list[object]]:
        """The digest and the row."""
        head = digest.sha256(previous.encode() + b"\0" + self._content.fill(json_of).encode())
        row = list(self.table.fill(stored))
        before, after, mark = self._places
        row[before], row[after], row[mark] = self._before.fill(json_of), self._after.fill(json_of), head
        return head, row


class Stencil:
    """Cut once from a :class:`Scene`; :meth:`fill` adds one history's rows to ``rows``."""

    def __init__(self, scene: Scene, marks: Mapping[str, Mark]) -> None:
        heads = {f"head:{place}": subject.chain_head for place, subject in enumerate(scene.subjects)}
        self._tables = [_Table(row, {**marks, **heads}) for row in (*scene.subjects, *scene.others)]
        place_of = {(row._meta.model_name, row.pk): place for place, row in enumerate(scene.subjects)}
        self._events = [
            _EventTable(event, place_of[event.subject_kind, event.subject_id], marks) for event in scene.events
        ]
        self._adapters: dict[str, Callable[[Any], object]] = {}
        for table in (*self._tables, *(event.table for event in self._events)):
            self._adapters.update(table.adapters)
        self._subjects = len(scene.subjects)
        holes = {hole for event in self._events for hole in event.holes}
        self._plain = [hole for hole in holes if not hole.endswith("@")]
        self._seconds = [hole for hole in holes if hole.endswith("@")]

    def fill(self, values: Mapping[str, Any], rows: Rows) -> None:
        """``values`` has one value for each mark, by name; a mark may be None where its column may."""
        json_of = {name: _fragment(values[name]) for name in self._plain}
        for hole in self._seconds:
            json_of[hole] = f'"{values[hole[:-1]].timestamp():.6f}"'
        stored = {name: adapt(values[name]) for name, adapt in self._adapters.items() if name in values}
        heads = [digest.GENESIS] * self._subjects
        events = rows.setdefault(Event, [])
        for event in self._events:
            heads[event.subject], row = event.fill(heads[event.subject], json_of, stored)
            events.append(tuple(row))
        stored |= {f"head:{place}": head for place, head in enumerate(heads)}
        for table in self._tables:
            rows.setdefault(table.model, []).append(table.fill(stored))


def write(rows: Rows, order: Sequence[type[Model]]) -> None:
    """Insert what was filled, table by table, in the caller's transaction."""
    for model in order:
        bulk.insert(model, rows.get(model, []))


def _adapter(field: Field[Any, Any]) -> Callable[[Any], object]:
    return lambda value: field.get_db_prep_save(value, connection)


def _prepared(field: Field[Any, Any], value: object) -> object:
    if field.attname in {"before", "after"}:
        return ""
    prepared: object = field.get_db_prep_save(value, connection)
    return prepared
