"""Sites out of a workbook: all or nothing, the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import xlsxwriter
from django.db import transaction

from chuangcheng.framework import selectors as framework
from chuangcheng.history.whole import whole
from chuangcheng.kernel import tables
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.sites import actions
from chuangcheng.sites.models import Site

T = TypeVar("T")
SHEET = "点位"
DATUMS = {"WGS-84": "wgs84", "CGCS2000": "cgcs2000", "GCJ-02": "gcj02", "BD-09": "bd09"}
#: Field → the headers it may go by (the first stands in the template), its hint.
COLUMNS: dict[str, tuple[tuple[str, ...], str]] = {
    "code": (("点位编码", "编码", "点位编号", "site code"), "必填；唯一，再次导入按编码更新"),
    "name": (("点位名称", "名称", "site name"), "必填"),
    "kind": (("点位类型", "类型", "site kind"), "必填；从下拉列表选择，名称或代码均可"),
    "unit": (("责任单位", "责任单位编码", "unit"), "必填；单位编码、全称或简称"),
    "lon": (("经度", "longitude", "lon"), "必填；十进制度"),
    "lat": (("纬度", "latitude", "lat"), "必填；十进制度"),
    "datum": (("坐标系", "datum"), "不填为 WGS-84；高德、腾讯为 GCJ-02，百度为 BD-09"),
    "address": (("地址", "位置", "address"), ""),
}
_OPTIONAL = ("datum", "address")


def import_sites(actor: Actor, path: Path | bytes, *, name: str = "", preview: bool = False) -> ImportReport:
    """Read the sheet 点位 (or the only one) into sites by code.

    One problem and nothing is imported; the report names every one by row and column. ``preview`` tries it all and
    keeps nothing; ``extra["applied"]`` says whether anything was kept. Refused before anything is read:
    ``common.not_allowed``, ``sites.no_edition``, ``tables.*``.
    """
    rights.require_or_system(actor, actions.EDIT)
    rows = _rows(path, name or (path.name if isinstance(path, Path) else SHEET))
    run = _Run(actor)
    with whole(run.report, preview=preview):
        for row in rows:
            run.take(row)
    return run.report


def _rows(path: Path | bytes, name: str) -> list[tables.Row]:
    wanted = {field: names for field, (names, _) in COLUMNS.items()}
    return list(tables.read_table(path, name=name, wanted=wanted, optional=_OPTIONAL).rows)


class _Blamed(Exception):
    """A problem of one column of a row."""

    def __init__(self, field: str, refused: Refused) -> None:
        super().__init__(refused.code)
        self.field, self.refused = field, refused


class _Run:
    """One import under way: the report, and what the rows may refer to."""

    def __init__(self, actor: Actor) -> None:
        edition = framework.current_edition()
        if edition is None:
            raise Refused("sites.no_edition")
        self.actor, self.report = actor, ImportReport()
        kinds = list(framework.kinds_of(edition))
        self.kinds = {kind.zh: kind.code for kind in kinds} | {kind.code: kind.code for kind in kinds}
        self.units = _units()
        self.seen: dict[str, int] = {}
        self.chains = dict(Site.objects.values_list("code", "chain_seq"))

    def take(self, row: tables.Row) -> None:
        """Save one row inside of a savepoint, so that the rest can still be tried and all problems are told at once."""
        self.report.rows += 1
        try:
            with transaction.atomic():
                site = self._save(row)
        except _Blamed as blamed:
            self._reject(row, blamed.refused, COLUMNS[blamed.field][0][0])
        except Refused as refused:
            self._reject(row, refused, "")
        else:
            changed = self.chains.get(site.code) != site.chain_seq
            self.report.imported += changed
            self.report.unchanged += not changed

    def _reject(self, row: tables.Row, refused: Refused, column: str) -> None:
        self.report.reject(RowProblem.of(row.number, refused, column))

    def _save(self, row: tables.Row) -> Site:
        texts = {field: self._cell(row, field) for field in COLUMNS}
        code = texts["code"]
        if code in self.seen:
            raise _Blamed("code", Refused("sites.duplicate", given=code, first=self.seen[code]))
        self.seen[code] = row.number
        return actions.save_site(
            actor=self.actor,
            code=code,
            name=texts["name"],
            kind_code=_one_of(self.kinds, "kind", texts["kind"], "sites.unknown_kind"),
            unit=_one_of(self.units, "unit", texts["unit"], "sites.unknown_unit"),
            lat=float(self._number(row, "lat")),
            lon=float(self._number(row, "lon")),
            address=texts["address"],
            datum=self._datum(texts["datum"]),
        )

    def _cell(self, row: tables.Row, field: str) -> str:
        try:
            text = tables.as_text(row.values.get(field))
        except Refused as refused:
            raise _Blamed(field, refused) from refused
        if not text and field not in _OPTIONAL:
            raise _Blamed(field, Refused("sites.missing", column=COLUMNS[field][0][0]))
        return text

    @staticmethod
    def _number(row: tables.Row, field: str) -> Decimal:
        try:
            number = tables.as_decimal(row.values.get(field))
        except Refused as refused:
            raise _Blamed(field, refused) from refused
        return number if number is not None else Decimal(0)

    @staticmethod
    def _datum(text: str) -> str:
        if not text:
            return "wgs84"
        if text.lower() in DATUMS.values():
            return text.lower()
        return _one_of(DATUMS, "datum", text.upper(), "sites.unknown_datum")


def _one_of(known: Mapping[str, T], field: str, text: str, code: str) -> T:
    if text not in known:
        params: dict[str, Any] = {field: text}
        raise _Blamed(field, Refused(code, **params))
    return known[text]


def _units() -> dict[str, Unit]:
    """Units by code, full and short name; a name two units share means neither."""
    found: dict[str, Unit] = {}
    shared: set[str] = set()
    for unit in people.units():
        for name in {unit.name, unit.short_name}:
            shared.update({name} & set(found))
            found[name] = unit
    by_code = {unit.code: unit for unit in found.values()}
    return {name: unit for name, unit in found.items() if name not in shared} | by_code


def write_template(path: Path | str) -> None:
    """An empty workbook to fill in, with a comment on each header and drop-downs of kinds and datums."""
    edition = framework.current_edition()
    kinds = [kind.zh for kind in framework.kinds_of(edition)] if edition else []
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        sheet, lists = book.add_worksheet(SHEET), book.add_worksheet("选项")
        text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "bottom": 1})
        for index, (field, (names, hint)) in enumerate(COLUMNS.items()):
            sheet.set_column(index, index, 18, None if field in {"lat", "lon"} else text)
            sheet.write_string(0, index, names[0], head)
            if hint:
                sheet.write_comment(0, index, hint)
        # A list this long does not fit into a validation rule, so it stands in a sheet of its own.
        lists.write_column(0, 0, kinds)
        columns = list(COLUMNS)
        if kinds:
            source = f"='选项'!$A$1:$A${len(kinds)}"
            sheet.data_validation(1, columns.index("kind"), 5000, columns.index("kind"),
                                  {"validate": "list", "source": source})  # fmt: skip
        sheet.data_validation(1, columns.index("datum"), 5000, columns.index("datum"),
                              {"validate": "list", "source": list(DATUMS)})  # fmt: skip
        sheet.freeze_panes(1, 0)
