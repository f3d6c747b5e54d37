"""Reading a folder of divisions: ``areas.csv``, ``streets.csv``, ``communities.csv``, and where they are there
``boundary_*.geojson`` (by ``adcode`` or ``code``) and ``grids*.geojson`` (``code`` of 15 digits, ``name``).

A reference import: one transaction, everything or nothing, and a second run finds everything unchanged. Rows that do
not fit are named and left out; the city of each district is made from its code, or read from ``cities.csv``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction

from chuangcheng.history import versions
from chuangcheng.kernel.coords import DATUMS
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem
from chuangcheng.kernel.tables import read_table
from chuangcheng.places import actions, boundaries
from chuangcheng.places.boundaries import Geometry
from chuangcheng.places.codes import DIGITS
from chuangcheng.places.models import Division, DivisionLevel
from chuangcheng.places.selectors import GRID_LEVEL

Progress = Callable[[int, int], None]

_CODE = ("code", "区划代码", "统计用区划代码", "代码", "编码")
_NAME = ("name", "名称", "区划名称")
_PARENT = {
    DivisionLevel.DISTRICT: ("cityCode", "上级代码", "市代码"),
    DivisionLevel.STREET: ("areaCode", "上级代码", "区县代码"),
    DivisionLevel.COMMUNITY: ("streetCode", "上级代码", "街道代码"),
}
_FILES = {
    DivisionLevel.DISTRICT: "areas.csv",
    DivisionLevel.STREET: "streets.csv",
    DivisionLevel.COMMUNITY: "communities.csv",
}


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of a table, as text, or one grid, which brings its shape."""

    file: str
    row: int
    level: str
    code: str
    name: str
    parent: str
    shape: Geometry | None = None


@dataclass
class _Run:
    """An import under way."""

    datum: str
    report: ImportReport = field(default_factory=ImportReport)
    seen: set[str] = field(default_factory=set)

    def take(self, line: _Line, boundary: Geometry | None) -> None:
        """Save one row, or note why not."""
        try:
            if line.code in self.seen:
                raise Refused("places.duplicate", given=line.code)
            changed = self._save(line, boundary)
        except Refused as refused:
            self.report.reject(RowProblem.of(line.row, refused, f"{line.file}:{line.code}"))
            return
        self.seen.add(line.code)
        if changed:
            self.report.imported += 1
        else:
            self.report.unchanged += 1

    def _save(self, line: _Line, boundary: Geometry | None) -> bool:
        if line.shape is not None:
            given = {"code": line.code, "name": line.name, "community_code": line.parent, "datum": self.datum}
            return actions.put_grid(boundary=line.shape, **given).changed
        given = {"code": line.code, "name": line.name, "level": line.level, "datum": self.datum}
        return actions.save(parent_code=line.parent or None, boundary=boundary, **given).changed

    def remark(self, row: int, where: str, remark: Refused) -> None:
        """Note something about a row that was taken all the same."""
        self.report.note(RowProblem.of(row, remark, where))


def import_divisions(
    folder: Path | str, *, datum: str = "gcj02", preview: bool = False, progress: Progress = lambda _done, _total: None
) -> ImportReport:
    """Import the folder. ``datum`` is that of its boundary files: published atlases are GCJ-02 as a rule.

    ``rows`` counts the rows of the three tables and the grids; ``extra`` holds ``cities``, ``boundaries`` and
    ``mended``. With ``preview`` everything is tried and nothing kept. Refuses ``places.no_file``, ``bad_geojson``,
    ``bad_datum`` and ``tables.*``.
    """
    folder = Path(folder)
    if datum not in DATUMS:
        raise Refused("places.bad_datum", datum=datum)
    lines = [line for level in _FILES for line in _read(folder, level)]
    lines += _grids(folder)
    shapes = _read_boundaries(folder)
    run = _Run(datum)
    run.report.rows = len(lines)
    with transaction.atomic():
        _cities(run, folder, lines)
        for done, line in enumerate(lines):
            run.take(line, _shape(run, shapes, line))
            if done % 100 == 0:
                progress(done, len(lines))
        transaction.set_rollback(preview)
    if preview:
        versions.forget()  # what was read meanwhile is gone
    for code, (file, _) in shapes.items():
        run.remark(0, f"{file}:{code}", Refused("places.boundary_unknown", given=code))
    progress(len(lines), len(lines))
    return run.report


def _read(folder: Path, level: DivisionLevel) -> Iterator[_Line]:
    path = folder / _FILES[level]
    if not path.is_file():
        raise Refused("places.no_file", name=path.name)
    table = read_table(path, name=path.name, wanted={"code": _CODE, "name": _NAME, "parent": _PARENT[level]})
    for row in table.rows:
        code, name, parent = (str(row.values.get(column) or "").strip() for column in ("code", "name", "parent"))
        yield _Line(path.name, row.number, level, code, name, _city_code(parent, level))


def _city_code(parent: str, level: DivisionLevel) -> str:
    """Statistics shorten a city's code to four digits."""
    return f"{parent}00" if level == DivisionLevel.DISTRICT and len(parent) == 4 else parent


def _cities(run: _Run, folder: Path, lines: list[_Line]) -> None:
    """The roots of the trees: one for each city that a district names."""
    names = _city_names(folder)
    codes = dict.fromkeys(line.parent for line in lines if line.level == DivisionLevel.DISTRICT)
    run.report.extra = {"cities": len(codes), "boundaries": 0, "mended": []}
    for code in codes:
        known = Division.objects.filter(code=code).values_list("name", flat=True).first()
        if code not in names and known is None:
            run.remark(0, f"areas.csv:{code}", Refused("places.unnamed_city"))
        try:
            actions.save(code=code, name=names.get(code, known or code), level=DivisionLevel.CITY, parent_code=None)
        except Refused as refused:  # its districts are then refused one by one, for want of a parent
            run.report.note(RowProblem.of(0, refused, f"areas.csv:{code}"))


def _city_names(folder: Path) -> dict[str, str]:
    path = folder / "cities.csv"
    if not path.is_file():
        return {}
    table = read_table(path, name=path.name, wanted={"code": _CODE, "name": _NAME})
    return {str(row.values["code"]).strip(): str(row.values["name"]).strip() for row in table.rows}


def _read_boundaries(folder: Path) -> dict[str, tuple[str, Geometry]]:
    """Geometries by code, with the file each came from."""
    return {_feature_code(feature): (name, feature["geometry"]) for name, _, feature in _features(folder, "boundary_")}


def _grids(folder: Path) -> Iterator[_Line]:
    for name, number, feature in _features(folder, "grids"):
        code, title = _feature_code(feature), str(feature["properties"].get("name") or "")
        yield _Line(name, number, GRID_LEVEL, code, title, code[: DIGITS[DivisionLevel.COMMUNITY]], feature["geometry"])


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


def _shape(run: _Run, shapes: dict[str, tuple[str, Geometry]], line: _Line) -> Geometry | None:
    """The row's boundary. A hopeless one is left out and named; a mended one is named with the change of its area."""
    file, shape = shapes.pop(line.code, ("", None))
    if shape is None:
        return None
    try:
        mended = boundaries.accept(shape, run.datum)
    except Refused as refused:
        run.report.note(RowProblem.of(line.row, refused, f"{file}:{line.code}"))
        return None
    run.report.extra["boundaries"] += 1
    if not boundaries.is_valid(shape):
        percent = f"{boundaries.area_change(shape, mended):.3f}"
        run.report.extra["mended"].append(line.code)
        run.remark(line.row, f"{file}:{line.code}", Refused("places.mended", percent=percent))
    return shape
