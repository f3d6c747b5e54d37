"""The figures of one week, read from the rows of the rooms below. Nobody is asked to fill anything in.

Each figure is ``{"value", "label", "url", "as_of"}``; a table's value is a list of plain rows. Counts are of the city's
days Monday to Sunday; states (overdue, score) are as of the end of the week, or of now in the week that still runs.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Count, QuerySet

from chuangcheng.bulletins.links import address, days
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.status import put_right, with_status
from chuangcheng.framework.models import Edition
from chuangcheng.kernel.label import Label
from chuangcheng.patrols.models import Check
from chuangcheng.people.models import Unit
from chuangcheng.scoring import league as leagues
from chuangcheng.scoring import selectors as scoring
from chuangcheng.scoring.method import WINDOW

TOP = 10
FOCUS = 5
Figures = dict[str, dict[str, Any]]


def assemble(edition: Edition, monday: date) -> Figures:
    """Every figure of the week from ``monday`` on, in the order of the report."""
    end = monday + timedelta(days=7)
    first, last = leagues.bounds(monday, end)
    return {
        **_reports(monday, end, first, last),
        **_cases(monday, end, first, last),
        **_visits(monday, end, first, last),
        **_score(edition, monday, last),
        "league": _figure(Label("街道赛马", "League of streets"), _league(edition, monday, end),
                          address("desk:league", start=monday, end=end - timedelta(days=1)), last),
        "categories": _figure(Label("问题较多的类别", "Most frequent problems"), _categories(monday, end, first, last),
                              address("desk:cases", **days("filed", monday, end)), last),
        "overdue_units": _figure(Label("超期案件", "Overdue cases"), _overdue_units(last),
                                 address("desk:cases", status="overdue"), last),
        "relapses": _figure(Label("问题反复的点位", "Sites that relapsed"), _relapses(first, last),
                            address("desk:sites"), last),
        "focus": _figure(Label("下周重点", "Next week's focus"), _focus(edition), address("desk:scores"), last),
    }  # fmt: skip


def _figure(label: Label, value: object, url: str, as_of: datetime) -> dict[str, Any]:
    return {"label": {"zh": label.zh, "en": label.en}, "value": value, "url": url, "as_of": as_of.isoformat()}


def _count(label: Label, rows: QuerySet[Any], url: str, as_of: datetime) -> dict[str, Any]:
    return _figure(label, rows.count(), url, as_of)


def _reports(monday: date, end: date, first: datetime, last: datetime) -> Figures:
    received = Report.objects.filter(complaint=False, received_at__gte=first, received_at__lt=last)
    week = days("received", monday, end)
    taken = received.filter(state__in=("filed", "linked"))
    refused = received.filter(state="not_accepted")
    page = "desk:reports"
    return {
        "reports_received": _count(Label("受理上报", "Reports received"), received, address(page, **week), last),
        "reports_taken": _count(
            Label("其中立案或并案", "Of them filed or linked"), taken, address(page, taken="yes", **week), last
        ),
        "reports_refused": _count(
            Label("其中不予受理", "Of them not accepted"), refused, address(page, state="not_accepted", **week), last
        ),
    }


def _cases(monday: date, end: date, first: datetime, last: datetime) -> Figures:
    page = "desk:cases"
    filed = Case.objects.filter(filed_at__gte=first, filed_at__lt=last)
    closed, due = leagues.closed_in(first, last), leagues.due_in(first, last)
    on_time, total = due.filter(on_time=True).count(), due.count()
    due_url = address(page, counted="yes", **days("due", monday, end))
    return {
        "cases_filed": _count(Label("立案", "Cases filed"), filed, address(page, **days("filed", monday, end)), last),
        "cases_closed": _count(
            Label("结案", "Cases closed"), closed, address(page, state="closed", **days("closed", monday, end)), last
        ),
        "cases_due": _figure(Label("本周到期", "Due this week"), total, due_url, last),
        "cases_on_time": _figure(
            Label("其中按期结案", "Of them closed on time"),
            on_time,
            address(page, status="done", **days("due", monday, end)),
            last,
        ),
        "on_time_rate": _figure(
            Label("按期结案率", "Closed on time"), percent(Fraction(on_time, total)) if total else None, due_url, last
        ),
        "cases_overdue": _count(
            Label("超期未办结", "Overdue and open"), _overdue(last), address(page, status="overdue"), last
        ),
    }


def _overdue(last: datetime) -> QuerySet[Case]:
    return Case.objects.filter(with_status("overdue", last), filed_at__lt=last)


def _visits(monday: date, end: date, first: datetime, last: datetime) -> Figures:
    visits = leagues.visits_in(first, last)
    checks = Check.objects.filter(visit__in=visits).exclude(grade="NA")
    week = days("finished", monday, end)
    page = "desk:visits"
    return {
        "visits": _count(Label("督查点位", "Visits"), visits, address(page, **week), last),
        "sites_visited": _figure(
            Label("覆盖点位", "Sites visited"), visits.values("site").distinct().count(), address(page, **week), last
        ),
        "checks": _count(Label("考察项", "Items checked"), checks, address(page, **week), last),
        "failed_checks": _count(
            Label("不符合项", "Items failed"), checks.exclude(grade="A"), address(page, failed="yes", **week), last
        ),
    }


def _score(edition: Edition, monday: date, last: datetime) -> Figures:
    now = scoring.total(edition)
    url = address("desk:scores")
    points = two(now.points) if now.known else None
    before = edition.totals.filter(day__lt=monday).order_by("-day").first()
    change = round(points - before.points, 2) if points is not None and before else None
    as_of = now.as_of or last
    return {
        "score": _figure(Label("全市自评得分", "The city's own score"), points, url, as_of),
        "coverage": _figure(Label("覆盖率", "Coverage"), percent(now.coverage), url, as_of),
        "score_change": _figure(Label("较上周", "Change since last week"), change, url, as_of),
    }


def _league(edition: Edition, monday: date, end: date) -> list[dict[str, Any]]:
    return [
        {
            "rank": row.rank,
            "street": row.unit.short_name if row.unit else row.division.name,
            "score": None if row.score is None else two(row.score),
            **{name: None if part.share is None else percent(part.share) for name, part in row.parts.items()},
            "url": address("desk:cases", area=row.division.path, counted="yes", **days("due", monday, end)),
        }
        for row in leagues.league(edition, monday, end)
    ]


def _categories(monday: date, end: date, first: datetime, last: datetime) -> list[dict[str, Any]]:
    rows = (
        Case.objects.filter(filed_at__gte=first, filed_at__lt=last, category__isnull=False)
        .order_by()
        .values("category__code", "category__zh")
        .annotate(cases=Count("pk"))
        .order_by("-cases", "category__code")[:TOP]
    )
    week = days("filed", monday, end)
    return [
        {
            "category": row["category__zh"],
            "cases": row["cases"],
            "url": address("desk:cases", category=row["category__code"], **week),
        }
        for row in rows
    ]


def _overdue_units(last: datetime) -> list[dict[str, Any]]:
    """By the unit that holds the case; the most first, equal ones in official order."""
    counts = Counter(_overdue(last).exclude(holder=None).values_list("holder_id", flat=True))
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=counts)}
    ordered = sorted(units.values(), key=lambda unit: (-counts[unit.pk], unit.official_order, unit.code))
    return [
        {
            "unit": unit.short_name,
            "cases": counts[unit.pk],
            "url": address("desk:cases", status="overdue", unit=unit.pk),
        }
        for unit in ordered[:TOP]
    ]


def _relapses(first: datetime, last: datetime) -> list[dict[str, Any]]:
    """Items that failed this week at a site where the same item had failed and been put right within a quarter.

    A check that joined the very case that was put right only afterwards is no relapse.
    """
    again = Check.objects.filter(visit__in=leagues.visits_in(first, last)).exclude(grade__in=("A", "NA"))
    done: dict[tuple[Any, str], set[Any]] = {}
    for site, item, case in Check.objects.filter(
        put_right("case__"), visit__finished_at__gt=first - WINDOW, visit__finished_at__lt=first
    ).values_list("visit__site_id", "item__code", "case_id"):
        done.setdefault((site, item), set()).add(case)
    found: Counter[tuple[Any, str, str]] = Counter()
    for site, name, unit, item, case in again.values_list(
        "visit__site_id", "visit__site__name", "visit__site__unit__short_name", "item__code", "case_id"
    ):
        found[site, name, unit] += bool(done.get((site, item), set()) - {case})
    ranked = sorted((key for key in found if found[key]), key=lambda key: (-found[key], key[1]))
    return [
        {"site": name, "unit": unit, "items": found[site, name, unit], "url": address("desk:visits", site=site)}
        for site, name, unit in ranked[:TOP]
    ]


def _focus(edition: Edition) -> list[dict[str, Any]]:
    """The standards where most points are lost."""
    return [
        {
            "standard": line.standard.code,
            "text": line.standard.zh,
            "lost": two(line.lost),
            "failed": line.basis("failed") - line.basis("recovered"),
            "overdue": line.basis("overdue"),
            "url": address("desk:scores", standard=line.standard.code),
        }
        for line in scoring.biggest_losses(edition, FOCUS)
    ]


def percent(share: Fraction) -> float:
    """A share as a percentage with one decimal, rounded half up as offices do."""
    return float(Fraction(int(share * 1000 + Fraction(1, 2)), 10))


def two(points: Fraction) -> float:
    """Points with two decimals, rounded half up."""
    return float(Fraction(int(points * 100 + Fraction(1, 2)), 100))
