"""Complaints about staff or a unit, for the few who pass them on. No search, no export."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.cases import complaints, timeline
from chuangcheng.cases.actions import Contact
from chuangcheng.cases.states import COMPLAINT, COMPLAINT_OFFICES, REFERRALS, REPORT
from chuangcheng.desk import films, forms
from chuangcheng.desk.files import stream_photo
from chuangcheng.desk.moving import Moves, plainly
from chuangcheng.desk.pictures import Picture
from chuangcheng.kernel.states import Move
from chuangcheng.photos import selectors as photos
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

SHOWN = 100
RIGHT = complaints.RIGHT


class Refer(django_forms.Form):
    """Where a complaint goes, and why."""

    reason_code = django_forms.ChoiceField(label=_("性质"), widget=django_forms.RadioSelect)
    office = django_forms.ChoiceField(
        label=_("转给"), widget=django_forms.RadioSelect, help_text=_("回执会告诉上报人转到了哪里、怎么查询。")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, labels in (("reason_code", REFERRALS), ("office", COMPLAINT_OFFICES)):
            offered = [(code, label.text(language())) for code, label in labels.items()]
            self.fields[name].choices = offered  # type: ignore[attr-defined]


def url_of(report_id: UUID) -> str:
    """The page of a complaint."""
    return reverse("desk:complaint", args=[report_id])


@page(RIGHT)
def complaint_list(request: StaffRequest) -> HttpResponse:
    """Those that wait, the oldest first, and the last that were passed on."""
    rows = complaints.visible_to(request.actor)
    context = {
        "waiting": rows.filter(state__in=REPORT.open_states()).order_by("received_at", "pk")[:SHOWN],
        "referred": rows.filter(state="referred").order_by("-referred_at", "-pk")[:SHOWN],
        "offices": {code: label.text(language()) for code, label in COMPLAINT_OFFICES.items()},
    }
    return render(request, "desk/complaints.html", context)


@page(RIGHT)
def complaint_page(request: StaffRequest, report_id: UUID) -> HttpResponse:
    """One complaint as its sender wrote it."""
    return _show(request, report_id)


@page(RIGHT)
@require_POST
def complaint_contact(request: StaffRequest, report_id: UUID) -> HttpResponse:
    """The page again with the sender's contact; the look is a history row."""
    return _show(request, report_id, complaints.see_contact(actor=request.actor, report_id=report_id))


def _show(request: StaffRequest, report_id: UUID, contact: Contact | None = None) -> HttpResponse:
    report = complaints.get_for(request.actor, report_id)
    listed = photos.of(("report", report.pk))
    is_open = report.state in REPORT.open_states()
    context = {
        "report": report,
        "words": complaints.words_of(report),
        "moves": [REPORT.move("refer"), COMPLAINT.move("clear_complaint")] if is_open else [],
        "pictures": [Picture(one, reverse("desk:complaint_photo", args=[report.pk, one.pk])) for one in listed],
        "reels": films.of_reports([report], name="desk:complaint_film"),
        "entries": timeline.of_report(report),
        "contact": contact,
        "office": COMPLAINT_OFFICES.get(report.referred_to),
        "reason": REFERRALS.get(report.reason_code),
        "told": complaints.told_to_sender(report),
    }
    return render(request, "desk/complaint.html", context)


@page(RIGHT)
def complaint_photo(request: StaffRequest, report_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo that came with a complaint."""
    report = complaints.get_for(request.actor, report_id)
    return stream_photo(request, photos.photo_of(("report", report.pk), photo_id))


def _move(name: str) -> Move:
    return (REPORT if name == "refer" else COMPLAINT).move(name)


MOVES = Moves(_move, "desk:complaint_move", lambda report: url_of(report.pk), plainly("report_id", {
    "refer": (Refer, complaints.refer),
    "clear_complaint": (forms.Nothing, complaints.clear),
}))  # fmt: skip


@page(RIGHT)
def complaint_move(request: StaffRequest, report_id: UUID, name: str) -> HttpResponse:
    """Pass a complaint on, or find that it is none."""
    report = complaints.get_for(request.actor, report_id)
    more = {"back": reverse("desk:report", args=[report.pk])} if name == "clear_complaint" else {}
    return MOVES.take(request, report, name, **more)
