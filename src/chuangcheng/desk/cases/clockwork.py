"""The clock of a case on its page: whose time it used, and at which moments the ladder of reminders rings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chuangcheng.cases.charges import charges
from chuangcheng.cases.deadlines import rule_of
from chuangcheng.cases.ladder_effects import rings_of
from chuangcheng.cases.models import Assignment, Case
from chuangcheng.history.models import Event
from chuangcheng.kernel import clock
from chuangcheng.kernel.calendar import TimeUnit
from chuangcheng.web.problems import language

_WORKS: dict[str, str | Promise] = {
    "dispatch": gettext_lazy("派遣"),
    "handle": gettext_lazy("处置"),
    "verify": gettext_lazy("核查"),
}


@dataclass(frozen=True)
class Used:
    """What somebody used of the clock, in words."""

    who: str
    work: str | Promise
    amount: str


@dataclass(frozen=True)
class Ringing:
    """One rung of the ladder: when it rings, and whether it is over."""

    label: str
    at: datetime
    past: bool


@dataclass(frozen=True)
class Clockwork:
    """Both, for the page."""

    used: list[Used]
    rings: list[Ringing]


def of_case(case: Case, chain: Sequence[Assignment], events: Sequence[Event]) -> Clockwork:
    """From the case with its holders joined, its chain of dispatch and its history; no query."""
    now = clock.now()
    names = {link.unit_id: link.unit.short_name for link in chain}
    names |= {unit.pk: unit.short_name for unit in (case.holder, case.responsible, case.handled_unit) if unit}
    unit: TimeUnit = rule_of(case).unit  # type: ignore[assignment]
    used = [
        Used(
            names.get(each.unit, "—") if each.unit else _("受理单位"),
            _WORKS[each.work],
            amount_words(each.amount, unit),
        )
        for each in charges(case, now, events)
    ]
    rings = [Ringing(ring.rung.label.text(language()), ring.at, ring.at <= now) for ring in rings_of(case, chain)]
    return Clockwork(used, rings)


def amount_words(amount: Decimal, unit: TimeUnit) -> str:
    """``3.5 工作时``: a length of working time in its own unit, to a tenth."""
    said = {"urgent_hours": _("%(n)s 紧急工作时"), "work_hours": _("%(n)s 工作时"), "work_days": _("%(n)s 工作日")}
    rounded = amount.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return said[unit] % {"n": f"{rounded.normalize():f}" if rounded else "0"}
