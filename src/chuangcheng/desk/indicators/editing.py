"""Defining an indicator and changing it: every change is a version with the day from which it judges."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chuangcheng.desk import choices
from chuangcheng.desk.forms import DayInput
from chuangcheng.indicators import actions, selectors
from chuangcheng.indicators.measures import RATIO
from chuangcheng.indicators.models import Frequency, Indicator
from chuangcheng.kernel.plausible import as_figure
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.tables import as_decimal
from chuangcheng.people import selectors as people
from chuangcheng.web.pages import leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.scored import plain, tongue
from chuangcheng.web.signed_in import StaffRequest

#: Fields of bounds → their key in a scoring.
BOUNDS = {"target": "target", "grade_a": "A", "grade_b": "B", "grade_c": "C#"}


def _bound(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=40, help_text=hint)


class DefinitionForm(forms.Form):
    """An indicator in the words of its definition. Bounds and the range are typed in the measure: 95% or 0.95."""

    code = forms.CharField(label=gettext_lazy("编号"), max_length=40)
    zh = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    en = forms.CharField(label=gettext_lazy("英文名称"), max_length=160, required=False)
    standard = forms.CharField(label=gettext_lazy("测评标准编号"), max_length=40, required=False)
    unit_of_measure = forms.CharField(
        label=gettext_lazy("计量单位"), max_length=20, help_text=gettext_lazy("比率填 %，其他如 m²、dB(A)、条")
    )
    frequency = forms.ChoiceField(label=gettext_lazy("频次"))
    source_unit = forms.ChoiceField(label=gettext_lazy("填报单位"), required=False)
    numerator_zh = forms.CharField(label=gettext_lazy("分子"), max_length=120, required=False,
                                   help_text=gettext_lazy("写明后按分子、分母填报，数值由系统计算"))  # fmt: skip
    denominator_zh = forms.CharField(label=gettext_lazy("分母"), max_length=120, required=False)
    direction = forms.ChoiceField(label=gettext_lazy("方向"))
    target = _bound(gettext_lazy("目标值"), gettext_lazy("只有达标与否时填；分等级的填下面各档"))
    grade_a = _bound(gettext_lazy("A 档界限"))
    grade_b = _bound(gettext_lazy("B 档界限"))
    grade_c = _bound(gettext_lazy("C 档界限"), gettext_lazy("达不到的为 C#；不填则 B 档以下均为 C#"))
    low = _bound(gettext_lazy("合理下限"), gettext_lazy("超出合理范围的读数先存疑"))
    high = _bound(gettext_lazy("合理上限"))
    due_days = forms.IntegerField(label=gettext_lazy("期末后几天内填报"), required=False, min_value=1, max_value=366,
                                  help_text=gettext_lazy("不填：月报10天，季报15天，年报31天"))  # fmt: skip
    by_district = forms.BooleanField(label=gettext_lazy("各区县分别填报"), required=False,
                                     help_text=gettext_lazy("除全市数外，每个区县每期各欠一个读数"))  # fmt: skip
    valid_from = forms.DateField(label=gettext_lazy("本次定义从哪个期间起用"), required=False, widget=DayInput(),
                                 help_text=gettext_lazy("以前的期间仍按以前的版本判定；不填为本期"))  # fmt: skip
    valid_to = forms.DateField(label=gettext_lazy("停用日期"), required=False, widget=DayInput())
    note = forms.CharField(label=gettext_lazy("口径说明"), max_length=500, required=False,
                           widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip

    def __init__(self, *args: Any, row: Indicator | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.row = row
        self._set("frequency", [(code, _(str(label))) for code, label in Frequency.choices])
        self._set("direction", [(">=", _("不低于（越高越好）")), (">", _("高于")), ("<=", _("不高于（越低越好）")),
                                ("<", _("低于"))])  # fmt: skip
        self._set("source_unit", [("", _("请选择")), *choices.units()])
        if row is not None:
            self.fields["code"].disabled = True

    def _set(self, name: str, offered: list[tuple[str, str]]) -> None:
        self.fields[name].choices = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Bounds as numbers of the measure, and the scoring that they make."""
        data = super().clean() or self.cleaned_data
        measure = data.get("unit_of_measure", "")
        data["unit_of_measure"] = measure = RATIO if measure in ("%", "％", RATIO) else measure
        for name in (*BOUNDS, "low", "high"):
            try:
                share = measure == RATIO
                data[name] = as_figure(data.get(name), is_share=True) if share else as_decimal(data.get(name))
            except Refused as refused:
                self.add_error(name, refused.message(language()))
                data[name] = None
        if data["target"] is None and data["grade_a"] is None:
            self.add_error("target", _("填目标值，或者填 A 档界限"))
        return data

    def scoring(self) -> dict[str, Any]:
        """What is judged by; what an edition's own text says beyond that (a ratio's cap, its unit) stays."""
        data = self.cleaned_data
        if self.row is not None and self.row.scoring.get("kind") == "ratio":
            bound = data["target"] if data["target"] is not None else data["grade_a"]
            return {**self.row.scoring, "required": _plain(bound)}
        found = {key: _plain(data[name]) for name, key in BOUNDS.items() if data[name] is not None}
        kept = {name: value for name, value in (self.row.scoring if self.row else {}).items() if name == "unit"}
        return {"kind": "threshold", "op": data["direction"], **kept, **found}


def _plain(value: Any) -> float | int:
    return int(value) if value == value.to_integral_value() else float(value)


def _initial(row: Indicator) -> dict[str, Any]:
    names = (
        "code",
        "zh",
        "en",
        "frequency",
        "numerator_zh",
        "denominator_zh",
        "due_days",
        "valid_to",
        "note",
        "by_district",
    )
    share = row.unit_of_measure == RATIO
    bounds = {name: row.scoring.get(key) for name, key in BOUNDS.items()} | {"low": row.low, "high": row.high}
    bounds["target"] = row.scoring.get("required", bounds["target"])
    shown = {name: f"{plain(float(value) * 100)}%" if share else plain(value)
             for name, value in bounds.items() if value is not None}  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names}, **shown,
        "unit_of_measure": "%" if share else row.unit_of_measure,
        "direction": row.scoring.get("op", ">="), "source_unit": str(row.source_unit_id or ""),
        "standard": row.standard.code if row.standard else "",
    }  # fmt: skip


@page("framework.edit")
def new(request: StaffRequest) -> HttpResponse:
    """Define an indicator."""
    return _edit(request, None)


@page("framework.edit")
def edit(request: StaffRequest, code: str) -> HttpResponse:
    """Change one: a version."""
    return _edit(request, selectors.get_indicator_for(request.actor, code))


def _edit(request: StaffRequest, row: Indicator | None) -> HttpResponse:
    initial = _initial(row) if row else {"direction": ">=", "frequency": "month", "unit_of_measure": "%"}
    form = DefinitionForm(request.POST or None, initial=initial, row=row)
    back = reverse("desk:indicator", args=[row.code]) if row else reverse("desk:indicators")
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form, row)
        except Refused as refused:
            form.add_error(None, refused.message(language()))
        else:
            messages.success(request, _("指标已保存。"))
            return leave(request, reverse("desk:indicator", args=[saved.code]))
    context = {"form": form, "back": back, "title": tongue(row) if row else _("新增指标")}  # fmt: skip
    return render(request, "desk/indicator_edit.html", context, status=422 if form.errors else 200)


def _save(request: StaffRequest, form: DefinitionForm, row: Indicator | None) -> Indicator:
    data, units = form.cleaned_data, {str(unit.pk): unit for unit in people.units()}
    code = row.code if row else data["code"].strip()
    if row is None and selectors.visible_to(request.actor).filter(code=code).exists():
        raise Refused("indicators.code_taken", indicator=code)
    names = ("zh", "en", "unit_of_measure", "frequency", "numerator_zh", "denominator_zh", "low", "high", "due_days",
             "note", "by_district", "valid_from", "valid_to")  # fmt: skip
    return actions.define_indicator(
        actor=request.actor, code=code, scoring=form.scoring(), standard=choices.standard(data["standard"]),
        source_unit=units.get(data["source_unit"]), **{name: data[name] for name in names},
    )  # fmt: skip
