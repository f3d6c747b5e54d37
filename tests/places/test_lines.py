"""Divisions as files bring them, read without a database: any order, short codes, every header, and what is named."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.problems import Refused
from chuangcheng.places.lines import Given, Line, read
from tests.conftest import square

ROWS = [
    ("990200", "江口市", "", "市"), ("990201", "城区", "990200", "区"), ("990202", "郊县", "990200", "县"),
    ("990201001", "一街道", "990201", "街道"), ("990201100", "柳镇", "990201", "乡镇"),
    ("990201001001", "一社区", "990201001", "社区"), ("990201100200", "柳村", "990201100", "村"),
]  # fmt: skip
LEVELS = ["city", "district", "district", "street", "street", "community", "community"]


def table(folder: Path, rows: list[tuple[str, ...]], header: tuple[str, ...]) -> Given:
    path = folder / "区划.csv"
    path.write_text("\n".join(",".join(row) for row in [header, *rows]) + "\n", encoding="utf-8")
    return read(path)


def told(given_lines: Given) -> set[tuple[str, str, str, str]]:
    return {(line.code, line.name, line.parent, line.level) for line in given_lines.lines}


WHOLE = {(code, name, parent, level) for (code, name, parent, _), level in zip(ROWS, LEVELS, strict=True)}


class TestTable:
    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.integers(0, 2**20), st.booleans(), st.booleans(), st.booleans())
    def test_order_levels_parents_and_zeros_may_be_left_to_the_codes(
        self, tmp_path: Path, seed: int, levels: bool, parents: bool, short: bool
    ) -> None:
        rows = [
            (code[:4] if short and code.endswith("00") and len(code) == 6 else code, name,
             *([(parent[:4] if short and parent == "990200" else parent)] if parents else []), *([word] if levels else []))
            for code, name, parent, word in ROWS
        ]  # fmt: skip
        Random(seed).shuffle(rows)
        header = ("区划代码", "名称", *(["上级代码"] if parents else []), *(["级别"] if levels else []))
        found = table(tmp_path, rows, header)
        assert told(found) == WHOLE
        assert [line.level for line in found.lines] == sorted((line.level for line in found.lines), key=LEVELS.index)
        assert found.cities == {"990200": "江口市"} and found.shapes == {}
        assert sorted(line.row for line in found.lines) == list(range(2, 9))

    @pytest.mark.parametrize(
        ("code", "word", "level", "parent"),
        [
            ("990201", "县", "district", "990200"), ("990201001", "street", "street", "990201"), ("9902", "", "city", ""),
            ("990200", "city", "city", ""), ("99020", "", "", ""), ("990201001001", "", "community", "990201001"),
            ("990201", "星球", "", ""), ("9902", "市", "city", ""),
        ],
    )  # fmt: skip
    def test_one_row(self, tmp_path: Path, code: str, word: str, level: str, parent: str) -> None:
        [line] = table(tmp_path, [(code, "甲", word)], ("编码", "名称", "层级")).lines
        assert (line.level, line.parent) == (level, parent)

    def test_a_problem_is_told_to_the_column_that_the_file_has(self, tmp_path: Path) -> None:
        [line] = table(tmp_path, [("990201", "甲", "9902")], ("统计用区划代码", "区划名称", "上级代码")).lines
        assert line.where() == "区划.csv:990201"
        assert [line.where(name) for name in ("code", "name", "parent", "level")] == [
            "区划.csv:990201·统计用区划代码", "区划.csv:990201·区划名称", "区划.csv:990201·上级代码", "区划.csv:990201·level",
        ]  # fmt: skip

    @pytest.mark.parametrize("header", [("名称", "上级代码"), ("区划代码", "级别"), ("甲", "乙")])
    def test_code_and_name_must_be_there(self, tmp_path: Path, header: tuple[str, ...]) -> None:
        with pytest.raises(Refused, match=r"tables\.missing_columns"):
            table(tmp_path, [("1", "2")], header)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three tables, a name of the city, a boundary and two grids."""
    files = {
        "areas.csv": "code,name,cityCode\n990201,城区,9902\n", "streets.csv": "code,name,areaCode\n990201001,一街道,990201\n",
        "communities.csv": "code,name,streetCode\n990201001001,一社区,990201001\n", "cities.csv": "code,name\n9902,江口市\n",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    write(tmp_path, "boundary_a.geojson", [feature({"adcode": 990201})])
    write(tmp_path, "grids.geojson", [feature({"code": f"99020100100100{n}", "name": f"网格{n}"}) for n in (1, 2)])
    return tmp_path


def feature(properties: dict[str, Any], geometry: object = None) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry or square(121.0, 31.0, 0.1)}


def write(folder: Path, name: str, features: object) -> None:
    (folder / name).write_text(json.dumps({"features": features}), encoding="utf-8")


class TestFolder:
    def test_all_levels_from_the_top_down_then_the_grids(self, folder: Path) -> None:
        found = read(folder)
        assert [(line.level, line.code, line.parent) for line in found.lines] == [
            ("district", "990201", "990200"), ("street", "990201001", "990201"), ("community", "990201001001", "990201001"),
            ("grid", "990201001001001", "990201001001"), ("grid", "990201001001002", "990201001001"),
        ]  # fmt: skip
        assert found.cities == {"990200": "江口市"}
        assert found.shapes == {"990201": ("boundary_a.geojson", square(121.0, 31.0, 0.1))}
        assert [line.shape is not None for line in found.lines] == [False, False, False, True, True]
        assert [line.row for line in found.lines] == [2, 2, 2, 1, 2]

    def test_grids_and_names_may_be_missing_and_of_two_boundaries_the_later_file_counts(self, folder: Path) -> None:
        (folder / "grids.geojson").unlink()
        (folder / "cities.csv").unlink()
        write(folder, "boundary_b.geojson", [feature({"code": "990201"}, square(122.0, 31.0, 0.1))])
        found = read(folder)
        assert (len(found.lines), found.cities) == (3, {})
        assert found.shapes["990201"] == ("boundary_b.geojson", square(122.0, 31.0, 0.1))

    @pytest.mark.parametrize(
        "features",
        [
            None, 7, [7], [{}], [{"properties": {}}], [{"properties": {"adcode": 1}}], [{"properties": {"code": "1"}, "geometry": None}],
            [{"properties": {"code": "1"}, "geometry": {"coordinates": []}}], [{"properties": {"name": "甲"}, "geometry": {"type": "Point"}}],
            [{"properties": None, "geometry": {"type": "Point"}}], [feature({"code": ""})],
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("name", ["boundary_z.geojson", "grids_z.geojson"])
    def test_what_is_no_feature_names_its_file(self, folder: Path, features: object, name: str) -> None:
        write(folder, name, features)
        with pytest.raises(Refused, match=r"places\.bad_geojson") as caught:
            read(folder)
        assert caught.value.params["name"] == name

    @pytest.mark.parametrize("name", ["areas.csv", "streets.csv", "communities.csv"])
    def test_each_table_must_be_there(self, folder: Path, name: str) -> None:
        (folder / name).unlink()
        with pytest.raises(Refused, match=r"places\.no_file") as caught:
            read(folder)
        assert caught.value.params["name"] == name

    def test_headers_do_not_make_two_lines_differ(self) -> None:
        one = Line("a.csv", 2, "street", "1", "甲", "0", headers={"code": "编码"})
        assert one == Line("a.csv", 2, "street", "1", "甲", "0") and one.where("code") == "a.csv:1·编码"
