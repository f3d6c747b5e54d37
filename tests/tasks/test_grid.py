"""The ledger as a grid: what it reads, what an edit of a cell becomes, and what is refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.tasks import actions
from chuangcheng.tasks.ledger import grid
from chuangcheng.tasks.ledger.cells import CELLS
from chuangcheng.tasks.ledger.writing import rows_of
from chuangcheng.tasks.models import Task
from chuangcheng.tasks.states import TASK
from tests.tasks.conftest import Make

KEYS = [cell.key for cell in CELLS]


def shown(task: Task) -> dict[str, str]:
    """What the grid shows of a task."""
    (row,) = grid.grid_rows(Task.objects.filter(pk=task.pk))
    return dict(zip(["id", "late", *KEYS], row, strict=True))


def save(
    actor: Actor, task: Task | UUID, kind: str = "changed", **cells: tuple[str, str]
) -> tuple[str, dict[str, str]]:
    """The code of the refusal or "", and the cells in which somebody was quicker."""
    pk = task if isinstance(task, UUID) else task.pk
    (done,) = grid.save_rows(actor=actor, edits=[grid.RowEdit(pk, cells, kind)])
    assert done.id == pk
    return (done.refused.code if done.refused else ""), dict(done.cells)


def test_the_grid_says_what_the_workbook_says(make: Make, ledger: Any, personas: dict[str, Actor]) -> None:
    make(days=-0, supports=(ledger["street"], ledger["office"]), measure="错峰\n清运", goal="日产日清")
    owned = make("street", days=3, source="meeting", source_note="9月调度会")
    actions.report_progress(actor=personas["street"], task_id=owned.pk, words="已开工", share=40)
    actions.report_progress(actor=personas["street"], task_id=owned.pk, words="过半", share=60)
    late = make(days=20, state="under_way")
    Task.objects.filter(pk=late.pk).update(due_on="2026-09-01", first_due_on="2026-08-20")
    for code in TASK.codes() if hasattr(TASK, "codes") else [state.code for state in TASK.states]:
        make(days=9, state=code)
    rows = Task.objects.select_related("lead", "leader", "owner", "standard").order_by("number")
    wanted = [[str(task.pk), *(cell.shown(task, words) for cell in CELLS)] for task, words in rows_of(rows)]
    found = list(grid.grid_rows(Task.objects.order_by("number")))
    assert [[pk, *cells] for pk, _late, *cells in found] == wanted
    assert [row[0] for row in found if row[1]] == [str(late.pk)] and shown(late)["slip"] == "26"
    assert shown(owned)["words"] == "过半" and shown(owned)["share"] == "60%"


def test_a_thousand_rows_cost_no_more_queries_than_one(make: Make) -> None:
    for _ in range(3):
        make()
    with CaptureQueriesContext(
        connection,
    ) as few:
        list(grid.grid_rows(Task.objects.all()[:1]))
    with CaptureQueriesContext(connection) as many:
        list(grid.grid_rows(Task.objects.all()[:5000]))
    assert len(few) == len(many) <= 4


#: Column, what is typed, what the row says afterwards.
TYPED = [
    ("place", "7", "7"),
    ("source", "会议", "会议"),
    ("source_note", "9月调度会", "9月调度会"),
    ("problem", "楼道堆物", "楼道堆物"),
    ("measure", "逐户清理\n每周一次", "逐户清理\n每周一次"),
    ("goal", "无堆物", "无堆物"),
    ("lead", "河东街道", "河东街道"),
    ("supports", "河东街道", "河东街道"),
    ("owner", "department", "张department"),
    ("leader", "张department", "张department"),
    ("start_on", "2026/9/16", "2026-09-16"),
    ("due_on", "2026-10-30", "2026-10-30"),
    ("share", "45%", "45%"),
    ("share", "45", "45%"),
    ("share", "0.45", "45%"),
    ("words", "已签合同", "已签合同"),
]


@pytest.mark.parametrize(("key", "typed", "after"), TYPED, ids=[f"{key}-{typed[:6]}" for key, typed, _ in TYPED])
def test_every_column_goes_through_its_action(
    make: Make, personas: dict[str, Actor], key: str, typed: str, after: str
) -> None:
    task, office = make(), personas["office"]
    actor = personas["department"] if key in ("share", "words") else office
    before = shown(task)
    assert save(actor, task, **{key: (before[key], typed)}) == ("", {})
    assert shown(task)[key] == after
    task.refresh_from_db()
    assert task.extensions == (1 if key == "due_on" else 0)
    seq = task.chain_seq
    assert save(actor, task, **{key: (after, after)}) == ("", {})
    task.refresh_from_db()
    assert task.chain_seq == seq, "what says nothing new leaves no trace"


#: Column, what is typed, by whom, the refusal.
WRONG = [
    ("place", "七", "office", "task.bad_cell"),
    ("source", "道听途说", "office", "task.bad_cell"),
    ("problem", "", "office", "common.invalid"),
    ("lead", "月球", "office", "task.unknown_unit"),
    ("supports", "市城市管理局", "office", "common.invalid"),
    ("owner", "无此人", "office", "task.unknown_person"),
    ("standard", "Z-9", "office", "task.unknown_standard"),
    ("start_on", "明天", "office", "task.bad_cell"),
    ("start_on", "2026-12-31", "office", "common.invalid"),
    ("due_on", "", "office", "task.bad_cell"),
    ("due_on", "2026-09-16", "office", "task.not_later"),
    ("due_on", "2026-10-30", "department", "common.not_allowed"),
    ("share", "101", "department", "task.bad_share"),
    ("share", "", "department", "task.not_emptied"),
    ("problem", "改写", "department", "common.not_allowed"),
    ("measure", "改写", "street2", "common.not_found"),
    ("measure", "改写", "auditor", "common.not_allowed"),
    ("number", "RW1", "office", "common.not_found"),
    ("state", "已销号", "office", "common.not_found"),
    ("nothing", "x", "office", "common.not_found"),
]


def test_what_is_refused_changes_nothing(make: Make, ledger: Any, personas: dict[str, Actor]) -> None:
    lead = ledger["department"].short_name
    task = make()
    before = shown(task)
    for key, typed, who, code in WRONG:
        wanted = lead if typed == "市城市管理局" else typed
        assert save(personas[who], task, **{key: (before.get(key, ""), wanted)}) == (code, {}), (key, typed, who)
        assert shown(task) == before
    for state in ("struck_off", "void"):
        ended = make(state=state)
        assert save(personas["office"], ended, measure=("", "x"))[0].startswith("state.")
        assert save(personas["department"], ended, words=("", "x"))[0].startswith("state.")
    with pytest.raises(Refused, match="too_many_rows"):
        grid.save_rows(actor=personas["office"], edits=[grid.RowEdit(uuid4(), {})] * (grid.AT_ONCE + 1))


def test_whoever_comes_second_sees_both(make: Make, personas: dict[str, Actor]) -> None:
    office, unit, task = personas["office"], personas["department"], make(measure="甲")
    assert save(unit, task, measure=("甲", "乙")) == ("", {})
    assert save(office, task, measure=("甲", "丙"), goal=("", "清")) == ("task.cell_changed", {"measure": "乙"})
    assert shown(task)["goal"] == ""
    assert save(office, task, goal=("", "清")) == ("", {}), "another cell of the same row hinders nobody"
    assert save(office, task, measure=("乙", "丙")) == ("", {}), "who insists names what he saw"
    assert save(unit, task, measure=("乙", "甲")) == ("task.cell_changed", {"measure": "丙"}), "no undo over others"
    assert save(office, task, measure=("丙", "甲")) == ("", {}) and shown(task)["measure"] == "甲"


def test_new_rows_are_made_once_and_taken_back(make: Make, ledger: Any, personas: dict[str, Actor]) -> None:
    office, pk = personas["office"], uuid4()
    lead = ledger["department"].short_name
    given = {"problem": ("", "楼道堆物"), "lead": ("", lead), "due_on": ("", "2026/10/8"), "measure": ("", "")}
    refused = {**given, "problem": ("", "")}
    assert save(office, pk, "new", **refused)[0] and not Task.objects.exists()
    assert save(personas["department"], pk, "new", **given) == ("common.not_allowed", {})
    for _ in range(2):
        assert save(office, pk, "new", **given) == ("", {})
    task = Task.objects.get()
    assert (task.pk, task.problem, task.due_on.isoformat(), task.lead) == (
        pk,
        "楼道堆物",
        "2026-10-08",
        ledger["department"],
    )
    assert save(office, pk, "new", **{**given, "problem": ("", "别的")})[0] == "common.different_body"
    again = uuid4()
    started = {**given, "share": ("", "20"), "words": ("", "已动工")}
    assert save(office, again, "new", **started)[0] == "" or not Task.objects.filter(pk=again).exists()
    assert save(personas["department"], pk, "missing") == ("common.not_allowed", {})
    assert save(office, pk, "missing") == ("", {})
    task.refresh_from_db()
    assert task.state == "void" and save(office, pk, "missing")[0].startswith("state.")
    assert save(office, uuid4(), "missing") == ("common.not_found", {})


def test_rows_stand_or_fall_each_by_itself(make: Make, personas: dict[str, Actor]) -> None:
    tasks = [make(measure="甲") for _ in range(4)]
    actions.void_task(actor=personas["office"], task_id=tasks[2].pk, words="重复")
    edits = [grid.RowEdit(task.pk, {"measure": ("甲", "乙"), "goal": ("", "清")}) for task in tasks]
    done = grid.save_rows(actor=personas["office"], edits=edits)
    assert [each.refused is None for each in done] == [True, True, False, True]
    assert [(shown(task)["measure"], shown(task)["goal"]) for task in tasks] == [
        ("甲", "") if task is tasks[2] else ("乙", "清") for task in tasks
    ]
