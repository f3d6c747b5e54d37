"""What is done with drives: setting up, the checklist, filling it in, re-checking, mending."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.campaigns import actions, drive_imports
from chuangcheng.campaigns import drive_selectors as selectors
from chuangcheng.campaigns.models import DriveGap, DrivePlace, SubjectKind
from chuangcheng.campaigns.states import DRIVE, DRIVE_GAP, DRIVE_PLACE
from chuangcheng.desk import choices
from chuangcheng.desk.campaigns.drives import drive_url, place_url
from chuangcheng.desk.campaigns.moves import day, worded, words
from chuangcheng.desk.forms import NumberField, PhotosField
from chuangcheng.desk.moving import Step, take
from chuangcheng.desk.workbooks import Import, as_workbook, take_workbook
from chuangcheng.kernel import clock
from chuangcheng.kernel.attainment import Item
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import selectors as people
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest

SET_UP = Move("set_up", (), None, "drives.edit", Label("设立达标创建", "Set up a drive"))
ENROL = Move("enrol", (), None, "drives.edit", Label("列入全部对象", "Take in all places"))
RECHECK = Move("recheck", (), None, "drives.recheck", Label("复核", "Re-check"))
IMPORTS = {"checklist": drive_imports.import_checklist, "places": drive_imports.import_places}


class DriveForm(forms.Form):
    """A drive."""

    title = forms.CharField(label=_("名称"), max_length=100)
    about = words(_("说明"), required=False)
    subject_kind = forms.ChoiceField(label=_("对象"))
    from_on = day(_("开始"))
    until_on = day(_("结束"))
    met_from = forms.IntegerField(label=_("达标分（不少于）"), min_value=1, max_value=100)
    improve_from = forms.IntegerField(label=_("需提升分（不少于）"), min_value=1, max_value=100,
                                      help_text=_("低于此分为薄弱"))  # fmt: skip
    fix_days = forms.IntegerField(label=_("整改期限（天）"), min_value=1, max_value=366)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["subject_kind"].choices = worded(SubjectKind)  # type: ignore[attr-defined]


class Checklist(forms.Form):
    """The checklist as questions."""

    def __init__(self, *args: Any, items: list[Item], **options: Any) -> None:
        super().__init__(*args, **options)
        self.items = items
        for item in items:
            name = f"{item.code} {item.text}" + (gettext("（必达）") if item.must else "")
            self.fields[f"i_{item.code}"] = self._number(item, name) if item.answer == "number" else forms.ChoiceField(
                label=name, widget=forms.RadioSelect, choices=[("yes", gettext("是")), ("no", gettext("否"))]
            )  # fmt: skip
        self.fields["words"] = words(_("说明"), required=False)

    @staticmethod
    def _number(item: Item, name: str) -> NumberField:
        bounds = [
            gettext("不少于 %(n)s") % {"n": item.at_least} if item.at_least is not None else "",
            gettext("不多于 %(n)s") % {"n": item.at_most} if item.at_most is not None else "",
        ]
        return NumberField(label=name, max_digits=12, decimal_places=2, help_text=" ".join(filter(None, bounds)))

    def answers(self) -> dict[str, Any]:
        """What was answered, as the action wants it."""
        given = {item.code: self.cleaned_data[f"i_{item.code}"] for item in self.items}
        return {code: value == "yes" if isinstance(value, str) else str(value) for code, value in given.items()}


class RecheckForm(forms.Form):
    """What was found."""

    failed = forms.MultipleChoiceField(label=_("现场不合格的项"), required=False, widget=forms.CheckboxSelectMultiple,
                                       help_text=_("都合格就不勾选"))  # fmt: skip
    words = words(_("复核情况"), required=False, hint=_("有不合格项时必填"))

    def __init__(self, *args: Any, items: list[Item], **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [(item.code, f"{item.code} {item.text}") for item in items]
        self.fields["failed"].choices = offered  # type: ignore[attr-defined]


class Assign(forms.Form):
    """Who mends it, by when."""

    unit = forms.ChoiceField(label=_("责任单位"))
    due_on = day(_("时限"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = choices.units()  # type: ignore[attr-defined]


class Mended(forms.Form):
    """What was done."""

    words = words(_("整改情况"))
    shots = PhotosField(label=_("整改后照片"))


@page("drives.edit")
def drive_new(request: StaffRequest) -> HttpResponse:
    """Set up a drive."""
    today = clock.today().date()
    initial = {
        "from_on": today,
        "until_on": today + timedelta(days=90),
        "met_from": 90,
        "improve_from": 60,
        "fix_days": 30,
    }

    def run(given: dict[str, Any]) -> object:
        return actions.save_drive(actor=request.actor, given=actions.DriveInput(**given))

    back = reverse("desk:drives")
    return take(request, Step(SET_UP, DriveForm, run, reverse("desk:drive_new"), back, gettext("达标创建"), initial))


@page("drives.edit")
def drive_move(request: StaffRequest, drive_id: UUID, name: str) -> HttpResponse:
    """Change, open, close, take in every place."""
    row = selectors.get_drive_for(request.actor, drive_id)
    url, back = reverse("desk:drive_move", args=[row.pk, name]), drive_url(row)
    if name == "amend":
        initial = {each: getattr(row, each) for each in DriveForm.base_fields}

        def amend(given: dict[str, Any]) -> object:
            return actions.save_drive(actor=request.actor, given=actions.DriveInput(**given, id=row.pk))

        return take(request, Step(DRIVE.move(name), DriveForm, amend, url, back, row.title, initial))
    if name not in ("open", "close", "enrol"):
        raise Refused("common.not_found")

    def run(_given: dict[str, Any]) -> object:
        if name == "enrol":
            return actions.enrol(actor=request.actor, drive_id=row.pk)
        return actions.move_drive(actor=request.actor, drive_id=row.pk, move=name)

    return take(request, Step(ENROL if name == "enrol" else DRIVE.move(name), forms.Form, run, url, back, row.title))


@page("drives.edit")
def drive_import(request: StaffRequest, drive_id: UUID, kind: str) -> HttpResponse:
    """A checklist or places out of a workbook: ``try`` reads it all and keeps nothing."""
    row = selectors.get_drive_for(request.actor, drive_id)
    if kind not in IMPORTS:
        raise Refused("common.not_found")
    template = reverse("desk:drive_template", args=[kind])
    run = partial(IMPORTS[kind], request.actor, row.pk)
    return take_workbook(request, Import(row.title, run, drive_url(row), template))


@page("drives.edit")
def drive_template(_request: StaffRequest, kind: str) -> HttpResponse:
    """The empty workbook."""
    if kind not in IMPORTS:
        raise Refused("common.not_found")
    name = {"checklist": "达标清单模板", "places": "达标对象模板"}[kind]
    return as_workbook(partial(drive_imports.write_template, kind), name)


@page("drives.view")
def place_move(request: StaffRequest, place_id: UUID, name: str) -> HttpResponse:
    """Fill in, re-check, take a claim back."""
    row = selectors.get_place_for(request.actor, place_id)
    url, back = reverse("desk:drive_place_move", args=[row.pk, name]), place_url(row)
    if name == "fill":
        return _fill(request, row, url)
    if name == "withdraw":

        def withdraw(_given: dict[str, Any]) -> object:
            return actions.withdraw_claim(actor=request.actor, place_id=row.pk)

        return take(request, Step(DRIVE_PLACE.move(name), forms.Form, withdraw, url, back, row.name))
    if name not in ("confirm", "overturn"):
        raise Refused("common.not_found")

    def check(given: dict[str, Any]) -> object:
        return actions.recheck(actor=request.actor, place_id=row.pk, **given)

    def form(*args: Any, **options: Any) -> RecheckForm:
        return RecheckForm(*args, items=row.drive.checklist, **options)

    return take(request, Step(RECHECK, form, check, url, back, row.name))


def _fill(request: StaffRequest, row: DrivePlace, url: str) -> HttpResponse:
    made: list[Checklist] = []
    latest = row.assessments.first()
    initial = {
        f"i_{code}": ("yes" if value else "no") if isinstance(value, bool) else value
        for code, value in (latest.answers if latest else {}).items()
    }

    def form(*args: Any, **options: Any) -> Checklist:
        made.append(Checklist(*args, items=row.drive.checklist, **options))
        return made[-1]

    def run(given: dict[str, Any]) -> object:
        answers = made[-1].answers()
        return actions.fill_in(actor=request.actor, place_id=row.pk, answers=answers, words=given["words"])

    return take(request, Step(DRIVE_PLACE.move("fill"), form, run, url, place_url(row), row.name, initial))


@page("drives.view")
def gap_move(request: StaffRequest, gap_id: UUID, name: str) -> HttpResponse:
    """Owner and date, mended with proof, or a task."""
    gap = selectors.get_gap_for(request.actor, gap_id)
    forms_of = {"assign": Assign, "finish": Mended, "task": forms.Form}
    if name not in forms_of:
        raise Refused("common.not_found")
    initial = {"unit": str(gap.unit_id), "due_on": gap.due_on}
    url, back = reverse("desk:gap_move", args=[gap.pk, name]), _back(request, gap)

    def run(given: dict[str, Any]) -> object:
        return _mend(request, gap, name, given)

    return take(request, Step(DRIVE_GAP.move(name), forms_of[name], run, url, back, gap.asks, initial))


def _back(request: StaffRequest, gap: DriveGap) -> str:
    """The place, or the ledger for who sees the row alone."""
    seen = selectors.places(request.actor).filter(pk=gap.place_id).exists()
    return place_url(gap.place) if seen else reverse("desk:drive_gaps")


def _mend(request: StaffRequest, gap: DriveGap, name: str, given: dict[str, Any]) -> object:
    if name == "task":
        return actions.make_task(actor=request.actor, gap_id=gap.pk)
    if name == "finish":
        shots = [file.read() for file in given["shots"]]
        return actions.finish_gap(actor=request.actor, gap_id=gap.pk, words=given["words"], shots=shots)
    unit = {str(each.pk): each for each in people.units()}[given["unit"]]
    return actions.assign_gap(actor=request.actor, gap_id=gap.pk, unit=unit, due_on=given["due_on"])
