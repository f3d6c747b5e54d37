"""The rows of divisions as files bring them: three tables in a folder, or one table of all levels, and GeoJSON.

In one table the level follows from the column 级别 or the code's digits, the parent from its column or the code's stem.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.tables import Row, Table, as_text, read_table
from chuangcheng.places.boundaries import Geometry
from chuangcheng.places.codes import DIGITS, code_above, level_of
from chuangcheng.places.models import DivisionLevel
from chuangcheng.places.selectors import GRID_LEVEL

Shapes = dict[str, tuple[str, Geometry]]
_CODE = ("code", "区划代码", "统计用区划代码", "代码", "编码")
_NAME = ("name", "名称", "区划名称")
_LEVEL = ("level", "级别", "层级")
_PARENT = {
    DivisionLevel.DISTRICT: ("cityCode", "上级代码", "市代码"),
    DivisionLevel.STREET: ("areaCode", "上级代码", "区县代码"),
    DivisionLevel.COMMUNITY: ("streetCode", "上级代码", "街道代码"),
}
_ANY_PARENT = ("上级代码", "parent", "parentCode", "streetCode", "areaCode", "cityCode")
_FILES = {
    DivisionLevel.DISTRICT: "areas.csv",
    DivisionLevel.STREET: "streets.csv",
    DivisionLevel.COMMUNITY: "communities.csv",
}
_WORDS = {word: level for level in DivisionLevel for word in (level.value, str(level.label))} | {
    "区": DivisionLevel.DISTRICT, "县": DivisionLevel.DISTRICT, "街道": DivisionLevel.STREET,
    "乡镇": DivisionLevel.STREET, "社区": DivisionLevel.COMMUNITY, "村": DivisionLevel.COMMUNITY,
}  # fmt: skip
_ORDER = [*DivisionLevel, GRID_LEVEL]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table, as text, or one grid, which brings its shape. ``headers`` are what its file calls the fields
    code, name, parent and level, so that a problem can be told to a column."""

    file: str
    row: int
    level: str
    code: str
    name: str
    parent: str
    shape: Geometry | None = None
    headers: dict[str, str] = field(default_factory=dict, compare=False)

    def where(self, column: str = "") -> str:
        """``streets.csv:131002001·areaCode``: file, code and the column at fault."""
        return f"{self.file}:{self.code}" + (f"·{self.headers.get(column, column)}" if column else "")


@dataclass(frozen=True, slots=True)
class Given:
    """All that an import brings: the rows from the top down, the names of cities, the boundaries by code."""

    lines: list[Line]
    cities: dict[str, str]
    shapes: Shapes


def read(source: Path) -> Given:
    """What stands in a folder or in one table. Refuses ``places.no_file``, ``bad_geojson``, ``tables.*``."""
    if source.is_dir():
        lines = [line for level in _FILES for line in _folder(source, level)]
        return Given([*lines, *_grids(source)], _city_names(source), _boundaries(source))
    lines = sorted(_table(source), key=lambda line: _ORDER.index(line.level) if line.level else 0)
    return Given(lines, {_whole(line.code): line.name for line in lines if line.level == DivisionLevel.CITY}, {})


def _folder(folder: Path, level: DivisionLevel) -> Iterator[Line]:
    path = folder / _FILES[level]
    if not path.is_file():
        raise Refused("places.no_file", name=path.name)
    table = read_table(path, name=path.name, wanted={"code": _CODE, "name": _NAME, "parent": _PARENT[level]})
    headers = _headers(table)
    for row in table.rows:
        parent = _text(row, "parent")
        parent = _whole(parent) if level == DivisionLevel.DISTRICT else parent
        yield Line(path.name, row.number, level, _text(row, "code"), _text(row, "name"), parent, headers=headers)


def _table(path: Path) -> Iterator[Line]:
    wanted: dict[str, Sequence[str]] = {"code": _CODE, "name": _NAME, "parent": _ANY_PARENT, "level": _LEVEL}
    table = read_table(path, name=path.name, wanted=wanted, optional=("parent", "level"))
    headers = _headers(table)
    for row in table.rows:
        code, said = _text(row, "code"), _text(row, "level")
        level = _WORDS.get(said) if said else level_of(_whole(code))
        code = _whole(code) if level == DivisionLevel.CITY else code
        parent = _text(row, "parent") if level != DivisionLevel.CITY else ""
        parent = _whole(parent) if level == DivisionLevel.DISTRICT else parent
        parent = parent or (code_above(code, level) if level else "")
        yield Line(path.name, row.number, level or "", code, _text(row, "name"), parent, headers=headers)


def _headers(table: Table) -> dict[str, str]:
    return {name: table.headers[index] for name, index in table.columns.items()}


def _text(row: Row, column: str) -> str:
    return as_text(row.values.get(column)).strip()  # a workbook's number is a code all the same


def _whole(code: str) -> str:
    """Statistics shorten a city's code to four digits."""
    return f"{code}00" if len(code) == 4 else code


def _city_names(folder: Path) -> dict[str, str]:
    path = folder / "cities.csv"
    if not path.is_file():
        return {}
    table = read_table(path, name=path.name, wanted={"code": _CODE, "name": _NAME})
    return {_whole(_text(row, "code")): _text(row, "name") for row in table.rows}


def _boundaries(folder: Path) -> Shapes:
    """Geometries by code, with the file each came from."""
    return {_feature_code(feature): (name, feature["geometry"]) for name, _, feature in _features(folder, "boundary_")}


def _grids(folder: Path) -> Iterator[Line]:
    for name, number, feature in _features(folder, "grids"):
        code, title = _feature_code(feature), str(feature["properties"].get("name") or "")
        yield Line(name, number, GRID_LEVEL, code, title, code[: DIGITS[DivisionLevel.COMMUNITY]], feature["geometry"])


def _features(folder: Path, prefix: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """File, place in it from 1, and feature; only features that have a code and a geometry pass."""
    for path in sorted(folder.glob(f"{prefix}*.geojson")):
        try:
            features = json.loads(path.read_text(encoding="utf-8"))["features"]
            whole = all(_feature_code(feature) and "type" in feature["geometry"] for feature in features)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refused("places.bad_geojson", name=path.name) from error
        if not whole:
            raise Refused("places.bad_geojson", name=path.name)
        yield from ((path.name, number, feature) for number, feature in enumerate(features, 1))


def _feature_code(feature: dict[str, Any]) -> str:
    """``adcode``, as published atlases call it, else ``code``; KeyError without either."""
    properties = feature["properties"]
    return str(properties.get("adcode") or properties["code"])
