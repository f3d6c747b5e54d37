"""The rates of the field over a period, an area, a unit or a source: each figure with its rows, by unit, street or
category, and week by week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chuangcheng.cases import breakdown, rates, selectors
from chuangcheng.cases.breakdown import BYS, By, Line
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.rates import CASE_RATES, REPORT_RATES, Definition, Rate, is_of_reports
from chuangcheng.desk import choices
from chuangcheng.desk.cases.pages import by_unit
from chuangcheng.desk.periods import midnight
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.web.moments import day as day_words
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, export
from chuangcheng.web.tables.columns import Shown, read

WEEKS = 13
LONGEST = timedelta(days=366)
FIRST_SHOWN = "on_time_close"
Rows = QuerySet[Case] | QuerySet[Report]


def _area(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(division_path__startswith=value)


def _source(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(source=value)


def _as_it_is(rows: QuerySet[Any], _value: str) -> QuerySet[Any]:
    return rows


def _names(_request: HttpRequest) -> list[Choice]:
    return [(each.name, each.label.text(language())) for each in (*CASE_RATES, *REPORT_RATES)]


def _bys(_request: HttpRequest) -> list[Choice]:
    return [(code, label.text(language())) for code, label in BYS.items()]


BAR = (
    Filter("from", gettext_lazy("自"), _as_it_is, kind="date"),
    Filter("to", gettext_lazy("至"), _as_it_is, kind="date"),
    Filter("area", gettext_lazy("区域"), _area, choices.areas),
    Filter("unit", gettext_lazy("单位"), by_unit, choices.units),
    Filter("source", gettext_lazy("来源"), _source, choices.sources),
    Filter("rate", gettext_lazy("比率"), _as_it_is, _names),
    Filter("by", gettext_lazy("分组"), _as_it_is, _bys),
)


@dataclass(frozen=True)
class Asked:
    """What the page is asked for: the city's days (both included), the rows' other filters, the rate to open."""

    first: date
    last: date
    period: str
    bar: list[Shown]
    definition: Definition
    by: By

    def value(self, key: str) -> str:
        """What a filter holds."""
        return next((shown.value for shown in self.bar if shown.filter.key == key), "")

    def narrow(self, rows: QuerySet[Any], keys: tuple[str, ...]) -> QuerySet[Any]:
        """The rows that pass the filters of these names."""
        for shown in self.bar:
            if shown.value and shown.filter.key in keys:
                rows = shown.filter.apply(rows, shown.value)
        return rows


@dataclass(frozen=True)
class Figure:
    """A rate with the addresses of its rows, by the word of the filter ``of``."""

    rate: Rate
    urls: dict[str, str]
    chosen: bool

    @property
    def definition(self) -> Definition:
        """What it counts."""
        return self.rate.definition

    @property
    def left_out(self) -> list[str]:
        """What the denominator leaves out, in words."""
        return [each.label.text(language()) for each in self.definition.left_out]


@dataclass(frozen=True)
class Group:
    """A line of the table of groups."""

    name: str
    rate: Rate
    urls: dict[str, str]


@page("cases.view")
def rate_page(request: StaffRequest) -> HttpResponseBase:
    """Every rate, and the chosen one split and over time."""
    asked = _asked(request)
    rows = _rows(request, asked, reports=is_of_reports(asked.definition))
    lines = breakdown.split(_within(rows, asked), asked.by, clock.now())
    sort = request.GET.get("sort", "")
    lines = _sorted(lines, sort, asked.definition.name)
    if kind := request.GET.get("export", ""):
        return _file(request, lines, asked, kind)
    context = {
        "asked": asked, "filters": asked.bar, "periods": _periods(request, asked), "figures": _figures(request, asked),
        "groups": [_group(line, asked) for line in lines], "sort": sort, "heads": _heads(sort, asked),
        "chart": _chart(rows, asked), "may_export": holds(request, "exports.run"),
        "label": asked.definition.label.text(language()),
    }  # fmt: skip
    return render(request, "desk/rates.html", context)


def _asked(request: StaffRequest) -> Asked:
    bar = read(BAR, request)
    given = {shown.filter.key: shown.value for shown in bar}
    first, last, period = _days(given["from"], given["to"], request.GET.get("period", ""))
    definition = rates.definition_of(given["rate"] or FIRST_SHOWN)
    if definition and given["unit"] and is_of_reports(definition):
        definition = rates.definition_of(FIRST_SHOWN)
    assert definition is not None  # the filter offers rates only
    able = breakdown.groups_for(definition)
    by: By = next((each for each in able if each == given["by"]), able[0])
    shown = {"from": first.isoformat(), "to": last.isoformat(), "rate": definition.name, "by": by}
    bar = [replace(each, value=shown.get(each.filter.key, each.value)) for each in bar]
    return Asked(first, last, period, bar, definition, by)


_LENGTHS = {"week": 7, "month": 30, "quarter": 92, "year": 365}


def _days(first: str, last: str, period: str) -> tuple[date, date, str]:
    """First and last day, and the code of the period ("" where the days were named)."""
    today = clock.today().date()
    if (first or last) and period not in _LENGTHS:
        try:
            end = date.fromisoformat(last) if last else today
            start = date.fromisoformat(first) if first else end - timedelta(days=29)
        except (ValueError, OverflowError):  # no day, or none before it
            start, end = today, today - timedelta(days=1)
        if 1900 < start.year <= end.year < 2200 and start <= end <= start + LONGEST:
            return start, end, ""
    code = period if period in _LENGTHS else "month"
    return today - timedelta(days=_LENGTHS[code] - 1), today, code


def _periods(request: StaffRequest, asked: Asked) -> list[tuple[str, str, bool]]:
    names = {"week": _("近7天"), "month": _("近30天"), "quarter": _("近92天"), "year": _("近一年")}
    kept = request.GET.copy()
    for name in ("from", "to", "period", "export"):
        kept.pop(name, None)
    return [
        (f"?{urlencode([*kept.items(), ('period', code)])}", label, code == asked.period)
        for code, label in names.items()
    ]


def _rows(request: StaffRequest, asked: Asked, *, reports: bool) -> Rows:
    """What the actor sees in the area and from the source, of any time."""
    if reports:
        return asked.narrow(selectors.visible_reports(request.actor), ("area", "source"))
    return asked.narrow(selectors.visible_cases(request.actor), ("area", "unit", "source"))


def _within(rows: Rows, asked: Asked) -> Rows:
    field = "filed_at" if rows.model is Case else "received_at"
    after = midnight((asked.last + timedelta(days=1)).isoformat())
    return rows.filter(**{f"{field}__gte": midnight(asked.first.isoformat()), f"{field}__lt": after})


def _figures(request: StaffRequest, asked: Asked) -> list[tuple[str, list[Figure]]]:
    """The rates over cases, and over reports where no unit is asked for: a report is no unit's."""
    now = clock.now()
    counted: list[tuple[str, dict[str, Rate]]] = [
        (_("案件"), rates.rates(_within(_rows(request, asked, reports=False), asked), now))  # type: ignore[arg-type]
    ]
    if holds(request, "reports.view") and not asked.value("unit"):
        found = rates.report_rates(_within(_rows(request, asked, reports=True), asked), now)  # type: ignore[arg-type]
        counted.append((_("上报"), found))
    return [
        (heading, [Figure(rate, _urls(asked, rate.definition), name == asked.definition.name)
                   for name, rate in found.items()])
        for heading, found in counted
    ]  # fmt: skip


def _urls(asked: Asked, definition: Definition, **more: str) -> dict[str, str]:
    """Where the rows of a rate stand: the list, narrowed exactly as this page is."""
    reports = is_of_reports(definition)
    field, target = ("received", "desk:reports") if reports else ("filed", "desk:cases")
    keys = ("area", "source") if reports else ("area", "unit", "source")
    query = {f"{field}_from": asked.first.isoformat(), f"{field}_to": asked.last.isoformat(), "rate": definition.name}
    query |= {key: asked.value(key) for key in keys if asked.value(key)} | more
    return {of: f"{reverse(target)}?{urlencode({**query, 'of': of})}" for of in rates.OFS}


def _group(line: Line, asked: Asked) -> Group:
    """A group that no list can be narrowed to has no way down but that of the whole."""
    param = {"unit": "unit", "street": "area", "category": "category"}[asked.by]
    urls = _urls(asked, asked.definition, **{param: line.key}) if line.key else {}
    return Group(line.name or _("未归入"), line.rates[asked.definition.name], urls)


def _sorted(lines: list[Line], sort: str, name: str) -> list[Line]:
    """In official order, or by a figure; groups without one come last either way."""
    keys: dict[str, Any] = {
        "share": lambda line: line.rates[name].share or Fraction(0),
        "is": lambda line: line.rates[name].numerator,
        "of": lambda line: line.rates[name].denominator,
    }
    key = keys.get(sort.lstrip("-"))
    if key is None:
        return lines
    known = [line for line in lines if line.rates[name].denominator]
    return sorted(known, key=key, reverse=sort.startswith("-")) + [
        line for line in lines if not line.rates[name].denominator
    ]


def _heads(sort: str, asked: Asked) -> list[tuple[str, str, str]]:
    """(word, what a click sorts by, aria-sort) of the figures' columns."""
    words = (("share", asked.definition.label.text(language())), ("is", _("分子")), ("of", _("分母")))
    found = []
    for key, word in words:
        way = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
        found.append((word, key if sort == f"-{key}" else f"-{key}", way))
    return found


def _chart(rows: Rows, asked: Asked) -> dict[str, Any]:
    monday = asked.last - timedelta(days=asked.last.weekday())
    mondays = [midnight((monday - timedelta(weeks=back)).isoformat()) for back in reversed(range(WEEKS))]
    field = "filed_at" if rows.model is Case else "received_at"
    weeks = breakdown.trend(rows, asked.definition, field, mondays, clock.now())
    shares = [week.rate.share for week in weeks]
    return {
        "kind": "line",
        "names": [f"{week.monday:%m-%d}" for week in weeks],
        "series": [
            {
                "name": asked.definition.label.text(language()),
                "values": [None if share is None else round(float(share) * 100, 1) for share in shares],
            }
        ],
        "unit": "%",
    }


def _file(request: StaffRequest, lines: list[Line], asked: Asked, kind: str) -> HttpResponseBase:
    """The table of groups as a file, with every rate."""
    if not holds(request, "exports.run"):
        raise Refused("web.no_export")
    if kind not in export.KINDS:
        raise Refused("web.unknown_format", kind=kind[:20])
    columns = [Column("name", BYS[asked.by].text(language()), lambda line: line.name or _("未归入"), wide=True)]
    for definition in REPORT_RATES if is_of_reports(asked.definition) else CASE_RATES:
        columns += _columns(definition)
    return export.respond(lines, columns, kind, f"{_('办理比率')}-{day_words(asked.first)}-{day_words(asked.last)}")


def _columns(definition: Definition) -> list[Column]:
    """Share, numerator and denominator of a rate."""

    def rate(line: Line) -> Rate:
        return line.rates[definition.name]

    name, label = definition.name, definition.label.text(language())
    return [
        Column(name, label, lambda line: rate(line).share, number=True),
        Column(f"{name}_is", f"{label}·{_('分子')}", lambda line: rate(line).numerator, number=True),
        Column(f"{name}_of", f"{label}·{_('分母')}", lambda line: rate(line).denominator, number=True),
    ]
