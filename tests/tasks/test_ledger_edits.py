"""Whatever clerks do with a workbook while others work here: exactly what they changed is offered, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.tasks import actions
from chuangcheng.tasks.ledger.applying import apply
from chuangcheng.tasks.ledger.cells import BASE, CELLS, EDITED, ROW, base_of, canonical, mark, read_base, texts
from chuangcheng.tasks.ledger.merging import Change, Line, counts
from chuangcheng.tasks.models import Task
from tests.tasks.conftest import TODAY, Make
from tests.tasks.test_keeping import whole
from tests.tasks.test_ledger import back, sent
from tests.tasks.workbook import column

SIZE = 5
EDITS = {"measure": "措施", "goal": "目标", "source_note": "来源说明"}
WORDS = st.sampled_from(["错峰清运", "逐户上门", "+1", "", "甲、乙", "2026-09-20", "45%"])
CELL = st.tuples(st.integers(0, SIZE - 1), st.sampled_from([*EDITS]))


@dataclass
class Week:
    """What happens between going out and coming back."""

    there: dict[tuple[int, str], str] = field(default_factory=dict)
    here: dict[tuple[int, str], str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    order: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    added: int = 0
    new: int = 0


WEEKS = st.builds(
    Week, there=st.dictionaries(CELL, WORDS, max_size=6), here=st.dictionaries(CELL, WORDS, max_size=4),
    gone=st.sets(st.integers(0, SIZE - 1), max_size=2), order=st.permutations(range(SIZE)),
    columns=st.permutations(range(len(CELLS) + 2)), added=st.integers(0, 2), new=st.integers(0, 2),
)  # fmt: skip


@pytest.fixture
def shelf(make: Make) -> list[Task]:
    """Five rows as they went out."""
    return [make(measure=f"措施{number}", goal="", source_note="原", days=10 + number) for number in range(SIZE)]


def worked_on(rows: list[list[Any]], week: Week) -> list[list[Any]]:
    """The workbook as it comes back."""
    head, body = rows[0], [list(row) for row in rows[1:]]
    for (number, key), words in week.there.items():
        body[number][column(rows, EDITS[key])] = words
    kept = [body[number] for number in week.order if number not in week.gone]
    for number in range(week.new):
        fresh = ["" for _ in head]
        fresh[column(rows, "问题")], fresh[column(rows, "牵头单位")] = f"新问题{number}", "河东街道"
        fresh[column(rows, "时限")] = "2026-10-20"
        kept.append(fresh)
    turned = [[row[index] for index in week.columns] for row in (head, *kept)]
    return [[*("批注" if row is turned[0] else "x" for _ in range(week.added)), *row] for row in turned]


def expected(shelf: list[Task], week: Week) -> dict[str, set[tuple[str, str, str, bool]]]:
    """Task → its offered cells (column, here, there, whether both sides changed it), by the rule in words."""
    found: dict[str, set[tuple[str, str, str, bool]]] = {}
    for (number, key), there in week.there.items():
        out = str(getattr(shelf[number], key))
        here = week.here.get((number, key), out)
        if number not in week.gone and there not in (out, here):
            found.setdefault(shelf[number].number, set()).add((key, here, there, here != out))
    return found


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(week=WEEKS)
def test_exactly_what_was_changed_is_offered_and_done(shelf: list[Task], week: Week) -> None:
    with transaction.atomic():
        rows = sent()
        for (number, key), words in week.here.items():
            actions.amend_task(actor=SYSTEM, task_id=shelf[number].pk, **{key: words})
        source = worked_on(rows, week)
        lines = back(source)
        offered = {
            line.number: {(cell.key, cell.here, cell.there, cell.conflict) for cell in line.cells}
            for line in lines
            if line.kind in ("changed", "conflict")
        }
        assert offered == expected(shelf, week)
        for line in lines:
            both = any(cell.conflict for cell in line.cells)
            assert (line.kind == "conflict") == both
        assert {line.number for line in lines if line.kind == "missing"} == {shelf[n].number for n in week.gone}
        told = counts(lines)
        assert (told["new"], told["problem"]) == (week.new, 0)
        assert sum(told.values()) == SIZE + week.new
        done = apply(actor=SYSTEM, lines=lines, ticked={line.id for line in lines if line.kind in ("changed", "new")})
        assert [each.refused for each in done] == [None] * (told["changed"] + told["new"])
        for number, task in enumerate(shelf):
            row = Task.objects.get(pk=task.pk)
            conflict = any(cell[3] for cell in offered.get(task.number, set()))
            taken = {key: there for key, _here, there, _both in offered.get(task.number, set()) if not conflict}
            for key in EDITS:
                stands = week.here.get((number, key), getattr(task, key))
                assert getattr(row, key) == taken.get(key, stands), "what was not ticked stands as it stood"
        again = counts(back(source))
        assert (again["changed"], again["conflict"]) == (0, told["conflict"]), "what was taken over is no change"
        assert whole()
        transaction.set_rollback(True)


@settings(max_examples=30)
@given(st.uuids(), st.uuids(), st.dictionaries(st.sampled_from([cell.key for cell in EDITED]), st.text(max_size=12)))
def test_the_hidden_cell_is_read_back(export: UUID, task: UUID, said: dict[str, str]) -> None:
    text = base_of(export, task, said)
    assert read_base(text) == (export, {key: mark(task, key, words) for key, words in said.items()})
    assert not any(words in text.split(";") for words in said.values() if words), "no word stands in it"
    assert read_base("x" + text) == (None, {}) and read_base("") == (None, {})


@settings(max_examples=30)
@given(st.uuids(), st.text(max_size=12), st.text(max_size=12))
def test_a_mark_is_that_of_its_row_column_and_words(task: UUID, one: str, other: str) -> None:
    assert (mark(task, "goal", one) == mark(task, "goal", other)) == (one == other)
    assert mark(task, "goal", one) != mark(task, "measure", one)
    assert mark(task, "goal", one) != mark(UUID(int=task.int ^ 1), "goal", one), "a copied row proves nothing"


def test_what_goes_out_is_what_is_compared(shelf: list[Task], ledger: Any) -> None:
    """Each edited cell, read back as it was shown, is in its canonical form what stands here."""
    actions.amend_task(actor=SYSTEM, task_id=shelf[0].pk, supports=(ledger["street2"], ledger["street"]),
                       start_on=TODAY, goal=" 多行\n目标 ")  # fmt: skip
    actions.report_progress(actor=SYSTEM, task_id=shelf[0].pk, words="第一次", share=1)
    rows, task = sent(), Task.objects.get(pk=shelf[0].pk)
    for cell in EDITED:
        shown = rows[1][column(rows, cell.label.zh)]
        assert canonical(cell.kind, shown) == texts(task, "第一次")[cell.key], cell.key
    assert rows[0][-2:] == [ROW, BASE] and rows[1][-2] == str(task.pk)
    assert len({name for cell in CELLS for name in (cell.label.zh, *cell.also)}) == len(CELLS) + sum(
        len(cell.also) for cell in CELLS
    ), "no two columns answer to one header"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"due_on": "月底"}, "task.bad_cell"), ({"due_on": "2026-09-16"}, "task.not_later"), ({"due_on": ""}, "task.bad_cell"),
        ({"share": "12.5"}, "task.bad_cell"), ({"share": "250"}, "task.bad_share"), ({"share": "过半"}, "task.bad_cell"),
        ({"place": "一"}, "task.bad_cell"), ({"source": "传闻"}, "task.bad_cell"), ({"standard": "Z-9"}, "task.unknown_standard"),
        ({"lead": "月球局"}, "task.unknown_unit"), ({"supports": "河东街道、月球局"}, "task.unknown_unit"),
        ({"supports": "城市管理局"}, "common.invalid"), ({"owner": "无此人"}, "task.unknown_person"),
        ({"start_on": "后天"}, "task.bad_cell"), ({"problem": ""}, "common.invalid"), ({"source": "测评标准"}, "common.invalid"),
        ({"source_note": "长" * 121}, "common.invalid"), ({"measure": "长" * 2001}, "common.invalid"),
        ({"goal": "好", "words": "长" * 2001}, "task.too_long"), ({"goal": "好", "due_on": "2020-01-01"}, "task.bad_due"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_done_is_not_half_done(shelf: list[Task], cells: dict[str, str], code: str) -> None:
    task = Task.objects.get(pk=shelf[0].pk)
    here = texts(task, "")
    line = Line(
        "changed", str(task.pk), 2, task.number, [Change(key, here[key], there) for key, there in cells.items()]
    )
    other = Line("changed", str(shelf[1].pk), 3, shelf[1].number, [Change("goal", "", "达标")])
    done = apply(actor=SYSTEM, lines=[line, other], ticked={line.id, other.id})
    assert [each.refused.code if each.refused else "" for each in done] == [code, ""]
    assert Task.objects.get(pk=task.pk).chain_seq == task.chain_seq and Task.objects.get(pk=shelf[1].pk).goal == "达标"
    assert Line.of_json(line.as_json()) == line


@pytest.mark.parametrize(
    ("persona", "cells", "code"),
    [
        ("department", {"measure": "错峰", "owner": "张department"}, ""), ("department", {"words": "已开工", "share": "30"}, ""),
        ("department", {"goal": "达标"}, "common.not_allowed"), ("department", {"due_on": "2026-12-01"}, "common.not_allowed"),
        ("subcommand", {"goal": "达标", "measure": "错峰"}, ""), ("subcommand", {"words": "代报"}, "task.other_unit"),
        ("subcommand", {"lead": "河西街道"}, "task.other_unit"), ("office", {"lead": "河西街道", "due_on": "2026-12-01"}, ""),
        ("office", {"share": "30"}, "task.other_unit"), ("street", {"measure": "错峰"}, "task.other_unit"),
        ("leader", {"measure": "错峰"}, "common.not_allowed"),
    ],
)  # fmt: skip
def test_a_tick_may_no_more_than_the_hand(
    shelf: list[Task], personas: Any, persona: str, cells: dict[str, str], code: str
) -> None:
    task = Task.objects.get(pk=shelf[0].pk)
    here = texts(task, "")
    line = Line(
        "changed", str(task.pk), 2, task.number, [Change(key, here[key], there) for key, there in cells.items()]
    )
    done = apply(actor=personas[persona], lines=[line], ticked={line.id})[0]
    assert (done.refused.code if done.refused else "") == code
    task.refresh_from_db()
    assert (task.chain_seq == shelf[0].chain_seq) == bool(code)
    assert task.due_on == (TODAY + timedelta(days=10) if "due_on" not in cells or code else task.due_on)
