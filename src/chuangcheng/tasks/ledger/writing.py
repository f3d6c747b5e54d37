"""The ledger goes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

import xlsxwriter

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.tasks.ledger.cells import BASE, CELLS, ROW, base_of, texts
from chuangcheng.tasks.models import LedgerExport, Task, TaskEntry


def rows_of(tasks: Iterable[Task]) -> list[tuple[Task, str]]:
    """Each task with the last words of progress; three queries for any number."""
    listed = list(tasks)
    said = TaskEntry.objects.filter(task__in=[task.pk for task in listed], verb="progressed").order_by("seq")
    last = dict(said.values_list("task_id", "words"))
    return [(task, last.get(task.pk, "")) for task in listed]


def write(file: Path | IO[bytes], tasks: Sequence[Task], *, actor: Actor) -> int:
    """Write tasks (with their units, persons, standard loaded) as a workbook; how many. What goes out is remembered by
    ids, so that a row that does not come back is missed. Never a formula: a text that looks like one stays a text."""
    export = LedgerExport.objects.create(
        made_at=clock.now(), made_by_id=actor.person_id, task_ids=[str(task.pk) for task in tasks]
    )
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(file) if isinstance(file, Path) else file, options)
    sheet = book.add_worksheet("台账")
    head = book.add_format({"bold": True, "bg_color": "#E8EDF3", "border": 1, "text_wrap": True, "valign": "vcenter"})
    body = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    quiet = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "font_color": "#666666"})
    for column, cell in enumerate(CELLS):
        sheet.write_string(0, column, cell.label.zh, head)
        sheet.set_column(column, column, cell.width)
    hidden = len(CELLS)
    sheet.write_row(0, hidden, [ROW, BASE], head)
    sheet.set_column(hidden, hidden + 1, 4, None, {"hidden": True})
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3: nineteen columns are read on a table, not on a sheet of A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, max(len(tasks), 1), len(CELLS) - 1)
    sheet.set_footer("&C第 &P 页 共 &N 页")
    sheet.autofilter(0, 0, max(len(tasks), 1), len(CELLS) - 1)
    for number, (task, words) in enumerate(rows_of(tasks), 1):
        for column, cell in enumerate(CELLS):
            sheet.write_string(number, column, cell.shown(task, words), body if cell.edited else quiet)
        sheet.write_string(number, hidden, str(task.pk))
        sheet.write_string(number, hidden + 1, base_of(export.pk, task.pk, texts(task, words)))
    book.close()
    return len(tasks)
