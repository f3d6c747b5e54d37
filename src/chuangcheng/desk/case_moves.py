"""The moves of a case: the form of each, and the action it calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from chuangcheng.cases import actions, owners, selectors, substeps
from chuangcheng.cases.links import LIVE
from chuangcheng.cases.models import Assignment, Case
from chuangcheng.cases.reading import masked
from chuangcheng.cases.routing import suggest
from chuangcheng.cases.states import CASE
from chuangcheng.desk import forms, merging
from chuangcheng.desk.moving import Step, take
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.photos.models import PhotoRole
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


def _show_photos(actor: Actor, case: Case, given: Given) -> None:
    for photo in given["photos"]:
        actions.add_photo(actor=actor, case_id=case.pk, role=PhotoRole.EVIDENCE, data=photo.read())


def _add_co(actor: Actor, case: Case, given: Given) -> object:
    return actions.add_co(actor=actor, case_id=case.pk, unit_id=UUID(given["unit"]), due_at=given["due_at"])


def _release_co(actor: Actor, case: Case, given: Given) -> object:
    return actions.release_co(actor=actor, case_id=case.pk, unit_id=UUID(given["unit"]), note=given["note"])


def _finish_co(actor: Actor, case: Case, given: Given) -> object:
    _show_photos(actor, case, given)
    return actions.finish_co(actor=actor, case_id=case.pk, note=given["note"])


def _plan(actor: Actor, case: Case, given: Given) -> object:
    holder = str(case.holder_id)
    lines = (tuple(given[f"{name}{n}"] for name in ("name", "unit", "due")) for n in range(1, forms.Plan.LINES + 1))
    steps = [actions.StepInput(name, UUID(unit or holder), due) for name, unit, due in lines if name.strip()]
    return actions.plan_steps(actor=actor, case_id=case.pk, steps=steps)


def _finish_step(actor: Actor, case: Case, given: Given) -> object:
    _show_photos(actor, case, given)
    return actions.finish_step(actor=actor, case_id=case.pk, step_id=UUID(given["step"]), note=given["note"])


def _ask_owner(actor: Actor, case: Case, given: Given) -> object:
    units = [UUID(unit) for unit in given["units"]]
    return actions.ask_owner(actor=actor, case_id=case.pk, unit_ids=units, note=given["note"])


def _owner(action: Callable[..., object]) -> Run:
    def run(actor: Actor, case: Case, given: Given) -> object:
        return action(actor=actor, case_id=case.pk, unit_id=UUID(given["unit"]), note=given["note"])

    return run


def _offer_candidates(_actor: Actor, case: Case) -> Given:
    return {"first": [(str(unit.pk), unit.short_name) for unit in owners.candidates(case)]}


def _offer_owners(_actor: Actor, case: Case) -> Given:
    """The units that said yes."""
    search = owners.open_search(case)
    asks = search.asks.select_related("unit").filter(answer="yes") if search else ()
    return {"offered": [(str(ask.unit_id), ask.unit.short_name) for ask in asks]}


def _offer_helpers(_actor: Actor, case: Case) -> Given:
    return {"helpers": [(str(link.unit_id), link.unit.short_name) for link in _helpers(case)]}


def _offer_units(_actor: Actor, case: Case) -> Given:
    lead = [(str(case.holder_id), case.holder.short_name)] if case.holder else []
    return {"units": lead + [(str(link.unit_id), link.unit.short_name) for link in _helpers(case)]}


def _helpers(case: Case) -> list[Assignment]:
    return [link for link in selectors.chain_of(case) if link.role == "co" and link.state in LIVE]


def _offer_steps(actor: Actor, case: Case) -> Given:
    """The steps that this actor may call done: the lead all of them, a supporting unit its own."""
    post = rights.post_of(actor)
    mine = [
        step
        for step in substeps.of_case(case)
        if step.state == "planned" and post and post.unit_id in (step.unit_id, case.holder_id)
    ]
    return {"offered": [(str(step.pk), f"{step.place}. {masked(step.name)}") for step in mine]}


#: What the form of a move offers, where that hangs on the case.
OFFERS: dict[str, Callable[[Actor, Case], Given]] = {
    "release_co": _offer_helpers, "plan": _offer_units, "finish_step": _offer_steps,
    "ask_owner": _offer_candidates, "name_owner": _offer_owners,
}  # fmt: skip


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
    "claim": (forms.Nothing, _plainly(actions.claim_case)),
    "add_co": (forms.AddCo, _add_co),
    "release_co": (forms.ReleaseCo, _release_co),
    "finish_co": (forms.FinishCo, _finish_co),
    "plan": (forms.Plan, _plan),
    "finish_step": (forms.FinishStep, _finish_step),
    "flag": (forms.Flag, _plainly(actions.flag_case)),
    "unflag": (forms.Unflag, _plainly(actions.unflag_case)),
    "accept": (forms.Nothing, _plainly(actions.accept_case)),
    "return_up": (forms.Return, _plainly(actions.return_case)),
    "send_back": (forms.Return, _plainly(actions.return_case)),
    "escalate": (forms.Return, _plainly(actions.return_case)),
    "arbitrate": (forms.Arbitrate, _arbitrate),
    "seek_owner": (forms.Remark, _plainly(actions.seek_owner)),
    "ask_owner": (forms.AskOwner, _ask_owner),
    "answer_owner": (forms.AnswerOwner, _plainly(actions.answer_owner)),
    "name_owner": (forms.NameOwner, _owner(actions.name_owner)),
    "rule_owner": (forms.RuleOwner, _owner(actions.rule_owner)),
    "no_owner": (forms.Nobodys, _plainly(actions.no_owner)),
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
        form=partial(form, **OFFERS[name](request.actor, case)) if name in OFFERS else form,
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
