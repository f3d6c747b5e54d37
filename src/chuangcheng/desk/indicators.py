"""Indicators: the list with what stands, and the page of one with its trend and the form for a new reading."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chuangcheng.indicators import actions, selectors
from chuangcheng.indicators.models import Indicator
from chuangcheng.kernel.problems import Refused
from chuangcheng.web.pages import leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.scored import period_words
from chuangcheng.web.signed_in import StaffRequest


class ReadingForm(forms.Form):
    """A value for a period."""

    period_start = forms.DateField(
        label=gettext_lazy("期间（任一天）"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    value = forms.DecimalField(label=gettext_lazy("数值"), max_digits=16, decimal_places=4)
    source = forms.CharField(label=gettext_lazy("来源"), max_length=100, required=False)
    confirmed = forms.BooleanField(label=gettext_lazy("数值超出常见范围，确认无误"), required=False)


@page("indicators.view")
def indicator_list(request: StaffRequest) -> HttpResponse:
    """Every indicator with its latest value and grade."""
    rows = list(selectors.visible_to(request.actor))
    latest = selectors.latest_of(rows)
    shown = [(row, selectors.bound(row), latest.get(row.pk), *_judged(row, latest.get(row.pk))) for row in rows]
    return render(request, "desk/indicators.html", {"rows": shown})


def _judged(row: Indicator, reading: Any) -> tuple[str, str]:
    """The value as offices write it, and its grade; empty without a reading."""
    if reading is None:
        return "", ""
    return selectors.written(row, reading.value), selectors.verdict(row, reading.value).grade


def _hint(row: Indicator) -> str:
    """In what the value is written: a share as a fraction of one, anything else in its unit."""
    return _("比率填小数，例如 93.1% 填 0.931") if row.unit_of_measure == "ratio" else row.unit_of_measure


@page("indicators.view")
def indicator_page(request: StaffRequest, code: str) -> HttpResponse:
    """One indicator; whoever may record gets the form."""
    row = selectors.get_indicator_for(request.actor, code)
    may = selectors.may_record(request.actor, row)
    form = ReadingForm(request.POST or None) if may else None
    if form is not None:
        form.fields["value"].help_text = _hint(row)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            actions.record_reading(actor=request.actor, indicator_code=code, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message(language()))
        else:
            messages.success(request, _("读数已记录。"))
            return leave(request, reverse("desk:indicator", args=[code]))
    series = selectors.series(row)
    scale = 100 if row.unit_of_measure == "ratio" else 1
    context = {
        "indicator": row,
        "bound": selectors.bound(row),
        "series": [(one, *_judged(row, one)) for one in reversed(series)],
        "chart": {
            "kind": "line",
            "names": [period_words(row.frequency, one.period_start) for one in series],
            "series": [{"name": row.zh, "values": [float(one.value * scale) for one in series]}],
            "unit": "%" if row.unit_of_measure == "ratio" else "",
        },
        "form": form,
    }
    return render(request, "desk/indicator.html", context, status=422 if form and form.errors else 200)
