"""Citizens' pages: follow what becomes of a report, and what its sender may do. No sign-in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chuangcheng.cases import actions, selectors
from chuangcheng.cases.complaints import told_to_sender
from chuangcheng.cases.models import Report
from chuangcheng.cases.obligations import is_asked_elsewhere
from chuangcheng.cases.publishing import public_photos
from chuangcheng.cases.states import DECLINES, PLEA, REFUSALS, REPORT
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import films
from chuangcheng.portal.forms import CodeForm, FindForm, PleaForm, RatingForm
from chuangcheng.portal.story import stage_of, stage_of_case, steps_of, steps_of_case
from chuangcheng.portal.words import words
from chuangcheng.web import limits
from chuangcheng.web.pages import holds, public
from chuangcheng.web.problems import language, problem_response


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The city's front door: citizens choose what to do, staff go to their desk."""
    if holds(request, "desk.enter"):
        return redirect("desk:home")
    if holds(request, "field.enter"):
        return redirect("field:home")
    return render(request, "portal/home.html", {"words": words()})


@public
@require_http_methods(["GET", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """By number and code to the tracking page."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            limits.check(request, "code")
            found = selectors.public_report_by_number(form.cleaned_data["number"], form.cleaned_data["code"])
            return redirect("portal:track", found.pk)
        except Refused as refused:
            wrong = refused.code == "common.not_found"
            form.add_error(None, _("编号或查询码不对，请再核对一下。") if wrong else refused.message(language()))
    context = {"here": "track", "form": form, "words": words()}
    return render(request, "portal/find.html", context, status=422 if form.errors else 200)


@public
@require_GET
def track(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """What became of the report, for whoever has its link."""
    return _tracking(request, report_id)


@public
@require_GET
def watch(request: HttpRequest, watch_id: UUID) -> HttpResponse:
    """What became of a case, for whoever said "me too"."""
    try:
        limits.check(request, "read")
        found = selectors.public_watch(watch_id)
    except Refused as refused:
        return problem_response(refused, request)
    case = selectors.standing(found.case)
    context = {"here": "track", "case": case, "stage": stage_of_case(case), "steps": steps_of_case(case),
               "words": words()}  # fmt: skip
    return render(request, "portal/watch.html", context)


@public
@require_POST
def withdraw(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The reporter takes it back."""
    return _act(request, report_id, "code", CodeForm(request.POST), lambda given: actions.withdraw_report(
        report_id=report_id, code=given["code"]))  # fmt: skip


@public
@require_POST
def object_once(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The reporter objects to a refusal."""
    return _act(request, report_id, "code", CodeForm(request.POST), lambda given: actions.object_to_refusal(
        report_id=report_id, code=given["code"]))  # fmt: skip


@public
@require_POST
def rate(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The reporter says how it went."""
    return _act(request, report_id, "rating", RatingForm(request.POST), lambda given: actions.rate_report(
        report_id=report_id, code=given["code"], stars=int(given["stars"]), words=given["words"]))  # fmt: skip


@public
@require_POST
def plead(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """The reporter asks to take the case up again."""
    return _act(request, report_id, "plea", PleaForm(request.POST), lambda given: actions.ask_reopen(
        report_id=report_id, code=given["code"], words=given["words"]))  # fmt: skip


def _act(request: HttpRequest, report_id: UUID, name: str, form: Any, action: Any) -> HttpResponse:
    if form.is_valid():
        try:
            limits.check(request, "code")
            action(form.cleaned_data)
            return HttpResponseRedirect("..")
        except Refused as refused:
            form.add_error("code", refused.message(language()))
    return _tracking(request, report_id, {name: form})


def _tracking(request: HttpRequest, report_id: UUID, sent: dict[str, Any] | None = None) -> HttpResponse:
    try:
        limits.check(request, "read")
        found = selectors.public_report(report_id)
    except Refused as refused:
        return problem_response(refused, request)
    forms = {"code": CodeForm(), "rating": RatingForm(), "plea": PleaForm(), **(sent or {})}
    context = {"here": "track", "forms": forms, "report": found, "stage": stage_of(found), "steps": steps_of(found),
               "reason": REFUSALS.get(found.reason_code), "declined": DECLINES.get(found.plea_reason),
               "complaint": told_to_sender(found),
               "films": _films_of(found),
               "photos": public_photos([found.pk]).get(found.pk, []), "words": words(), **_possible(found)}  # fmt: skip
    return render(request, "portal/track.html", context, status=422 if sent else 200)


def _films_of(found: Report) -> list[dict[str, Any]]:
    """What became of its videos; the pictures themselves are on no public page."""
    said = language()
    return [
        {"film": film, "why": films.refusal(film.reason_code).message(said) if film.reason_code else ""}
        for film in (films.of(("report", found.pk)) if found.photos_declared else ())
    ]


def _possible(found: Report) -> dict[str, bool]:
    names = {move.name for move in REPORT.moves_from(found.state)}
    case = found.case
    closed = case.closed_at if case and case.state == "closed" else None
    pleas = {move.name for move in PLEA.moves_from(found.plea_state)}
    fresh = closed is not None and (clock.now() - closed).days < settings.CITY.plea_days
    return {
        "can_withdraw": "withdraw" in names,
        "can_object": "object" in names and not found.objected,
        "can_rate": closed is not None and found.rating is None and not is_asked_elsewhere(found),
        "can_plead": fresh and "ask_reopen" in pleas,
    }
