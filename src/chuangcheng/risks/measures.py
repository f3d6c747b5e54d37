"""Live figures that rules watch, each by the subjects it can be split to; one or two grouped queries a figure.

A figure can be asked for a past moment too (dry run): it then goes by the times in the rows. What was changed since (a
limit that was extended, a case that moved) shows as it stands now, so a dry run is near, not exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from chuangcheng.cases.models import Case, Recheck
from chuangcheng.cases.rechecks import ANSWERED
from chuangcheng.cases.states import UNCOUNTED
from chuangcheng.framework import selectors as framework
from chuangcheng.indicators import selectors as indicators
from chuangcheng.indicators.models import Indicator, Reading
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.cycles import months_on
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.watching import Figure
from chuangcheng.patrols.models import Check
from chuangcheng.people.selectors import prefixes
from chuangcheng.places import selectors as places
from chuangcheng.tasks.models import Task

Figures = dict[str, Figure]
CITY = "city"
#: How long after its period a reading may come.
GRACE_DAYS = 15
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Span:
    """The moments from ``since`` to ``until``; states are those of ``until``."""

    since: datetime
    until: datetime


Read = Callable[[Span, str], Figures]


@dataclass(frozen=True, slots=True)
class Measure:
    """``share`` figures are parts of 1, others counts or points; ``high`` says that much is good."""

    code: str
    label: Label
    by: tuple[str, ...]
    read: Read
    share: bool = False
    high: bool = False


MEASURES: dict[str, Measure] = {}


def _measure(code: str, zh: str, en: str, by: tuple[str, ...], **more: bool) -> Callable[[Read], Read]:
    def keep(read: Read) -> Read:
        MEASURES[code] = Measure(code, Label(zh, en), by, read, **more)
        return read

    return keep


def _split(rows: QuerySet[Any], group: Any, by: str, found: Q) -> dict[str, tuple[int, int]]:
    """By subject: how many rows meet ``found``, and how many there are. One query, and one for streets."""
    grouped = rows.order_by().annotate(subject=group).values("subject").annotate(
        number=Count("pk", filter=found), all=Count("pk")
    )  # fmt: skip
    counts = [(row["subject"], row["number"], row["all"]) for row in grouped]
    streets = set(places.at_level("street").values_list("path", flat=True)) if by == "street" else set()
    summed: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for subject, number, every in counts:
        key = next((part for part in prefixes(subject or "") if part in streets), "") if by == "street" else subject
        if key:
            summed[str(key)][0] += number
            summed[str(key)][1] += every
    return {key: (number, every) for key, (number, every) in summed.items()}


def _numbers(split: dict[str, tuple[int, int]]) -> Figures:
    return {key: Figure(Fraction(number), every) for key, (number, every) in split.items()}


def _shares(split: dict[str, tuple[int, int]]) -> Figures:
    return {key: Figure(Fraction(number, every), every) for key, (number, every) in split.items() if every}


def _of_case(by: str) -> Any:
    groups = {"unit": Coalesce("holder", "responsible"), "street": F("division_path"), "category": F("category__code")}
    return groups[by]


def _open_at(moment: datetime) -> tuple[QuerySet[Case], Q]:
    """Cases that somebody owed at that moment, and which of them were late then."""
    rows = Case.objects.exclude(state__in=(*UNCOUNTED, "suspended")).filter(filed_at__lte=moment)
    rows = rows.filter(Q(handled_at=None) | Q(handled_at__gt=moment), Q(closed_at=None) | Q(closed_at__gt=moment))
    return rows, Q(due_at__lt=moment)


_SPLITS = ("unit", "street", "category")


@_measure("overdue_cases", "超期未办案件", "Overdue cases", _SPLITS)
def _overdue(span: Span, by: str) -> Figures:
    rows, late = _open_at(span.until)
    return _numbers(_split(rows, _of_case(by), by, late))


@_measure("overdue_share", "在办案件超期率", "Share of open cases overdue", _SPLITS, share=True)
def _overdue_share(span: Span, by: str) -> Figures:
    rows, late = _open_at(span.until)
    return _shares(_split(rows, _of_case(by), by, late))


@_measure("relapses", "反弹案件", "Relapses", _SPLITS)
def _relapses(span: Span, by: str) -> Figures:
    """Charged to the unit that put the first one right."""
    rows = Case.objects.filter(relapse_of__isnull=False, filed_at__gte=span.since, filed_at__lt=span.until)
    group = F("relapse_of__handled_unit") if by == "unit" else _of_case(by)
    return _numbers(_split(rows.exclude(state__in=UNCOUNTED), group, by, Q()))


@_measure("rework_share", "返工率", "Rework", _SPLITS, share=True)
def _rework(span: Span, by: str) -> Figures:
    rows = Case.objects.filter(state="closed", closed_at__gte=span.since, closed_at__lt=span.until)
    group = Coalesce("handled_unit", "responsible") if by == "unit" else _of_case(by)
    return _shares(_split(rows, group, by, Q(rework_count__gt=0) | Q(reopen_count__gt=0)))


@_measure("recheck_failed", "抽查复核不实率", "Closures found not fixed", ("unit", "street"), share=True)
def _rechecks(span: Span, by: str) -> Figures:
    rows = Recheck.objects.filter(state__in=ANSWERED, answered_at__gte=span.since, answered_at__lt=span.until)
    group = F("handled_unit") if by == "unit" else F("division_path")
    return _shares(_split(rows, group, by, Q(state="not_fixed")))


@_measure("late_tasks", "超期任务", "Late tasks", ("unit",))
def _late_tasks(span: Span, by: str) -> Figures:
    """Over the tasks that ran at that moment. What is in review is charged to nobody."""
    day = span.until.astimezone(CITY_ZONE).date()
    rows = Task.objects.exclude(state__in=("void", "in_review")).filter(created_at__lte=span.until)
    rows = rows.filter(Q(ended_on=None) | Q(ended_on__gt=day))
    return _numbers(_split(rows, F("lead"), by, Q(due_on__lt=day)))


@_measure("failed_checks", "考察项不符合率", "Items failed at visits", ("unit", "street"), share=True)
def _checks(span: Span, by: str) -> Figures:
    rows = Check.objects.filter(visit__state="finished", visit__finished_at__gte=span.since)
    rows = rows.filter(visit__finished_at__lt=span.until).exclude(grade="NA")
    group = F("visit__site__unit") if by == "unit" else F("visit__site__division_path")
    return _shares(_split(rows, group, by, ~Q(grade="A")))


@_measure("score_drop", "自评得分较窗口内最高下降（分）", "Points below the best of the window", (CITY,))
def _score_drop(span: Span, _by: str) -> Figures:
    edition = framework.current_edition()
    first, last = (moment.astimezone(CITY_ZONE).date() for moment in (span.since, span.until))
    if edition is None:
        return {}
    days = edition.totals.filter(day__gte=first, day__lte=last).order_by("day")
    points = [Fraction(str(round(each, 4))) for each in days.values_list("points", flat=True)]
    return {CITY: Figure(max(points) - points[-1], len(points))} if points else {}


@_measure("indicator_share", "指标得分率", "Share of points earned", ("indicator",), share=True, high=True)
def _indicators(span: Span, _by: str) -> Figures:
    """By the reading that stood for the newest period then. What cannot be judged is left out."""
    rows = Reading.objects.filter(division=None, recorded_at__lte=span.until).select_related("indicator")
    newest = {row.indicator.code: row for row in rows.order_by("period_start", "recorded_at", "id")}
    found: Figures = {}
    for code, row in newest.items():
        try:
            share = indicators.verdict(row.indicator, row.value).share
        except (ValueError, KeyError):
            continue  # its rule asks for more than one value: nothing to watch here
        found[code] = Figure(Fraction(share), 1)
    return found


@_measure("late_readings", "迟报指标", "Late readings", ("unit",))
def _late_readings(span: Span, _by: str) -> Figures:
    """Over the indicators that a unit delivers; one that never had a reading is not late but not begun."""
    day = span.until.astimezone(CITY_ZONE).date()
    rows = Reading.objects.filter(division=None, recorded_at__lte=span.until).order_by("period_start")
    newest = dict(rows.values_list("indicator", "period_start"))
    found: dict[str, list[bool]] = defaultdict(list)
    for pk, unit, frequency in Indicator.objects.exclude(source_unit=None).values_list(
        "pk", "source_unit", "frequency"
    ):
        if pk in newest:
            due = months_on(newest[pk], 2 * _MONTHS[frequency]) + timedelta(days=GRACE_DAYS)
            found[str(unit)].append(day > due)
    return {unit: Figure(Fraction(sum(late)), len(late)) for unit, late in found.items()}


def city_sum(code: str, span: Span) -> int:
    """A counted figure over the whole city."""
    measure = MEASURES[code]
    return int(sum(figure.value for figure in measure.read(span, measure.by[0]).values()))
