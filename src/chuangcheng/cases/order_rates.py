"""The three rates of 12345 接诉即办, defined as data: what is counted, over what, and what is left out.

Practice of the cities' assessments (三率: 响应率, 解决率, 满意率); cities differ in details, so each
figure says its own. An order whose removal 剔除 was granted counts in none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from django.db.models import Count, F, Q, QuerySet

from chuangcheng.cases.models import Order, Satisfaction
from chuangcheng.kernel.label import Label

Rule = Callable[[datetime], Q]
Part = Literal["is", "of", "out"]


@dataclass(frozen=True, slots=True)
class Definition:
    """A rate: which orders count, over which, and which of those that would be in it are excluded. ``says`` is the
    sentence under the figure."""

    name: str
    label: Label
    says: Label
    numerator: Rule
    denominator: Rule
    excluded: Rule


@dataclass(frozen=True, slots=True)
class Rate:
    """A counted rate; ``share`` is None over nothing. ``excluded`` orders stand in neither of the other numbers."""

    definition: Definition
    numerator: int
    denominator: int
    excluded: int

    @property
    def share(self) -> Fraction | None:
        """The exact share."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


def _removed(_now: datetime) -> Q:
    return Q(removal_state="granted")


def _to_answer(now: datetime) -> Q:
    """Asked for by a day, and either answered or the day has come."""
    return Q(due_at__isnull=False) & (Q(replied_at__isnull=False) | Q(due_at__lte=now))


def _answered_in_time(_now: datetime) -> Q:
    return Q(replied_at__lte=F("due_at"))


def _asked_whether_solved(_now: datetime) -> Q:
    return Q(solved__isnull=False)


def _solved(_now: datetime) -> Q:
    return Q(solved=True)


def _asked_how_satisfied(_now: datetime) -> Q:
    """Called back with a word that counts: 不清楚 is no judgement."""
    return ~Q(satisfied="") & ~Q(satisfied=Satisfaction.UNCLEAR)


def _satisfied(_now: datetime) -> Q:
    return Q(satisfied__in=(Satisfaction.SATISFIED, Satisfaction.BASICALLY))


ORDER_RATES = (
    Definition(
        "response", Label("响应率", "Answered in time"),
        Label("期限内回复 ÷ 已回复或已到期", "answered within the limit ÷ answered or due"),
        _answered_in_time, _to_answer, _removed,
    ),
    Definition(
        "solved", Label("解决率", "Solved"),
        Label("回访称已解决 ÷ 回访问到是否解决", "solved as called back ÷ called back on it"),
        _solved, _asked_whether_solved, _removed,
    ),
    Definition(
        "satisfied", Label("满意率", "Satisfied"),
        Label("满意和基本满意 ÷ 回访表态（不含不清楚）", "satisfied or basically ÷ called back, without “unclear”"),
        _satisfied, _asked_how_satisfied, _removed,
    ),
)  # fmt: skip


def rates(rows: QuerySet[Order], now: datetime) -> dict[str, Rate]:
    """Every rate over ``rows`` (a selector's queryset), in one query."""
    wanted: dict[str, Count] = {}
    for each in ORDER_RATES:
        for part in ("is", "of", "out"):
            wanted[f"{each.name}__{part}"] = Count("pk", filter=_rule(each, part, now))
    found = rows.order_by().aggregate(**wanted)
    return {
        each.name: Rate(each, found[f"{each.name}__is"], found[f"{each.name}__of"], found[f"{each.name}__out"])
        for each in ORDER_RATES
    }


def rows_behind(rows: QuerySet[Order], name: str, now: datetime, part: Part = "is") -> QuerySet[Order]:
    """The orders that a rate counts: ``is`` its numerator, ``of`` its denominator, ``out`` what it leaves out."""
    definition = next(each for each in ORDER_RATES if each.name == name)
    return rows.filter(_rule(definition, part, now))


def _rule(definition: Definition, part: Part, now: datetime) -> Q:
    base = definition.denominator(now)
    if part == "out":
        return base & definition.excluded(now)
    counted = base & ~definition.excluded(now)
    return counted & definition.numerator(now) if part == "is" else counted
