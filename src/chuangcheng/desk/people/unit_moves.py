"""What is done with a unit: entering, changing, and naming who stands for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk.forms import DayInput
from chuangcheng.desk.moving import Step, take
from chuangcheng.desk.people.succession import record_of
from chuangcheng.desk.workbooks import as_workbook
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import actions, charging, selectors, sheets
from chuangcheng.people.models import ChargeKind, Person, Unit, UnitGroup, UnitKind
from chuangcheng.places.selectors import division_by_code
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest

ADD = Move("add", (), None, actions.EDIT, Label("新建单位", "New unit"))
CHANGE = Move("change", (), None, actions.EDIT, Label("修改单位", "Change the unit"))
NAMED = ("parent", "line_parent", "successor")
ASKED = Label(
    "该单位名下有责任或任务记录，请选择承接单位；确实没有的，请勾选“没有承接单位”",
    "Duties or tasks are on record with this unit: choose its successor, or tick that there is none",
)
CHARGE = Move("charge", (), None, actions.EDIT, Label("配置责任人", "Name who stands for it"))


class UnitForm(forms.Form):
    """A unit's card but for its persons."""

    code = forms.CharField(label=_("单位编码"), max_length=40)
    name = forms.CharField(label=_("单位名称"), max_length=100)
    short_name = forms.CharField(label=_("简称"), max_length=40, required=False, help_text=_("不填时同全称"))
    kind = forms.ChoiceField(label=_("类型"))
    group = forms.ChoiceField(label=_("分组"))
    section = forms.CharField(label=_("责任科室"), max_length=60, required=False)
    official_order = forms.IntegerField(label=_("规范排序"), min_value=0, max_value=10_000_000, required=False)
    parent = forms.ChoiceField(label=_("属地上级"), required=False)
    line_parent = forms.ChoiceField(label=_("条线上级"), required=False)
    division = forms.CharField(label=_("管辖区划代码"), max_length=12, required=False)
    role_code = forms.CharField(label=_("体系角色"), max_length=40, required=False,
                                help_text=_("测评体系对这类单位的称呼，用于自动分解"))  # fmt: skip
    valid_from = forms.DateField(label=_("设立日期"), required=False, widget=DayInput())
    valid_to = forms.DateField(label=_("撤销日期"), required=False, widget=DayInput())
    successor = forms.ChoiceField(label=_("承接单位"), required=False,
                                  help_text=_("撤销后由它承接；原有的责任、任务和数据从它那里可以查到"))  # fmt: skip
    alone = forms.BooleanField(label=_("没有承接单位"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, model in (("kind", UnitKind), ("group", UnitGroup)):
            offered = [(code, gettext(str(label))) for code, label in model.choices]
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        above = Unit.objects.exclude(kind=UnitKind.COMMUNITY).values_list("pk", "short_name")
        listed = [("", "—"), *((str(pk), name) for pk, name in above)]
        for name in NAMED:
            self.fields[name].choices = listed  # type: ignore[attr-defined]
        if self.initial.get("code"):
            self.fields["code"].disabled = True


@page("people.edit")
def unit_new(request: StaffRequest) -> HttpResponse:
    """Enter a unit."""
    step = Step(ADD, UnitForm, lambda given: _save(request, given), reverse("desk:unit_new"), reverse("desk:units"),
                gettext("单位"), {"kind": "department", "group": "city"})  # fmt: skip
    return take(request, step)


@page("people.edit")
def unit_edit(request: StaffRequest, unit_id: UUID) -> HttpResponse:
    """Change what a unit's card says; the code stays."""
    unit = _unit(unit_id)
    initial = {name: getattr(unit, name) for name in UnitForm.base_fields if name not in {*NAMED, "alone"}}
    initial |= {name: str(getattr(unit, f"{name}_id") or "") for name in NAMED}
    initial["division"] = unit.division.code if unit.division else ""

    def form(*args: Any, **more: Any) -> UnitForm:
        return UnitForm(*args, **{**more, "initial": {**initial, **(more.get("initial") or {})}})

    back = reverse("desk:unit", args=[unit.pk])
    step = Step(CHANGE, form, lambda given: _save(request, {**given, "code": unit.code}),
                reverse("desk:unit_edit", args=[unit.pk]), back, unit.short_name)  # fmt: skip
    return take(request, step)


def _save(request: StaffRequest, given: dict[str, Any]) -> Unit:
    values = dict(given)
    code = values.pop("division").strip()
    division = division_by_code(code) if code else None
    if code and division is None:
        raise Refused("people.unknown_division", given=code)
    for name in NAMED:
        values[name] = _unit(UUID(values[name])) if values[name] else None
    _ask_for_successor(values)
    return actions.save_unit(
        actor=request.actor, division=division, **{**values, "official_order": values["official_order"] or 0}
    )


def _ask_for_successor(values: dict[str, Any]) -> None:
    """Who ends a unit that has a record is asked who succeeds it, and may say that nobody does."""
    alone, unit = values.pop("alone"), selectors.unit_by_code(values["code"])
    if unit is None or values["valid_to"] is None or values["successor"] is not None or alone:
        return
    if unit.valid_to is None and any(record_of(unit)):
        raise Refused("common.invalid", fields=(FieldProblem("successor", "missing", ASKED),))


class ChargeForm(forms.Form):
    """One line for each place of the card: the user name, and the title borne there."""

    def __init__(self, *args: Any, unit: Unit, **options: Any) -> None:
        standing = {row.kind: row for row in unit.charges.select_related("person")}
        initial = {kind: row.person.username for kind, row in standing.items()}
        initial |= {f"{kind}_title": row.title for kind, row in standing.items()}
        super().__init__(*args, **{**options, "initial": {**initial, **(options.get("initial") or {})}})
        people = selectors.valid_posts().filter(unit=unit).values_list("person__username", "person__name")
        self.offered = dict(people)
        hint = "、".join(f"{name}（{username}）" for username, name in list(self.offered.items())[:12])
        for kind, label in ChargeKind.choices:
            self.fields[kind] = forms.CharField(label=gettext(str(label)), required=False, max_length=60)
            self.fields[f"{kind}_title"] = forms.CharField(
                label=gettext("%(place)s职务") % {"place": gettext(str(label))}, required=False, max_length=60
            )
        said = gettext("填用户名或姓名，留空为空缺。本单位在岗：%(people)s") % {"people": hint or "—"}
        self.fields[ChargeKind.HEAD].help_text = said


@page("people.edit")
def unit_charges(request: StaffRequest, unit_id: UUID) -> HttpResponse:
    """Who stands for the unit."""
    unit = _unit(unit_id)

    def form(*args: Any, **more: Any) -> ChargeForm:
        return ChargeForm(*args, unit=unit, **more)

    def run(given: dict[str, Any]) -> object:
        wanted = {kind: _named(given[kind], given[f"{kind}_title"], unit) for kind in ChargeKind.values}
        return charging.set_charges(actor=request.actor, unit=unit, given=wanted)

    back = reverse("desk:unit", args=[unit.pk])
    step = Step(CHARGE, form, run, reverse("desk:unit_charges", args=[unit.pk]), back, unit.short_name)
    return take(request, step)


def _named(text: str, title: str, unit: Unit) -> tuple[Person, str] | None:
    """The person of that user name or name, of the unit where several bear it."""
    said = text.strip()
    if not said:
        return None
    found = selectors.person_named(said, unit)
    if found is None:
        raise Refused("people.unknown_person", given=said[:20])
    return found, title


def _unit(unit_id: UUID) -> Unit:
    unit = selectors.units().filter(pk=unit_id).first()
    if unit is None:
        raise Refused("common.not_found")
    return unit


@page("people.edit")
def unit_book(_request: StaffRequest) -> HttpResponse:
    """What stands, as a workbook that may come back."""
    return as_workbook(sheets.write_filled, f"单位人员-{clock.today().date():%Y%m%d}")
