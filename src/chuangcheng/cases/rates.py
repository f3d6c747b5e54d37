"""The rates of the field (GB/T 30428.4 practice, docs: reference 5.6), defined as data: what is counted over what.

Denominators differ from city to city, so each rate names its own; every figure opens to the rows behind both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Count, F, Q, QuerySet

from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.relapse import relapsed
from chuangcheng.cases.states import UNCOUNTED
from chuangcheng.cases.status import RUNNING
from chuangcheng.kernel.label import Label

Rule = Callable[[datetime], Q]


@dataclass(frozen=True, slots=True)
class Definition:
    """A rate: which rows count, over which rows."""

    name: str
    label: Label
    numerator: Rule
    denominator: Rule


@dataclass(frozen=True, slots=True)
class Rate:
    """A counted rate; ``share`` is None over nothing."""

    definition: Definition
    numerator: int
    denominator: int

    @property
    def share(self) -> Fraction | None:
        """The exact share."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


def _owed(now: datetime) -> Q:
    """应处置数 and 应结案数: handled already, or the limit has come. Void, merged and suspended cases owe nothing."""
    owed = Q(handled_at__isnull=False) | Q(due_at__lte=now, state__in=RUNNING)
    return Q(due_at__isnull=False) & owed & ~Q(state__in=UNCOUNTED)


def _to_close(now: datetime) -> Q:
    """Owed, without what turned out to be no work of its own: a duplicate, or nobody's duty."""
    return _owed(now) & ~Q(outcome__in=("duplicate", "refused"))


def _handled(_now: datetime) -> Q:
    return Q(handled_at__isnull=False)


def _handled_on_time(_now: datetime) -> Q:
    return Q(handled_at__lte=F("due_at"))


def _closed(_now: datetime) -> Q:
    """Closed as done: a case that was closed because nothing can be done now is not."""
    return Q(state="closed") & ~Q(outcome="cannot")


def _fixed(_now: datetime) -> Q:
    return Q(state="closed", outcome="fixed")


def _closed_on_time(now: datetime) -> Q:
    return _closed(now) & Q(on_time=True)


def _reworked(_now: datetime) -> Q:
    return Q(rework_count__gt=0)


def _overdue_open(now: datetime) -> Q:
    return Q(state__in=RUNNING, due_at__lt=now)


def _extended(_now: datetime) -> Q:
    return Q(extension_count__gt=0)


def _relapsed(_now: datetime) -> Q:
    """反弹: counted with the case that was fixed, so against the unit that fixed it."""
    return relapsed()


def _dispatched(_now: datetime) -> Q:
    """应派遣数 of what was dispatched at all; what is void owed nothing."""
    return Q(dispatched_at__isnull=False) & ~Q(state__in=UNCOUNTED)


def _never_returned(_now: datetime) -> Q:
    return Q(return_count=0)


def _to_dispatch(now: datetime) -> Q:
    """应派遣数: dispatched already, or its limit of dispatch has come."""
    owed = Q(dispatched_at__isnull=False) | Q(dispatch_due_at__lte=now)
    return Q(dispatch_due_at__isnull=False) & owed & ~Q(state__in=UNCOUNTED)


def _dispatched_on_time(_now: datetime) -> Q:
    return Q(dispatched_at__lte=F("dispatch_due_at"))


def _reported(_now: datetime) -> Q:
    return Q()


def _valid(_now: datetime) -> Q:
    return Q(state__in=("filed", "linked"))


#: Rates over cases, in the order in which offices print them.
CASE_RATES = (
    Definition("handle", Label("处置率", "Handled"), _handled, _owed),
    Definition("on_time_handle", Label("按期处置率", "Handled on time"), _handled_on_time, _owed),
    Definition("close", Label("结案率", "Closed"), _closed, _to_close),
    Definition("on_time_close", Label("按期结案率", "Closed on time"), _closed_on_time, _to_close),
    Definition("fix", Label("整改率", "Fixed"), _fixed, _to_close),
    Definition("rework", Label("返工率", "Reworked"), _reworked, _to_close),
    Definition("overdue_open", Label("超期待处置率", "Overdue and open"), _overdue_open, _owed),
    Definition("relapse", Label("反弹率", "Relapsed"), _relapsed, _fixed),
    Definition("extension", Label("延期率", "Extended"), _extended, _owed),
    Definition("correct_dispatch", Label("准确派遣率", "Dispatched correctly"), _never_returned, _dispatched),
    Definition("on_time_dispatch", Label("按期派遣率", "Dispatched on time"), _dispatched_on_time, _to_dispatch),
)
REPORT_RATES = (Definition("valid_report", Label("有效上报率", "Valid reports"), _valid, _reported),)


def rates(rows: QuerySet[Case], now: datetime) -> dict[str, Rate]:
    """Every rate over ``rows`` (a selector's queryset), in one query."""
    return _counted(rows, now, CASE_RATES)


def report_rates(rows: QuerySet[Report], now: datetime) -> dict[str, Rate]:
    """As :func:`rates`, for reports."""
    return _counted(rows, now, REPORT_RATES)


def _counted(
    rows: QuerySet[Case] | QuerySet[Report], now: datetime, definitions: tuple[Definition, ...]
) -> dict[str, Rate]:
    wanted: dict[str, Count] = {}
    for definition in definitions:
        base = definition.denominator(now)
        wanted[f"{definition.name}__of"] = Count("pk", filter=base or None)
        wanted[f"{definition.name}__is"] = Count("pk", filter=base & definition.numerator(now))
    found = rows.order_by().aggregate(**wanted)
    return {
        definition.name: Rate(definition, found[f"{definition.name}__is"], found[f"{definition.name}__of"])
        for definition in definitions
    }


def rows_behind(rows: QuerySet[Case], name: str, now: datetime, *, base: bool = False) -> QuerySet[Case]:
    """The cases that a rate counts: its numerator, or with ``base`` its denominator."""
    definition = next(definition for definition in CASE_RATES if definition.name == name)
    behind = rows.filter(definition.denominator(now))
    return behind if base else behind.filter(definition.numerator(now))
