"""A home with as many cases and reports as asked for, made by the builders that the actions use, inserted in bulk.

This is a benchmark and not the demo: the rows are sound (numbers, history, chains), their story is dull.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.questions import words_for
from bench.tasks import TEXT

BATCH = 2000
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Filled:
    """What the clients need to know."""

    reports: list[str]
    cases: list[str]
    token: str


def fill(rows: int, progress: Callable[[int], None]) -> Filled:
    """Make the small city, then ``rows`` cases and as many reports; returns a sample of ids and the office's token."""
    from django.db import connection

    city = _city()
    reports: list[str] = []
    cases: list[str] = []
    for first in range(0, rows, BATCH):
        some_cases = _cases(first, min(BATCH, rows - first), city)
        cases += [str(case.pk) for case in some_cases[:50]]
        reports += [str(report.pk) for report in _reports(first, some_cases)[:50]]
        progress(first + len(some_cases))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Filled(reports, cases, city["token"])


def _city() -> dict[str, Any]:
    from chuangcheng.framework.models import Category
    from chuangcheng.people.models import Person, Post, Unit
    from chuangcheng.people.tokens import issue
    from chuangcheng.places.models import Division, Grid

    def square(lon: float, lat: float, size: float) -> dict[str, Any]:
        ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
        return {"type": "Polygon", "coordinates": [ring]}

    def division(code: str, level: str, parent: Division | None, lon: float, size: float) -> Division:
        return Division.objects.create(
            code=code, name=code, level=level, parent=parent, path=(parent.path if parent else "") + code + "/",
            boundary=square(lon, 30.0, size), lon=lon, lat=30.0,
        )  # fmt: skip

    whole = division("990100", "city", None, 120.0, 0.04)
    district = division("990101", "district", whole, 120.0, 0.04)
    streets = [division(f"99010100{n + 1}", "street", district, 120.0 + n * 0.01, 0.01) for n in range(4)]
    communities = [division(f"{street.code}001", "community", street, street.lon or 0, 0.01) for street in streets]
    for community in communities:
        for n in range(100):
            lon, lat = (community.lon or 0) + n % 10 * 0.001, 30.0 + n // 10 * 0.001
            Grid.objects.create(code=f"{community.code}{n:03d}", name=f"{n}", division=community, lon=lon, lat=lat,
                                boundary=square(lon, lat, 0.001))  # fmt: skip
    office = Unit.objects.create(code="U-CCB", name="创城办", short_name="创城办", kind="office", division=whole)
    units = [
        Unit.objects.create(code=f"U-{street.code}", name=street.code, short_name=street.code, kind="street",
                            division=street) for street in streets
    ]  # fmt: skip
    post = Post.objects.create(person=Person.objects.create_user("office"), role="office", unit=office, division=whole)
    categories = [
        Category.objects.create(code=f"0601{n}", zh=f"类别{n}", kind="matter", class_code="06", class_zh="市容环境",
                                taxonomy="bench", is_top=True) for n in range(10)
    ]  # fmt: skip
    return {"units": units, "categories": categories, "token": issue(post.pk)}


def _cases(first: int, count: int, city: dict[str, Any]) -> list[Any]:
    from chuangcheng.cases.building import Clock, build_case
    from chuangcheng.cases.inputs import CaseInput
    from chuangcheng.cases.models import Case
    from chuangcheng.cases.search import put
    from chuangcheng.history.models import Event
    from chuangcheng.kernel.actor import SYSTEM
    from chuangcheng.kernel.ids import number
    from chuangcheng.places.locator import locate

    dice, cases, events = random.Random(first), [], []
    for serial in range(first, first + count):
        lon, lat = 120 + dice.random() * 0.04, 30 + dice.random() * 0.01
        moment = START + timedelta(minutes=serial * 3)
        text = TEXT + words_for(dice)
        given = CaseInput(text=text, source="portal", category=dice.choice(city["categories"]), lat=lat, lon=lon)
        case, event = build_case(
            given, actor=SYSTEM, number=number("AJ", moment, serial), filed_at=moment, located=locate(lon, lat),
            clock=Clock(moment + timedelta(days=3), "bench@1"),
        )  # fmt: skip
        case.state, case.holder = dice.choice(["dispatched", "handling", "closed"]), dice.choice(city["units"])
        cases.append(case)
        events.append(event)
    Case.objects.bulk_create(cases, batch_size=200)
    put(cases)
    Event.objects.bulk_create(events, batch_size=500)
    return cases


def _reports(first: int, cases: list[Any]) -> list[Any]:
    from chuangcheng.cases.building import build_report
    from chuangcheng.cases.inputs import ReportInput
    from chuangcheng.cases.models import Report
    from chuangcheng.cases.search import put
    from chuangcheng.history.models import Event
    from chuangcheng.kernel.actor import CITIZEN
    from chuangcheng.kernel.ids import new_id, number
    from chuangcheng.places.locator import locate

    reports, events = [], []
    for serial, case in enumerate(cases, first):
        given = ReportInput(id=new_id(), text=case.text, source="portal", lat=case.lat, lon=case.lon)
        report, event = build_report(
            given, actor=CITIZEN, number=number("SB", case.filed_at, serial), received_at=case.filed_at,
            located=locate(case.lon, case.lat), category=case.category,
        )  # fmt: skip
        if serial % 2:
            report.state, report.case = "filed", case
        reports.append(report)
        events.append(event)
    Report.objects.bulk_create(reports, batch_size=200)
    put(reports)
    Event.objects.bulk_create(events, batch_size=500)
    return reports
