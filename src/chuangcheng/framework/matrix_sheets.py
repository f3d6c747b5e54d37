"""The matrix of duties out as a workbook, and in again: planned as a batch, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from chuangcheng.framework.documents import EDIT, refuse_frozen
from chuangcheng.framework.matrix import cells_of, plan_batch
from chuangcheng.framework.models import DutyBatch, DutyKind, Edition, Node, Standard
from chuangcheng.kernel import duties
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.duty_sheet import HEADERS, UNIT_CODE, WORD, Known, Read, header_of, read
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.sheets import open_sheets
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit

TITLE = "责任矩阵"
_OPTIONS = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
_MOST = 5000  # rows read of one sheet


def write_matrix(edition: Edition, units: Sequence[Unit], path: Path | str) -> int:
    """Write the duties of these units for all standards to ``path``; returns the rows. Reading it changes nothing."""
    cells = cells_of(edition, [unit.pk for unit in units])
    nodes = {node.pk: node for node in edition.nodes.all()}
    standards = list(edition.standards.order_by("order"))
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        page = book.add_worksheet(TITLE)
        head = book.add_format({"bold": True, "bottom": 1, "num_format": "@", "text_wrap": True, "valign": "top"})
        tall = book.add_format({"bold": True, "rotation": 90, "num_format": "@", "valign": "bottom", "align": "center"})
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        mark = book.add_format({"num_format": "@", "align": "center", "valign": "top", "border": 4})
        first = len(HEADERS)
        for at, (name, width) in enumerate(zip(HEADERS, (16, 16, 20, 44), strict=True)):
            page.set_column(at, at, width, text)
            page.write_string(0, at, name, head)
        page.write_string(1, 0, UNIT_CODE, head)
        page.set_column(first, first + len(units), 5, mark)
        page.set_row(0, 110)
        for at, unit in enumerate(units, first):
            page.write_string(0, at, unit.short_name, tall)
            page.write_string(1, at, unit.code, tall)
        for number, standard in enumerate(standards, 2):
            _row(page, number, standard, nodes, text)
            for at, unit in enumerate(units, first):
                page.write_string(number, at, WORD[cells.get((str(standard.pk), str(unit.pk)), "")], mark)
        if units and standards:
            choices = {"validate": "list", "source": [word for word in WORD.values() if word], "ignore_blank": True}
            page.data_validation(2, first, len(standards) + 1, first + len(units) - 1, choices)
        page.freeze_panes(2, first)
    return len(standards)


def _row(page: Any, number: int, standard: Standard, nodes: dict[Any, Node], text: Any) -> None:
    content = nodes[standard.content_id]
    project = content
    while project.kind == "content" and project.parent_id:
        project = nodes[project.parent_id]
    for at, value in enumerate((standard.code, project.zh, content.zh, standard.zh)):
        page.write_string(number, at, value, text)


def read_matrix(edition: Edition, source: Path | bytes, name: str) -> Read:
    """The cells of a workbook in that form. Refused: ``tables.*``, ``framework.no_matrix``."""
    for sheet in open_sheets(source, name):
        rows = [row for _, row in zip(range(_MOST), sheet.rows(), strict=False)]
        if header_of(rows) >= 0:
            return read(rows, _known(edition))
    raise Refused("framework.no_matrix")


def _known(edition: Edition) -> Known:
    units = list(people.units())
    names: dict[str, str] = {}
    for unit in units:
        for name in {unit.name, unit.short_name}:
            names[name] = "" if name in names else unit.code
    leads: dict[str, set[str]] = {}
    rows = edition.standards.filter(duties__kind=DutyKind.LEAD, duties__ended_at=None)
    for standard, unit_code in rows.values_list("code", "duties__unit__code"):
        leads.setdefault(standard, set()).add(unit_code)
    return Known(
        frozenset(edition.standards.values_list("code", flat=True)), {unit.code: unit.short_name for unit in units},
        names, {code: frozenset(some) for code, some in leads.items()},
    )  # fmt: skip


def plan_import(*, actor: Actor, edition: Edition, source: Path | bytes, name: str) -> DutyBatch:
    """What a workbook would change, to be looked at. Rows and columns that it does not have stay as they are.

    Refused: ``framework.bad_matrix`` naming every problem by row and column, ``framework.nothing_to_do``,
    ``framework.no_matrix``, ``tables.*``.
    """
    rights.require_or_system(actor, EDIT)
    refuse_frozen(edition)
    found = read_matrix(edition, source, name)
    if found.problems:
        raise Refused("framework.bad_matrix", fields=tuple(_said(found.problems)), count=len(found.problems))
    standards = {row.code: str(row.pk) for row in edition.standards.all()}
    units = {row.code: str(row.pk) for row in people.units()}
    wanted = {(standards[code], units[unit]): kind for (code, unit), kind in found.cells.items()}
    steps = duties.differences(cells_of(edition), wanted)
    return plan_batch(actor=actor, edition=edition, how="import", steps=steps, about={"file": name[:100]})


def _said(problems: Sequence[FieldProblem]) -> list[FieldProblem]:
    return [FieldProblem(f"{problem.field}列", problem.code, problem.text, problem.row) for problem in problems]
