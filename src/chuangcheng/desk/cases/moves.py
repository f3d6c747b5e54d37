"""The moves of a case: the form of each, and the action it calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from chuangcheng.cases import actions, owners, selectors, substeps
from chuangcheng.cases.links import LIVE
from chuangcheng.cases.models import Assignment, Case
from chuangcheng.cases.reading import masked
from chuangcheng.cases.routing import suggest
from chuangcheng.cases.states import CASE
from chuangcheng.desk import forms
from chuangcheng.desk.cases import merging
from chuangcheng.desk.cases.pages import case_url
from chuangcheng.desk.moving import Given, Moves, Run, plainly
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.photos.models import PhotoRole
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest


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


MOVES = Moves(CASE.move, "desk:case_move", case_url, {
    **plainly("case_id", {
        "claim": (forms.Nothing, actions.claim_case),
        "flag": (forms.Flag, actions.flag_case),
        "unflag": (forms.Unflag, actions.unflag_case),
        "accept": (forms.Nothing, actions.accept_case),
        "return_up": (forms.Return, actions.return_case),
        "send_back": (forms.Return, actions.return_case),
        "escalate": (forms.Return, actions.return_case),
        "seek_owner": (forms.Remark, actions.seek_owner),
        "answer_owner": (forms.AnswerOwner, actions.answer_owner),
        "no_owner": (forms.Nobodys, actions.no_owner),
        "rework": (forms.Rework, actions.rework_case),
        "verify": (forms.Remark, actions.verify_case),
        "close": (forms.Remark, actions.close_case),
        "ask_extension": (forms.AskExtension, actions.ask_extension),
        "ask_suspension": (forms.AskSuspension, actions.ask_suspension),
        "resume": (forms.Nothing, actions.resume_case),
        "reopen": (forms.Reopen, actions.reopen_case),
        "void": (forms.Void, actions.void_case),
        "unmerge": (forms.Remark, actions.unmerge_case),
        "deny_relapse": (merging.Deny, actions.deny_relapse),
    }),
    "dispatch": (forms.Dispatch, _dispatch),
    "pass_on": (forms.PassOn, _pass_on),
    "add_co": (forms.AddCo, _add_co),
    "release_co": (forms.ReleaseCo, _release_co),
    "finish_co": (forms.FinishCo, _finish_co),
    "plan": (forms.Plan, _plan),
    "finish_step": (forms.FinishStep, _finish_step),
    "arbitrate": (forms.Arbitrate, _arbitrate),
    "ask_owner": (forms.AskOwner, _ask_owner),
    "name_owner": (forms.NameOwner, _owner(actions.name_owner)),
    "rule_owner": (forms.RuleOwner, _owner(actions.rule_owner)),
    "handle": (forms.Handle, _handle),
    "extend": (forms.Nothing, _decide(True)),
    "suspend": (forms.Nothing, _decide(True)),
    "decline": (forms.Nothing, _decide(False)),
    "merge": (merging.Merge, merging.merge),
    "split": (merging.Split, merging.split),
})  # fmt: skip


@page("cases.view")
def case_move(request: StaffRequest, case_id: UUID, name: str) -> HttpResponse:
    """The form of one move."""
    case, more = selectors.get_case_for(request.actor, case_id), dict[str, Any]()
    if name == "split":
        more["form"] = merging.split_form(request.actor, case)
    elif name in OFFERS:
        more["form"] = partial(MOVES.known[name][0], **OFFERS[name](request.actor, case))
    elif name == "dispatch":
        more["initial"], more["lead"] = _suggestion(case)
    return MOVES.take(request, case, name, **more)


def _suggestion(case: Case) -> tuple[Given | None, str]:
    found = suggest(case.category.code if case.category else "", case.division_path, case.source)
    if found is None:
        return None, ""
    why = found.explanation.text(language())
    said = _("建议派给%(unit)s：%(why)s") % {"unit": found.unit.short_name, "why": why}
    if found.supports:
        said += _("；协办：%(units)s") % {"units": "、".join(unit.short_name for unit in found.supports)}
    return {"unit": str(found.unit.pk), "co_units": [str(unit.pk) for unit in found.supports]}, said
