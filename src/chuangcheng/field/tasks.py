"""What waits for me out there: reports to look at, cases to verify, visits under way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chuangcheng.cases import actions, policies, quickfixes, rechecks, selectors
from chuangcheng.cases.evidence import looks
from chuangcheng.cases.models import Case, QuickFix, Report
from chuangcheng.cases.reading import text_for
from chuangcheng.field import pictures
from chuangcheng.kernel.problems import Refused
from chuangcheng.patrols.models import Visit
from chuangcheng.web.pages import holds, page
from chuangcheng.web.signed_in import StaffRequest

SHOWN = 20


@dataclass(frozen=True, slots=True)
class ReportTask:
    """A report to look at, with its photos."""

    report: Report
    photos: list[pictures.Shown]


@page("field.enter")
@require_GET
def home(request: StaffRequest) -> HttpResponse:
    """My tasks, the most pressing first."""
    confirms = _to_confirm(request)
    context = {
        "here": "home",
        "confirms": [ReportTask(report, pictures.of_report(report.pk)) for report in confirms[:SHOWN]],
        "verifies": _to_verify(request),
        "visits": _under_way(request),
        "looks": _to_look_at(request),
        "rechecks": rechecks.to_answer(request.actor).count() if holds(request, "rechecks.answer") else 0,
        "may_visit": holds(request, "visits.create"),
        "may_report": holds(request, "reports.create"),
        "may_fix": holds(request, "quickfixes.record"),
    }
    return render(request, "field/home.html", context)


def _to_confirm(request: StaffRequest) -> list[Report]:
    if not holds(request, "reports.confirm"):
        return []
    waiting = selectors.visible_reports(request.actor).filter(state="pending_confirm")
    return list(waiting.select_related("category").order_by("confirm_due_at", "received_at")[:SHOWN])


def _to_verify(request: StaffRequest) -> list[Case]:
    """Handled cases in my area that I may verify: not by the unit that handled them."""
    if not (holds(request, "cases.verify") and request.post):
        return []
    handled = selectors.visible_cases(request.actor).filter(state="handled").select_related("category", "handled_unit")
    rows = handled.order_by("handled_at")[: SHOWN * 3]
    return [case for case in rows if policies.may(request.post, case, "verify")][:SHOWN]


def _to_look_at(request: StaffRequest) -> list[QuickFix]:
    return list(quickfixes.to_look_at(request.actor)[:SHOWN]) if holds(request, "quickfixes.look") else []


def _under_way(request: StaffRequest) -> list[Visit]:
    mine = Visit.objects.filter(inspector=request.actor.person_id, state="open").select_related("site")
    return list(mine.order_by("-started_at")[:SHOWN]) if holds(request, "visits.create") else []


@page("reports.confirm")
@require_POST
def confirm(request: StaffRequest, report_id: UUID) -> HttpResponse:
    """I was there: the problem is there, or it is not."""
    found = request.POST.get("found")
    if found not in {"yes", "no"}:
        raise Refused("common.invalid")
    report = actions.confirm_report(actor=request.actor, report_id=report_id, found=found == "yes")
    messages.success(request, _("%(number)s 已反馈，安全存在服务器上。") % {"number": report.number})
    return redirect("field:home")


@page("cases.verify")
@require_GET
def case(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """One case to verify: what was wrong, what was done, and two buttons."""
    found = selectors.get_case_for(request.actor, case_id)
    names = {move.name for move in selectors.moves_for(request.actor, found)}
    own = pictures.of_case(found.pk)
    after = [shown for shown in own if shown.photo.role == "after"]
    before = [
        *(shown for shown in own if shown.photo.role != "after"),
        *pictures.behind_case(found),
        *(shown for report in found.reports.all()[:3] for shown in pictures.of_report(report.pk)),
    ]
    context = {
        "case": found,
        "words": text_for(request.actor, found),
        "before": before,
        "after": after,
        "looks": looks(found, [shown.photo for shown in (*before, *after)]),
        "can_verify": "verify" in names,
        "can_rework": "rework" in names,
    }
    return render(request, "field/case.html", context)


@page("cases.verify")
@require_POST
def verify(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Seen on the spot: it is done."""
    return _decide(request, actions.verify_case, case_id, _("%(number)s 核查通过。"))


@page("cases.verify")
@require_POST
def rework(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Seen on the spot: it is not done."""
    return _decide(request, actions.rework_case, case_id, _("%(number)s 已退回返工。"))


def _decide(request: StaffRequest, action: Callable[..., Case], case_id: UUID, said: str) -> HttpResponse:
    given: dict[str, Any] = {"note": request.POST.get("note", "").strip()[:500]}
    decided = action(actor=request.actor, case_id=case_id, **given)
    messages.success(request, said % {"number": decided.number})
    return redirect("field:home")
