"""The columns of a ledger, and the one form in which a cell is compared: what a spreadsheet does to dates, per cents
and blanks is no change."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.tables import as_datetime, as_decimal, as_text
from chuangcheng.kernel.text import tidy
from chuangcheng.tasks.models import Task

_BETWEEN = re.compile(r"[、,，;；\s]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """A column: ``shown`` gives its text for a task (with the last progress words beside it); ``kind`` says in which
    form it is compared; one that is not ``edited`` is read by people only."""

    key: str
    label: Label
    shown: Callable[[Task, str], str]
    kind: str = "text"
    width: int = 12
    edited: bool = True
    also: tuple[str, ...] = ()


def _name(person: Any) -> str:
    return str(person.name) if person else ""


def more_time(extensions: int, petition_on: date | None) -> str:
    """What a ledger says of more time: how often it was given, and what is asked for now."""
    given = f"已延期 {extensions} 次" if extensions else ""
    return "；".join(filter(None, (given, f"申请延至 {petition_on.isoformat()}" if petition_on else "")))


def _more_time(task: Task, _words: str) -> str:
    return more_time(task.extensions, task.petition_on)


def _units(task: Task, _words: str) -> str:
    return "、".join(sorted(unit.short_name for unit in task.supports.all()))


CELLS = (
    Cell("place", Label("序号", "No."), lambda task, _: str(task.place), width=6),
    Cell("number", Label("编号", "Number"), lambda task, _: task.number, width=20, edited=False),
    Cell("source", Label("来源", "Source"), lambda task, _: str(task.get_source_display())),
    Cell("source_note", Label("来源说明", "Source in words"), lambda task, _: task.source_note),
    Cell("standard", Label("测评标准", "Standard"), lambda task, _: task.standard.code if task.standard else ""),
    Cell("problem", Label("问题", "Problem"), lambda task, _: task.problem, width=40, also=("问题（事项）",)),
    Cell("measure", Label("措施", "Measure"), lambda task, _: task.measure, width=40, also=("整改措施",)),
    Cell("goal", Label("目标", "Goal"), lambda task, _: task.goal, width=30),
    Cell("lead", Label("牵头单位", "Lead unit"), lambda task, _: task.lead.short_name, width=16, also=("牵头",)),
    Cell("supports", Label("配合单位", "Supporting units"), _units, "units", 20, also=("配合",)),
    Cell("leader", Label("责任领导", "Leader in charge"), lambda task, _: _name(task.leader)),
    Cell("owner", Label("责任人", "Person"), lambda task, _: _name(task.owner)),
    Cell("start_on", Label("开始", "Start"), lambda task, _: task.start_on.isoformat() if task.start_on else "", "day"),
    Cell("due_on", Label("时限", "Due"), lambda task, _: task.due_on.isoformat(), "day", also=("完成时限",)),
    Cell("extension", Label("延期", "More time"), _more_time, width=16, edited=False),
    Cell("share", Label("进展（%）", "Progress (%)"), lambda task, _: f"{task.share}%", "share", also=("完成率",)),
    Cell("words", Label("进展情况", "How far it is"), lambda _, words: words, width=40),
    Cell("proofs", Label("佐证", "Proofs"), lambda task, _: str(task.proofs), width=6, edited=False),
    Cell("state", Label("状态", "State"), lambda task, _: str(task.get_state_display()), edited=False),
    Cell("slip", Label("拖延（天）", "Slip (days)"), lambda task, _: str(task.slip()), width=8, edited=False),
)
EDITED = tuple(cell for cell in CELLS if cell.edited)
BY_KEY = {cell.key: cell for cell in CELLS}
#: Headers of the two hidden columns.
ROW, BASE = "行标识（勿改）", "校验（勿改）"


def canonical(kind: str, value: object) -> str:
    """The text by which a cell is compared. What is no day or share stays as it was typed, for the refusal to name."""
    if kind == "day":
        return _day(value)
    if kind == "share":
        return _share(value)
    text = tidy(as_text(value))
    return "、".join(sorted(filter(None, _BETWEEN.split(text)))) if kind == "units" else text


def _day(value: object) -> str:
    try:
        moment = as_datetime(value, CITY_ZONE)
    except Refused:
        return tidy(as_text(value))
    return moment.astimezone(CITY_ZONE).date().isoformat() if moment else ""


def _share(value: object) -> str:
    """``45``: a cell of per cents comes as 45, 45%, or 0.45; 1 is all of it."""
    try:
        number = as_decimal(value)
    except Refused:
        return tidy(as_text(value))
    if number is None:
        return ""
    if 0 < number <= 1:
        number *= 100
    return f"{number.normalize() + 0:f}"


def texts(task: Task, words: str) -> dict[str, str]:
    """What a task's row says now, each cell in its canonical form."""
    return {cell.key: canonical(cell.kind, cell.shown(task, words)) for cell in EDITED}


def mark(task_id: UUID, key: str, text: str) -> str:
    """The digest of a cell as it went out."""
    return digest_of("task.cell", [str(task_id), key, text])[:10]


def base_of(export: UUID, task_id: UUID, said: Mapping[str, str]) -> str:
    """The hidden cell: which export, and each edited cell's digest by its key."""
    return ";".join([export.hex, *(f"{key}={mark(task_id, key, text)}" for key, text in said.items())])


def read_base(text: str) -> tuple[UUID | None, dict[str, str]]:
    """What :func:`base_of` wrote; nothing where somebody spoilt it."""
    head, *rest = text.split(";")
    try:
        export = UUID(hex=head)
    except ValueError:
        return None, {}
    return export, dict(part.split("=", 1) for part in rest if "=" in part)
