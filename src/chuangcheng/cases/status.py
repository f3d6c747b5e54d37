"""How a case stands against its clock, computed from stored facts and one ``now``: for a row, and as a query."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from django.db.models import F, Q

from chuangcheng.cases.models import Case, Outcome
from chuangcheng.cases.states import UNCOUNTED
from chuangcheng.kernel.label import Label

Status = Literal["on_time", "due_soon", "overdue", "no_limit", "suspended", "done", "done_late", "void", "merged"]

LABELS: dict[Status, Label] = {
    "on_time": Label("时限内", "In time"),
    "due_soon": Label("即将超期", "Due soon"),
    "overdue": Label("超期", "Overdue"),
    "no_limit": Label("无时限", "No limit"),
    "suspended": Label("挂账", "Suspended"),
    "done": Label("按期办结", "Done in time"),
    "done_late": Label("超期办结", "Done late"),
    "void": Label("已作废", "Void"),
    "merged": Label("已并入", "Merged"),
}

#: The states in which a holder owes the handling: their clock runs.
RUNNING = ("filed", "dispatched", "handling", "arbitrating")
#: "Due soon" begins this long before the limit.
SOON = timedelta(hours=4)


def status_of(case: Case, now: datetime) -> Status:
    """Where the case stands: running ones by ``now``, handled ones by when they were handled."""
    if case.state in (*UNCOUNTED, "suspended"):
        return case.state  # type: ignore[return-value]
    if case.due_at is None:
        return "done" if case.state == "closed" else "no_limit"
    if case.state == "closed":
        return "done_late" if case.on_time is False else "done"
    if case.handled_at is not None:
        return "on_time" if case.handled_at <= case.due_at else "overdue"
    if now > case.due_at:
        return "overdue"
    return "due_soon" if now > case.due_at - SOON else "on_time"


def with_status(status: str, now: datetime) -> Q:
    """The rows of which :func:`status_of` says ``status``; nothing for an unknown word."""
    running = Q(state__in=RUNNING, due_at__isnull=False)
    waiting = Q(state__in=("handled", "verified"), due_at__isnull=False)
    rows: dict[str, Q] = {
        "on_time": (running & Q(due_at__gte=now + SOON)) | (waiting & Q(handled_at__lte=F("due_at"))),
        "due_soon": running & Q(due_at__gte=now, due_at__lt=now + SOON),
        "overdue": (running & Q(due_at__lt=now)) | (waiting & Q(handled_at__gt=F("due_at"))),
        "no_limit": Q(due_at=None, state__in=(*RUNNING, "handled", "verified")),
        "suspended": Q(state="suspended"),
        "done": Q(state="closed") & (Q(on_time=True) | Q(on_time=None)),
        "done_late": Q(state="closed", due_at__isnull=False, on_time=False),
        "void": Q(state="void"),
        "merged": Q(state="merged"),
    }
    return rows.get(status, Q(pk__in=[]))


def put_right(prefix: str = "") -> Q:
    """Rows whose case was closed as fixed, or whose case was merged into one that was; ``prefix`` leads to the case
    (``case__``)."""
    own = {f"{prefix}state": "closed", f"{prefix}outcome": Outcome.FIXED}
    standing = {f"{prefix}merged_into__{name.removeprefix(prefix)}": value for name, value in own.items()}
    return Q(**own) | Q(**standing)


def was_on_time(case: Case) -> bool | None:
    """Handled within the limit; None for a case without one."""
    if case.due_at is None or case.handled_at is None:
        return None
    return case.handled_at <= case.due_at
