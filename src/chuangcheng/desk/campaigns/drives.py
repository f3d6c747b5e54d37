"""达标创建: the drives, the page of one with its league, trend and map, and the page of one place."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.campaigns import drive_selectors as selectors
from chuangcheng.campaigns import timeline
from chuangcheng.campaigns.models import Drive, DriveGap, DrivePlace
from chuangcheng.campaigns.states import DRIVE, DRIVE_GAP, DRIVE_PLACE
from chuangcheng.desk import choices
from chuangcheng.desk.areas import boundaries
from chuangcheng.desk.campaigns.pages import point
from chuangcheng.desk.files import stream
from chuangcheng.desk.pictures import of_owner
from chuangcheng.kernel import clock
from chuangcheng.kernel.attainment import GRADES
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing, offer

TONES = {"met": "green", "improve": "amber", "weak": "red", "": "blue"}


def place_url(row: DrivePlace) -> str:
    """The page of a place."""
    return reverse("desk:drive_place", args=[row.pk])


def _grades(_request: HttpRequest) -> list[Choice]:
    return [("none", gettext("未评定")), *((code, label.text(language())) for code, label in GRADES.items())]


def _grade(rows: QuerySet[DrivePlace], value: str) -> QuerySet[DrivePlace]:
    return rows.filter(grade="" if value == "none" else value)


def _states(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in DRIVE_PLACE.states]


def _drives(request: HttpRequest) -> list[Choice]:
    actor = getattr(request, "actor", None)
    return [(row.number, row.title) for row in selectors.drives(actor)] if actor else []


LISTING = Listing(
    "drive_places",
    _("达标对象"),
    columns=(
        Column("code", _("代码"), lambda row: row.code, sort="code", url=place_url),
        Column("name", _("名称"), lambda row: row.name, wide=True),
        Column("area", _("区域"), lambda row: row.division.name, shown=False),
        Column("unit", _("填报单位"), lambda row: row.unit.short_name),
        Column("sponsor", _("包联单位"), lambda row: row.sponsor.short_name if row.sponsor else ""),
        Column("points", _("得分"), lambda row: row.points, sort="points", null_as=0, number=True),
        Column("failed", _("不合格项"), lambda row: len(row.failed), number=True),
        Column("graded", _("评定日期"), lambda row: row.graded_on or "", shown=False),
        Column("grade", _("等级"), lambda row: gettext(row.get_grade_display()), template="desk/cells/grade_word.html"),
        Column("state", _("状态"), lambda row: gettext(row.get_state_display()), template="desk/cells/task_state.html",
               corner=True),
    ),
    filters=(
        Filter("q", _("搜索"), lambda rows, words: rows.filter(name__icontains=words), kind="search"),
        Filter("drive", _("达标创建"), lambda rows, value: rows.filter(drive__number=value), _drives),
        Filter("grade", _("等级"), _grade, _grades),
        Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), _states),
        Filter("area", _("区域"), lambda rows, value: rows.filter(division_path__startswith=value), choices.areas),
        Filter("sponsor", _("包联单位"), lambda rows, value: rows.filter(sponsor=value), choices.units, quiet=True),
    ),
    sort="code",
    place=lambda row: (row.lon, row.lat) if row.lon is not None else None,
)  # fmt: skip


def place_rows(request: StaffRequest) -> QuerySet[DrivePlace]:
    """The places in sight."""
    return selectors.places(request.actor)


offer(LISTING, rows=place_rows, permission="drives.view", url_name="desk:drive_places")


def _late(rows: QuerySet[DriveGap], _value: str) -> QuerySet[DriveGap]:
    return rows.filter(state="open", due_on__lt=clock.today().date())


def _gap_states(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in DRIVE_GAP.states]


GAPS = Listing(
    "drive_gaps",
    _("达标整改台账"),
    columns=(
        Column("place", _("对象"), lambda row: row.place.name, url=lambda row: place_url(row.place)),
        Column("text", _("不合格项"), lambda row: row.asks, wide=True),
        Column("item", _("编号"), lambda row: row.item, sort="item", shown=False),
        Column("unit", _("责任单位"), lambda row: row.unit.short_name),
        Column("due", _("时限"), lambda row: row.due_on, sort="due_on"),
        Column("state", _("状态"), lambda row: gettext(row.get_state_display()), template="desk/cells/task_state.html",
               corner=True),
    ),
    filters=(
        Filter("drive", _("达标创建"), lambda rows, value: rows.filter(place__drive__number=value), _drives),
        Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), _gap_states),
        Filter("late", _("时限"), _late, lambda _r: [("yes", _("超期"))]),
        Filter("unit", _("责任单位"), lambda rows, value: rows.filter(unit=value), choices.units),
    ),
    sort="due",
)  # fmt: skip


def gap_rows(request: StaffRequest) -> QuerySet[DriveGap]:
    """The rows of the ledgers in sight."""
    return selectors.gaps(request.actor)


offer(GAPS, rows=gap_rows, permission="drives.view", url_name="desk:drive_gaps")


@page("drives.view")
def drive_list(request: StaffRequest) -> HttpResponse:
    """The drives with how their places are graded."""
    tallies = selectors.by_drive(selectors.places(request.actor))
    lines = [(row, tallies.get(row.pk)) for row in selectors.drives(request.actor)]
    return render(request, "desk/drives.html", {"lines": lines, "may_edit": holds(request, "drives.edit")})


@page("drives.view")
def drive_page(request: StaffRequest, drive_id: UUID) -> HttpResponse:
    """One drive: figures, trend, league by street, map, checklist."""
    row = selectors.get_drive_for(request.actor, drive_id)
    rows = selectors.places(request.actor).filter(drive=row)
    today = min(clock.today().date(), row.until_on)
    trend = selectors.trend(rows, row.from_on, today) if row.state != "drafted" and today >= row.from_on else []
    open_gaps = selectors.gaps(request.actor).filter(place__drive=row, state="open")
    moves = [move for move in DRIVE.moves_from(row.state) if holds(request, move.permission)]
    context: dict[str, Any] = {
        "drive": row, "tally": selectors.tally(rows), "league": selectors.league(rows), "moves": moves,
        "trend": _chart(trend) if len(trend) > 1 else None, "items": row.checklist, "as_of": clock.now(),
        "gaps": open_gaps.count(), "late": open_gaps.filter(due_on__lt=clock.today().date()).count(),
        "content_url": reverse("desk:drive_map_content", args=[row.pk]), "tile_url": settings.CITY.tile_url,
        "may_edit": holds(request, "drives.edit"), "list_url": f"{reverse('desk:drive_places')}?drive={row.number}",
        "gap_url": f"{reverse('desk:drive_gaps')}?drive={row.number}",
    }  # fmt: skip
    return render(request, "desk/drive.html", context)


def _chart(trend: list[tuple[Any, selectors.Tally]]) -> dict[str, Any]:
    return {
        "kind": "line", "names": [f"{day.month}-{day.day}" for day, _line in trend],
        "series": [
            {"name": label.text(language()), "values": [getattr(line, grade) for _day, line in trend]}
            for grade, label in GRADES.items()
        ],
    }  # fmt: skip


@page("drives.view")
def map_content(request: StaffRequest, drive_id: UUID) -> HttpResponse:
    """Boundaries and the places of a drive, coloured by grade."""
    row = selectors.get_drive_for(request.actor, drive_id)
    rows = selectors.places(request.actor).filter(drive=row, lat__isnull=False)
    points = [point(each, each.name, place_url(each), TONES[each.grade]) for each in rows]
    return JsonResponse({"areas": boundaries(request), "points": {"type": "FeatureCollection", "features": points}})


@page("drives.view")
def place_list(request: StaffRequest) -> HttpResponseBase:
    """The places by code."""
    return LISTING.respond(request, place_rows(request), "desk/drive_places.html", {"title": LISTING.title})


@page("drives.view")
def gap_list(request: StaffRequest) -> HttpResponseBase:
    """The rectification ledger, the nearest date first."""
    return GAPS.respond(request, gap_rows(request), "desk/drive_places.html", {"title": GAPS.title})


@page("drives.view")
def place_page(request: StaffRequest, place_id: UUID) -> HttpResponse:
    """One place: its grade, the checklist as last answered, the way up, the ledger, every assessment."""
    row = selectors.get_place_for(request.actor, place_id)
    assessments = list(row.assessments.select_related("unit", "made_by")[:20])
    latest = assessments[0] if assessments else None
    gaps = list(row.gaps.select_related("unit__division"))
    for gap in gaps:
        gap.place = row
    proofs = of_owner("drivegap", [gap.pk for gap in gaps], "desk:gap_photo")
    answers = latest.answers if latest else {}
    context = {
        "place": row, "drive": row.drive, "assessments": assessments,
        "moves": selectors.place_moves(request.actor, row),
        "items": [(item, answers.get(item.code), item.code in row.failed) for item in row.drive.checklist],
        "answered": bool(latest), "points": latest.points if latest else None,
        "way": selectors.way_up(row) if latest and row.failed else None,
        "way_word": GRADES[selectors.way_up(row).target] if latest else None,
        "gaps": [(gap, selectors.gap_moves(request.actor, gap), proofs.get(gap.pk, [])) for gap in gaps],
        "entries": timeline.of_place(row), "today": clock.today().date(),
    }  # fmt: skip
    return render(request, "desk/drive_place.html", context)


@page("drives.view")
def gap_photo(request: StaffRequest, gap_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A proof that something was mended, for those who see the row."""
    return stream(request, ("drivegap", selectors.get_gap_for(request.actor, gap_id).pk), photo_id)


def drive_url(row: Drive) -> str:
    """The page of a drive."""
    return reverse("desk:drive", args=[row.pk])
