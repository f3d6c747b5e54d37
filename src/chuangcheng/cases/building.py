"""A new report or case with its first history row, in memory: the actions save them one by one, imports in bulk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chuangcheng.cases.chronicle import CASE_FIELDS, ORDER_FIELDS, REPORT_FIELDS, values_of
from chuangcheng.cases.inputs import CaseInput, ReportInput
from chuangcheng.cases.models import Case, Order, Report
from chuangcheng.cases.order import ORDER_SOURCES
from chuangcheng.framework.models import Category, TimeRule
from chuangcheng.history import actions as history
from chuangcheng.history.models import Event
from chuangcheng.history.secrets import blind, digest_of, encrypt
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.calendar import Deadline
from chuangcheng.kernel.text import tidy
from chuangcheng.places.locator import Located


@dataclass(frozen=True, slots=True)
class Clock:
    """The deadline of a new case and the rule that made it ("" without one)."""

    due_at: datetime | None
    rule: str
    provisional: bool = False
    dispatch_due_at: datetime | None = None


NO_CLOCK = Clock(None, "")


def clock_of(deadline: Deadline, rule: TimeRule) -> Clock:
    """A deadline made by one of our own rules, which is named with its version."""
    return Clock(deadline.at, f"{rule.pk}@{rule.version}", deadline.provisional)


def body_digest(given: ReportInput) -> str:
    """The keyed digest by which a repeat is told from another body under the same id."""
    return digest_of("report.body", given.body())


def build_report(
    given: ReportInput,
    *,
    actor: Actor,
    number: str,
    received_at: datetime,
    located: Located | None,
    category: Category | None = None,
    body: str = "",
) -> tuple[Report, Event]:
    """The row and the history row of a report received at ``received_at``. ``located`` is None without a place;
    ``body`` is :func:`body_digest` if the caller has it already."""
    report = Report(
        id=given.id,
        number=number,
        body_digest=body or body_digest(given),
        source=given.source,
        text=tidy(given.text),
        category=category,
        lat=given.lat,
        lon=given.lon,
        address=tidy(given.address),
        outside_city=located is not None and not located.inside,
        observed_at=given.observed_at or received_at,
        received_at=received_at,
        contact_cipher=_contact(given),
        contact_index=blind(given.contact_phone),
        reporter_id=actor.person_id,
        external_source=given.external_source,
        external_number=given.external_number,
        photos_declared=len(given.photos) + len(given.films),
        photos_missing=len(given.photos) + len(given.films),
        privacy_version=given.privacy_version,
        complaint=given.complaint,
    )
    _place(report, located)
    after = values_of(report, REPORT_FIELDS)
    return report, history.build(report, "report.created", actor, after=after, happened_at=received_at)


def build_case(
    given: CaseInput, *, actor: Actor, number: str, filed_at: datetime, located: Located | None, clock: Clock,
    case_id: UUID | None = None,
) -> tuple[Case, Event]:  # fmt: skip
    """The row and the history row of a case filed at ``filed_at``."""
    kind, origin_id = given.origin or ("", None)
    case = Case(
        number=number,
        category=given.category,
        condition=given.condition,
        severity=given.severity,
        text=tidy(given.text),
        source=given.source,
        lat=given.lat,
        lon=given.lon,
        address=tidy(given.address),
        site=given.site,
        standard=given.standard,
        origin_kind=kind,
        origin_id=origin_id,
        found_from_above=given.found_from_above,
        filed_at=filed_at,
        filed_by_id=actor.person_id,
        due_at=clock.due_at,
        due_rule=clock.rule,
        due_provisional=clock.provisional,
        dispatch_due_at=clock.dispatch_due_at,
        responsible=given.responsible,
        external_source=given.external_source,
        external_number=given.external_number,
    )
    if case_id is not None:
        case.id = case_id
    _place(case, located)
    after = values_of(case, (*CASE_FIELDS, "standard_id")) | {"text": digest_of("case.text", case.text)}
    return case, history.build(case, "case.filed", actor, after=after, happened_at=filed_at)


def is_order(report: Report, due_at: datetime | None = None) -> bool:
    """Whether somebody outside waits for an answer to the report (see ``order.ORDER_SOURCES``)."""
    numbered = report.external_source in ORDER_SOURCES and bool(report.external_number)
    return numbered or due_at is not None


def build_order(report: Report, *, actor: Actor, due_at: datetime | None) -> tuple[Order, Event]:
    """The row and the history row of the order behind a report, received when the report was."""
    source = report.external_source if report.external_source in ORDER_SOURCES else report.source
    order = Order(
        report=report, source=source, number=report.external_number or report.number,
        received_at=report.received_at, due_at=due_at,
    )  # fmt: skip
    after = values_of(order, ORDER_FIELDS)
    return order, history.build(order, "order.created", actor, after=after, happened_at=report.received_at)


def _place(row: Report | Case, located: Located | None) -> None:
    if located is None:
        return
    row.grid_id = located.grid_id
    row.division_id = located.division_id
    row.division_path = located.path


def _contact(given: ReportInput) -> bytes:
    if not (given.contact_name or given.contact_phone):
        return b""
    contact = {"name": given.contact_name.strip(), "phone": given.contact_phone.strip()}
    return encrypt(json.dumps(contact, ensure_ascii=False))
