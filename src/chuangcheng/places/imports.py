"""Reading a folder of divisions: ``areas.csv``, ``streets.csv``, ``communities.csv`` and ``boundary_*.geojson``.

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
from chuangcheng.places.models import Division, DivisionLevel

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
    """One row of a table, as text."""

    file: str
    row: int
    level: DivisionLevel
    code: str
    name: str
    parent: str


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
            saved = actions.save(
                code=line.code,
                name=line.name,
                level=line.level,
                parent_code=line.parent or None,
                boundary=boundary,
                datum=self.datum,
            )
        except Refused as refused:
            self.report.reject(RowProblem.of(line.row, refused, f"{line.file}:{line.code}"))
            return
        self.seen.add(line.code)
        if saved.changed:
            self.report.imported += 1
        else:
            self.report.unchanged += 1

    def remark(self, row: int, where: str, remark: Refused) -> None:
        """Note something about a row that was taken all the same."""
        self.report.note(RowProblem.of(row, remark, where))


def import_divisions(
    folder: Path | str, *, datum: str = "gcj02", preview: bool = False, progress: Progress = lambda _done, _total: None
) -> ImportReport:
    """Import the folder. ``datum`` is that of its boundary files: published atlases are GCJ-02 as a rule.

    ``rows`` counts the rows of the three tables; ``extra`` holds ``cities``, ``boundaries`` and ``mended``. With
    ``preview`` everything is tried and nothing kept. Refuses ``places.no_file``, ``bad_geojson``, ``bad_datum`` and
    ``tables.*``.
    """
    folder = Path(folder)
    if datum not in DATUMS:
        raise Refused("places.bad_datum", datum=datum)
    lines = [line for level in _FILES for line in _read(folder, level)]
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
    found: dict[str, tuple[str, Geometry]] = {}
    for path in sorted(folder.glob("boundary_*.geojson")):
        try:
            features = json.loads(path.read_text(encoding="utf-8"))["features"]
            found |= {_feature_code(feature): (path.name, feature["geometry"]) for feature in features}
        except (ValueError, KeyError, TypeError) as error:
            raise Refused("places.bad_geojson", name=path.name) from error
    return found


def _feature_code(feature: dict[str, Any]) -> str:
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
