"""Photo alarms: the list, and both pictures side by side with the judgement."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.db.models import Count, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import policies, reading
from chuangcheng.cases.actions.alarms import MOST_WORDS, judge_alarm
from chuangcheng.cases.evidence import looks
from chuangcheng.cases.models import AlarmKind, Case, PhotoAlarm, Report
from chuangcheng.cases.states import ALARM
from chuangcheng.desk import choices
from chuangcheng.desk.files import stream_photo
from chuangcheng.desk.moving import Step, take
from chuangcheng.desk.periods import days_of
from chuangcheng.desk.pictures import Picture
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.photos.models import Photo
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

UNITS = 10


def alarm_url(alarm: PhotoAlarm) -> str:
    """The page of an alarm."""
    return reverse("desk:photo_alarm", args=[alarm.pk])


def _states(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in ALARM.states]


def _kinds(_request: HttpRequest) -> list[Choice]:
    return [(code, now_said(label)) for code, label in AlarmKind.choices]


def _subject(alarm: PhotoAlarm) -> str:
    row = alarm.case or alarm.report
    return row.number if row else "—"


LISTING = Listing(
    "alarms",
    _("照片警报"),
    columns=(
        Column("pair", _("两张照片"), lambda row: row.pk, template="desk/cells/alarm_pair.html", wide=True),
        Column("kind", _("疑点"), lambda row: now_said(row.get_kind_display()), url=alarm_url),
        Column("subject", _("案件或上报"), _subject),
        Column("unit", _("涉及单位"), lambda row: row.unit.short_name if row.unit else ""),
        Column("likeness", _("相似度"), lambda row: f"{row.likeness:.0%}", number=True),
        Column("distance", _("相差位数"), lambda row: row.distance, number=True, shown=False),
        Column("state", _("研判"), lambda row: now_said(row.get_state_display()), template="desk/cells/state.html",
               corner=True),
        Column("found", _("发现时间"), lambda row: row.found_at, sort="found_at"),
        Column("judged", _("研判时间"), lambda row: row.judged_at, shown=False),
    ),
    filters=(
        Filter("state", _("研判"), lambda rows, value: rows.filter(state=value), _states),
        Filter("kind", _("疑点"), lambda rows, value: rows.filter(kind=value), _kinds),
        Filter("unit", _("单位"), lambda rows, value: rows.filter(unit=value), choices.units),
        *days_of("found", "found_at", _("发现自"), _("发现至")),
    ),
    sort="-found",
)  # fmt: skip


def visible(request: StaffRequest) -> QuerySet[PhotoAlarm]:
    """The alarms that the actor may see."""
    return PhotoAlarm.objects.filter(policies.alarm_rows(request.actor)).select_related(
        "photo", "other", "case", "report", "other_case", "unit"
    )


@page("alarms.view")
def alarm_list(request: StaffRequest) -> HttpResponseBase:
    """Alarms, narrowed and sorted; above them the units that they speak of."""
    rows = visible(request)
    counted = (
        rows.filter(unit__isnull=False)
        .order_by()
        .values("unit", "unit__short_name")
        .annotate(
            number=Count("pk"), open=Count("pk", filter=Q(state="open")), fraud=Count("pk", filter=Q(state="fraud"))
        )
        .order_by("-fraud", "-open", "-number", "unit__short_name")[:UNITS]
    )
    rows = rows.annotate(both=Value(_sees_all(request)))  # to others the page shows the second, where they may see it
    return LISTING.respond(request, rows, "desk/alarms.html", {"counted": list(counted)})


def _get(request: StaffRequest, alarm_id: UUID) -> PhotoAlarm:
    alarm = visible(request).select_related("judged_by").filter(pk=alarm_id).first()
    if alarm is None:
        raise Refused("common.not_found")
    return alarm


@page("alarms.view")
def alarm_page(request: StaffRequest, alarm_id: UUID) -> HttpResponse:
    """Both pictures with what is known of each, and the judgement."""
    alarm = _get(request, alarm_id)
    sees_other = _sees(request, alarm.other)
    shown = [alarm.photo, *([alarm.other] if sees_other else [])]
    context: dict[str, Any] = {
        "alarm": alarm,
        "moves": _moves(request, alarm),
        "mine": Picture(alarm.photo, _photo_url(alarm, "photo")),
        "theirs": Picture(alarm.other, _photo_url(alarm, "other")) if sees_other else None,
        "looks": looks(alarm.case, shown) if alarm.case else {},
        "other_case": alarm.other_case if alarm.other_case and sees_other else None,
        "said": reading.masked(alarm.words),
    }
    return render(request, "desk/alarm.html", context)


def _photo_url(alarm: PhotoAlarm, which: str) -> str:
    return reverse("desk:alarm_photo", args=[alarm.pk, which])


def _moves(request: StaffRequest, alarm: PhotoAlarm) -> list[Any]:
    post = rights.post_of(request.actor)
    if post is None or (alarm.unit_id is not None and alarm.unit_id == post.unit_id):
        return []
    return [move for move in ALARM.moves_from(alarm.state) if policies.holds(post, move.permission)]


def _sees_all(request: StaffRequest) -> bool:
    return request.post is not None and rights.scope_of(request.post).everything


def _sees(request: StaffRequest, photo: Photo) -> bool:
    """Whether the actor may see what the photo belongs to; a check's photo goes with its case. What else photos stand
    with (rechecks, quick fixes) is open here to who sees the whole city."""
    actor, owner = request.actor, photo.owner_id
    if photo.owner_kind == "report":
        return Report.objects.filter(policies.report_rows(actor), pk=owner).exists()
    if _sees_all(request):
        return True
    its = Q(pk=owner) if photo.owner_kind == "case" else Q(origin_kind=photo.owner_kind, origin_id=owner)
    return Case.objects.filter(its & policies.case_rows(actor)).exists()


@page("alarms.view")
def alarm_photo(request: StaffRequest, alarm_id: UUID, which: str) -> HttpResponseBase:
    """One of the two pictures (``photo`` or ``other``); the other only for who may see what it belongs to."""
    alarm = _get(request, alarm_id)
    photo = {"photo": alarm.photo, "other": alarm.other}.get(which)
    if photo is None or (which == "other" and not _sees(request, photo)):
        raise Refused("common.not_found")
    return stream_photo(request, photo)


class Judge(django_forms.Form):
    """Why it is a fraud, or is not."""

    words = django_forms.CharField(
        label=_("理由"), max_length=MOST_WORDS, widget=django_forms.Textarea(attrs={"rows": 3})
    )


@page("alarms.judge")
def alarm_move(request: StaffRequest, alarm_id: UUID, name: str) -> HttpResponse:
    """The judgement of a person."""
    alarm = _get(request, alarm_id)
    if name not in {move.name for move in ALARM.moves}:
        raise Refused("common.not_found")
    step = Step(
        move=ALARM.move(name),
        form=Judge,
        run=lambda given: judge_alarm(actor=request.actor, alarm_id=alarm.pk, move=name, words=given["words"]),
        url=reverse("desk:alarm_move", args=[alarm.pk, name]),
        back=alarm_url(alarm),
        subject=now_said("照片警报"),
        lead=now_said(alarm.get_kind_display()),
    )
    return take(request, step)
