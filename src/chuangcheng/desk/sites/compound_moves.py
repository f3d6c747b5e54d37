"""What is done with a compound: registering, changing, grading, taking off the register."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk.forms import DayInput
from chuangcheng.desk.moving import Moves, Step, plainly, take
from chuangcheng.desk.sites.compounds import compound_url
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.sites import selectors as sites
from chuangcheng.sites.compounds import actions, selectors
from chuangcheng.sites.compounds.actions import CompoundInput
from chuangcheng.sites.compounds.models import Attainment, Committee, Property, Renewal
from chuangcheng.sites.states import COMPOUND, COMPOUND_REASONS
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

SAVE = Move("save", (), None, actions.EDIT, Label("保存", "Save"))
GRADE = Move("grade", (), None, "compounds.grade", Label("评定等级", "Grade"))


class CompoundForm(forms.Form):
    """A compound in the words of the register."""

    code = forms.CharField(label=_("编号"), max_length=30)
    name = forms.CharField(label=_("小区名称"), max_length=100)
    lat = forms.FloatField(label=_("纬度"), help_text=_("WGS-84 十进制度"))
    lon = forms.FloatField(label=_("经度"))
    address = forms.CharField(label=_("地址"), max_length=200, required=False)
    property_kind = forms.ChoiceField(label=_("物业类型"))
    property_company = forms.CharField(label=_("物业公司"), max_length=100, required=False)
    committee = forms.ChoiceField(label=_("业主委员会"))
    committee_until = forms.DateField(label=_("本届届满"), required=False, widget=DayInput())
    households = forms.IntegerField(label=_("户数"), required=False, min_value=0)
    year_built = forms.IntegerField(label=_("建成年份"), required=False)
    bin_points = forms.IntegerField(label=_("投放点（个）"), required=False, min_value=0)
    bins = forms.IntegerField(label=_("垃圾桶（只）"), required=False, min_value=0)
    renewal = forms.ChoiceField(label=_("改造情况"))
    site_code = forms.CharField(label=_("点位编码"), max_length=30, required=False,
                                help_text=_("作为实地考察点位时填写，到访和案件由此汇总。"))  # fmt: skip
    liaison_name = forms.CharField(label=_("联系人"), max_length=60, required=False)
    liaison_phone = forms.CharField(label=_("联系电话"), max_length=30, required=False,
                                    help_text=_("加密保存。两项都不填则保持不变。"))  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, model in (("property_kind", Property), ("committee", Committee), ("renewal", Renewal)):
            offered = [(code, gettext(str(label))) for code, label in model.choices]
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        if self.initial.get("code"):
            self.fields["code"].disabled = True


class GradeForm(forms.Form):
    """A grade, with the reason in words."""

    grade = forms.ChoiceField(label=_("等级"), widget=forms.RadioSelect)
    graded_on = forms.DateField(label=_("评定日期"), required=False, widget=DayInput(), help_text=_("不填为今天"))
    reason = forms.CharField(label=_("评定理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [(code, gettext(str(label))) for code, label in Attainment.choices if code]
        self.fields["grade"].choices = offered  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """Why it leaves the register."""

    reason_code = forms.ChoiceField(label=_("理由"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [(code, label.text(language())) for code, label in COMPOUND_REASONS.items()]
        self.fields["reason_code"].choices = offered  # type: ignore[attr-defined]


def _input(given: dict[str, Any], boundary: dict[str, Any] | None) -> CompoundInput:
    values = {name: value for name, value in given.items() if name in CompoundInput.__slots__}
    code = given["site_code"].strip()
    site = sites.site_by_code(code) if code else None
    if code and site is None:
        raise Refused("sites.unknown_choice", column=gettext("点位编码"), given=code)
    liaison = (given["liaison_name"], given["liaison_phone"])
    return CompoundInput(**values, site=site, liaison=liaison if any(liaison) else None, boundary=boundary)


@page("compounds.edit")
def compound_new(request: StaffRequest) -> HttpResponse:
    """Register a compound."""

    def run(given: dict[str, Any]) -> object:
        if selectors.compound_by_code(given["code"].strip()) is not None:
            raise Refused("sites.code_taken", given=given["code"])
        return actions.save_compound(actor=request.actor, given=_input(given, None))

    back = reverse("desk:compounds")
    step = Step(SAVE, CompoundForm, run, reverse("desk:compound_new"), back, gettext("登记小区"))
    return take(request, step)


@page("compounds.edit")
def compound_edit(request: StaffRequest, compound_id: UUID) -> HttpResponse:
    """Change what stands in the register."""
    row = selectors.get_compound_for(request.actor, compound_id)

    def run(given: dict[str, Any]) -> object:
        return actions.save_compound(actor=request.actor, given=_input({**given, "code": row.code}, row.boundary))

    initial = {name: getattr(row, name) for name in CompoundForm.base_fields if hasattr(row, name)}
    initial["site_code"] = row.site.code if row.site else ""
    url, back = (reverse(f"desk:{name}", args=[row.pk]) for name in ("compound_edit", "compound"))
    return take(request, Step(SAVE, CompoundForm, run, url, back, row.name, initial=initial))


@page("compounds.grade")
def compound_grade(request: StaffRequest, compound_id: UUID) -> HttpResponse:
    """Grade it."""
    row = selectors.get_compound_for(request.actor, compound_id)

    def run(given: dict[str, Any]) -> object:
        return actions.grade_compound(actor=request.actor, compound_id=row.pk, **given)

    url, back = (reverse(f"desk:{name}", args=[row.pk]) for name in ("compound_grade", "compound"))
    return take(request, Step(GRADE, GradeForm, run, url, back, row.name))


MOVES = Moves(COMPOUND.move, "desk:compound_move", compound_url, plainly("compound_id", {
    "take_off": (CloseForm, actions.take_off_compound),
    "put_back": (forms.Form, actions.put_back_compound),
}))  # fmt: skip


@page("compounds.edit")
def compound_move(request: StaffRequest, compound_id: UUID, name: str) -> HttpResponse:
    """Off the register, and back."""
    row = selectors.get_compound_for(request.actor, compound_id)
    return MOVES.take(request, row, name, subject=row.name)
