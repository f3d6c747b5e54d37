"""The moves of a report: triage and confirmation."""

from __future__ import annotations

from collections.abc import Callable
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
from chuangcheng.desk.complaints import Refer
from chuangcheng.desk.moving import Step, take
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.states import StateTable
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

Given = dict[str, Any]
Run = Callable[[Actor, Report, Given], object]


def _ask_confirm(actor: Actor, report: Report, _given: Given) -> object:
    return actions.ask_confirm(actor=actor, report_id=report.pk)


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


def _refuse(actor: Actor, report: Report, given: Given) -> object:
    return actions.refuse_report(actor=actor, report_id=report.pk, reason_code=given["reason_code"])


def _grant(actor: Actor, report: Report, _given: Given) -> object:
    return actions.grant_reopen(actor=actor, report_id=report.pk)


def _decline(actor: Actor, report: Report, given: Given) -> object:
    return actions.decline_reopen(actor=actor, report_id=report.pk, reason_code=given["reason_code"])


class Decline(django_forms.Form):
    """Why a plea to reopen is declined; the citizen reads it."""

    reason_code = django_forms.ChoiceField(
        label=_("理由"), widget=django_forms.RadioSelect, help_text=_("会告知上报人。")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        said = [(code, label.text(language())) for code, label in DECLINES.items()]
        self.fields["reason_code"].choices = said  # type: ignore[attr-defined]


def _flag(actor: Actor, report: Report, _given: Given) -> object:
    return complaints.flag(actor=actor, report_id=report.pk)


def _refer(actor: Actor, report: Report, given: Given) -> object:
    return complaints.refer(actor=actor, report_id=report.pk, **given)


#: After these the report is a complaint, which its page shows to nobody.
_LEAVE = frozenset({"flag_complaint", "refer"})
MOVES: dict[str, tuple[type[django_forms.Form], Run]] = {
    "ask_confirm": (forms.Nothing, _ask_confirm),
    "confirm": (forms.Found, _confirm),
    "file": (forms.File, _file),
    "link": (forms.Link, _link),
    "refuse": (forms.Refuse, _refuse),
    "flag_complaint": (forms.Nothing, _flag),
    "refer": (Refer, _refer),
    "grant_reopen": (forms.Nothing, _grant),
    "decline_reopen": (Decline, _decline),
}


@page("reports.view")
def report_move(request: StaffRequest, report_id: UUID, name: str) -> HttpResponse:
    """The form of one move of a report."""
    report = selectors.get_report_for(request.actor, report_id)
    if name not in MOVES:
        raise Refused("common.not_found")
    form, run = MOVES[name]
    step = Step(
        move=_table(name).move(name),
        form=form,
        run=lambda given: run(request.actor, report, given),
        url=reverse("desk:report_move", args=[report.pk, name]),
        back=reverse("desk:reports") if name in _LEAVE else reverse("desk:report", args=[report.pk]),
        subject=report.number,
        initial=_category(report) if name == "file" else None,
        lead=text_for(request.actor, report)[:120],
    )
    return take(request, step)


def _table(name: str) -> StateTable:
    tables = (REPORT, COMPLAINT, PLEA)
    return next(table for table in tables if name in {move.name for move in table.moves})


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
