"""Rows of divisions as files bring them: any order, any of the usual headers, short and long codes."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.problems import Refused
from chuangcheng.places import codes
from chuangcheng.places.lines import Line, read
from chuangcheng.places.models import DivisionLevel
from tests.places.test_code_laws import LINES

#: A city, two districts, two streets in one of them, three communities.
TREE = {
    "990200": ("江口市", ""),
    "990201": ("城区", "990200"),
    "990202": ("郊区", "990200"),
    "990201001": ("一街道", "990201"),
    "990201002": ("二街道", "990201"),
    "990201001001": ("一社区", "990201001"),
    "990201001002": ("二社区", "990201001"),
    "990201002001": ("三社区", "990201002"),
}
LEVELS = {6: "district", 9: "street", 12: "community"}


def table(path: Path, header: str, lines: list[str]) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def told(lines: list[Line]) -> dict[str, tuple[str, str, str]]:
    return {line.code: (line.name, line.level, line.parent) for line in lines}


WANTED = {
    code: (name, "city" if code.endswith("00") and len(code) == 6 else LEVELS[len(code)], parent)
    for code, (name, parent) in TREE.items()
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.permutations(list(TREE)))
def test_any_order_of_rows_gives_parents_before_children(tmp_path: Path, order: list[str]) -> None:
    given_ = read(table(tmp_path / "all.csv", "code,name", [f"{code},{TREE[code][0]}" for code in order]))
    assert told(given_.lines) == WANTED
    seen: set[str] = set()
    for line in given_.lines:
        assert not line.parent or line.parent in seen
        seen.add(line.code)
    assert given_.cities == {"990200": "江口市"}
    assert given_.shapes == {}


@pytest.mark.parametrize(
    "header",
    [
        "code,name,parent",
        "code,name,parentCode",
        "区划代码,名称,上级代码",
        "统计用区划代码,区划名称,上级代码",
        "编码,名称,上级代码",
    ],
)
def test_the_usual_headers(tmp_path: Path, header: str) -> None:
    rows = [f"{code},{name},{parent}" for code, (name, parent) in TREE.items()]
    assert told(read(table(tmp_path / "all.csv", header, rows)).lines) == WANTED


@pytest.mark.parametrize(
    ("code", "kept", "level", "parent"),
    [
        ("9902", "990200", "city", ""),
        ("990200", "990200", "city", ""),
        ("990201", "990201", "district", "990200"),
        ("990201001", "990201001", "street", "990201"),
        ("990201001000", "990201001000", "street", "990201"),
        ("990201001001", "990201001001", "community", "990201001"),
        ("99020", "99020", "", ""),
        ("", "", "", ""),
    ],
)
def test_level_and_parent_follow_from_the_digits(tmp_path: Path, code: str, kept: str, level: str, parent: str) -> None:
    (line,) = read(table(tmp_path / "one.csv", "code,name", [f"{code},某地"])).lines
    assert (line.code, line.level, line.parent, line.row) == (kept, level, parent, 2)


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("市", "city"), ("区县", "district"), ("区", "district"), ("县", "district"), ("街道", "street"), ("乡镇", "street"),
        ("街道（乡镇）", "street"), ("社区", "community"), ("村", "community"), ("社区（村）", "community"), ("community", "community"),
        ("星球", ""),
    ],
)  # fmt: skip
def test_a_level_that_is_said_goes_before_the_digits(tmp_path: Path, said: str, level: str) -> None:
    (line,) = read(table(tmp_path / "one.csv", "code,name,level", [f"990201001001,某地,{said}"])).lines
    assert line.level == level


def test_a_short_city_code_of_a_district_is_made_whole(tmp_path: Path) -> None:
    (line,) = read(table(tmp_path / "areas.csv", "code,name,cityCode", ["990201,城区,9902"])).lines
    assert line.parent == "990200"


def test_the_nearest_parent_wins_where_a_table_names_several(tmp_path: Path) -> None:
    """The files of communities name their street, their area and their city."""
    header = "code,name,streetCode,provinceCode,cityCode,areaCode"
    (line,) = read(table(tmp_path / "c.csv", header, ["990201001001,一社区,990201001,99,9902,990201"])).lines
    assert line.parent == "990201001"


def test_a_workbook_is_a_table_too_and_numbers_are_codes(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["区划代码", "名称"], [990201, "城区"], [990201001.0, "一街道"], ["990201001001", "一社区"]):
        page.append(row)
    book.save(tmp_path / "all.xlsx")
    assert [line.code for line in read(tmp_path / "all.xlsx").lines] == ["990201", "990201001", "990201001001"]


def test_a_table_without_codes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        read(table(tmp_path / "bad.csv", "甲,乙", ["1,2"]))
    assert refused.value.code == "tables.missing_columns"


@pytest.mark.parametrize(
    ("column", "where"),
    [
        ("", "x.csv:990201"),
        ("code", "x.csv:990201·区划代码"),
        ("parent", "x.csv:990201·上级代码"),
        ("geometry", "x.csv:990201·geometry"),
    ],
)
def test_a_problem_is_told_to_file_code_and_column(column: str, where: str) -> None:
    headers = {"code": "区划代码", "parent": "上级代码"}
    assert Line("x.csv", 2, "district", "990201", "城区", "990200", headers=headers).where(column) == where


@given(LINES)
def test_the_digits_alone_lead_up_a_whole_line(line: list[str]) -> None:
    for low, level in enumerate(DivisionLevel):
        assert codes.level_of(line[low]) == level
        assert codes.level_of(line[low].ljust(12, "0")) == level
        above = codes.code_above(line[low], level)
        assert above == (line[low - 1] if low else "")


@given(LINES)
def test_structure_asks_for_a_province_only(line: list[str]) -> None:
    for code in line:
        try:
            codes.check_structure(code)
        except Refused as refused:
            assert refused.code == "places.bad_structure"
            assert code[:2] not in codes.PROVINCES
        else:
            assert code[:2] in codes.PROVINCES
