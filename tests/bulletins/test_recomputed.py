"""Every figure of a week of many facts, counted a second time row by row in plain Python."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from chuangcheng.bulletins import figures
from chuangcheng.cases.models import Case, Report
from chuangcheng.framework.models import Category
from chuangcheng.kernel import clock
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.patrols.models import Check, Visit
from chuangcheng.scoring import selectors as scoring
from chuangcheng.scoring.models import DailyTotal
from chuangcheng.sites.models import Site
from tests.bulletins.week import MONDAY, report

START = datetime(2026, 9, 14, tzinfo=CITY_ZONE)
END = START + timedelta(days=7)
AFTERWARDS = END + timedelta(hours=10)
STATES = ["filed", "dispatched", "handling", "handled", "verified", "suspended", "closed", "void"]
SHARE = {"A": Fraction(1), "B": Fraction(66, 100), "C": Fraction(33, 100), "C#": Fraction(0)}


def half_up(value: Fraction, places: int) -> float:
    scaled = value * 10**places
    return float(Fraction((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator), 10**places))


def some_case(world: Any, rng: random.Random, categories: list[Any]) -> None:
    units = world.city.units
    state = rng.choice([*STATES, "closed", "closed"])
    filed = START + timedelta(hours=rng.uniform(-400, 200))
    facts: dict[str, Any] = {
        "filed_at": filed, "state": state, "community": rng.randrange(3), "category": rng.choice(categories),
        "holder": units[rng.choice(["street", "street2", "department"])], "rework_count": rng.choice([0, 0, 1]),
        "reopen_count": rng.choice([0, 0, 0, 1]),
    }  # fmt: skip
    due = rng.choice([None, filed + timedelta(hours=rng.uniform(4, 200))])
    done = filed + timedelta(hours=rng.uniform(1, 150))
    if state in ("handled", "verified", "closed"):
        facts["handled_at"] = done
    if state == "closed":
        facts.update(closed_at=done + timedelta(hours=2), outcome="fixed", on_time=due and done <= due)
    case = world.case(**facts)
    Case.objects.filter(pk=case.pk).update(due_at=due)


@pytest.fixture(params=[3, 14, 159])
def crowd(world: Any, request: pytest.FixtureRequest) -> Any:
    """Some hundreds of facts before, in and after the week, of every state."""
    rng = random.Random(request.param)
    matters = [
        Category.objects.create(code=f"07{n:03d}", zh=f"事项{n}", kind="matter", class_code="07", class_zh="街面",
                                taxonomy="T")
        for n in range(13)
    ]  # fmt: skip
    for _ in range(120):
        state = rng.choice(["received", "pending_confirm", "filed", "linked", "withdrawn", "not_accepted"])
        report(world, rng.uniform(-200, 200), state)
    for _ in range(300):
        some_case(world, rng, [None, *matters, world.categories["06010"]])
    for number in range(8):
        community = rng.randrange(3)
        world.site(f"M{number}", community, "street2" if community == 2 else "street")
    for _ in range(30):
        grades = {item: rng.choice(["A", "B", "C", "C#", "NA"]) for item in ("I1", "I2", "I3") if rng.random() < 0.8}
        applied = [SHARE[grade] for grade in grades.values() if grade != "NA"]
        score = str(half_up(100 * sum(applied, Fraction()) / len(applied), 2)) if applied else None
        visit = world.visit(
            f"M{rng.randrange(7)}",
            grades,
            days_ago=rng.choice([rng.uniform(-5.5, 1.5), rng.uniform(-7, 90)]),
            score=score,
        )
        for check in visit.checks.exclude(grade__in=("A", "NA")):
            fixed = rng.random() < 0.5
            world.case(
                check=check, filed_at=visit.finished_at, state="closed" if fixed else "handling",
                outcome="fixed" if fixed else "", closed_at=visit.finished_at + timedelta(days=1) if fixed else None,
                on_time=True if fixed else None,
            )  # fmt: skip
    world.project(AFTERWARDS)
    DailyTotal.objects.create(edition=world.edition, day=MONDAY - timedelta(days=3), points=41.5, coverage=0.8)
    return world


@pytest.fixture
def found(crowd: Any) -> figures.Figures:
    with clock.at(AFTERWARDS):
        return figures.assemble(crowd.edition, MONDAY)


def within(moment: datetime | None) -> bool:
    return moment is not None and START <= moment < END


def is_overdue(case: Case) -> bool:
    """At the end of Sunday: running past its limit, or handled too late and not yet closed."""
    if case.due_at is None or case.filed_at >= END:
        return False
    if case.state in ("filed", "dispatched", "handling"):
        return case.due_at < END
    return case.state in ("handled", "verified") and case.handled_at is not None and case.handled_at > case.due_at


def test_reports_and_cases(found: figures.Figures) -> None:
    reports = [row for row in Report.objects.all() if within(row.received_at)]
    cases = list(Case.objects.all())
    fallen = [case for case in cases if within(case.due_at)]
    due = [case for case in fallen if case.state not in ("void", "suspended")]
    assert {"void", "suspended"} < {case.state for case in fallen}
    wanted = {
        "reports_received": len(reports),
        "reports_taken": sum(row.state in ("filed", "linked") for row in reports),
        "reports_refused": sum(row.state == "not_accepted" for row in reports),
        "cases_filed": sum(within(case.filed_at) for case in cases),
        "cases_closed": sum(case.state == "closed" and within(case.closed_at) for case in cases),
        "cases_overdue": sum(map(is_overdue, cases)),
    }
    assert {name: found[name]["value"] for name in wanted} == wanted
    assert min(wanted.values()) > 0, "the week must hold something of each"
    assert found["cases_due"]["value"] == len(due) > 0
    assert found["cases_on_time"]["value"] == sum(case.on_time is True for case in due)
    rate = Fraction(found["cases_on_time"]["value"], found["cases_due"]["value"])
    assert found["on_time_rate"]["value"] == half_up(100 * rate, 1)


def test_visits_and_checks(found: figures.Figures) -> None:
    visits = {visit.pk: visit for visit in Visit.objects.all() if within(visit.finished_at)}
    grades = [check.grade for check in Check.objects.all() if check.visit_id in visits]
    assert {name: found[name]["value"] for name in ("visits", "sites_visited", "checks", "failed_checks")} == {
        "visits": len(visits),
        "sites_visited": len({visit.site_id for visit in visits.values()}),
        "checks": sum(grade != "NA" for grade in grades),
        "failed_checks": sum(grade in ("B", "C", "C#") for grade in grades),
    }
    assert visits


def test_the_score_is_the_city_s_and_the_change_is_their_difference(crowd: Any, found: figures.Figures) -> None:
    total = scoring.total(crowd.edition)
    assert found["score"]["value"] == half_up(total.points, 2)
    assert found["coverage"]["value"] == half_up(100 * total.coverage, 1)
    assert found["score_change"]["value"] == pytest.approx(found["score"]["value"] - 41.5, abs=1e-9)
    assert found["score"]["as_of"] == AFTERWARDS.astimezone(total.as_of.tzinfo).isoformat()  # type: ignore[union-attr]


def test_categories(found: figures.Figures) -> None:
    counts = Counter(case.category for case in Case.objects.select_related("category") if within(case.filed_at))
    counts.pop(None, None)
    ranked = sorted(((-number, category.code, category.zh) for category, number in counts.items() if category))
    rows = [(-row["cases"], row["category"]) for row in found["categories"]["value"]]
    assert rows == [(number, name) for number, _, name in ranked[:10]]
    assert len(rows) == 10 < len(ranked)


def test_overdue_units(found: figures.Figures) -> None:
    late = [case for case in Case.objects.select_related("holder") if is_overdue(case) and case.holder]
    counts = Counter(case.holder for case in late)
    ranked = sorted((-number, unit.official_order, unit.short_name) for unit, number in counts.items() if unit)
    rows = [(row["unit"], row["cases"]) for row in found["overdue_units"]["value"]]
    assert rows == [(name, -number) for number, _, name in ranked]
    assert sum(number for _, number in rows) <= found["cases_overdue"]["value"]


def test_relapses(found: figures.Figures) -> None:
    checks = list(Check.objects.select_related("visit__site__unit", "item", "case"))
    mended = {
        (check.visit.site_id, check.item.code)
        for check in checks
        if check.visit.finished_at
        and START - timedelta(days=92) < check.visit.finished_at < START
        and check.case
        and (check.case.state, check.case.outcome) == ("closed", "fixed")
    }
    again: Counter[str] = Counter()
    for check in checks:
        if within(check.visit.finished_at) and check.grade in ("B", "C", "C#"):
            again[check.visit.site.name] += (check.visit.site_id, check.item.code) in mended
    wanted = sorted(((-number, name) for name, number in again.items() if number))
    assert [(-row["items"], row["site"]) for row in found["relapses"]["value"]] == wanted[:10]


def test_the_league(crowd: Any, found: figures.Figures) -> None:
    streets = {street.path: street for street in crowd.city.streets}
    parts: dict[str, dict[str, list[Fraction]]] = {path: defaultdict(list) for path in streets}

    def street(path: str) -> dict[str, list[Fraction]]:
        return next(parts[one] for one in streets if path.startswith(one))

    visits = [v for v in Visit.objects.select_related("site") if within(v.finished_at)]
    for visit in visits:
        if visit.score is not None:
            street(visit.site.division_path)["site_score"].append(Fraction(visit.score) / 100)
    for case in Case.objects.all():
        if within(case.due_at) and case.state not in ("void", "suspended"):
            street(case.division_path)["on_time"].append(Fraction(case.on_time is True))
        if case.state == "closed" and within(case.closed_at):
            street(case.division_path)["rework"].append(Fraction(not (case.rework_count or case.reopen_count)))
    for site in Site.objects.filter(state="active"):
        street(site.division_path)["coverage"].append(Fraction(site.pk in {visit.site_id for visit in visits}))

    points = {"site_score": 50, "on_time": 30, "rework": 10, "coverage": 10}
    wanted = {}
    for path, of in parts.items():
        shares = {name: sum(of[name], Fraction()) / len(of[name]) for name in points if of[name]}
        total = sum((points[name] * share for name, share in shares.items()), Fraction())
        score = 100 * total / sum(points[name] for name in shares)
        wanted[path] = {"score": half_up(score, 2)} | {
            name: half_up(100 * shares[name], 1) if name in shares else None for name in points
        }
    rows = found["league"]["value"]
    names = {row.path: row.name for row in crowd.city.streets}
    assert {row["street"]: {name: row[name] for name in ("score", *points)} for row in rows} == {
        names[path]: value for path, value in wanted.items()
    }
    assert [row["rank"] for row in rows] == [1 + sum(o["score"] > row["score"] for o in rows) for row in rows]


def test_the_focus_is_where_most_is_lost(crowd: Any, found: figures.Figures) -> None:
    lines = [line for line in scoring.by_standard(crowd.edition) if line.lost]
    ranked = sorted(lines, key=lambda line: (-line.lost, line.standard.order))
    rows = [(row["standard"], row["lost"]) for row in found["focus"]["value"]]
    assert rows == [(line.standard.code, half_up(line.lost, 2)) for line in ranked[:5]]
