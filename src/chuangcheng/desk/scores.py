"""The self-score: the city's figure with its coverage, down to the rows behind each standard."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from chuangcheng.cases.policies import case_rows
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Edition
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.places import selectors as places
from chuangcheng.scoring import league as leagues
from chuangcheng.scoring import selectors
from chuangcheng.scoring.models import CITY_SCOPE, ScopeKind
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

BEHIND = 200  # rows shown of each sort; the count above them is the whole


def _edition() -> Edition:
    edition = framework.current_edition()
    if edition is None:
        raise Refused("common.not_found")
    return edition


@page("scores.view")
def overview(request: StaffRequest) -> HttpResponse:
    """The city's score: total, trend, the tree, the districts, and where most points are lost."""
    edition = framework.current_edition()
    if edition is None:
        return render(request, "desk/scores.html", {"edition": None})
    branches = selectors.by_project(edition)
    by_district = selectors.by_area(edition, ScopeKind.DISTRICT)
    context: dict[str, Any] = {
        "edition": edition,
        "total": selectors.total(edition),
        "branches": branches,
        "trend": _trend(edition),
        "losses": selectors.biggest_losses(edition),
        "districts": [(row, by_district.get(row.pk)) for row in places.at_level("district")],
    }
    return render(request, "desk/scores.html", context)


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
        return redirect("desk:scores")  # which says what to do first
    rows = selectors.by_unit(edition)
    if request.GET.get("sort") == "score":
        rows = sorted(rows, key=lambda row: row.total.points)
    return render(request, "desk/score_units.html", {"rows": rows, "by_score": request.GET.get("sort") == "score"})


@page("scores.view")
def score_page(request: StaffRequest, code: str) -> HttpResponse:
    """One standard's score in one scope, and every row behind it."""
    edition = _edition()
    kind, scope_id = _scope(request)
    score = selectors.get_score_for(request.actor, edition, code, kind, scope_id)
    behind = selectors.rows_behind(score)
    overdue = behind["overdue"]
    context = {
        "score": score,
        "standard": score.standard,
        "scope_name": selectors.scope_name(kind, scope_id),
        "counts": {name: rows.count() for name, rows in behind.items()},
        "checks": behind["checks"].order_by("grade", "-happened_at")[:BEHIND],
        "readings": behind["readings"][:BEHIND],
        "overdue": overdue.filter(pk__in=overdue.model._default_manager.filter(case_rows(request.actor)))[:BEHIND],
        "limit": BEHIND,
    }
    return render(request, "desk/score.html", context)


def _scope(request: StaffRequest) -> tuple[str, UUID]:
    kind = request.GET.get("scope", ScopeKind.CITY)
    raw = request.GET.get("id", "")
    try:
        return (kind, UUID(raw)) if raw else (ScopeKind.CITY, CITY_SCOPE)
    except ValueError as error:
        raise Refused("common.not_found") from error


@page("scores.view")
def league(request: StaffRequest) -> HttpResponse:
    """The streets from the first to the last over a period, each figure with the way down."""
    edition = framework.current_edition()
    if edition is None:
        return redirect("desk:scores")
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
        "chart": {
            "kind": "bar",
            "names": [row.division.name for row in rows if row.score is not None],
            "series": [
                {"name": _("得分"), "values": [round(float(row.score), 2) for row in rows if row.score is not None]}
            ],
        },
    }
    return render(request, "desk/league.html", context)


def _periods() -> dict[str, str]:
    return {"week": _("近7天"), "month": _("近30天"), "quarter": _("近92天")}


def _period(request: StaffRequest) -> tuple[date, date, str]:
    chosen = request.GET.get("period", "month")
    days = {"week": 7, "month": 30, "quarter": 92}.get(chosen, 30)
    end = clock.today().date() + timedelta(days=1)
    return end - timedelta(days=days), end, chosen if chosen in _periods() else "month"


@page("scores.view")
def league_row(request: StaffRequest, code: str, part: str) -> HttpResponse:
    """The rows behind one figure of one street."""
    start, end, chosen = _period(request)
    row = next((row for row in leagues.league(_edition(), start, end) if row.division.code == code), None)
    if row is None or part not in leagues.LABELS:
        raise Refused("common.not_found")
    behind = leagues.rows_behind(row, part, start, end)
    context = {
        "row": row,
        "part": row.parts[part],
        "label": leagues.LABELS[part].text(language()),
        "kind": "cases" if part in {"on_time", "rework"} else "visits" if part == "site_score" else "sites",
        "counted": set(behind["counted"].values_list("pk", flat=True)),
        "all": behind["all"][:BEHIND],
        "back": reverse("desk:league") + f"?period={chosen}",
    }
    return render(request, "desk/league_row.html", context)
