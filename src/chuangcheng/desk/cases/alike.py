"""Cases that may be about the same trouble, side by side with large photos: linked or merged with one click, or told
apart for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chuangcheng.cases import actions, selectors
from chuangcheng.cases.likeness import Alike, alike
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.states import CASE
from chuangcheng.desk.pictures import Picture, of_case, of_reports
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos import selectors as photos
from chuangcheng.web.pages import leave, page
from chuangcheng.web.signed_in import StaffRequest


@dataclass(frozen=True)
class Card:
    """A candidate with the first photo of its trouble, and where the two answers are sent."""

    one: Alike
    picture: Picture | None
    join_url: str
    apart_url: str


@dataclass(frozen=True)
class Candidates:
    """The cards beside the first photo of the row itself."""

    cards: list[Card]
    own: Picture | None


def of_report_page(request: StaffRequest, report: Report, pictures: Sequence[Picture]) -> Candidates:
    """For the page of a report that waits."""
    found = alike(request.actor, report)
    join, apart = reverse("desk:report_move", args=[report.pk, "link"]), reverse("desk:report_apart", args=[report.pk])
    return Candidates(_cards(request, found, join, apart), _first(pictures))


@page("cases.dispatch")
def case_alike(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """The open cases that may be the same as this one."""
    case = selectors.get_case_for(request.actor, case_id)
    found = alike(request.actor, case) if case.state in CASE.move("merge").sources else []
    join, apart = reverse("desk:case_move", args=[case.pk, "merge"]), reverse("desk:case_apart", args=[case.pk])
    reports = list(selectors.visible_reports(request.actor).filter(case=case).order_by("received_at"))
    own = _first([picture for picture in of_case(case) if picture.photo.role != "after"] + of_reports(reports))
    context = {"case": case, "may_join": True, "candidates": Candidates(_cards(request, found, join, apart), own)}
    return render(request, "desk/case_alike.html", context)


@page("reports.triage")
@require_POST
def report_apart(request: StaffRequest, report_id: UUID) -> HttpResponse:
    """The report is not about that case."""
    report = actions.part_report(actor=request.actor, report_id=report_id, case_id=_other(request))
    return _told(request, report.number, reverse("desk:report", args=[report_id]))


@page("cases.dispatch")
@require_POST
def case_apart(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """The two cases are two troubles."""
    case = actions.part_cases(actor=request.actor, case_id=case_id, other_id=_other(request))
    return _told(request, case.number, reverse("desk:case_alike", args=[case_id]))


def _told(request: StaffRequest, number: str, back: str) -> HttpResponse:
    messages.success(request, _("%(subject)s：已记下不是同一问题，不再提示。") % {"subject": number})
    return leave(request, back)


def _other(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("case", ""))
    except ValueError as error:
        raise Refused("common.not_found") from error


def _cards(request: StaffRequest, found: Sequence[Alike], join: str, apart: str) -> list[Card]:
    pictures = _pictures(request, [one.case for one in found])
    return [Card(one, pictures.get(one.case.pk), join, apart) for one in found]


def _pictures(request: StaffRequest, cases: Sequence[Case]) -> dict[UUID, Picture]:
    """The first photo of each case's trouble: its own, else that of a report which the actor may see; three queries."""
    ids = [case.pk for case in cases]
    if not ids:
        return {}
    behind = dict(
        selectors.visible_reports(request.actor).filter(case__in=ids, photos_declared__gt=0)
        .order_by("-received_at").values_list("pk", "case")
    )  # fmt: skip
    found: dict[UUID, Picture] = {}
    for report, listed in photos.of_many("report", behind).items():
        found[behind[report]] = Picture(listed[0], reverse("desk:report_photo", args=[report, listed[0].pk]))
    for case, listed in photos.of_many("case", ids).items():
        shown = [photo for photo in listed if photo.role != "after"]
        if shown:
            found[case] = Picture(shown[0], reverse("desk:case_photo", args=[case, shown[0].pk]))
    return found


def _first(pictures: Sequence[Picture]) -> Picture | None:
    return next((picture for picture in pictures if picture.photo.stored_at), None)
