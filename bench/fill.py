"""A home with as many cases and reports as asked for, made by the builders that the actions use, inserted in bulk.

This is a benchmark and not the demo: the rows are sound (numbers, history, links), their story is dull. A city of some
twenty by ten kilometres, a hundred thousand cases a year; two in five lie at one of two hundred spots where trouble
gathers; what is older than two weeks is closed but for a few. More than a year's worth is copied inside the database
(:mod:`bench.years`).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import ledger, library, years
from bench.questions import words_for
from bench.tasks import TEXT

BATCH = 2000
#: What one year holds; a larger home has more years.
YEAR = 100_000
END = datetime(2026, 11, 22, tzinfo=UTC)
#: One day less than a year, so that the copies of a year do not meet the next.
STEP = timedelta(days=364) / YEAR
#: West, south, width and height of the city in degrees.
WEST, SOUTH, WIDTH, HEIGHT = 120.0, 30.0, 0.2, 0.1
SIDE = 0.05  # of a street
GRIDS = 8  # along a side
SPOTS = 200
#: Open states and how often the newest cases stand in them.
OPEN = (("filed", 1), ("dispatched", 3), ("handling", 4), ("handled", 1), ("verified", 1))
NEW = 0.04  # share of the year that is mostly open


@dataclass(frozen=True)
class Filled:
    """What the clients need to know."""

    reports: list[str]
    cases: list[str]
    token: str


def fill(rows: int, progress: Callable[[int], None]) -> Filled:
    """Make the city, then ``rows`` cases and as many reports (above one year's worth: whole years); returns a sample of
    ids and the office's token."""
    city = _city()
    reports: list[str] = []
    cases: list[str] = []
    fresh = min(rows, YEAR)
    for first in range(0, fresh, BATCH):
        some_cases = _cases(first, min(BATCH, fresh - first), fresh, city)
        cases += [str(case.pk) for case in some_cases[:50]]
        reports += [str(report.pk) for report in _reports(first, some_cases)[:50]]
        progress(first + len(some_cases))
    ledger.fill(city["units"], min(rows, ledger.ROWS))
    library.fill(city["units"][0], min(rows, library.DOCUMENTS))
    years.copy(-(-rows // YEAR) - 1, lambda back: progress((back + 1) * YEAR))
    return Filled(reports, cases, city["token"])


def _city() -> dict[str, Any]:
    from chuangcheng.framework.models import Category, TimeRule
    from chuangcheng.people.models import Person, Post, Unit
    from chuangcheng.people.tokens import issue

    whole = _division("990100", "city", None, WEST, SOUTH, WIDTH, HEIGHT)
    district = _division("990101", "district", whole, WEST, SOUTH, WIDTH, HEIGHT)
    streets = [
        _division(f"99010100{n + 1}", "street", district, WEST + n % 4 * SIDE, SOUTH + n // 4 * SIDE, SIDE, SIDE)
        for n in range(8)
    ]
    for street in streets:
        _grids(street)
    office = Unit.objects.create(code="U-CCB", name="创城办", short_name="创城办", kind="office", division=whole)
    units = [Unit.objects.create(code=f"U-{street.code}", name=street.code, short_name=street.code, kind="street",
                                 division=street) for street in streets]  # fmt: skip
    units += [Unit.objects.create(code=f"U-D{n:02d}", name=f"部门{n}", short_name=f"部门{n}", kind="department",
                                  division=whole) for n in range(20)]  # fmt: skip
    post = Post.objects.create(person=Person.objects.create_user("office"), role="office", unit=office, division=whole)
    for role, unit in (("street", units[0]), ("department", units[-1])):
        person = Person.objects.create_user(role)
        Post.objects.create(person=person, role=role, unit=unit, division=unit.division)
    categories = [
        Category.objects.create(code=f"0601{n}", zh=f"类别{n}", kind="matter", class_code="06", class_zh="市容环境",
                                taxonomy="bench", is_top=True) for n in range(10)
    ]  # fmt: skip
    TimeRule.objects.create(category_code="", amount=3, unit="work_days")
    dice = random.Random("spots")
    spots = [(WEST + dice.random() * WIDTH, SOUTH + dice.random() * HEIGHT) for _ in range(SPOTS)]
    return {"units": units, "categories": categories, "token": issue(post.pk), "spots": spots}


def _division(code: str, level: str, parent: Any, lon: float, lat: float, width: float, height: float) -> Any:
    from chuangcheng.places.models import Division

    path = (parent.path if parent else "") + code + "/"
    return Division.objects.create(code=code, name=code, level=level, parent=parent, path=path,
                                   boundary=_box(lon, lat, width, height), lon=lon, lat=lat)  # fmt: skip


def _grids(street: Any) -> None:
    from chuangcheng.places.models import Grid

    community = _division(f"{street.code}001", "community", street, street.lon, street.lat, SIDE, SIDE)
    step = SIDE / GRIDS
    for n in range(GRIDS * GRIDS):
        lon, lat = community.lon + n % GRIDS * step, community.lat + n // GRIDS * step
        Grid.objects.create(code=f"{community.code}{n:03d}", name=f"{n}", division=community, lon=lon, lat=lat,
                            boundary=_box(lon, lat, step, step))  # fmt: skip


def _box(lon: float, lat: float, width: float, height: float) -> dict[str, Any]:
    east, north = lon + width, lat + height
    return {"type": "Polygon", "coordinates": [[[lon, lat], [east, lat], [east, north], [lon, north], [lon, lat]]]}


def _place(dice: random.Random, spots: list[tuple[float, float]]) -> tuple[float, float]:
    """Somewhere, or within some thirty metres of a spot."""
    if dice.random() < 0.6:
        return WEST + dice.random() * WIDTH, SOUTH + dice.random() * HEIGHT
    lon, lat = dice.choice(spots)
    return lon + dice.gauss(0, 0.0002), lat + dice.gauss(0, 0.0002)


def _cases(first: int, count: int, fresh: int, city: dict[str, Any]) -> list[Any]:
    from chuangcheng.cases.building import Clock, build_case
    from chuangcheng.cases.inputs import CaseInput
    from chuangcheng.cases.models import Assignment, Case
    from chuangcheng.cases.search import put
    from chuangcheng.history.models import Event
    from chuangcheng.kernel.actor import SYSTEM
    from chuangcheng.kernel.ids import number
    from chuangcheng.places.locator import locate

    dice, cases, events, links = random.Random(first), [], [], []
    for serial in range(first, first + count):
        lon, lat = _place(dice, city["spots"])
        moment = END - (fresh - serial) * STEP
        text = TEXT + words_for(dice)
        given = CaseInput(text=text, source="portal", category=dice.choice(city["categories"]), lat=lat, lon=lon)
        case, event = build_case(
            given, actor=SYSTEM, number=number("AJ", moment, serial), filed_at=moment, located=locate(lon, lat),
            clock=Clock(moment + timedelta(days=3), "bench@1"),
        )  # fmt: skip
        _advance(case, dice, dice.choice(city["units"]), fresh=serial >= fresh * (1 - NEW))
        cases.append(case)
        events.append(event)
        if case.holder:
            links.append(Assignment(case=case, unit=case.holder, received_at=moment, due_at=case.due_at,
                                    state="done" if case.closed_at else "open"))  # fmt: skip
    Case.objects.bulk_create(cases, batch_size=200)
    Assignment.objects.bulk_create(links, batch_size=500)
    put(cases)
    Event.objects.bulk_create(events, batch_size=500)
    return cases


def _advance(case: Any, dice: random.Random, unit: Any, *, fresh: bool) -> None:
    """Most of the newest are open, nearly all of the others closed, four in five of them on time."""
    if dice.random() < (0.7 if fresh else 0.002):
        case.state = dice.choices([state for state, _ in OPEN], [weight for _, weight in OPEN])[0]
    else:
        case.state, case.outcome, case.on_time = "closed", "fixed", dice.random() < 0.8
        case.closed_at = case.handled_at = case.filed_at + timedelta(days=2 if case.on_time else 5)
    if case.state != "filed":
        case.holder = case.responsible = unit
        case.holder_since = case.filed_at


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
        if serial % 20 or case.closed_at:
            report.state, report.case = "filed", case
        reports.append(report)
        events.append(event)
    Report.objects.bulk_create(reports, batch_size=200)
    put(reports)
    Event.objects.bulk_create(events, batch_size=500)
    return reports
