"""What a case owes to others: the orders behind its reports, each of which is answered on its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chuangcheng.cases.models import Case, Order, Report, Satisfaction
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused

#: So many numbers are named in a refusal; the page of the case shows all.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Callback:
    """What the caller said when somebody outside called back. ``at`` is when (None: not told); one of ``solved`` and
    ``satisfied`` (a :class:`~chuangcheng.cases.models.Satisfaction`) is there."""

    solved: bool | None = None
    satisfied: str = ""
    at: datetime | None = None


def orders_of(case: Case) -> QuerySet[Order]:
    """The orders whose reports led to the case, the most urgent first."""
    return Order.objects.filter(report__case=case).order_by("due_at", "received_at", "id")


def open_orders_of(case: Case) -> list[tuple[UUID, str]]:
    """Id and number of those of a case's orders that nobody has drafted a reply to, the most urgent first."""
    return list(orders_of(case).filter(state="open").values_list("pk", "number"))


def require_answered(case: Case) -> None:
    """``case.orders_unanswered`` naming the orders that nobody has drafted a reply to."""
    open_ones = [number for _, number in open_orders_of(case)]
    if open_ones:
        more = f" … (+{len(open_ones) - NAMED})" if len(open_ones) > NAMED else ""
        raise Refused("case.orders_unanswered", count=len(open_ones), orders="、".join(open_ones[:NAMED]) + more)


def is_asked_elsewhere(report: Report) -> bool:
    """Whether somebody else asks the reporter how it went (12345 calls back): then we do not ask again."""
    return Order.objects.filter(report=report).exists()


def check_callback(given: Callback) -> None:
    """``order.no_result`` for a call-back that says nothing; ``common.invalid`` for an unknown word."""
    if given.satisfied and given.satisfied not in Satisfaction.values:
        raise Refused(
            "common.invalid",
            fields=(FieldProblem("satisfied", "choice", Label("未知的满意度", "Unknown degree of satisfaction")),),
        )
    if given.solved is None and not given.satisfied:
        raise Refused("order.no_result")


def callback_changes(order: Order, given: Callback, now: datetime) -> dict[str, Any]:
    """What the result changes on the order; nothing if it says what is known. A silent field keeps what was said."""
    told: dict[str, Any] = {}
    if given.solved is not None and given.solved != order.solved:
        told["solved"] = given.solved
    if given.satisfied and given.satisfied != order.satisfied:
        told["satisfied"] = given.satisfied
    if told or (given.at and given.at != order.called_back_at):
        told["called_back_at"] = given.at or now
    return told


def check_due(due_at: datetime | None, received_at: datetime) -> None:
    """``order.due_before`` for a limit that ends before it begins, ``common.naive_time`` for one without a zone."""
    if due_at is None:
        return
    if due_at.tzinfo is None:
        raise Refused("common.naive_time", value=due_at.isoformat())
    if due_at < received_at:
        raise Refused("order.due_before")
