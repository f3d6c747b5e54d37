"""A hotline's workbook as material: columns found, rows that say nothing left out, repeats kept together."""

from __future__ import annotations

from pathlib import Path

import pytest

from chuangcheng.cases.triage import workbook
from chuangcheng.kernel.problems import Refused
from tests.cases.test_hotline import workbook as write

HEADERS = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "一级分类"]
LONG = "\n\t位于幸福路的工地每天晚上十一点以后还在打桩，噪音很大，老人孩子睡不着，请有关部门管一管"


def test_rows_are_read_as_the_import_reads_them(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [7, "A1", "工地太吵", "2026/3/1 8:00", LONG, "噪声"],
        [8, "A2", "", "哪天忘了", "路灯不亮", "路灯"],
        [9, "A3", "", "", "  ", "路灯"],
        [10, "A4", "没有类别", "", "咨询", ""],
    ]
    path = write(tmp_path / "a.xlsx", rows, HEADERS, above=1)
    labelled = workbook.read(path, labelled=True)
    assert [(row.number, row.category) for row in labelled] == [("7", "噪声"), ("8", "路灯")]
    assert labelled[0].text.startswith("工地太吵\n位于幸福路")
    assert labelled[0].at is not None
    assert labelled[1].at is None
    assert [row.number for row in workbook.read(path)] == ["7", "8", "10"]


def test_only_the_text_is_needed_to_find_repeats(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["路灯不亮"], ["路灯坏了"]], ["留言内容"])
    assert [row.text for row in workbook.read(path)] == ["路灯不亮", "路灯坏了"]


def test_without_categories_there_is_nothing_to_learn(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [["路灯不亮"]], ["留言内容"])
    with pytest.raises(Refused) as refused:
        workbook.examples(path)
    assert refused.value.code.startswith("tables.")


def test_the_same_message_twice_is_one_group(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [1, "A1", "工地太吵", "", LONG, "噪声"],
        [2, "A1", "工地太吵！", "", LONG + "。", "噪声"],
        [3, "A2", "路灯不亮", "", "解放街的路灯坏了半个月，晚上出行很不方便", "路灯"],
    ]
    first, second, third = workbook.examples(write(tmp_path / "a.xlsx", rows, HEADERS))
    assert first.group == second.group != ""
    assert third.group == ""
