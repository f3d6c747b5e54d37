"""What history tells of reports and cases, and how their rows are read back from it.

Each history row carries, in ``after``, every projected value that its move changed, and under :data:`CHILDREN` the
assignments, petitions and steps that it touched. So a row is nothing but the fold of its chain: ``rebuild --check``
folds and compares, ``rebuild`` folds and writes. Free text and contact data never stand here, only keyed digests.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model

from chuangcheng.history.models import Event

#: The values of a report that follow from its history.
REPORT_FIELDS = (
    "number", "state", "source", "category_id", "outside_city", "division_path", "observed_at", "received_at",
    "external_source", "external_number", "case_id", "reason_code", "confirm_due_at", "confirmed",
    "confirmed_on_time", "objected",
    "photos_declared", "photos_missing", "body_digest",
    "privacy_version", "complaint", "referred_to", "referred_at", "rating", "rated_at", "plea_state", "plea_at",
    "plea_reason",
)  # fmt: skip

#: The values of a case that follow from its history.
CASE_FIELDS = (
    "number", "state", "outcome", "category_id", "condition", "severity", "source", "division_path", "site_id",
    "origin_kind", "origin_id", "found_from_above", "filed_at", "filed_by_id", "due_at", "due_rule",
    "due_provisional", "holder_id", "holder_since", "responsible_id", "handled_at", "handled_by_id",
    "handled_unit_id", "verified_at", "verified_by_id", "closed_at", "on_time", "rework_count", "return_count",
    "extension_count", "reopen_count", "suspended_at", "suspended_until", "external_source", "external_number",
    "merged_into_id", "relapse_of_id", "relapse_denied",
    "dispatch_due_at", "dispatched_at", "arbiter_id", "arbitration_due_at", "arbitrated_at",
    "owner_sought_at", "owner_named_at", "claimed_at", "flagged_at", "flag_due_at", "flag_count",
)  # fmt: skip

#: The values of an order that follow from its history. The reply's words and the document's number stay out.
ORDER_FIELDS = (
    "report_id", "source", "number", "state", "received_at", "due_at", "drafted_at", "drafted_by_id", "replied_at",
    "replied_by_id", "solved", "satisfied", "called_back_at", "removal_state", "removal_reason", "removal_asked_at",
    "removal_asked_by_id", "removal_decided_at",
)  # fmt: skip

#: The same for what was fixed on the spot, and for re-checks. Their words stay out.
QUICKFIX_FIELDS = (
    "number", "body_digest", "state", "category_id", "division_path", "site_id", "unit_id", "fixed_by_id", "fixed_at",
    "received_at", "photos_declared", "photos_missing", "sampled", "look_due_at", "looked_at", "looked_by_id",
    "relapse_id",
)  # fmt: skip
RECHECK_FIELDS = (
    "number", "case_id", "state", "why", "closed_at", "handled_unit_id", "verified_unit_id", "division_path",
    "drawn_at", "due_at", "answered_at", "answered_by_id", "answered_unit_id",
)  # fmt: skip

#: The same for a leader's instruction and for what each addressed unit owes on it.
INSTRUCTION_FIELDS = (
    "number", "body_digest", "state", "form", "leader_id", "keeper_id", "given_on", "due_at", "entered_at",
    "entered_by_id", "case_id", "report_id", "scan", "ended_at",
)  # fmt: skip
INSTRUCTION_REPLY_FIELDS = (
    "unit_id", "state", "received_at", "due_at", "read_at", "replied_at", "replied_by_id", "decided_at",
    "decided_by_id", "sent_back_count",
)  # fmt: skip

#: The values of a link of the chain, and of a petition. ``reason`` of a petition is free text and stays out.
ASSIGNMENT_FIELDS = (
    "parent_id", "unit_id", "role", "assigned_by_id", "received_at", "due_at", "state", "ended_at", "return_reason",
)  # fmt: skip
PETITION_FIELDS = ("kind", "unit_id", "asked_by_id", "asked_at", "until", "state", "decided_by_id", "decided_at")

#: The search for an owner, and each unit that was asked.
SEARCH_FIELDS = (
    "state", "why", "street_id", "started_at", "started_by_id", "due_at", "ended_at", "ended_by_id", "owner_id",
    "reason_code",
)  # fmt: skip
ASK_FIELDS = (
    "search_id", "unit_id", "asked_at", "asked_by_id", "due_at", "answer", "answered_at", "answered_by_id",
)  # fmt: skip

SUBSTEP_FIELDS = ("place", "unit_id", "due_at", "state", "done_at", "done_by_id")

#: Counters and the rows they count: recounted from the chain instead of read from its last word.
COUNTERS = {
    "rework_count": ("case.reworked",),
    "return_count": ("case.returned", "case.sent_back", "case.escalated"),
    "extension_count": ("case.extended",),
    "reopen_count": ("case.reopened",),
    "flag_count": ("case.flagged",),
}

#: Keys of ``after`` under which children stand, by id.
CHILDREN = {
    "assignments": ASSIGNMENT_FIELDS, "petitions": PETITION_FIELDS, "substeps": SUBSTEP_FIELDS,
    "replies": INSTRUCTION_REPLY_FIELDS,
    "searches": SEARCH_FIELDS, "asks": ASK_FIELDS,
}  # fmt: skip


def plain(value: Any) -> Any:
    """A value as history's JSON holds it: ids as text, times as ISO text in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return value


def values_of(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """The named values of a row in history's form."""
    return {name: plain(getattr(row, name)) for name in names}


class Fold:
    """The values that a chain leaves behind: ``values`` of the subject, ``children`` by kind and id."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self.values: dict[str, Any] = {}
        self.children: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in CHILDREN}
        self._counted = dict.fromkeys(COUNTERS, 0)

    def add(self, action: str, after: dict[str, Any]) -> None:
        """Take in the next row of the chain."""
        for key, value in after.items():
            if key in self._names:
                self.values[key] = value
            elif key in self.children:
                for child_id, changed in value.items():
                    self.children[key].setdefault(child_id, {}).update(changed)
        for name, actions in COUNTERS.items():
            if name in self._names and action in actions:
                self._counted[name] += 1

    def result(self) -> dict[str, Any]:
        """The subject's values, counters recounted."""
        return self.values | {name: number for name, number in self._counted.items() if name in self._names}


def fold(events: Iterable[Event], names: Iterable[str]) -> Fold:
    """The fold of a whole chain, given in order."""
    folded = Fold(names)
    for event in events:
        folded.add(event.action, event.after)
    return folded
