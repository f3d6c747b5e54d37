"""The rows behind a rate: the filters ``rate`` and ``of`` of the lists of cases and reports."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.rates import CASE_RATES, OFS, REPORT_RATES, Definition, rows_behind
from chuangcheng.kernel import clock
from chuangcheng.web.problems import language
from chuangcheng.web.tables import Choice, Filter


def _behind(rows: QuerySet[Any], name: str, of: str) -> QuerySet[Any]:
    return rows_behind(rows, name, clock.now(), of=of)


def _unchanged(rows: QuerySet[Any], _value: str) -> QuerySet[Any]:
    return rows


def _ofs(_request: HttpRequest) -> list[Choice]:
    return [(code, label.text(language())) for code, label in OFS.items()]


def _filters(definitions: tuple[Definition, ...]) -> tuple[Filter, Filter]:
    def names(_request: HttpRequest) -> list[Choice]:
        return [(each.name, each.label.text(language())) for each in definitions]

    return (
        Filter("rate", _("比率"), _behind, names, quiet=True, beside=("of",)),
        Filter("of", _("口径"), _unchanged, _ofs, quiet=True),
    )


CASE_FILTERS = _filters(CASE_RATES)
REPORT_FILTERS = _filters(REPORT_RATES)
