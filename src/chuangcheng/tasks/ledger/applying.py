"""What was ticked of a merge report is done, by the same actions as by hand; the rest is left alone."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Standard
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.tasks import actions
from chuangcheng.tasks.ledger.cells import texts
from chuangcheng.tasks.ledger.merging import Line
from chuangcheng.tasks.ledger.writing import rows_of
from chuangcheng.tasks.models import Task, TaskSource
from chuangcheng.tasks.persons import find_person
from chuangcheng.tasks.policies import refusal

BY_LEDGER = "台账导入"


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one ticked row: None in ``refused`` where it was done."""

    line: Line
    refused: Refused | None = None


def apply(*, actor: Actor, lines: Collection[Line], ticked: Collection[str], words: str = BY_LEDGER) -> list[Done]:
    """Row by row, each by itself: one that is refused changes nothing and stops no other. A row that was changed here
    since the report was made is refused (``task.changed_meanwhile``), never overwritten. ``words`` stand where a step
    must be told of and the row says nothing itself."""
    return [_try(actor, line, words) for line in lines if line.id and line.id in ticked]


def _try(actor: Actor, line: Line, words: str) -> Done:
    work: dict[str, Callable[[Actor, Line, str], object]] = {
        "changed": _change, "conflict": _change, "new": _make, "missing": _void,
    }  # fmt: skip
    if line.kind not in work:
        return Done(line, Refused("task.nothing_to_apply"))
    try:
        with transaction.atomic():
            work[line.kind](actor, line, words)
    except Refused as refused:
        return Done(line, refused)
    return Done(line)


def _change(actor: Actor, line: Line, words: str) -> None:
    task = _current(line)
    given = {cell.key: cell.there for cell in line.cells}
    run: dict[str, Any] = {"actor": actor, "task_id": task.pk}
    said = {key: given.pop(key) for key in ("words", "share") if key in given}
    due = given.pop("due_on", None)
    if given:
        values = _values(given, task.lead)
        own = set(values) <= {"measure", "leader", "owner"}
        may_amend = refusal(actor, "amend", task) is None
        (actions.amend_task if may_amend or not own else actions.arrange_task)(**run, **values)
    if due is not None:
        actions.extend_task(**run, due_on=_day(due), words=words)
    if said:
        share = _number(said["share"]) if said.get("share") else None
        actions.report_progress(**run, words=said.get("words") or words, share=share)


def _current(line: Line) -> Task:
    """The task under its lock, if the cells still say what the report saw here."""
    rows = Task.objects.select_for_update(of=("self",)).filter(pk=line.id)
    loaded = rows.select_related("lead__division", "leader", "owner", "standard").prefetch_related("supports")
    found = rows_of(loaded)
    if not found:
        raise Refused("common.not_found")
    task, words = found[0]
    here = texts(task, words)
    if any(here[cell.key] != cell.here for cell in line.cells):
        raise Refused("task.changed_meanwhile", number=task.number)
    return task


def _make(actor: Actor, line: Line, words: str) -> None:
    given = {cell.key: cell.there for cell in line.cells}
    said = given.pop("words", ""), given.pop("share", "")
    lead = find_unit(given.get("lead", ""))
    values = _values(given, lead)
    values |= {"problem": given.get("problem", ""), "due_on": _day(given.get("due_on", ""))}
    task, made = actions.create_task(actor=actor, given=actions.TaskInput(id=UUID(line.id), **values))
    if made and any(said):  # asked twice, it is told once
        share = _number(said[1]) if said[1] else None
        actions.report_progress(actor=actor, task_id=task.pk, words=said[0] or words, share=share)


def _void(actor: Actor, line: Line, _words: str) -> None:
    actions.void_task(actor=actor, task_id=UUID(line.id), words="台账中已删除该行")


def _values(given: dict[str, str], lead: Unit) -> dict[str, Any]:
    """Cells as the actions want them. Refused by the name of what is unknown."""
    if "lead" in given:
        lead = find_unit(given["lead"])
    read: dict[str, Callable[[str], Any]] = {
        "place": _number, "source": _source, "standard": find_standard, "lead": find_unit,
        "supports": lambda text: tuple(find_unit(name) for name in filter(None, text.split("、"))),
        "leader": lambda text: find_person(text, lead), "owner": lambda text: find_person(text, lead),
        "start_on": lambda text: _day(text) if text else None,
    }  # fmt: skip
    return {key: read.get(key, str)(text) for key, text in given.items() if key != "due_on"}


def find_unit(name: str) -> Unit:
    """The unit of that code, short name or name; ``task.unknown_unit``."""
    rows = people.units()
    found = rows.filter(code=name).first() or rows.filter(short_name=name).first() or rows.filter(name=name).first()
    if found is None:
        raise Refused("task.unknown_unit", given=name[:20])
    return found


def find_standard(code: str) -> Standard | None:
    """The standard of that code in any published edition, None for no code; ``task.unknown_standard``."""
    for edition in framework.published_editions() if code else ():
        found = framework.standard_by_code(edition, code)
        if found is not None:
            return found
    if code:
        raise Refused("task.unknown_standard", given=code[:20])
    return None


def _source(text: str) -> str:
    for code, label in TaskSource.choices:
        if text in (code, str(label)):
            return str(code)
    raise Refused("task.bad_cell", column=Label("来源", "Source"), given=text[:20])


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Refused("task.bad_cell", column=Label("数", "number"), given=text[:20])
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("task.bad_cell", column=Label("日期", "day"), given=text[:20]) from None
