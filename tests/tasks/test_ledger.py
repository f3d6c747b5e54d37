"""A ledger goes out and comes back: exactly what was changed is offered, and only what was ticked is done."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.tasks import actions
from chuangcheng.tasks.ledger import command, returns
from chuangcheng.tasks.ledger.applying import apply
from chuangcheng.tasks.ledger.cells import canonical
from chuangcheng.tasks.ledger.merging import Line, compare, counts
from chuangcheng.tasks.ledger.writing import write
from chuangcheng.tasks.models import LedgerReturn, Task
from chuangcheng.tasks.rows import build
from tests.tasks.conftest import TODAY, Make
from tests.tasks.test_keeping import whole
from tests.tasks.test_tasks import refused
from tests.tasks.workbook import cells, column, written


def sent() -> list[list[Any]]:
    """The whole ledger as it went out."""
    file = BytesIO()
    rows = Task.objects.select_related("lead", "leader", "owner", "standard").prefetch_related("supports")
    write(file, list(rows.order_by("place", "id")), actor=SYSTEM)
    return cells(file.getvalue())


def back(rows: list[list[Any]], actor: Any = SYSTEM, **how: Any) -> list[Line]:
    return compare(actor=actor, source=written(rows, **how), name="台账.xlsx")


def of_kind(lines: list[Line], kind: str) -> list[Line]:
    return [line for line in lines if line.kind == kind]


def test_five_hundred_rows_come_back(ledger: Any, personas: Any) -> None:
    """Forty changed, a column added, rows turned round, columns moved, three deleted, cells merged, two conflicts."""
    inputs = [
        actions.TaskInput(problem=f"问题{n}", measure=f"措施{n}", lead=ledger["department"], due_on=TODAY + timedelta(days=n),
                          place=n)
        for n in range(1, 501)
    ]  # fmt: skip
    Task.objects.bulk_create([build(given) for given in inputs])
    rows = sent()
    assert len(rows) == 501
    measure, goal, words = (column(rows, name) for name in ("措施", "目标", "进展情况"))
    for number in range(1, 41):
        rows[number][(measure, goal, words)[number % 3]] = f"改{number}"
    gone = [rows[number][column(rows, "编号")] for number in (100, 200, 300)]
    for number in (300, 200, 100):
        del rows[number]
    for number in (401, 402, 403):
        rows[number][measure] = "统一清运" if number == 401 else ""
    merges = ((401, 403, measure),)
    actions.amend_task(actor=personas["office"], task_id=inputs[2].id, measure="此间已改", problem="此间改问题")
    actions.amend_task(actor=personas["office"], task_id=inputs[59].id, goal="此间另改")
    for row in rows:
        row.insert(3, "备注" if row is rows[0] else "新加的列")
    lines = compare(actor=SYSTEM, source=written(rows, tuple((a, b, c + 1) for a, b, c in merges)), name="x.xlsx")
    assert counts(lines) == {"changed": 42, "conflict": 1, "new": 0, "missing": 3, "problem": 0, "unchanged": 454}
    assert {line.number for line in of_kind(lines, "missing")} == set(gone)
    conflict = of_kind(lines, "conflict")[0]
    assert [(cell.key, cell.here, cell.there) for cell in conflict.cells] == [("measure", "此间已改", "改3")]
    head, body = rows[0], rows[1:]
    order = list(range(len(head)))[::-1]
    turned = [[row[index] for index in order] for row in [head, *body[::-1]]]
    plain = counts(back(turned))
    assert (plain["changed"], plain["conflict"], plain["missing"]) == (42, 1, 3), "without merging: three cells differ"
    done = apply(actor=SYSTEM, lines=lines, ticked={line.id for line in of_kind(lines, "changed")[:5]})
    assert len(done) == 5 and all(each.refused is None for each in done)
    assert Task.objects.get(pk=inputs[0].id).goal == "改1" and Task.objects.get(pk=inputs[39].id).goal == ""
    assert Task.objects.get(pk=inputs[2].id).measure == "此间已改"
    again = counts(back(rows))
    assert again["changed"] == 37 and again["unchanged"] == 459


@pytest.fixture
def three(make: Make) -> list[Task]:
    return [make(measure="原措施", days=10 + number) for number in range(3)]


def set_cell(rows: list[list[Any]], number: int, **values: Any) -> None:
    for name, value in values.items():
        rows[number][column(rows, name)] = value


def test_untouched_means_unchanged_whatever_a_spreadsheet_does(three: list[Task], personas: Any, ledger: Any) -> None:
    actions.report_progress(actor=personas["department"], task_id=three[0].pk, words="第一行\n第二行", share=100)
    actions.amend_task(actor=personas["office"], task_id=three[1].pk, supports=(ledger["street"], ledger["street2"]))
    rows = sent()
    set_cell(
        rows, 1, **{"进展（%）": 1.0, "时限": 46290.0, "序号": 1.0}
    )  # as LibreOffice stores 100 %, a day, a number
    set_cell(rows, 2, 配合单位=" 河西街道，河东街道 ", 时限="2026年9月26日", 措施="原措施  ")
    rows[3][column(rows, "状态")] = "已销号"  # nobody strikes off by typing
    assert counts(back(rows))["unchanged"] == 3
    few = [[row[column(rows, "问题")], *row[-2:]] for row in rows]
    assert counts(back(few))["unchanged"] == 3, "columns that were left out say nothing"


def test_every_cell_is_taken_over_by_its_action(three: list[Task], personas: Any, ledger: Any) -> None:
    rows = sent()
    set_cell(
        rows, 1, 措施="新措施", 责任人="张department", 时限="2026-10-31", **{"进展（%）": "50%", "进展情况": "已过半"}
    )
    set_cell(rows, 2, 牵头单位="河东街道", 配合单位="城市管理局", 来源="会议", 序号=9, 开始="2026-09-16")
    set_cell(rows, 3, 时限="2026-09-16", 问题="")
    rows.append(["" for _ in rows[0]])
    rows.append(["" for _ in rows[0]])
    set_cell(rows, 4, 问题="新问题", 牵头单位="U-CGJ", 时限="2026-12-01", 进展情况="刚开始")
    set_cell(rows, 5, 问题="没有单位", 时限="明年")
    lines = back(rows)
    assert counts(lines) == {"changed": 3, "conflict": 0, "new": 2, "missing": 0, "problem": 0, "unchanged": 0}
    done = {
        each.line.row: each.refused
        for each in apply(actor=personas["office"], lines=lines, ticked={x.id for x in lines})
    }
    assert done[2] is not None and done[2].code == "task.other_unit", "the office does not report for a department"
    done = {each.line.row: each.refused for each in apply(actor=SYSTEM, lines=lines, ticked={x.id for x in lines})}
    codes = {row: refusal.code if refusal else "" for row, refusal in done.items()}
    assert codes == {2: "", 3: "task.changed_meanwhile", 4: "common.invalid", 5: "", 6: "task.unknown_unit"}, "as told"
    first, second = (Task.objects.get(pk=task.pk) for task in three[:2])
    assert (first.measure, first.due_on.isoformat(), first.share, first.extensions) == ("新措施", "2026-10-31", 50, 1)
    assert first.owner is not None and first.entries.filter(words="已过半").exists()
    assert (second.lead, second.source, second.place) == (ledger["street"], "meeting", 9)
    assert Task.objects.get(problem="新问题").lead == ledger["department"]
    assert Task.objects.filter(pk=three[2].pk, problem=three[2].problem, due_on=three[2].due_on).exists()
    assert whole()


def test_a_conflict_shows_both_and_is_taken_only_by_a_tick(three: list[Task], personas: Any) -> None:
    rows = sent()
    set_cell(rows, 1, 措施="表里改", 目标="只在表里")
    actions.arrange_task(actor=personas["department"], task_id=three[0].pk, measure="此间改")
    lines = back(rows)
    line = of_kind(lines, "conflict")[0]
    assert [(cell.key, cell.here, cell.there, cell.conflict) for cell in line.cells] == [
        ("measure", "此间改", "表里改", True), ("goal", "", "只在表里", False),
    ]  # fmt: skip
    assert apply(actor=SYSTEM, lines=lines, ticked=set()) == []
    actions.arrange_task(actor=personas["department"], task_id=three[0].pk, measure="又改")
    done = apply(actor=SYSTEM, lines=lines, ticked={line.id})
    assert done[0].refused is not None and done[0].refused.code == "task.changed_meanwhile"
    done = apply(actor=SYSTEM, lines=back(rows), ticked={line.id})
    assert done[0].refused is None and Task.objects.get(pk=three[0].pk).measure == "表里改"
    assert counts(back(rows))["unchanged"] == 3
    set_cell(rows, 2, **{"校验（勿改）": "", "措施": "无从比对"})
    assert of_kind(back(rows), "conflict")[0].number == three[1].number, "who changed it cannot be told any more"


def test_copied_spoilt_and_foreign_rows_are_named(three: list[Task], personas: Any) -> None:
    rows = sent()
    rows.append(list(rows[1]))
    rows.append(["" for _ in rows[0]])
    set_cell(rows, 5, **{"行标识（勿改）": "x", "问题": "y"})
    why = [(line.row, line.why) for line in of_kind(back(rows), "problem")]
    assert why == [(5, "twice"), (6, "spoilt_id")]
    street = back(rows, actor=personas["street"])
    assert {line.why for line in street} == {"unknown", "spoilt_id"} and len(of_kind(street, "missing")) == 0
    assert apply(actor=SYSTEM, lines=of_kind(back(rows), "problem"), ticked={""}) == []
    odd = Line("unchanged", str(three[0].pk))
    assert apply(actor=SYSTEM, lines=[odd], ticked={odd.id})[0].refused is not None


def test_a_missing_row_is_voided_only_by_a_tick(three: list[Task], personas: Any) -> None:
    rows = sent()
    del rows[2]
    lines = back(rows)
    assert [line.number for line in of_kind(lines, "missing")] == [three[1].number]
    ticked = {line.id for line in lines}
    assert apply(actor=personas["department"], lines=lines, ticked=ticked)[-1].refused is not None
    apply(actor=personas["office"], lines=lines, ticked=ticked)
    assert Task.objects.get(pk=three[1].pk).state == "void"
    assert counts(back(rows))["missing"] == 0


def test_by_command(three: list[Task], ledger: Any, personas: Any, tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    assert command.send_out(actor=SYSTEM, path=path, unit_code="U-990101001") == 0
    refused("task.unknown_unit", command.send_out, actor=SYSTEM, path=path, unit_code="moon")
    assert command.send_out(actor=SYSTEM, path=path, unit_code="U-CGJ") == 3
    rows = cells(path)
    set_cell(rows, 1, 目标="达标")
    set_cell(rows, 2, 措施="表里改")
    set_cell(rows, 3, 时限="不知道")
    rows.append(list(rows[1]))
    actions.arrange_task(actor=personas["department"], task_id=three[1].pk, measure="此间改")
    path.write_bytes(written(rows))
    tried = command.bring_in(actor=SYSTEM, path=path, preview=True)
    assert (tried.rows, tried.imported, tried.unaccounted) == (4, 2, 0) and Task.objects.get(pk=three[0].pk).goal == ""
    report = command.bring_in(actor=SYSTEM, path=path)
    assert (report.imported, report.unchanged, report.rejected, report.unaccounted) == (1, 1, 2, 0)
    told = json.loads(json.dumps(report.as_json()))
    assert (told["changed"], told["conflict"], told["applied"]) == (2, 1, True) and len(told["lines"]) == 4
    assert told["problem_codes"] == {"task.bad_cell": 1, "task.twice": 1}
    assert Task.objects.get(pk=three[1].pk).measure == "此间改"


def test_an_upload_is_ones_own_and_done_once(three: list[Task], personas: Any) -> None:
    rows = sent()
    set_cell(rows, 1, 措施="错峰")
    source, unit = written(rows), personas["department"]
    refused("common.not_allowed", returns.take_in, actor=personas["leader"], source=source, name="x.xlsx")
    row = returns.take_in(actor=unit, source=source, name="x.xlsx")
    ticked = {line.id for line in returns.lines_of(row)}
    refused("common.not_found", returns.take_over, actor=personas["office"], return_id=row.pk, ticked=ticked)
    done = returns.take_over(actor=unit, return_id=row.pk, ticked=ticked)
    assert done[0].refused is None and Task.objects.get(pk=three[0].pk).measure == "错峰"
    refused("task.return_closed", returns.take_over, actor=unit, return_id=row.pk, ticked=ticked)
    other = returns.take_in(actor=unit, source=source, name="y.xlsx")
    assert returns.drop(actor=unit, return_id=other.pk).state == "dropped"
    assert set(LedgerReturn.objects.values_list("state", flat=True)) == {"applied", "dropped"}
    assert not any(LedgerReturn.objects.values_list("lines", flat=True))


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("share", "45%", "45"), ("share", 45.0, "45"), ("share", 0.45, "45"), ("share", 1.0, "100"), ("share", "1%", "1"),
        ("share", None, ""), ("share", "过半", "过半"), ("share", 0, "0"), ("share", "12.5%", "12.5"), ("share", 250, "250"),
        ("share", 10**29, "1" + "0" * 29), ("share", "1e999999", "1e999999"), ("share", "-0", "0"),
        ("day", "2026/9/1", "2026-09-01"), ("day", 46266.0, "2026-09-01"), ("day", "", ""), ("day", "月底", "月底"),
        ("units", "b、a", "a、b"), ("units", None, ""), ("text", 3.0, "3"), ("text", " a\r\nb ", "a\nb"),
    ],
)  # fmt: skip
def test_one_form_for_what_means_the_same(kind: str, value: Any, text: str) -> None:
    assert canonical(kind, value) == text


@settings(max_examples=50)
@given(st.sampled_from(["text", "day", "share", "units"]), st.text(max_size=30))
def test_the_form_is_settled(kind: str, text: str) -> None:
    once = canonical(kind, text)
    assert kind == "share" or canonical(kind, once) == once
