"""The moves of a case: the form of each, and the action it calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from chuangcheng.cases import actions, selectors
from chuangcheng.cases.models import Case
from chuangcheng.cases.routing import suggest
from chuangcheng.cases.states import CASE
from chuangcheng.desk import forms, merging
from chuangcheng.desk.moving import Step, take
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

Given = dict[str, Any]
Run = Callable[[Actor, Case, Given], object]


def _dispatch(actor: Actor, case: Case, given: Given) -> object:
    helpers = tuple(UUID(unit) for unit in given["co_units"])
    return actions.dispatch_case(
        actor=actor, case_id=case.pk, unit_id=UUID(given["unit"]), due_at=given["due_at"], co_units=helpers
    )


def _pass_on(actor: Actor, case: Case, given: Given) -> object:
    return actions.pass_on(actor=actor, case_id=case.pk, unit_id=UUID(given["unit"]), due_at=given["due_at"])


def _arbitrate(actor: Actor, case: Case, given: Given) -> object:
    return actions.arbitrate_case(actor=actor, case_id=case.pk, unit_id=UUID(given["unit"]), note=given["note"])


def _handle(actor: Actor, case: Case, given: Given) -> object:
    for photo in given["photos"]:
        actions.add_after_photo(actor=actor, case_id=case.pk, data=photo.read())
    return actions.handle_case(actor=actor, case_id=case.pk, outcome=given["outcome"], note=given["note"])


def _decide(granted: bool) -> Run:
    def run(actor: Actor, case: Case, _given: Given) -> object:
        petition = selectors.petition_of(case)
        if petition is None:
            raise Refused("state.stale")
        return actions.decide_petition(actor=actor, petition_id=petition.pk, granted=granted)

    return run


def _plainly(action: Callable[..., object]) -> Run:
    """An action whose parameters are the form's fields."""

    def run(actor: Actor, case: Case, given: Given) -> object:
        return action(actor=actor, case_id=case.pk, **given)

    return run


MOVES: dict[str, tuple[type[django_forms.Form], Run]] = {
    "dispatch": (forms.Dispatch, _dispatch),
    "pass_on": (forms.PassOn, _pass_on),
    "accept": (forms.Nothing, _plainly(actions.accept_case)),
    "return_up": (forms.Return, _plainly(actions.return_case)),
    "send_back": (forms.Return, _plainly(actions.return_case)),
    "escalate": (forms.Return, _plainly(actions.return_case)),
    "arbitrate": (forms.Arbitrate, _arbitrate),
    "handle": (forms.Handle, _handle),
    "rework": (forms.Rework, _plainly(actions.rework_case)),
    "verify": (forms.Remark, _plainly(actions.verify_case)),
    "close": (forms.Remark, _plainly(actions.close_case)),
    "ask_extension": (forms.AskExtension, _plainly(actions.ask_extension)),
    "ask_suspension": (forms.AskSuspension, _plainly(actions.ask_suspension)),
    "extend": (forms.Nothing, _decide(True)),
    "suspend": (forms.Nothing, _decide(True)),
    "decline": (forms.Nothing, _decide(False)),
    "resume": (forms.Nothing, _plainly(actions.resume_case)),
    "reopen": (forms.Reopen, _plainly(actions.reopen_case)),
    "void": (forms.Void, _plainly(actions.void_case)),
    "merge": (merging.Merge, merging.merge),
    "unmerge": (forms.Remark, _plainly(actions.unmerge_case)),
    "split": (merging.Split, merging.split),
    "deny_relapse": (merging.Deny, _plainly(actions.deny_relapse)),
}


@page("cases.view")
def case_move(request: StaffRequest, case_id: UUID, name: str) -> HttpResponse:
    """The form of one move; the action itself judges rights and state once more."""
    case = selectors.get_case_for(request.actor, case_id)
    if name not in MOVES:
        raise Refused("common.not_found")
    form, run = MOVES[name]
    if name == "split":
        form = merging.split_form(request.actor, case)
    initial, lead = _suggestion(case) if name == "dispatch" else (None, "")
    step = Step(
        move=CASE.move(name),
        form=form,
        run=lambda given: run(request.actor, case, given),
        url=reverse("desk:case_move", args=[case.pk, name]),
        back=reverse("desk:case", args=[case.pk]),
        subject=case.number,
        initial=initial,
        lead=lead,
    )
    return take(request, step)


def _suggestion(case: Case) -> tuple[Given | None, str]:
    found = suggest(case.category.code if case.category else "", case.division_path, case.source)
    if found is None:
        return None, ""
    why = found.explanation.text(language())
    said = _("建议派给%(unit)s：%(why)s") % {"unit": found.unit.short_name, "why": why}
    if found.supports:
        said += _("；协办：%(units)s") % {"units": "、".join(unit.short_name for unit in found.supports)}
    return {"unit": str(found.unit.pk), "co_units": [str(unit.pk) for unit in found.supports]}, said
