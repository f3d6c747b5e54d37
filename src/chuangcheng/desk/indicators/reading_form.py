"""The form for one reading: a value, or numerator and denominator of which the value is reckoned."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chuangcheng.indicators.actions import ReadingInput, Taken
from chuangcheng.indicators.measures import RATIO
from chuangcheng.indicators.models import Figure, Indicator
from chuangcheng.indicators.periods import before, start_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.plausible import DOUBTS, as_figure
from chuangcheng.kernel.problems import Refused
from chuangcheng.places import selectors as places
from chuangcheng.web.problems import language
from chuangcheng.web.scored import period_words

PERIODS = 24


class FigureField(forms.CharField):
    """A number as offices type it: ``93.1%``, ``1,234.5``."""

    def __init__(self, *, is_share: bool = False, **more: Any) -> None:
        super().__init__(max_length=40, **more)
        self.is_share = is_share

    def clean(self, value: Any) -> Any:
        """The number, None for nothing."""
        text = super().clean(value)
        try:
            return as_figure(text, is_share=self.is_share)
        except Refused as refused:
            raise forms.ValidationError(refused.message(language())) from refused


class ReadingForm(forms.Form):
    """A reading of one indicator; ``fixed`` (when a doubtful one is corrected) leaves period and division as they
    are."""

    period = forms.ChoiceField(label=gettext_lazy("期间"))
    division = forms.ChoiceField(label=gettext_lazy("区域"), required=False)
    source = forms.CharField(label=gettext_lazy("来源"), max_length=100, required=False)
    reason = forms.CharField(label=gettext_lazy("更正原因"), max_length=200, required=False,
                             help_text=gettext_lazy("该期间已有读数时必填"))  # fmt: skip

    def __init__(self, row: Indicator, *args: Any, fixed: Figure | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.row, self.fixed = row, fixed
        is_share = row.unit_of_measure == RATIO
        if row.has_parts:
            figures = {"numerator": (row.numerator_zh, ""), "denominator": (row.denominator_zh, _("数值由系统计算"))}
        else:
            figures = {"value": (_("数值"), _("百分数填 93.1% 或 0.931") if is_share else row.unit_of_measure)}
        for name, (label, hint) in figures.items():
            share = is_share and name == "value"
            self.fields[name] = FigureField(label=label, help_text=hint, is_share=share)
        if fixed is not None:
            del self.fields["period"], self.fields["division"]
        else:
            self._set("period", periods_of(row))
            self._set("division", divisions())
        last = ("source", "reason")
        self.order_fields([*(name for name in self.fields if name not in last), *last])

    def _set(self, name: str, offered: list[tuple[str, str]]) -> None:
        self.fields[name].choices = offered  # type: ignore[attr-defined]

    def given(self) -> ReadingInput:
        """What was typed."""
        data = self.cleaned_data
        figures: dict[str, Any] = {name: data.get(name) for name in ("value", "numerator", "denominator")}
        if self.fixed is not None:
            period, division = self.fixed.period_start, self.fixed.division
        else:
            period, division = date.fromisoformat(data["period"]), places.division_by_code(data["division"] or "")
        return ReadingInput(indicator_code=self.row.code, period_start=period, division=division,
                            source=data["source"], reason=data["reason"], **figures)  # fmt: skip


def periods_of(row: Indicator) -> list[tuple[str, str]]:
    """The last periods, the newest ended one first, then the running one."""
    running = start_of(row.frequency, clock.today().date())
    starts = [before(row.frequency, running)]
    for _n in range(PERIODS - 2):
        starts.append(before(row.frequency, starts[-1]))
    starts.insert(1, running)
    return [(start.isoformat(), period_words(row.frequency, start)) for start in starts]


def divisions() -> list[tuple[str, str]]:
    """The city as a whole, its districts and streets."""
    listed = [(each.code, each.name) for level in ("district", "street") for each in places.at_level(level)]
    return [("", _("全市")), *listed]


def say(request: HttpRequest, taken: Taken) -> None:
    """What became of a reading, as a message."""
    if taken.doubt is not None and taken.reading is None:
        why = "、".join(DOUBTS[code].text(language()) for code in taken.doubt.codes)
        messages.warning(request, _("读数存疑（%(why)s），已单独存放，核定后才计入。") % {"why": why})
    elif taken.new:
        messages.success(request, _("读数已记录。"))
    else:
        messages.success(request, _("这个读数已经有了，没有变动。"))
