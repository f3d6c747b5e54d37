"""The self-score: the city's figure with its coverage, down to the rows behind each standard."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from chuangcheng.cases.models import Case
from chuangcheng.cases.selectors import visible_cases
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Edition
from chuangcheng.indicators import selectors as indicators
from chuangcheng.indicators.models import Reading
from chuangcheng.indicators.rulebook import Rulebook
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.sanctions import settle
from chuangcheng.patrols.models import Check, Visit
from chuangcheng.patrols.selectors import visible_checks
from chuangcheng.patrols.selectors import visible_to as visible_visits
from chuangcheng.places import selectors as places
from chuangcheng.places.models import Division
from chuangcheng.risks import selectors as negative
from chuangcheng.scoring import league as leagues
from chuangcheng.scoring import selectors
from chuangcheng.scoring.models import CITY_SCOPE, ScopeKind
from chuangcheng.sites.models import Site
from chuangcheng.sites.selectors import visible_to as visible_sites
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

LOSSES = 10
LONGEST = timedelta(days=400)
BEHIND = 200  # rows shown of each sort; the count above them is the whole


def _edition() -> Edition:
    edition = framework.current_edition()
    if edition is None:
        raise Refused("common.not_found")
    return edition


@page("scores.view")
def overview(request: StaffRequest) -> HttpResponse:
    """The score of the city: total, trend, the tree, the districts, and where most points are lost. With ``scope``
    and ``id`` that of a district, a street or a unit; with ``standard`` the page of one standard's score."""
    if code := request.GET.get("standard", ""):
        return redirect("desk:score", code)
    edition = framework.current_edition()
    if edition is None:
        return render(request, "desk/scores.html", {"edition": None})
    kind, scope_id = _scope(request)
    in_city = kind == ScopeKind.CITY
    branches = selectors.by_project(edition, kind, scope_id)
    lines = [line for branch in branches for line in _lines(branch)]
    total, cost = selectors.summed(lines), negative.cost() if in_city else None
    context: dict[str, Any] = {
        "edition": edition,
        "total": total,
        "branches": branches,
        "in_city": in_city,
        "openable": negative.openable(request.actor, cost) if cost else set(),
        "settled": settle(total.points, cost.rows) if cost and total.known else None,
        "scope_name": selectors.scope_name(kind, scope_id),
        "query": "" if in_city else f"?scope={kind}&id={scope_id}",
        "trend": _trend(edition) if in_city else None,
        "losses": _losses(lines),
        "districts": _areas(edition, kind, scope_id),
    }
    return render(request, "desk/scores.html", context)


def _lines(branch: selectors.Branch) -> list[selectors.Line]:
    return branch.lines + [line for below in branch.branches for line in _lines(below)]


def _losses(lines: list[selectors.Line]) -> list[selectors.Line]:
    lost = [line for line in lines if line.lost > 0]
    return sorted(lost, key=lambda line: (-line.lost, line.standard.order))[:LOSSES]


def _areas(edition: Edition, kind: str, scope_id: UUID) -> list[tuple[Division, selectors.Total | None]]:
    """The divisions one step below the scope with their totals: districts of the city, streets of a district."""
    if kind == ScopeKind.CITY:
        totals = selectors.by_area(edition, ScopeKind.DISTRICT)
        return [(row, totals.get(row.pk)) for row in places.at_level("district")]
    if kind == ScopeKind.DISTRICT:
        totals = selectors.by_area(edition, ScopeKind.STREET)
        return [(row, totals.get(row.pk)) for row in places.at_level("street").filter(parent=scope_id)]
    return []


def _trend(edition: Edition) -> dict[str, Any]:
    rows = selectors.trend(edition, since=clock.today().date() - timedelta(days=120))
    return {
        "kind": "line",
        "names": [f"{row.day.month}-{row.day.day}" for row in rows],
        "series": [
            {"name": _("得分"), "values": [round(row.points, 2) for row in rows]},
            {"name": _("覆盖率 %"), "values": [round(row.coverage * 100, 1) for row in rows]},
        ],
    }


@page("scores.view")
def units(request: StaffRequest) -> HttpResponse:
    """What each unit's own sites, readings and cases are worth, in official order or by score."""
    edition = framework.current_edition()
    if edition is None:
        return render(request, "desk/scores.html", {"edition": None})  # which says what to do first
    rows = selectors.by_unit(edition)
    if request.GET.get("sort") == "score":
        rows = sorted(rows, key=lambda row: row.total.points)
    return render(request, "desk/score_units.html", {"rows": rows, "by_score": request.GET.get("sort") == "score"})


def _judged(readings: QuerySet[Any]) -> list[tuple[Reading, str, str]]:
    """Readings with the target of each and its grade, by the version in force for the period."""
    rows = list(readings[:BEHIND])
    book = Rulebook([row.indicator for row in rows])
    return [
        (row, indicators.bound(book.at(row.indicator, row.period_start)), indicators.verdict_of(row, book).grade)
        for row in rows
    ]


@page("scores.view")
def score_page(request: StaffRequest, code: str) -> HttpResponse:
    """One standard's score in one scope, and every row behind it."""
    edition = _edition()
    kind, scope_id = _scope(request)
    score = selectors.get_score_for(request.actor, edition, code, kind, scope_id)
    behind = selectors.rows_behind(score)
    counts = {name: rows.count() for name, rows in behind.items()}
    checks = _seen(request, behind["checks"])
    context = {
        "score": score,
        "standard": score.standard,
        "scope_name": selectors.scope_name(kind, scope_id),
        "counts": counts,
        "checks": checks.order_by("grade", "-happened_at")[:BEHIND],
        "hidden": counts["checks"] - checks.count(),
        "readings": _judged(behind["readings"]),
        "worth": selectors.points_of(framework.get_standard(score.standard_id)),
        "overdue": _seen(request, behind["overdue"])[:BEHIND],
        "limit": BEHIND,
    }
    return render(request, "desk/score.html", context)


def _seen(request: StaffRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Of the rows behind a figure those that the post may see: the figure is everybody's, its rows are not."""
    visible: dict[type[Model], QuerySet[Any]] = {
        Check: visible_checks(request.actor),
        Visit: visible_visits(request.actor),
        Site: visible_sites(request.actor),
        Case: visible_cases(request.actor),
    }
    return rows.filter(pk__in=visible[rows.model].order_by().values("pk"))


def _scope(request: StaffRequest) -> tuple[str, UUID]:
    """The scope that the address names, the city without one."""
    kind, raw = request.GET.get("scope", ScopeKind.CITY), request.GET.get("id", "")
    if kind == ScopeKind.CITY:
        return kind, CITY_SCOPE
    try:
        scope_id = UUID(raw)
    except ValueError as error:
        raise Refused("common.not_found") from error
    if not selectors.scope_name(kind, scope_id):
        raise Refused("common.not_found")
    return kind, scope_id


@page("scores.view")
def league(request: StaffRequest) -> HttpResponse:
    """The streets from the first to the last over a period, each figure with the way down."""
    edition = framework.current_edition()
    if edition is None:
        return render(request, "desk/scores.html", {"edition": None})
    start, end, chosen = _period(request)
    rows = leagues.league(edition, start, end)
    context = {
        "rows": rows,
        "formula": leagues.formula(edition).text(language()),
        "parts": [(name, leagues.LABELS[name].text(language())) for name in leagues.DEFAULT_POINTS],
        "start": start,
        "end": end - timedelta(days=1),
        "period": chosen,
        "periods": [(code, label, code == chosen) for code, label in _periods().items()],
        "query": request.GET.urlencode(),
        "as_of": clock.now(),
    }
    return render(request, "desk/league.html", context)


def _periods() -> dict[str, str]:
    return {"week": _("近7天"), "month": _("近30天"), "quarter": _("近92天")}


def _period(request: StaffRequest) -> tuple[date, date, str]:
    """First day, the day after the last, and the code of the period: one of the offered ones ("" if the address
    names the days itself, as a weekly report does). Days that are none, or stand in the wrong order, are ignored."""
    given = [_day(request.GET.get(name, "")) for name in ("start", "end")]
    if given[0] and given[1] and given[0] <= given[1] <= given[0] + LONGEST:
        return given[0], given[1] + timedelta(days=1), ""
    chosen = request.GET.get("period", "month")
    chosen = chosen if chosen in _periods() else "month"
    end = clock.today().date() + timedelta(days=1)
    return end - timedelta(days={"week": 7, "month": 30, "quarter": 92}[chosen]), end, chosen


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 < day.year < 2200 else None  # the days at both ends of the calendar have no neighbour


@page("scores.view")
def league_row(request: StaffRequest, code: str, part: str) -> HttpResponse:
    """The rows behind one figure of one street."""
    start, end, _chosen = _period(request)
    row = next((row for row in leagues.league(_edition(), start, end) if row.division.code == code), None)
    if row is None or part not in leagues.LABELS:
        raise Refused("common.not_found")
    behind = leagues.rows_behind(row, part, start, end)
    seen = _seen(request, behind["all"])
    context = {
        "row": row,
        "part": row.parts[part],
        "label": leagues.LABELS[part].text(language()),
        "kind": {"site_score": "visits", "coverage": "sites"}.get(part, "cases"),
        "counted": set(behind["counted"].values_list("pk", flat=True)),
        "all": (seen.select_related("site") if part == "site_score" else seen)[:BEHIND],
        "hidden": row.parts[part].denominator - seen.count(),
        "start": start,
        "end": end - timedelta(days=1),
        "limit": BEHIND,
        "back": reverse("desk:league") + f"?{request.GET.urlencode()}",
    }
    return render(request, "desk/league_row.html", context)
