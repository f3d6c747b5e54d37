"""The ledger as a grid of cells: thousands of rows read at once, and cells that were edited there taken over.

An edit names what the writer saw in the cell. If the cell says something else by now, nothing is written and both
values are shown; two persons who edit different cells of one row do not hinder each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.tasks.ledger.applying import apply
from chuangcheng.tasks.ledger.cells import BY_KEY, CELLS, EDITED, canonical, more_time
from chuangcheng.tasks.ledger.merging import NOT_EMPTIED, Change, Line
from chuangcheng.tasks.models import Task, TaskEntry, TaskSource, slip_of
from chuangcheng.tasks.selectors import visible_to
from chuangcheng.tasks.states import RUNNING, TASK

#: How many rows a grid shows; who has more narrows them by a filter.
MOST = 5000
#: How many rows one request edits.
AT_ONCE = 200
BY_GRID = "表格填报"
_READ = (
    "id", "place", "number", "source", "source_note", "standard__code", "problem", "measure", "goal",
    "lead__short_name", "leader__name", "owner__name", "start_on", "due_on", "first_due_on", "ended_on", "share",
    "proofs", "state", "extensions", "petition_on",
)  # fmt: skip
_SOURCES = {code: str(label) for code, label in TaskSource.choices}
_STATES = {state.code: state.label.zh for state in TASK.states}


def grid_rows(tasks: QuerySet[Task]) -> Iterator[list[str]]:
    """Each task as its id, whether it is late (``"1"`` or empty) and its cells as :data:`CELLS` has them; three queries
    for any number. ``tasks`` come ordered and cut."""
    today = clock.today().date()
    found = list(tasks.values_list(*_READ))
    ids = [row[0] for row in found]
    said = TaskEntry.objects.filter(task__in=ids, verb="progressed").order_by("seq").values_list("task_id", "words")
    words = dict(said)
    supports = _supports(ids)
    for row in found:
        yield _cells(row, supports.get(row[0], ""), words.get(row[0], ""), today)


def _supports(ids: Sequence[UUID]) -> dict[UUID, str]:
    links = Task.supports.through.objects.filter(task__in=ids).values_list("task_id", "unit__short_name")
    found: dict[UUID, list[str]] = {}
    for task_id, name in links:
        found.setdefault(task_id, []).append(name)
    return {task_id: "、".join(sorted(listed)) for task_id, listed in found.items()}


def _cells(row: Sequence[Any], supports: str, words: str, today: date) -> list[str]:
    """The same texts in the same order as :data:`CELLS` shows them, without a task for each row: a test holds them
    together."""
    (pk, place, number, source, note, standard, problem, measure, goal, lead, leader, owner, start, due, first, ended,
     share, proofs, state, times, wanted) = row  # fmt: skip
    late = "1" if state in RUNNING and due < today else ""
    return [
        str(pk), late, str(place), number, _SOURCES[source], note, standard or "", problem, measure, goal, lead,
        supports, leader or "", owner or "", start.isoformat() if start else "", due.isoformat(),
        more_time(times, wanted), f"{share}%", words, str(proofs), _STATES[state],
        str(slip_of(state, ended, due, first, today)),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowEdit:
    """A row as it was edited: for each cell what was seen and what it shall say. ``kind`` is "changed", "new" (``id``
    made by the client) or "missing": take a new row back."""

    id: UUID
    cells: Mapping[str, tuple[str, str]]
    kind: str = "changed"


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an edited row. ``cells`` are those in which somebody else was quicker, with what stands there."""

    id: UUID
    refused: Refused | None
    cells: Mapping[str, str]


def save_rows(*, actor: Actor, edits: Collection[RowEdit]) -> list[Saved]:
    """Take the edits over by the same actions as by hand, row by row: one that is refused changes nothing and stops no
    other. Refused as a whole: ``task.too_many_rows``."""
    if len(edits) > AT_ONCE:
        raise Refused("task.too_many_rows", limit=AT_ONCE)
    old = {edit.id for edit in edits if edit.kind != "new"}
    known = set(visible_to(actor).filter(pk__in=old).values_list("pk", flat=True))
    return [_save(actor, edit, known) for edit in edits]


def _save(actor: Actor, edit: RowEdit, known: Collection[UUID]) -> Saved:
    try:
        if edit.kind != "new" and edit.id not in known:
            raise Refused("common.not_found")
        line = _line(edit)
    except Refused as refused:
        return Saved(edit.id, refused, {})
    if not line.cells and edit.kind == "changed":
        return Saved(edit.id, None, {})
    (done,) = apply(actor=actor, lines=[line], ticked={line.id}, words=BY_GRID)
    if done.refused is not None and done.refused.code == "task.changed_meanwhile":
        return Saved(edit.id, Refused("task.cell_changed"), _others(line))
    return Saved(edit.id, done.refused, {})


def _line(edit: RowEdit) -> Line:
    """The edit as a row of a merge report. Refused: ``task.bad_cell`` for what nobody types there."""
    cells = []
    for key, (seen, wanted) in edit.cells.items():
        cell = BY_KEY.get(key)
        if cell is None or not cell.edited:
            raise Refused("common.not_found")
        here, there = canonical(cell.kind, seen), canonical(cell.kind, wanted)
        if key in NOT_EMPTIED and not there and here:
            raise Refused("task.not_emptied", column=cell.label)
        if here != there:
            cells.append(Change(key, here, there))
    if edit.kind == "new":
        cells = [cell for cell in cells if cell.there]
    return Line(edit.kind, str(edit.id), cells=cells)


def _others(line: Line) -> dict[str, str]:
    """The cells that say something else by now than the writer saw."""
    (row,) = grid_rows(Task.objects.filter(pk=line.id))
    here = dict(zip((cell.key for cell in CELLS), row[2:], strict=True))
    now = {cell.key: canonical(cell.kind, here[cell.key]) for cell in EDITED}
    return {cell.key: here[cell.key] for cell in line.cells if now[cell.key] != cell.here}
