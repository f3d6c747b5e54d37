"""What is done with sponsorships: entering one and ending it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk import choices
from chuangcheng.desk.forms import DayInput
from chuangcheng.desk.moving import Step, take
from chuangcheng.desk.people.sponsorships import sponsorship_url
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Person
from chuangcheng.places.selectors import division_by_code
from chuangcheng.sites.compounds.selectors import compound_by_code
from chuangcheng.sites.selectors import site_by_code
from chuangcheng.sites.sponsorship import actions, selectors
from chuangcheng.sites.sponsorship.actions import SponsorshipInput
from chuangcheng.sites.sponsorship.subjects import Place
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest

BIND = Move("bind", (), None, actions.EDIT, Label("安排包联", "Arrange a sponsorship"))
END = Move("end", (), None, actions.EDIT, Label("结束包联", "End the sponsorship"))


class BindForm(forms.Form):
    """Who stands by what."""

    code = forms.CharField(label=_("对象编码"), max_length=30, help_text=_("社区 12 位代码，或点位、小区编码"))
    unit = forms.ChoiceField(label=_("包联单位"))
    person = forms.CharField(label=_("责任人"), max_length=60, required=False, help_text=_("填用户名或姓名"))
    cadres = forms.IntegerField(label=_("干部人数"), min_value=0, max_value=100_000, required=False)
    valid_from = forms.DateField(label=_("自"), widget=DayInput())
    valid_to = forms.DateField(label=_("至"), required=False, widget=DayInput(), help_text=_("不填为长期"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = [("", gettext("请选择")), *choices.units()]  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """On which day."""

    last_day = forms.DateField(label=_("最后一天"), widget=DayInput())


@page("sponsorships.edit")
def sponsorship_new(request: StaffRequest) -> HttpResponse:
    """Bind a unit to a place."""
    initial = {"valid_from": clock.today().date(), "code": request.GET.get("code", "")[:30]}

    def run(given: dict[str, Any]) -> object:
        units = {str(unit.pk): unit for unit in people.units()}
        unit = units[given["unit"]]
        return actions.save_sponsorship(actor=request.actor, given=SponsorshipInput(
            subject=_place(given["code"].strip()), unit=unit, person=_person(given["person"].strip()),
            cadres=given["cadres"] or 0, valid_from=given["valid_from"], valid_to=given["valid_to"],
        ))  # fmt: skip

    url = reverse("desk:sponsorship_new")
    return take(request, Step(BIND, BindForm, run, url, reverse("desk:sponsorships"), gettext("包联"), initial))


def _place(code: str) -> Place:
    found = division_by_code(code) or site_by_code(code) or compound_by_code(code)
    if found is None:
        raise Refused("sites.unknown_choice", column=gettext("对象编码"), given=code)
    return found


def _person(text: str) -> Person | None:
    if not text:
        return None
    found = people.person_named(text)
    if found is None:
        raise Refused("people.unknown_person", given=text[:20])
    return found


@page("sponsorships.edit")
def sponsorship_end(request: StaffRequest, sponsorship_id: UUID) -> HttpResponse:
    """End a sponsorship."""
    row = selectors.get_sponsorship_for(request.actor, sponsorship_id)

    def run(given: dict[str, Any]) -> object:
        return actions.end_sponsorship(actor=request.actor, sponsorship_id=row.pk, last_day=given["last_day"])

    url = reverse("desk:sponsorship_end", args=[row.pk])
    initial = {"last_day": clock.today().date()}
    return take(request, Step(END, EndForm, run, url, sponsorship_url(row), row.subject.name, initial))
