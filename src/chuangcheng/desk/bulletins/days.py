"""日计划、日调度、日督查: the day of a unit on one sheet, assembled by itself."""

from __future__ import annotations

import json
from datetime import UTC, date, timedelta
from importlib.resources import files
from uuid import UUID

import typst
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from chuangcheng.bulletins import daysheet
from chuangcheng.bulletins.daysheet import PARTS, Sheet
from chuangcheng.bulletins.pdf import fonts
from chuangcheng.bulletins.specs import Scope
from chuangcheng.desk.prints import chinese_day, download
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.web.pages import holds, leave, page
from chuangcheng.web.signed_in import StaffRequest


def units_in_reach(actor: Actor) -> list[Unit]:
    """The units whose sheet the actor may open, in official order."""
    scope = rights.scope(actor, "bulletins.view")
    near = set(rights.with_line(scope))
    return [
        unit for unit in people.units()
        if unit.pk in near or scope.reaches(unit_id=unit.pk, path=unit.division.path if unit.division else "")
    ]  # fmt: skip


def _asked(request: StaffRequest) -> tuple[Scope, date, list[Unit]]:
    """Whose sheet of which day: one's own of today, the whole for those who see everything."""
    today = clock.today().date()
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = today
    day = min(max(day, today - timedelta(days=3660)), today + timedelta(days=366))
    reach = units_in_reach(request.actor)
    code = request.GET.get("unit", "")
    if code:
        unit = next((unit for unit in reach if unit.code == code), None)
        if unit is None:
            raise Refused("common.not_found")
        return Scope(unit), day, reach
    post = request.post
    everything = post is not None and rights.scope_of(post).everything
    return Scope(None if everything or post is None else next(u for u in reach if u.pk == post.unit_id)), day, reach


def sheet_url(unit: Unit | None, day: date) -> str:
    """The page of a day."""
    return f"{reverse('desk:day')}?day={day.isoformat()}" + (f"&unit={unit.code}" if unit else "")


@page("bulletins.view")
def day_page(request: StaffRequest) -> HttpResponse:
    """The sheet; ``print=pdf`` prints it on one page."""
    scope, day, reach = _asked(request)
    sheet = daysheet.assemble(request.actor, scope, day)
    if request.GET.get("print") == "pdf":
        return download(print_sheet(sheet), f"日工作单{day.isoformat()}.pdf")
    writes = holds(request, "days.write") and scope.unit is not None
    context = {
        "whole": request.post is not None and rights.scope_of(request.post).everything,
        "sheet": sheet, "unit": scope.unit, "reach": reach, "day": day, "is_today": day == clock.today().date(),
        "before": sheet_url(scope.unit, day - timedelta(days=1)),
        "after": sheet_url(scope.unit, day + timedelta(days=1)),
        "may_write": writes and scope.unit and rights.scope(request.actor, "days.write").reaches(unit_id=scope.unit.pk),
        "longest": daysheet.LONGEST,
    }  # fmt: skip
    return render(request, "desk/day.html", context)


def print_sheet(sheet: Sheet) -> bytes:
    """One A4 page; official papers are Chinese."""
    document = {
        "title": f"{sheet.scope.unit.name if sheet.scope.unit else '全市'}日工作单", "day": chinese_day(sheet.day),
        "as_of": f"{sheet.as_of.astimezone(clock.CITY_ZONE):%Y-%m-%d %H:%M}",
        "parts": [
            {"name": part.label.zh, "own": [line.words for line in part.own],
             "lines": [{"name": line.spec.label.zh, "count": str(line.count),
                        "rows": "、".join(number for number, _url in line.rows[:4]) + ("…" if line.count > 4 else "")}
                       for line in part.lines]}
            for part in sheet.parts
        ],
    }  # fmt: skip
    source = (files("chuangcheng.desk") / "print" / "day.typ").read_bytes()
    pdf: bytes = typst.compile(source, font_paths=fonts(), format="pdf",
                               sys_inputs={"document": json.dumps(document, ensure_ascii=False)},
                               timestamp=int(sheet.as_of.astimezone(UTC).timestamp()))  # fmt: skip
    return pdf


@page("days.write")
@require_POST
def line_new(request: StaffRequest) -> HttpResponse:
    """A few words on the sheet."""
    unit = next((unit for unit in units_in_reach(request.actor) if unit.code == request.POST.get("unit")), None)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        day = None
    if unit is None or day is None:
        raise Refused("common.not_found")
    part, words = request.POST.get("part", ""), request.POST.get("words", "")
    daysheet.add_line(actor=request.actor, unit=unit, day=day, part=part if part in PARTS else "", words=words)
    return leave(request, sheet_url(unit, day))


@page("days.write")
@require_POST
def line_drop(request: StaffRequest, line_id: UUID) -> HttpResponse:
    """Take them off again."""
    line = daysheet.drop_line(actor=request.actor, line_id=line_id)
    return leave(request, sheet_url(line.unit, line.day))
