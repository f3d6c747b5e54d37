"""The moves of a report: triage and confirmation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import actions, complaints, selectors
from chuangcheng.cases.models import Report
from chuangcheng.cases.reading import text_for
from chuangcheng.cases.states import COMPLAINT, DECLINES, PLEA, REPORT
from chuangcheng.cases.triage.advice import advise
from chuangcheng.desk import forms
from chuangcheng.desk.cases.complaints import Refer
from chuangcheng.desk.moving import Given, Moves, plainly
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.states import Move
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest


def _confirm(actor: Actor, report: Report, given: Given) -> object:
    return actions.confirm_report(actor=actor, report_id=report.pk, found=given["found"] == "yes")


def _file(actor: Actor, report: Report, given: Given) -> object:
    return actions.file_report(
        actor=actor, report_id=report.pk, category_code=given["category"], condition=given["condition"],
        severity=int(given["severity"]),
    )  # fmt: skip


def _link(actor: Actor, report: Report, given: Given) -> object:
    case = selectors.visible_cases(actor).filter(number=given["number"].strip()).first()
    if case is None:
        raise Refused("common.invalid", fields=(FieldProblem("number", "unknown", Refused("common.not_found").label),))
    return actions.link_report(actor=actor, report_id=report.pk, case_id=case.pk)


class Decline(django_forms.Form):
    """Why a plea to reopen is declined; the citizen reads it."""

    reason_code = django_forms.ChoiceField(
        label=_("理由"), widget=django_forms.RadioSelect, help_text=_("会告知上报人。")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        said = [(code, label.text(language())) for code, label in DECLINES.items()]
        self.fields["reason_code"].choices = said  # type: ignore[attr-defined]


#: After these the report is a complaint, which its page shows to nobody.
_LEAVE = frozenset({"flag_complaint", "refer"})


def _move(name: str) -> Move:
    return next(move for table in (REPORT, COMPLAINT, PLEA) for move in table.moves if move.name == name)


MOVES = Moves(_move, "desk:report_move", lambda report: reverse("desk:report", args=[report.pk]), {
    **plainly("report_id", {
        "ask_confirm": (forms.Nothing, actions.ask_confirm),
        "refuse": (forms.Refuse, actions.refuse_report),
        "flag_complaint": (forms.Nothing, complaints.flag),
        "refer": (Refer, complaints.refer),
        "grant_reopen": (forms.Nothing, actions.grant_reopen),
        "decline_reopen": (Decline, actions.decline_reopen),
    }),
    "confirm": (forms.Found, _confirm),
    "file": (forms.File, _file),
    "link": (forms.Link, _link),
})  # fmt: skip


@page("reports.view")
def report_move(request: StaffRequest, report_id: UUID, name: str) -> HttpResponse:
    """The form of one move of a report."""
    report = selectors.get_report_for(request.actor, report_id)
    more = {"back": reverse("desk:reports")} if name in _LEAVE else {}
    initial = _category(report) if name == "file" else None
    return MOVES.take(request, report, name, initial=initial, lead=text_for(request.actor, report)[:120], **more)


def _category(report: Report) -> Given | None:
    """The category that a case of the report would have: the reporter's own (for a component its fault), else the one
    suggested."""
    if report.category:
        found = framework.case_category([report.category.code])
    else:
        advice = advise(report)
        found = advice.category if advice else None
    return {"category": found.code} if found else None


@page("reports.triage")
def conditions(request: StaffRequest) -> HttpResponse:
    """The filing conditions of ``?category=`` with their limits: the drop-down that replaces that of the form."""
    given = {name: request.GET.get(name, "")[:40] for name in ("category", "condition")}
    return HttpResponse(forms.File(initial=given)["condition"].as_widget(attrs={"class": "form-select"}))
