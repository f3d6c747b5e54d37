"""攻坚行动: all campaigns with what is furthest behind first, and the page of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.campaigns import selectors, series, timeline
from chuangcheng.campaigns.models import Campaign, Kind, Reading, SubAction, Target
from chuangcheng.campaigns.policies import may
from chuangcheng.campaigns.states import CAMPAIGN, LIVE, SUB_ACTION
from chuangcheng.cases.selectors import visible_cases
from chuangcheng.desk import choices
from chuangcheng.desk.areas import boundaries
from chuangcheng.desk.files import stream
from chuangcheng.desk.pictures import Picture, of_owner
from chuangcheng.kernel import clock, measures, money, progress
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.photos import papers
from chuangcheng.photos.models import Paper
from chuangcheng.web.moments import day as written_day
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Filter
from chuangcheng.web.tables.columns import narrow, read

TONES = {"behind": "held", "no_reading": "waiting", "on_plan": "working", "ahead": "done", "reached": "done",
         "not_begun": "waiting"}  # fmt: skip
POINTS = 2000
STEPS = 48  # points of a chart
TASK = Move("task", (), None, "tasks.edit", Label("下达任务", "Set a task"))
TARGET = Move("target", (), None, "campaigns.edit", Label("设定目标", "Set a target"))
MONEY = Move("money", (), None, "campaigns.report", Label("登记资金", "Enter money"))


def _search(rows: QuerySet[Campaign], words: str) -> QuerySet[Campaign]:
    return rows.filter(title__icontains=words) | rows.filter(number__iexact=words)


def _states(_request: HttpRequest) -> list[Choice]:
    return [("open", gettext("未结束")), *((state.code, state.label.text(language())) for state in CAMPAIGN.states)]


def _in_state(rows: QuerySet[Campaign], value: str) -> QuerySet[Campaign]:
    return rows.filter(state__in=CAMPAIGN.open_states()) if value == "open" else rows.filter(state=value)


def _kinds(_request: HttpRequest) -> list[Choice]:
    return [(code, gettext(str(label))) for code, label in Kind.choices]


def _standings(_request: HttpRequest) -> list[Choice]:
    said = {code: label.text(language()) for code, label in progress.STANDINGS.items()}
    return [*({**said, "behind": gettext("落后于计划")}).items()]


FILTERS = (
    Filter("q", _("搜索"), _search, kind="search"),
    Filter("kind", _("类别"), lambda rows, value: rows.filter(kind=value), _kinds),
    Filter("state", _("状态"), _in_state, _states),
    Filter("unit", _("牵头单位"), lambda rows, value: rows.filter(lead=value), choices.units),
    Filter("standing", _("与计划比"), lambda rows, value: selectors.with_standing(rows, value, _today()), _standings),
)


@page("campaigns.view")
def campaign_list(request: StaffRequest) -> HttpResponse:
    """Every campaign in sight with its progress, what is furthest behind first."""
    bar = read(FILTERS, request)
    lines = selectors.overview(narrow(selectors.visible_to(request.actor), bar), _today())
    counts = Counter(line.code for line in lines)
    sums = [sum(getattr(line.money, kind) for line in lines) for kind in money.KINDS]
    context = {
        "filters": bar, "lines": [(line, STANDING.get(line.code), TONES.get(line.code, "off")) for line in lines],
        "running": sum(line.campaign.state in LIVE for line in lines), "behind": counts["behind"],
        "subs": sum(line.sub_total for line in lines), "done": sum(line.subs.get("done", 0) for line in lines),
        "budget": f"{sums[0] / 10**6:,.0f}", "paid": f"{sums[2] / 10**6:,.0f}", "as_of": clock.now(),
        "may_edit": holds(request, "campaigns.edit"), "narrowed": any(shown.value for shown in bar),
    }  # fmt: skip
    return render(request, "desk/campaigns.html", context)


STANDING = progress.STANDINGS


def _today() -> date:
    return clock.today().date()


@dataclass(frozen=True)
class TargetShown:
    """A target with all that its part of the page shows."""

    target: Target
    standing: progress.Standing
    word: Label
    tone: str
    latest: str
    goal: str
    planned: str
    gap: str
    forecast: str
    chart: dict[str, Any]
    readings: list[tuple[Reading, str, list[Picture], str]]


@page("campaigns.view")
def campaign_page(request: StaffRequest, campaign_id: UUID) -> HttpResponse:
    """One campaign: each target against its plan, the money, the sub-actions, its tasks, and every step."""
    row = selectors.get_campaign_for(request.actor, campaign_id)
    line = selectors.line_for(row, _today())
    editable = row.state in ("planned", "running")
    moves = selectors.moves_for(request.actor, row)
    may_edit = editable and any(move.name == "amend" for move in moves)
    is_lead = may(request.actor, "campaigns.report", row.lead)
    context: dict[str, Any] = {
        "campaign": row, "line": line, "standing": STANDING.get(line.code), "tone": TONES.get(line.code, "off"),
        "targets": _targets(line.targets), "moves": moves, "may_edit": may_edit,
        "dropped": _targets(selectors.dropped_standing(row)),
        "may_drop": may(request.actor, "campaigns.decide", row.lead) and not CAMPAIGN.state(row.state).final,
        "may_read": row.state in LIVE and selectors.may_report(request.actor, row),
        "may_spend": row.state != "cancelled" and is_lead, "may_task": holds(request, "tasks.edit") and editable,
        "supports": row.supports.all(), "standards": row.standards.all(), "money": _books(row, line.money),
        "subs": [(state, line.subs.get(state.code, 0)) for state in SUB_ACTION.states], "cases": _cases(request, row),
        "tasks": list(selectors.tasks_of(request.actor, row)[:20]), "entries": timeline.of_campaign(row),
        "content_url": f"{reverse('desk:campaign_map_content')}?campaign={row.number}",
        "tile_url": settings.CITY.tile_url, "has_points": _has_points(row),
    }  # fmt: skip
    return render(request, "desk/campaign.html", context)


def _has_points(row: Campaign) -> bool:
    rows = row.sub_actions.filter(lat__isnull=False), row.targets.filter(lat__isnull=False, dropped_on=None)
    return any(each.exists() for each in rows)


def _targets(found: Sequence[tuple[Target, progress.Standing]]) -> list[TargetShown]:
    rows = Reading.objects.filter(target__in=[target for target, _ in found]).select_related("made_by")
    by_target: dict[UUID, list[Reading]] = {}
    for reading in rows:
        by_target.setdefault(reading.target_id, []).append(reading)
    ids = [row.pk for listed in by_target.values() for row in listed]
    pictures = of_owner("targetreading", ids, "desk:reading_photo")
    documents = Paper.objects.filter(owner_kind="targetreading", owner_id__in=ids)
    paper = {pk: reverse("desk:reading_paper", args=[pk]) for pk in documents.values_list("owner_id", flat=True)}
    return [_shown(target, standing, by_target.get(target.pk, []), pictures, paper) for target, standing in found]


def _shown(
    target: Target, standing: progress.Standing, readings: list[Reading], pictures: dict[UUID, list[Picture]],
    paper: dict[UUID, str],
) -> TargetShown:  # fmt: skip
    places = measures.places(target.measure, target.goal, target.baseline, *(row.value for row in readings))

    def said(value: Any) -> str:
        return measures.said(_decimal(value, places), target.measure, language())

    points = series.points(readings)
    newest = [(row, said(row.value), pictures.get(row.pk, []), paper.get(row.pk, "")) for row in reversed(readings)]
    return TargetShown(
        target, standing, STANDING[standing.code], TONES[standing.code],
        said(standing.value) if standing.value is not None else "—", said(target.goal), said(standing.planned),
        said(abs(standing.gap)), _forecast(progress.forecast(target.course, points, _today())),
        _chart(target, points), newest[:12],
    )  # fmt: skip


def _decimal(value: Fraction | Decimal, places: int) -> Decimal:
    """A fraction as a decimal with so many places, for the page; a decimal stays."""
    return value if isinstance(value, Decimal) else round(Decimal(value.numerator) / Decimal(value.denominator), places)


def _chart(target: Target, points: list[progress.Point]) -> dict[str, Any]:
    """The plan's curve and the last known value, over the campaign's days in even steps."""
    course = target.course
    step = max((course.end - course.start).days // STEPS, 1)
    days = [course.start + timedelta(days=number) for number in range(0, (course.end - course.start).days, step)]
    days.append(course.end)
    today = _today()
    known = [max((point.day, point.value) for point in points if point.day <= day)[1] if _knows(points, day) else None
             for day in days]  # fmt: skip
    real = [float(value) if value is not None and day <= today else None
            for value, day in zip(known, days, strict=True)]  # fmt: skip
    return {
        "kind": "line", "names": [f"{day.month}-{day.day}" for day in days],
        "series": [
            {"name": gettext("计划"), "values": [float(course.planned(day)) for day in days]},
            {"name": gettext("实际"), "values": real},
        ],
    }  # fmt: skip


def _knows(points: list[progress.Point], day: date) -> bool:
    return bool(points) and points[0].day <= day


def _forecast(found: progress.Forecast) -> str:
    """The forecast in words, with what it rests on."""
    span = {"n": found.readings, "first": written_day(found.first), "last": written_day(found.last)}
    said = {
        "reached": gettext("目标已完成。"),
        "too_few": gettext("读数不足两次，不作推算。"),
        "not_moving": gettext("从 %(first)s 到 %(last)s 的 %(n)s 次读数没有进展，推算不出完成日期。") % span,
        "too_far": gettext("照 %(first)s 到 %(last)s 的速度，五年内完不成。") % span,
    }
    if found.day is not None:
        text = gettext("照 %(first)s 到 %(last)s 的 %(n)s 次读数直线外推，约在 %(day)s 完成；仅为推算。")
        said[found.why] = text % {**span, "day": written_day(found.day)}
    return said[found.why] + (gettext(" 最近一次读数已超过三周。") if found.stale and found.why != "reached" else "")


def _books(row: Campaign, sums: money.Totals) -> dict[str, Any]:
    parts = [(label, money.written(getattr(sums, kind)), sums.share(kind)) for kind, label in money.KINDS.items()]
    rows = list(row.money.select_related("contract", "takes_back", "made_by"))
    back = {each.takes_back_id for each in rows if each.takes_back_id}
    entries = [(each, money.KINDS[each.kind], money.written(each.fen), each.pk in back) for each in reversed(rows)]
    contracts = [(each.entry, *map(money.written, each.amounts)) for each in selectors.contracts(row)]
    return {"parts": parts, "entries": entries, "contracts": contracts, "over": money.written(sums.over_budget),
            "is_over": sums.over_budget > 0}  # fmt: skip


def _cases(request: StaffRequest, row: Campaign) -> dict[str, Any] | None:
    """The cases of the campaign's category, and where they are listed."""
    if not row.case_category or not holds(request, "cases.view"):
        return None
    rows = visible_cases(request.actor).filter(category__code__startswith=row.case_category)
    url = f"{reverse('desk:cases')}?{urlencode({'category': row.case_category})}"
    return {"count": rows.count(), "open": rows.exclude(state__in=("closed", "void", "merged")).count(), "url": url}


@page("campaigns.view")
def map_content(request: StaffRequest) -> HttpResponse:
    """Boundaries, and sub-actions and targets with a place; of one campaign with ``?campaign=NUMBER``."""
    rows = selectors.sub_actions(request.actor).filter(lat__isnull=False)
    targets = Target.objects.filter(campaign__in=selectors.visible_to(request.actor), lat__isnull=False)
    targets = targets.filter(dropped_on=None)
    if number := request.GET.get("campaign", "")[:24].replace("\0", ""):
        rows, targets = rows.filter(campaign__number=number), targets.filter(campaign__number=number)
    points = [
        *_points(rows.order_by("until_on")[:POINTS]),
        *_target_points(targets.select_related("campaign")[:POINTS]),
    ]
    return JsonResponse({"areas": boundaries(request), "points": {"type": "FeatureCollection", "features": points}})


def _points(rows: Iterable[SubAction]) -> list[dict[str, Any]]:
    tones = {"done": "green", "cancelled": "blue"}
    today = _today()
    return [
        point(row, f"{row.name}（{gettext(row.get_state_display())}）", f"{reverse('desk:subactions')}?q={row.code}",
              tones.get(row.state, "amber" if row.until_on < today else "blue"))
        for row in rows
    ]  # fmt: skip


def _target_points(rows: Iterable[Target]) -> list[dict[str, Any]]:
    found = [(row, progress.stands(row.course, selectors.latest_of(row), _today()).code) for row in rows]
    return [
        point(row, row.name, reverse("desk:campaign", args=[row.campaign_id]), "amber" if code == "behind" else "green")
        for row, code in found
    ]


def point(row: Any, title: str, url: str, tone: str) -> dict[str, Any]:
    """A point of a map."""
    return {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
        "properties": {"title": title, "url": url, "tone": tone},
    }  # fmt: skip


@page("campaigns.view")
def reading_photo(request: StaffRequest, reading_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A proof of a reading, for those who see the campaign."""
    return stream(request, ("targetreading", selectors.reading_for(request.actor, reading_id).pk), photo_id)


@page("campaigns.view")
def reading_paper(request: StaffRequest, reading_id: UUID) -> HttpResponseBase:
    """The PDF of a reading."""
    found = papers.of(("targetreading", selectors.reading_for(request.actor, reading_id).pk))
    if found is None:
        raise Refused("common.not_found")
    response = FileResponse(papers.path_of(found.sha256).open("rb"), content_type="application/pdf")
    response.headers["Content-Security-Policy"] = "sandbox"
    return response
