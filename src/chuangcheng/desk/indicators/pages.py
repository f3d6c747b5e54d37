"""Indicators: the overview, and the page of one with its trend, its bands and the form for a new reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chuangcheng.desk import choices
from chuangcheng.desk.indicators.reading_form import ReadingForm, say
from chuangcheng.indicators import actions, rulebook, selectors
from chuangcheng.indicators.bands import bands, is_falling, target_of
from chuangcheng.indicators.measures import RATIO
from chuangcheng.indicators.models import Frequency, Indicator, Reading
from chuangcheng.indicators.periods import due_on, start_of
from chuangcheng.indicators.stand import stand_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.web.pages import holds, leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.scored import period_words, tongue
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing, offer

DIVISIONS = 12  # lines of one chart


def _search(rows: QuerySet[Indicator], words: str) -> QuerySet[Indicator]:
    return rows.filter(Q(zh__icontains=words) | Q(en__icontains=words) | Q(code__istartswith=words))


def _frequencies(_request: HttpRequest) -> list[Choice]:
    return [(code, _(str(label))) for code, label in Frequency.choices]


def _period(row: Indicator) -> str:
    reading = stand_of(row).reading
    return period_words(row.frequency, reading.period_start) if reading else ""


def _readings_url(row: Indicator) -> str:
    return f"{reverse('desk:readings')}?code={row.code}"


LISTING = Listing(
    "indicators",
    gettext_lazy("指标"),
    columns=(
        Column("code", gettext_lazy("编号"), lambda row: row.code, sort="code"),
        Column("name", gettext_lazy("指标"), tongue, sort="zh", wide=True,
               url=lambda row: reverse("desk:indicator", args=[row.code])),
        Column("target", gettext_lazy("目标"), lambda row: selectors.bound(row) or "—", number=True),
        Column("unit", gettext_lazy("填报单位"), lambda row: row.source_unit.short_name if row.source_unit else ""),
        Column("frequency", gettext_lazy("频次"), lambda row: _(row.get_frequency_display()), shown=False),
        Column("period", gettext_lazy("期间"), _period),
        Column("value", gettext_lazy("最近读数"), lambda row: stand_of(row).value or "—", number=True,
               url=_readings_url),
        Column("gap", gettext_lazy("与目标差"), lambda row: stand_of(row).gap, number=True,
               template="desk/cells/indicator_gap.html"),
        Column("trend", gettext_lazy("趋势"), lambda row: "、".join(f"{one:g}" for one in stand_of(row).trend),
               template="desk/cells/indicator_trend.html"),
        Column("grade", gettext_lazy("等级"), lambda row: stand_of(row).grade,
               template="desk/cells/indicator_grade.html", corner=True),
        Column("as_of", gettext_lazy("记录时间"), lambda row: stand_of(row).as_of),
    ),
    filters=(
        Filter("q", gettext_lazy("搜索"), _search, kind="search"),
        Filter("unit", gettext_lazy("填报单位"), lambda rows, value: rows.filter(source_unit=value), choices.units),
        Filter("frequency", gettext_lazy("频次"), lambda rows, value: rows.filter(frequency=value), _frequencies),
    ),
    sort="code",
)  # fmt: skip


def indicator_rows(request: StaffRequest) -> QuerySet[Indicator]:
    """The indicators in sight with their readings."""
    return selectors.overview(request.actor)


offer(LISTING, rows=indicator_rows, permission="indicators.view", url_name="desk:indicators")


def tabs(request: StaffRequest) -> list[tuple[str, str, bool]]:
    """The pages of the room, for those who may open them."""
    pages = [
        ("desk:indicators", _("总览"), "indicators.view"), ("desk:readings_mine", _("我的填报"), "indicators.edit"),
        ("desk:doubts", _("存疑读数"), "indicators.view"), ("desk:readings_late", _("逾期未报"), "indicators.view"),
        ("desk:readings", _("全部读数"), "indicators.view"),
    ]  # fmt: skip
    return [(reverse(name), label, request.path == reverse(name)) for name, label, right in pages
            if holds(request, right)]  # fmt: skip


@page("indicators.view")
def indicator_list(request: StaffRequest) -> HttpResponseBase:
    """Every indicator with its latest value, grade, trend and distance to the target."""
    context = {"views": tabs(request), "may_edit": holds(request, "framework.edit"),
               "may_report": holds(request, "indicators.edit")}  # fmt: skip
    return LISTING.respond(request, indicator_rows(request), "desk/indicators.html", context)


@page("indicators.view")
def indicator_page(request: StaffRequest, code: str) -> HttpResponse:
    """One indicator; whoever may record gets the form."""
    row = selectors.get_indicator_for(request.actor, code)
    form = ReadingForm(row, request.POST or None) if selectors.may_record(request.actor, row) else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            taken = actions.submit_reading(actor=request.actor, given=form.given())
        except Refused as refused:
            form.add_error(None, refused.message(language()))
        else:
            say(request, taken)
            return leave(request, reverse("desk:indicator", args=[code]))
    series, below = selectors.series(row), selectors.by_division(row)
    book = rulebook.Rulebook([row])
    today = clock.today().date()
    context = {
        "indicator": row, "bound": selectors.bound(row), "form": form, "falling": is_falling(row.scoring),
        "series": [(one, selectors.written(row, one.value), selectors.verdict_of(one, book).grade)
                   for one in reversed(series)],
        "below": [(division, found[-1], selectors.written(row, found[-1].value),
                   selectors.verdict_of(found[-1], book).grade) for division, found in below.items() if found],
        "chart": chart(row, series, below), "readings_url": _readings_url(row),
        "versions": [(one, selectors.bound(one)) for one in row.definitions.all()],
        "doubts": [(one, selectors.doubt_moves(request.actor, one), selectors.written(row, one.value))
                   for one in selectors.visible_doubts(request.actor).filter(indicator=row, state="waiting")],
        "next_due": due_on(row.frequency, start_of(row.frequency, today), row.due_days),
        "may_edit": holds(request, "framework.edit"),
    }  # fmt: skip
    return render(request, "desk/indicator.html", context, status=422 if form and form.errors else 200)


def chart(row: Indicator, series: Sequence[Reading], below: dict[Any, list[Reading]]) -> dict[str, Any]:
    """Readings, the bands of the grades behind them and the line of the target. No forecast: nobody measured it."""
    scale = 100 if row.unit_of_measure == RATIO else 1
    lines: dict[str, dict[date, float]] = {}
    if series:
        lines[_("全市")] = {one.period_start: float(one.value * scale) for one in series}
    for division, found in list(below.items())[:DIVISIONS]:
        lines[division.name] = {one.period_start: float(one.value * scale) for one in found}
    periods = sorted({start for values in lines.values() for start in values})
    target = target_of(row.scoring)
    return {
        "kind": "line", "unit": "%" if row.unit_of_measure == RATIO else "",
        "names": [period_words(row.frequency, start) for start in periods],
        "series": [{"name": name, "values": [values.get(start) for start in periods]}
                   for name, values in lines.items()],
        "bands": [{"grade": band.grade, "low": None if band.low is None else float(band.low * scale),
                   "high": None if band.high is None else float(band.high * scale)} for band in bands(row.scoring)],
        "target": None if target is None else {"name": _("目标"), "value": float(target * scale)},
    }  # fmt: skip
