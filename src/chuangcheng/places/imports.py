"""Reading divisions: a folder of ``areas.csv``, ``streets.csv``, ``communities.csv``, and where they are there
``boundary_*.geojson`` (by ``adcode`` or ``code``) and ``grids*.geojson`` (``code`` of 15 digits, ``name``); or one
table of all levels (see :mod:`~chuangcheng.places.lines`).

A reference import: one transaction, everything or nothing, and a second run finds everything unchanged. Every row that
does not fit is named by row and field; the city of each district is made from its code, or read from ``cities.csv``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from chuangcheng.history import versions
from chuangcheng.kernel.coords import DATUMS
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem
from chuangcheng.places import actions, boundaries
from chuangcheng.places.boundaries import Geometry
from chuangcheng.places.codes import check_structure, normal_code
from chuangcheng.places.lines import Given, Line, Shapes, read
from chuangcheng.places.models import Division, DivisionLevel

Progress = Callable[[int, int], None]
#: Which column a refusal is told to; the code's where none is named.
_BLAMED = {
    "places.no_parent": "parent", "places.foreign_code": "parent", "places.wrong_level": "parent",
    "places.no_name": "name", "places.no_level": "level", "places.bad_boundary": "geometry",
}  # fmt: skip


@dataclass
class _Run:
    """An import under way."""

    datum: str
    report: ImportReport = field(default_factory=ImportReport)
    seen: dict[str, int] = field(default_factory=dict)

    def take(self, line: Line, boundary: Geometry | None) -> None:
        """Save one row, or note why not."""
        try:
            code = self._code(line)
            if code in self.seen:
                raise Refused("places.duplicate", given=line.code, first=self.seen[code])
            self.seen[code] = line.row
            changed = self._save(line, boundary)
        except Refused as refused:
            self.report.reject(RowProblem.of(line.row, refused, line.where(_BLAMED.get(refused.code, "code"))))
            return
        if changed:
            self.report.imported += 1
        else:
            self.report.unchanged += 1

    @staticmethod
    def _code(line: Line) -> str:
        """The code in its one form, of a structure that an office can have issued."""
        if line.shape is not None:
            return line.code
        if not line.level:
            raise Refused("places.no_level", given=line.code)
        code = normal_code(line.code, line.level)
        check_structure(code)
        return code

    def _save(self, line: Line, boundary: Geometry | None) -> bool:
        if line.shape is not None:
            given = {"code": line.code, "name": line.name, "community_code": line.parent, "datum": self.datum}
            return actions.put_grid(boundary=line.shape, **given).changed
        if line.level != DivisionLevel.CITY and not line.parent:
            raise Refused("places.no_parent", parent="")
        given = {"code": line.code, "name": line.name, "level": line.level, "datum": self.datum}
        return actions.save(parent_code=line.parent or None, boundary=boundary, **given).changed

    def remark(self, row: int, where: str, remark: Refused) -> None:
        """Note something about a row that was taken all the same."""
        self.report.note(RowProblem.of(row, remark, where))


def import_divisions(
    source: Path | str, *, datum: str = "gcj02", preview: bool = False, progress: Progress = lambda _done, _total: None
) -> ImportReport:
    """Import the folder or the one table. ``datum`` is that of boundary files: published atlases are GCJ-02 as a rule.

    ``rows`` counts the rows of the tables and the grids; ``extra`` holds ``cities``, ``levels`` (rows of each),
    ``boundaries``, ``mended`` and ``applied``. One row that does not fit and nothing is kept; with ``preview`` nothing
    either. Refuses ``places.no_file``, ``bad_geojson``, ``bad_datum`` and ``tables.*``.
    """
    if datum not in DATUMS:
        raise Refused("places.bad_datum", datum=datum)
    given = read(Path(source))
    run, total = _Run(datum), len(given.lines)
    run.report.rows = total
    with transaction.atomic():
        _cities(run, given)
        for done, line in enumerate(given.lines):
            run.take(line, _shape(run, given.shapes, line))
            if done % 100 == 0:
                progress(done, total)
        kept = not (preview or run.report.rejected)
        transaction.set_rollback(not kept)
    if not kept:
        versions.forget()  # what was read meanwhile is gone
    if run.report.rejected:
        run.report.imported = run.report.unchanged = 0
    run.report.extra["applied"] = kept
    for code, (file, _) in given.shapes.items():
        run.remark(0, f"{file}:{code}", Refused("places.boundary_unknown", given=code))
    progress(total, total)
    return run.report


def _cities(run: _Run, given: Given) -> None:
    """The roots of the trees: one for each city that a district names and the file has no row for."""
    levels = Counter(str(line.level) for line in given.lines if line.level)
    rows = {line.code for line in given.lines if line.level == DivisionLevel.CITY}
    named = {line.parent: line.file for line in given.lines if line.level == DivisionLevel.DISTRICT and line.parent}
    run.report.extra = {"cities": len(rows | set(named)), "levels": dict(levels), "boundaries": 0, "mended": []}
    for code in [code for code in named if code not in rows]:
        known = Division.objects.filter(code=code).values_list("name", flat=True).first()
        if code not in given.cities and known is None:
            run.remark(0, f"{named[code]}:{code}", Refused("places.unnamed_city"))
        try:
            name = given.cities.get(code, known or code)
            actions.save(code=code, name=name, level=DivisionLevel.CITY, parent_code=None)
        except Refused as refused:  # its districts are then refused one by one, for want of a parent
            run.report.note(RowProblem.of(0, refused, f"{named[code]}:{code}"))


def _shape(run: _Run, shapes: Shapes, line: Line) -> Geometry | None:
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
