"""The rates of the field (GB/T 30428.4 practice, docs: reference 5.6), defined as data: what is counted over what.

Denominators differ from city to city, so each rate names its own and what it leaves out; every figure opens to the rows
behind both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Literal, TypeVar

from django.db.models import Count, F, Q, QuerySet

from chuangcheng.cases.models import Case, Recheck, Report
from chuangcheng.cases.relapse import relapsed
from chuangcheng.cases.states import UNCOUNTED
from chuangcheng.cases.status import RUNNING
from chuangcheng.kernel.estimate import Interval, wilson
from chuangcheng.kernel.label import Label

Rule = Callable[[datetime], Q]
Row = TypeVar("Row", Case, Report)
#: Which rows of a rate: those that count, all over which they are counted, the rest of these, and those left out.
Of = Literal["is", "base", "rest", "out"]
OFS: dict[Of, Label] = {
    "is": Label("分子", "Numerator"),
    "base": Label("分母", "Denominator"),
    "rest": Label("分母中未计入分子", "Denominator without numerator"),
    "out": Label("不计入", "Left out"),
}

#: A look at a report, a filing and a verification are expected within a day, round the clock (county grid rules, PX:
#: an answer in 24 hours).
ANSWER = timedelta(hours=24)
#: From which mark of 1 to 5 on a reporter counts as satisfied (12345 practice: 满意 and 基本满意).
SATISFIED = 3


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Rows that a denominator leaves out, and what they are called."""

    name: str
    label: Label
    rule: Q


VOID = Exclusion("void", Label("作废的案件", "void cases"), Q(state="void"))
MERGED = Exclusion("merged", Label("并入他案的案件", "cases merged into another"), Q(state="merged"))
SUSPENDED = Exclusion("suspended", Label("挂账中的案件", "suspended cases"), Q(state="suspended"))
DUPLICATE = Exclusion("duplicate", Label("重复的案件", "duplicates"), Q(outcome="duplicate"))
REFUSED = Exclusion("refused", Label("不属职责的案件", "cases that are nobody's duty"), Q(outcome="refused"))


_UNSAID = Label("", "")


@dataclass(frozen=True, slots=True)
class Definition:
    """A rate: which rows count, over which rows, in words; ``left_out`` is taken off the denominator. ``good`` says
    which way is better; a ``sampled`` one is only as sure as its sample is large, so it has an interval."""

    name: str
    label: Label
    numerator: Rule
    denominator: Rule
    left_out: tuple[Exclusion, ...] = ()
    counts: Label = _UNSAID
    over: Label = _UNSAID
    good: Literal["high", "low"] = "high"
    sampled: bool = False

    def rows(self, of: Of, now: datetime) -> Q:
        """The condition of the rows ``of`` this rate."""
        left_out = Q(pk__in=[])
        for exclusion in self.left_out:
            left_out |= exclusion.rule
        if of == "out":
            return self.denominator(now) & left_out
        base = self.denominator(now) & ~left_out if self.left_out else self.denominator(now)
        if of == "base":
            return base
        return base & (self.numerator(now) if of == "is" else ~self.numerator(now))


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

    @property
    def interval(self) -> Interval | None:
        """Of a sampled rate the bounds within which the truth lies (95 %)."""
        sampled = self.definition.sampled and self.denominator
        return wilson(self.numerator, self.denominator) if sampled else None


def _due(now: datetime) -> Q:
    """应处置数 and 应结案数 before anything is left out: handled already, or the limit has come."""
    passed = Q(due_at__lte=now, state__in=(*RUNNING, "suspended", *UNCOUNTED))
    return Q(due_at__isnull=False) & (Q(handled_at__isnull=False) | passed)


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


def _looked_again(_now: datetime) -> Q:
    """Drawn by lot and looked at: what fills up a unit's week is left out, since it is drawn more often."""
    return Q(pk__in=Recheck.objects.filter(why="share", state__in=("fixed", "not_fixed")).values("case"))


def _really_fixed(now: datetime) -> Q:
    return _looked_again(now) & ~Q(pk__in=Recheck.objects.filter(why="share", state="not_fixed").values("case"))


def _dispatched(_now: datetime) -> Q:
    return Q(dispatched_at__isnull=False)


def _never_returned(_now: datetime) -> Q:
    return Q(return_count=0)


def _to_dispatch(now: datetime) -> Q:
    """应派遣数: dispatched already, or its limit of dispatch has come."""
    owed = Q(dispatched_at__isnull=False) | Q(dispatch_due_at__lte=now)
    return Q(dispatch_due_at__isnull=False) & owed


def _dispatched_on_time(_now: datetime) -> Q:
    return Q(dispatched_at__lte=F("dispatch_due_at"))


def _all(_now: datetime) -> Q:
    return Q(pk__isnull=False)


def _rightly_filed(_now: datetime) -> Q:
    return ~Q(state__in=UNCOUNTED) & ~Q(outcome__in=("not_reproducible", "duplicate", "refused"))


def _to_verify(now: datetime) -> Q:
    """应核查数: verified, or handled so long ago that it should be."""
    return Q(handled_at__isnull=False) & (
        Q(verified_at__isnull=False) | Q(state="handled", handled_at__lte=now - ANSWER)
    )


def _verified_on_time(_now: datetime) -> Q:
    return Q(verified_at__lte=F("handled_at") + ANSWER)


def _valid(_now: datetime) -> Q:
    return Q(state__in=("filed", "linked"))


def _filed(_now: datetime) -> Q:
    return Q(state="filed", case__isnull=False)


def _filed_on_time(_now: datetime) -> Q:
    return Q(case__filed_at__lte=F("received_at") + ANSWER)


def _to_confirm(now: datetime) -> Q:
    """应核实数: somebody has looked, or the limit has come."""
    return Q(confirmed_on_time__isnull=False) | Q(state="pending_confirm", confirm_due_at__lte=now)


def _confirmed_on_time(_now: datetime) -> Q:
    return Q(confirmed_on_time=True)


def _rated(_now: datetime) -> Q:
    return Q(rating__isnull=False)


def _satisfied(_now: datetime) -> Q:
    return Q(rating__gte=SATISFIED)


_OWED = Label("应处置：已报处置完成，或时限已到", "owed: handled already, or the limit has come")
_OWED_CLOSE = Label("应结案：已报处置完成，或时限已到", "to be closed: handled already, or the limit has come")
_GONE = (VOID, MERGED)
_IDLE = (*_GONE, SUSPENDED)
_NO_WORK = (*_IDLE, DUPLICATE, REFUSED)

#: Rates over cases, in the order in which offices print them.
CASE_RATES = (
    Definition("handle", Label("处置率", "Handled"), _handled, _due, _IDLE,
               Label("已报处置完成", "handled"), _OWED),
    Definition("on_time_handle", Label("按期处置率", "Handled on time"), _handled_on_time, _due, _IDLE,
               Label("在时限内报处置完成", "handled within the limit"), _OWED),
    Definition("close", Label("结案率", "Closed"), _closed, _due, _NO_WORK,
               Label("已结案，不含“暂不具备条件”", "closed, unless nothing could be done"), _OWED_CLOSE),
    Definition("on_time_close", Label("按期结案率", "Closed on time"), _closed_on_time, _due, _NO_WORK,
               Label("已结案且处置在时限内", "closed, and handled within the limit"), _OWED_CLOSE),
    Definition("fix", Label("整改率", "Fixed"), _fixed, _due, _NO_WORK,
               Label("结案且结果为已整改", "closed with the trouble fixed"), _OWED_CLOSE),
    Definition("rework", Label("返工率", "Reworked"), _reworked, _due, _NO_WORK,
               Label("至少返工一次", "sent back for rework at least once"), _OWED_CLOSE, "low"),
    Definition("overdue_open", Label("超期待处置率", "Overdue and open"), _overdue_open, _due, _IDLE,
               Label("时限已过，还未报处置完成", "past the limit and not handled"), _OWED, "low"),
    Definition("relapse", Label("反弹率", "Relapsed"), _relapsed, _fixed, (),
               Label("整改后同一处又出现同样的问题", "the same trouble came back at the same place"),
               Label("结案且结果为已整改", "closed with the trouble fixed"), "low"),
    Definition("real_fix", Label("真实整改率", "Really fixed"), _really_fixed, _looked_again, (),
               Label("没有经手的人到现场看过，确已整改", "somebody independent saw that it is really fixed"),
               Label("结案后抽签复核过的案件", "cases drawn by lot after closure and looked at again"), sampled=True),
    Definition("extension", Label("延期率", "Extended"), _extended, _due, _IDLE,
               Label("至少获准延期一次", "granted an extension at least once"), _OWED, "low"),
    Definition("correct_dispatch", Label("准确派遣率", "Dispatched correctly"), _never_returned, _dispatched, _GONE,
               Label("派遣后没有退回", "never given back"), Label("已派遣的案件", "cases that were dispatched")),
    Definition("on_time_dispatch", Label("按期派遣率", "Dispatched on time"), _dispatched_on_time, _to_dispatch, _GONE,
               Label("在派遣时限内派遣", "dispatched within the limit of dispatch"),
               Label("应派遣：已派遣，或派遣时限已到", "to be dispatched: dispatched, or its limit has come")),
    Definition("on_time_verify", Label("按期核查率", "Verified on time"), _verified_on_time, _to_verify, _GONE,
               Label("报处置完成后 24 小时内核查通过", "verified within 24 hours after it was handled"),
               Label("应核查：已核查，或报处置完成已满 24 小时", "to be verified: verified, or handled 24 hours ago")),
    Definition("right_filing", Label("准确立案率", "Rightly filed"), _rightly_filed, _all, (),
               Label("没有作废或并入他案，也没有以现场无此问题、重复或不属职责办结",
                     "neither void, merged nor found to be nothing, a duplicate or nobody's duty"),
               Label("全部立案", "all cases filed")),
)  # fmt: skip
#: Rates over reports.
REPORT_RATES = (
    Definition("valid_report", Label("有效上报率", "Valid reports"), _valid, _all, (),
               Label("立案或并案", "filed or joined to a case"), Label("全部上报", "all reports")),
    Definition("on_time_filing", Label("按时立案率", "Filed on time"), _filed_on_time, _filed, (),
               Label("收到后 24 小时内立案", "filed within 24 hours after it came in"),
               Label("已立案的上报", "reports that were filed")),
    Definition("on_time_confirm", Label("按期核实率", "Confirmed on time"), _confirmed_on_time, _to_confirm, (),
               Label("在核实时限内反馈结果", "answered within the limit for a look"),
               Label("应核实：已反馈，或时限已到", "to be looked at: answered, or the limit has come")),
    Definition("satisfaction", Label("满意率", "Satisfied"), _satisfied, _rated, (),
               Label("评分 3 分及以上", "rated 3 or better"), Label("已评分的上报", "reports that were rated")),
)  # fmt: skip


def definition_of(name: str) -> Definition | None:
    """The rate of that name, over cases or over reports."""
    return next((each for each in (*CASE_RATES, *REPORT_RATES) if each.name == name), None)


def is_of_reports(definition: Definition) -> bool:
    """Whether the rate is counted over reports."""
    return definition in REPORT_RATES


def rates(rows: QuerySet[Case], now: datetime) -> dict[str, Rate]:
    """Every rate over ``rows`` (a selector's queryset), in one query."""
    return _counted(rows, now, CASE_RATES)


def report_rates(rows: QuerySet[Report], now: datetime) -> dict[str, Rate]:
    """As :func:`rates`, for reports."""
    return _counted(rows, now, REPORT_RATES)


def counts_of(definition: Definition, now: datetime, within: Q | None = None, mark: str = "") -> dict[str, Count]:
    """The two counts of a rate as aggregates, ``NAME__is`` and ``NAME__of``, of the rows ``within``. ``mark`` tells
    several of one rate apart."""
    inside = within if within is not None else Q()
    return {
        f"{definition.name}{mark}__{end}": Count("pk", filter=definition.rows(of, now) & inside) for end, of in _ENDS
    }


_ENDS: tuple[tuple[str, Of], ...] = (("of", "base"), ("is", "is"))


def rate_from(definition: Definition, found: dict[str, Any], mark: str = "") -> Rate:
    """The rate from what :func:`counts_of` counted."""
    return Rate(definition, found[f"{definition.name}{mark}__is"], found[f"{definition.name}{mark}__of"])


def _counted(
    rows: QuerySet[Case] | QuerySet[Report], now: datetime, definitions: tuple[Definition, ...]
) -> dict[str, Rate]:
    wanted: dict[str, Count] = {}
    for definition in definitions:
        wanted |= counts_of(definition, now)
    found = rows.order_by().aggregate(**wanted)
    return {definition.name: rate_from(definition, found) for definition in definitions}


def rows_behind(rows: QuerySet[Row], name: str, now: datetime, *, base: bool = False, of: str = "") -> QuerySet[Row]:
    """The rows that a rate counts: its numerator, with ``base`` its denominator, or ``of`` (see :data:`OFS`). Nothing
    for a name or word that is none, or a rate of the other kind of rows."""
    definition = next((each for each in _of_kind(rows) if each.name == name), None)
    wanted = of or ("base" if base else "is")
    if definition is None or wanted not in OFS:
        return rows.none()
    return rows.filter(definition.rows(wanted, now))


def _of_kind(rows: QuerySet[Row]) -> tuple[Definition, ...]:
    return CASE_RATES if rows.model is Case else REPORT_RATES
