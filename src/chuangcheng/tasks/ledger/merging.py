"""The ledger comes back: each row is held against what went out and what stands here now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.tables import Row, Table, as_text, read_table
from chuangcheng.tasks.ledger.cells import BASE, BY_KEY, CELLS, EDITED, ROW, canonical, mark, read_base, texts
from chuangcheng.tasks.ledger.writing import rows_of
from chuangcheng.tasks.models import LedgerExport, Task
from chuangcheng.tasks.selectors import visible_to

#: An empty cell here says nothing: what was reported stays reported.
NOT_EMPTIED = ("words", "share")
KINDS = ("changed", "conflict", "new", "missing", "problem", "unchanged")


@dataclass(slots=True)
class Change:
    """One cell: what stands here, what came back. In a ``conflict`` it was changed on both sides."""

    key: str
    here: str
    there: str
    conflict: bool = False


@dataclass(slots=True)
class Line:
    """One row of the report. ``id`` is the task's, or that of a task to be made; ``row`` counts as the sheet does (0:
    not in it); ``kind`` is one of :data:`KINDS`; ``why`` a code for rows that cannot be used."""

    kind: str
    id: str
    row: int = 0
    number: str = ""
    cells: list[Change] = field(default_factory=list)
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)

    @classmethod
    def of_json(cls, given: dict[str, Any]) -> Line:
        """The line that :meth:`as_json` wrote."""
        return cls(**{**given, "cells": [Change(**cell) for cell in given["cells"]]})


def counts(lines: list[Line]) -> dict[str, int]:
    """How many rows of each kind."""
    found = Counter(line.kind for line in lines)
    return {kind: found[kind] for kind in KINDS}


def compare(*, actor: Actor, source: Path | bytes, name: str) -> list[Line]:
    """The report, in the order of the sheet, then what is missing. Columns may stand in any order, others may have been
    added, columns may be left out (then nothing in them changed). Refused: ``tables.*``."""
    wanted = {cell.key: (cell.label.zh, *cell.also, cell.label.en) for cell in CELLS}
    optional = set(wanted) - {"problem"}
    wanted |= {"row_id": (ROW,), "base": (BASE,)}
    table = read_table(source, name=name, wanted=wanted, optional={*optional, "row_id", "base"})
    rows = list(table.rows)
    ids = [_uuid(row.values.get("row_id")) for row in rows]
    exports = {read_base(as_text(row.values.get("base")))[0] for row in rows} - {None}
    sent = _sent(exports)
    known = _known(actor, {pk for pk in ids if pk} | sent)
    seen: set[UUID] = set()
    lines = [_line(table, row, pk, known, seen) for row, pk in zip(rows, ids, strict=True) if _says(row, pk)]
    return [*lines, *(_missing(known, sent - seen))]


def _sent(exports: set[Any]) -> set[UUID]:
    rows = LedgerExport.objects.filter(pk__in=exports).values_list("task_ids", flat=True)
    return {UUID(pk) for listed in rows for pk in listed}


def _known(actor: Actor, ids: set[UUID]) -> dict[UUID, tuple[Task, dict[str, str]]]:
    loaded = (
        visible_to(actor)
        .filter(pk__in=ids)
        .select_related("lead", "leader", "owner", "standard")
        .prefetch_related("supports")
    )
    return {task.pk: (task, texts(task, words)) for task, words in rows_of(loaded)}


def _says(row: Row, pk: UUID | None) -> bool:
    """Whether anything stands in the row but a serial number; of a row that went out, in a cell that people see: one
    that was emptied instead of deleted is missed like a deleted one."""
    silent = {"place", *(("row_id", "base") if pk else ())}
    return any(as_text(value) for key, value in row.values.items() if key not in silent)


def _line(
    table: Table, row: Row, pk: UUID | None, known: dict[UUID, tuple[Task, dict[str, str]]], seen: set[UUID]
) -> Line:
    given = {cell.key: canonical(cell.kind, row.values.get(cell.key)) for cell in EDITED if cell.key in table.columns}
    if pk is None:
        if as_text(row.values.get("row_id")):
            return Line("problem", "", row.number, why="spoilt_id")
        cells = [Change(key, "", text) for key, text in given.items() if text]
        return Line("new", str(new_id()), row.number, cells=cells)
    if pk not in known or pk in seen:
        return Line("problem", "", row.number, why="twice" if pk in seen else "unknown")
    seen.add(pk)
    task, here = known[pk]
    _export, base = read_base(as_text(row.values.get("base")))
    cells = list(_changes(task, given, here, base))
    kind = "conflict" if any(cell.conflict for cell in cells) else "changed" if cells else "unchanged"
    return Line(kind, str(pk), row.number, task.number, cells)


def _changes(task: Task, given: dict[str, str], here: dict[str, str], base: dict[str, str]) -> Iterator[Change]:
    """Cells that came back otherwise than they went out, and otherwise than they stand here. A row whose base was lost
    cannot tell who changed it: every difference is a conflict, and so is a date while a petition for one waits."""
    for key, there in given.items():
        if there == here[key] or (not there and key in NOT_EMPTIED) or mark(task.pk, key, there) == base.get(key):
            continue
        pleads = key == "due_on" and task.petition_on is not None
        yield Change(key, here[key], there, conflict=pleads or mark(task.pk, key, here[key]) != base.get(key))


def _missing(known: dict[UUID, tuple[Task, dict[str, str]]], ids: set[UUID]) -> list[Line]:
    """Rows that went out and did not come back, if they still stand here."""
    rows = [known[pk][0] for pk in ids if pk in known and known[pk][0].state != "void"]
    listed = sorted(rows, key=lambda task: (task.lead_id.hex, task.place, task.number))
    return [Line("missing", str(task.pk), 0, task.number, [Change("problem", task.problem, "")]) for task in listed]


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(as_text(value))
    except ValueError:
        return None


def label_of(key: str) -> Any:
    """What a column is called."""
    return BY_KEY[key].label
