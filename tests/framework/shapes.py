"""Made-up assessment systems of any size, written in the shapes in which cities keep theirs."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
import xlsxwriter

WORDS = "街道社区背街小巷农贸市场公共厕所垃圾分类志愿服务宣传教育文明交通绿化管护消防安全学校医院公园广场"
METHODS = ("实地考察", "材料审核", "问卷调查", "实地考察、材料审核")


@dataclass
class Row:
    """One line of a made-up system."""

    text: str
    weight: str = ""
    method: str = ""
    lead: str = ""
    below: list[Row] = field(default_factory=list)


def system(projects: int, contents: int, standards: int, seed: int = 1) -> list[Row]:
    """A tree of exactly these counts; the weights of the standards sum to their project, those to 100."""
    rng = random.Random(seed)

    def text(length: int) -> str:
        return "".join(rng.choice(WORDS) for _ in range(length))

    def spread(total: int, over: int) -> list[int]:
        return [total // over + (n < total % over) for n in range(over)]

    rows = []
    ends = iter(spread(standards, contents))
    for points, inner in zip(spread(100, projects), spread(contents, projects), strict=True):
        project = Row(text(8), str(points))
        project.below = [Row(text(10), below=[Row(text(24), "", rng.choice(METHODS), "城管局") for _ in range(next(ends))])
                         for _ in range(inner)]  # fmt: skip
        leaves = [leaf for content in project.below for leaf in content.below]
        for leaf in leaves:
            leaf.weight = f"{points}/{len(leaves)}" if points % len(leaves) else str(points // len(leaves))
        rows.append(project)
    return rows


def flat(path: Path, rows: list[Row], name: str = "测评体系", book: Any = None) -> Path:
    """A: levels as columns with merged cells below a title row."""
    own = book or xlsxwriter.Workbook(str(path))
    page = own.add_worksheet(name)
    page.merge_range(0, 0, 0, 6, "某市创建文明城市测评体系")
    page.write_row(1, 0, ["序号", "测评项目", "项目分值", "测评内容", "测评标准", "测评方法", "责任单位"])
    at = 2
    for project in rows:
        top = at
        for content in project.below:
            first = at
            for leaf in content.below:
                page.write_row(at, 4, [leaf.text, leaf.method, leaf.lead])
                page.write_number(at, 0, at - 1)
                at += 1
            _merged(page, first, at - 1, 3, content.text)
        _merged(page, top, at - 1, 1, project.text)
        _merged(page, top, at - 1, 2, project.weight)
    page.write_row(at, 0, ["合计", "", "100"])
    if book is None:
        own.close()
    return path


def _merged(page: Any, first: int, last: int, column: int, text: str) -> None:
    if last > first:
        page.merge_range(first, column, last, column, text)
    else:
        page.write(first, column, text)


def parted(path: Path, rows: list[Row]) -> Path:
    """B: one sheet a part, blank cells for "as above", weights of standards in per cent and as text."""
    with xlsxwriter.Workbook(str(path)) as book:
        for number, project in enumerate(rows, 1):
            page = book.add_worksheet(f"{'一二三四五六七八九十'[number - 1]}、{project.text}")
            page.write_row(0, 0, ["二级指标", "三级指标", "分值", "测评方式"])
            at = 1
            for content in project.below:
                for index, leaf in enumerate(content.below):
                    page.write_row(at, 0, ["" if index else content.text, leaf.text, f"{leaf.weight}分", leaf.method])
                    at += 1
    return path


def coded(path: Path, rows: list[Row]) -> Path:
    """C: a CSV of indented codes in GB18030."""
    with path.open("w", encoding="gb18030", newline="") as file:
        out = csv.writer(file)
        out.writerow(["编号", "指标内容", "权重", "测评方法", "牵头单位"])
        for p, project in enumerate(rows, 1):
            out.writerow([f"{p}", project.text, f"{project.weight}%", "", ""])
            for c, content in enumerate(project.below, 1):
                out.writerow([f"{p}.{c}", content.text, "", "", ""])
                for s, leaf in enumerate(content.below, 1):
                    out.writerow([f"{p}.{c}.{s}", leaf.text, leaf.weight, leaf.method, leaf.lead])
    return path


def worded(path: Path, rows: list[Row]) -> Path:
    """D: a Word table with merged cells, cut in two as by a page break."""
    document = docx.Document()
    document.add_paragraph("某市测评体系")
    for part in (rows[:1], rows[1:]):
        table = document.add_table(rows=1, cols=4)
        for cell, title in zip(table.rows[0].cells, ["测评项目", "测评内容", "测评标准", "项目权重"], strict=True):
            cell.text = title
        for project in part:
            first = len(table.rows)
            for content in project.below:
                start = len(table.rows)
                for leaf in content.below:
                    table.add_row().cells[2].text = leaf.text
                table.cell(start, 1).merge(table.cell(len(table.rows) - 1, 1)).text = content.text
            table.cell(first, 0).merge(table.cell(len(table.rows) - 1, 0)).text = project.text
            table.cell(first, 3).merge(table.cell(len(table.rows) - 1, 3)).text = project.weight
    document.save(str(path))
    return path


def indented(path: Path, rows: list[Row]) -> Path:
    """E: one column of lines numbered 一、（一）1. and weights beside the projects alone."""
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("指标")
        page.write_row(0, 0, ["指标内容", "分值"])
        at, cn = 1, ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
        for p, project in enumerate(rows):
            page.write_row(at, 0, [f"{cn[p]}、{project.text}", project.weight])
            at += 1
            for c, content in enumerate(project.below):
                page.write_row(at, 0, [f"（{cn[c]}）{content.text}"])
                at += 1
                for s, leaf in enumerate(content.below, 1):
                    page.write_row(at, 0, [f"{s}.{leaf.text}"])
                    at += 1
    return path


#: Shape → writer of one framework and the file's ending.
SHAPES: dict[str, tuple[Callable[[Path, list[Row]], Path], str]] = {
    "flat": (flat, "xlsx"), "parted": (parted, "xlsx"), "coded": (coded, "csv"), "worded": (worded, "docx"),
    "indented": (indented, "xlsx"),
}  # fmt: skip


def two(path: Path, one: list[Row], other: list[Row]) -> Path:
    """Two frameworks in one workbook, a sheet each."""
    with xlsxwriter.Workbook(str(path)) as book:
        flat(path, one, "城市测评体系", book)
        flat(path, other, "未成年人测评体系", book)
    return path


def sheet(path: Path, rows: list[list[object]], name: str = "表", **options: Any) -> Path:
    """Any rows as one sheet."""
    with xlsxwriter.Workbook(str(path), options) as book:
        page = book.add_worksheet(name)
        for index, row in enumerate(rows):
            page.write_row(index, 0, row)
    return path
