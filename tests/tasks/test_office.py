"""The workbooks that go out, edited and saved as LibreOffice saves them (tried with the program itself; here its writing
is imitated): what was not touched is no change, what was is offered, and nothing else."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from chuangcheng.framework.actions import load_edition
from chuangcheng.framework.matrix_sheets import plan_import, write_matrix
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.people.imports import import_units
from chuangcheng.people.sheets import write_filled
from chuangcheng.tasks import actions
from chuangcheng.tasks.ledger.merging import Line, compare, counts
from chuangcheng.tasks.ledger.writing import write
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.rows import build
from tests.framework.editions import small
from tests.tasks.conftest import TODAY
from tests.tasks.office import as_day, as_share, columns, moved, saved
from tests.tasks.test_tasks import refused


@pytest.fixture
def out(ledger: Any) -> bytes:
    """Twenty rows of one unit, as they go out."""
    given = [
        actions.TaskInput(problem=f"问题{n}：“飞线”{n}处", measure=f"措施{n}\n逐户告知", goal="" if n % 3 else "=达标",
                          lead=ledger["department"], due_on=TODAY + timedelta(days=n), place=n, source_note="0012",
                          supports=(ledger["street"], ledger["street2"])[: n % 3])
        for n in range(1, 21)
    ]  # fmt: skip
    for each in given:
        actions.create_task(actor=SYSTEM, given=each)
    Task.objects.bulk_create([build(actions.TaskInput(problem="另一单位", lead=ledger["street"], due_on=TODAY))])
    file = io.BytesIO()
    rows = Task.objects.filter(lead=ledger["department"]).select_related("lead", "leader", "owner", "standard")
    write(file, list(rows.prefetch_related("supports").order_by("place")), actor=SYSTEM)
    return file.getvalue()


def back(source: bytes) -> list[Line]:
    return compare(actor=SYSTEM, source=source, name="台账.xlsx")


def offered(lines: list[Line]) -> dict[int, dict[str, str]]:
    """Place of the row → what is offered of it."""
    rows = dict(Task.objects.values_list("id", "place"))
    places = {str(key): place for key, place in rows.items()}
    return {places[line.id]: {cell.key: cell.there for cell in line.cells} for line in lines if line.cells}


def test_saved_untouched_nothing_is_offered(out: bytes) -> None:
    assert counts(back(saved(out)))["unchanged"] == 20 == len(back(saved(out)))


def clerk(sheet: Any) -> None:
    """What somebody does in an afternoon. Rows count from 2; the place of a row is one less."""
    at = columns(sheet)
    sheet.cell(2, at["措施"]).value = "每日巡查两次"
    as_day(sheet, 3, "时限", "2027-03-15")
    as_share(sheet, 4, "进展（%）", 0.45)
    sheet.cell(5, at["目标"]).value = '="公式算出"'
    sheet.cell(6, at["问题"]).value = "问题改写"
    sheet.cell(7, at["措施"]).value = "此处也改"
    sheet.cell(9, at["措施"]).value = "统一清运"
    for column in range(1, at["拖延（天）"] + 1):
        sheet.cell(20, column).value = None  # emptied, not deleted
    sheet.delete_rows(18)
    sheet.insert_cols(3)
    sheet.cell(1, 3).value = "我局备注"
    for row in range(2, 20):
        sheet.cell(row, 3).value = f"备注{row}"
    column = columns(sheet)["措施"]
    sheet.merge_cells(start_row=9, end_row=11, start_column=column, end_column=column)


def test_a_clerks_afternoon(out: bytes, personas: Any) -> None:
    here = Task.objects.get(place=6, problem__startswith="问题6")
    actions.amend_task(actor=personas["office"], task_id=here.pk, measure="此间改了")
    lines = back(saved(out, clerk))
    assert counts(lines) == {"changed": 8, "conflict": 1, "new": 0, "missing": 2, "problem": 0, "unchanged": 9}
    told = offered([line for line in lines if line.kind != "missing"])
    assert told == {
        1: {"measure": "每日巡查两次"}, 2: {"due_on": "2027-03-15"}, 3: {"share": "45"}, 4: {"goal": "公式算出"},
        5: {"problem": "问题改写"}, 6: {"measure": "此处也改"}, **{n: {"measure": "统一清运"} for n in (8, 9, 10)},
    }  # fmt: skip
    missed = [line.cells[0].here[:4] for line in lines if line.kind == "missing"]
    assert missed == ["问题17", "问题19"], "deleted and emptied rows are named alike, and nothing is deleted by itself"


def test_other_orders_say_nothing(out: bytes) -> None:
    order = ["行标识（勿改）", "问题", "拖延（天）", "时限"]
    assert counts(back(saved(out, lambda sheet: moved(sheet, order, slice(2, 9)))))["unchanged"] == 20


def test_the_ledger_prints_on_wide_paper(out: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(out)).active
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet.print_title_rows == "$1:$1"
    assert str(sheet.print_area).endswith("$T$21"), "marks are not printed"


def test_units_and_matrix_saved_untouched(small_city: Any, personas: Any, tmp_path: Any) -> None:
    path = tmp_path / "单位.xlsx"
    rows = write_filled(path)
    path.write_bytes(saved(path.read_bytes()))
    report = import_units(SYSTEM, path)
    assert (report.unchanged, report.imported, report.rejected) == (rows, 0, 0)
    edition = load_edition(actor=SYSTEM, document=small())
    write_matrix(edition, list(small_city.units.values()), path)
    source = saved(path.read_bytes())
    refused("framework.nothing_to_do", plan_import, actor=SYSTEM, edition=edition, source=source, name="矩阵.xlsx")
