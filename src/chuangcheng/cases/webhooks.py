"""What other systems hear of reports and cases: codes, ids, times and numbers. No text, no address, no position, no
contact, no person: whoever needs more asks the API with a token and gets what that post may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chuangcheng.cases.models import Case, Order, Report
from chuangcheng.cases.states import (
    CASE,
    CASE_VERBS,
    ORDER,
    ORDER_VERBS,
    REMOVAL,
    REMOVAL_VERBS,
    REPORT,
    REPORT_VERBS,
)
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import on
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.label import Label
from chuangcheng.notices.actions import sunk
from chuangcheng.notices.webhooks import sending, topics


def _topics() -> dict[str, Label]:
    """Topic → what it is called: as the move that speaks of it."""
    found = {
        "report.created": Label("收到上报", "Report received"),
        "report.moved": Label("上报：转到另一案件", "Report: moved to another case"),
        "case.filed": Label("立案", "Case filed"),
        "case.relapsed": Label("案件：问题反弹", "Case: the trouble came back"),
        "order.created": Label("收到工单", "Order received"),
        "order.due_changed": Label("工单：调整答复期限", "Order: limit of the reply moved"),
        "order.called_back": Label("工单：收到回访结果", "Order: result of the call-back"),
    }
    order = Label("工单", "Order")
    for table, verbs, word in (
        (REPORT, REPORT_VERBS, Label("上报", "Report")), (CASE, CASE_VERBS, Label("案件", "Case")),
        (ORDER, ORDER_VERBS, order), (REMOVAL, REMOVAL_VERBS, order),
    ):  # fmt: skip
        for move, (_, topic) in verbs.items():
            label = table.move(move).label
            if topic:
                found.setdefault(topic, Label(f"{word.zh}：{label.zh}", f"{word.en}: {label.en.lower()}"))
    return found


TOPICS = _topics()
topics.declare(TOPICS)


@on(*TOPICS)
def tell_systems(row: Outbox) -> None:
    """Where nobody listens this costs a look into the process's memory."""
    if sunk() or not sending.listeners(row.topic):
        return
    data = _DATA[row.subject_kind](row)
    if data is not None:
        sending.publish(
            key=f"outbox:{row.pk}", topic=row.topic, subject=(row.subject_kind, row.subject_id), data=data,
            at=row.created_at,
        )  # fmt: skip


def _of_case(row: Outbox) -> dict[str, Any] | None:
    rows = Case.objects.select_related("category", "division", "holder", "responsible", "merged_into", "relapse_of")
    case = rows.filter(pk=row.subject_id).first()
    if case is None:
        return None
    return {
        "case": {
            "id": str(case.pk),
            "number": case.number,
            "state": _state(row, case.state),
            "outcome": case.outcome or None,
            "category": case.category.code if case.category else None,
            "condition": case.condition,
            "severity": case.severity,
            "source": case.source,
            "division": case.division.code if case.division else None,
            "holder": case.holder.code if case.holder else None,
            "responsible": case.responsible.code if case.responsible else None,
            "filed_at": _time(case.filed_at),
            "due_at": _time(case.due_at),
            "handled_at": _time(case.handled_at),
            "verified_at": _time(case.verified_at),
            "closed_at": _time(case.closed_at),
            "on_time": case.on_time,
            "merged_into": case.merged_into.number if case.merged_into else None,
            "relapse_of": case.relapse_of.number if case.relapse_of else None,
            "external": _external(case),
        },
        "step": row.payload.get("seq", 1),
    }


def _of_report(row: Outbox) -> dict[str, Any] | None:
    report = Report.objects.select_related("category", "division", "case").filter(pk=row.subject_id).first()
    if report is None or report.complaint:  # what is said of staff or a unit is told to no other system
        return None
    return {
        "report": {
            "id": str(report.pk),
            "number": report.number,
            "state": _state(row, report.state),
            "source": report.source,
            "category": report.category.code if report.category else None,
            "division": report.division.code if report.division else None,
            "received_at": _time(report.received_at),
            "reason": report.reason_code or None,
            "case": report.case.number if report.case else None,
            "external": _external(report),
        },
        "step": row.payload.get("seq", 1),
    }


def _of_order(row: Outbox) -> dict[str, Any] | None:
    """Without the reply's words: the hotline's program fetches them with its own token."""
    order = Order.objects.select_related("report__case").filter(pk=row.subject_id).first()
    if order is None:
        return None
    case = order.case
    return {
        "order": {
            "id": str(order.pk),
            "number": order.number,
            "source": order.source,
            "state": _state(row, order.state),
            "report": order.report.number,
            "case": case.number if case else None,
            "received_at": _time(order.received_at),
            "due_at": _time(order.due_at),
            "replied_at": _time(order.replied_at),
            "solved": order.solved,
            "satisfied": order.satisfied or None,
            "removal": order.removal_state,
        },
        "step": row.payload.get("seq", 1),
    }


_DATA = {"case": _of_case, "report": _of_report, "order": _of_order}


def _state(row: Outbox, now: str) -> str:
    """The state after this very step: when it is told, the next one may have been taken."""
    seq = row.payload.get("seq", 1)
    event = events_of(row.subject_kind, row.subject_id).filter(seq=seq).first()
    return str(event.after.get("state", now)) if event else now


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _external(row: Case | Report) -> dict[str, str] | None:
    """The number that another system knows it by, such as the order of 12345."""
    return {"source": row.external_source, "number": row.external_number} if row.external_number else None
