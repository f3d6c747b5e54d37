"""Which columns an export has, and the rows behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.reading import masked
from chuangcheng.sites.models import Site

CHUNK = 2000
Rows = tuple[int, Iterator[tuple[Any, ...]]]


def _rows(rows: QuerySet[Any], *fields: str) -> Rows:
    return rows.count(), rows.values_list(*fields).iterator(chunk_size=CHUNK)


def sites() -> Rows:
    """Every site."""
    return _rows(
        Site.objects.order_by("code"), "code", "name", "kind__code", "unit__name", "division__name", "address", "lon",
        "lat", "state",
    )  # fmt: skip


def cases() -> Rows:
    """Every case, in the order of filing."""
    count, rows = _rows(
        Case.objects.order_by("filed_at", "id"), "number", "state", "outcome", "category__code", "text", "source",
        "address", "lon", "lat", "division__name", "site__code", "standard__code", "filed_at", "due_at",
        "holder__name", "responsible__name", "handled_at", "verified_at", "closed_at", "on_time",
        "merged_into__number", "relapse_of__number",
    )  # fmt: skip
    return count, _covered(rows, 4, 6)


def reports() -> Rows:
    """Every report, in the order of receipt; never who wrote it, nor a number to call that stands in the text."""
    count, rows = _rows(
        Report.objects.filter(complaint=False).order_by("received_at", "id"),
        "number", "state", "source", "category__code", "text", "address",
        "lon", "lat", "division__name", "observed_at", "received_at", "case__number", "reason_code",
    )  # fmt: skip
    return count, _covered(rows, 4, 5)


def _covered(rows: Iterator[tuple[Any, ...]], *places: int) -> Iterator[tuple[Any, ...]]:
    """The rows with what names a person covered in the columns at ``places``."""
    for row in rows:
        yield tuple(masked(value) if place in places else value for place, value in enumerate(row))


TABLES: dict[str, tuple[tuple[str, ...], Callable[[], Rows]]] = {
    "sites": (("编码", "名称", "类型", "责任单位", "区划", "地址", "经度", "纬度", "状态"), sites),
    "cases": (
        ("案件编号", "状态", "结果", "类别", "描述", "来源", "地址", "经度", "纬度", "区划", "点位", "测评标准",
         "立案时间", "处置期限", "当前单位", "责任单位", "处置时间", "核查时间", "结案时间", "按期",
         "并入案件", "反弹自"),
        cases,
    ),
    "reports": (
        ("上报编号", "状态", "来源", "类别", "描述", "地址", "经度", "纬度", "区划", "发现时间", "受理时间", "案件编号",
         "不受理原因"),
        reports,
    ),
}  # fmt: skip
