"""What is done with an entry of a risk ledger: entering it, and each move with its form."""

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
from chuangcheng.desk.risks.pages import risk_url
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.risk_matrix import LIKELIHOOD, SEVERITY
from chuangcheng.kernel.states import Move
from chuangcheng.people import selectors as people
from chuangcheng.risks import actions, selectors
from chuangcheng.risks.models import Risk, RiskKind
from chuangcheng.risks.states import RISK
from chuangcheng.tasks.persons import find_person
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

ENTER = Move("enter", (), None, "risks.edit", Label("登记问题风险", "Enter a risk"))


def wording(label: Any, *, required: bool = True, rows: int = 3, hint: Any = "") -> forms.CharField:
    """A field for free words."""
    return forms.CharField(label=label, required=required, max_length=2000, help_text=hint,
                           widget=forms.Textarea(attrs={"rows": rows}))  # fmt: skip


def day(label: Any, *, required: bool = True) -> forms.DateField:
    """A field for a day."""
    return forms.DateField(label=label, required=required, widget=DayInput())


def _steps(table: dict[int, Label]) -> list[tuple[int, str]]:
    return [(step, f"{step} {label.text(language())}") for step, label in table.items()]


class Assess(forms.Form):
    """How grave, how likely."""

    severity = forms.TypedChoiceField(label=_("严重程度"), coerce=int)
    likelihood = forms.TypedChoiceField(label=_("可能性"), coerce=int)
    words = wording(_("说明"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, table in (("severity", SEVERITY), ("likelihood", LIKELIHOOD)):
            self.fields[name].choices = _steps(table)  # type: ignore[attr-defined]


class Enter(Assess):
    """A new entry."""

    unit = forms.ChoiceField(label=_("单位"))
    kind = forms.ChoiceField(label=_("类别"))
    words = wording(_("问题或风险"))
    place = forms.CharField(label=_("对象"), required=False, max_length=120, help_text=_("地点、事项或人群"))
    measures = wording(_("措施"), required=False)
    owner = forms.CharField(label=_("责任人"), required=False, max_length=60, help_text=_("姓名或用户名"))
    due_on = day(_("时限"), required=False)
    review_on = day(_("下次复查"), required=False)
    field_order = ("unit", "kind", "words", "place", "severity", "likelihood")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = [(code, gettext(str(label))) for code, label in RiskKind.choices]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", gettext("请选择")), *choices.units()]  # type: ignore[attr-defined]


class Handle(forms.Form):
    """Measures."""

    measures = wording(_("措施"))
    owner = forms.CharField(label=_("责任人"), required=False, max_length=60, help_text=_("姓名或用户名"))
    due_on = day(_("时限"))
    review_on = day(_("下次复查"), required=False)
    words = wording(_("说明"), required=False, rows=2)


class Said(forms.Form):
    """A word that must be said."""

    words = wording(_("说明"))


class Review(Said):
    """A look, and when the next one is."""

    review_on = day(_("下次复查"), required=False)


class Accept(Said):
    """Accepted, to be looked at again."""

    review_on = day(_("下次复查"))


class Link(forms.Form):
    """Which work deals with it."""

    number = forms.CharField(label=_("任务或案件编号"), max_length=40)


FORMS: dict[str, type[forms.Form]] = {
    "handle": Handle, "assess": Assess, "review": Review, "link": Link, "relieve": Said, "relapse": Said,
    "accept": Accept, "reopen": Said, "close": Said,
}  # fmt: skip


@page("risks.edit")
def risk_new(request: StaffRequest) -> HttpResponse:
    """Enter a problem or risk, of one's own unit as a rule."""

    def run(given: dict[str, Any]) -> object:
        unit = people.units().get(pk=given["unit"])
        fields = {name: value for name, value in given.items() if name not in ("unit", "words", "owner")}
        owner = find_person(given["owner"], unit)
        return actions.enter_risk(
            actor=request.actor, given=actions.RiskInput(unit=unit, matter=given["words"], owner=owner, **fields)
        )

    own = str(request.post.unit_id) if request.post else ""
    step = Step(ENTER, Enter, run, reverse("desk:risk_new"), reverse("desk:risks"), gettext("问题风险台账"),
                {"unit": own, "severity": 3, "likelihood": 3, "kind": "other"})  # fmt: skip
    return take(request, step)


@page("risks.edit")
def risk_move(request: StaffRequest, risk_id: UUID, name: str) -> HttpResponse:
    """The form of one move."""
    risk = selectors.get_risk_for(request.actor, risk_id)
    if name not in FORMS:
        raise Refused("common.not_found")

    def run(given: dict[str, Any]) -> object:
        if name == "link":
            return actions.link_risk(actor=request.actor, risk_id=risk.pk, number=given["number"])
        if "owner" in given:
            given = {**given, "owner": find_person(given["owner"], risk.unit)}
        return actions.move_risk(actor=request.actor, risk_id=risk.pk, move=name, **given)

    url = reverse("desk:risk_move", args=[risk.pk, name])
    return take(request, Step(RISK.move(name), FORMS[name], run, url, risk_url(risk), risk.number, _initial(risk)))


def _initial(risk: Risk) -> dict[str, Any]:
    return {
        "severity": risk.severity, "likelihood": risk.likelihood, "measures": risk.measures, "due_on": risk.due_on,
        "owner": risk.owner.username if risk.owner else "",
    }  # fmt: skip
