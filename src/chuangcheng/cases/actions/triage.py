"""What becomes of a report: confirmed on the spot, filed as a case, linked to one, or refused with a reason."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from chuangcheng.cases import policies
from chuangcheng.cases.actions.dispatch import open_case
from chuangcheng.cases.deadlines import confirm_due
from chuangcheng.cases.inputs import CaseInput
from chuangcheng.cases.locks import find_case, lock_case, lock_report
from chuangcheng.cases.models import Case, Report, Source
from chuangcheng.cases.states import CASE, REFUSALS, REPORT
from chuangcheng.cases.steps import step, write
from chuangcheng.cases.triage.advice import advise
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights


def ask_confirm(*, actor: Actor, report_id: UUID) -> Report:
    """Ask the grid worker of the place to look, within the confirm limit."""
    with transaction.atomic():
        report = _lock(actor, report_id, "ask_confirm")
        if not report.division_path:
            raise Refused("report.no_place")
        changes = {"confirm_due_at": confirm_due(clock.now()), "confirmed": None, "confirmed_on_time": None}
        write(step(report, "ask_confirm", actor, changes=changes))
    return report


def confirm_report(*, actor: Actor, report_id: UUID, found: bool) -> Report:
    """Say what was found on the spot; by a grid worker, community, street or office of that place."""
    with transaction.atomic():
        report = _lock(actor, report_id, "confirm")
        on_time = None if report.confirm_due_at is None else clock.now() <= report.confirm_due_at
        changes = {"confirmed": found, "confirmed_on_time": on_time, "confirm_due_at": None}
        write(step(report, "confirm", actor, given={"found": found}, changes=changes))
    return report


def refuse_report(*, actor: Actor, report_id: UUID, reason_code: str) -> Report:
    """Do not take it on; the citizen is told the reason and may object once."""
    with transaction.atomic():
        report = _lock(actor, report_id, "refuse")
        if reason_code not in REFUSALS:
            raise Refused("report.unknown_reason")
        changes = {"reason_code": reason_code, "confirm_due_at": None}
        taken = step(report, "refuse", actor, given={"reason_code": reason_code}, changes=changes, reason=reason_code)
        write(taken)
    return report


def link_report(*, actor: Actor, report_id: UUID, case_id: UUID) -> Report:
    """Join a report to a case that is being worked on: many reports, one case."""
    with transaction.atomic():
        named = find_case(actor, case_id)
        # A case that was merged stands for the one it was merged into; the lock holds off a merge at this moment.
        case = lock_case(actor, named.merged_into_id or named.pk)
        report = _lock(actor, report_id, "link")
        if case.state not in CASE.open_states():
            raise Refused("report.case_ended", number=case.number)
        changes = {"case_id": case.pk, "reason_code": "", "confirm_due_at": None}
        write(step(report, "link", actor, given={"case": case.pk}, changes=changes))
    return report


def file_report(
    *, actor: Actor, report_id: UUID, category_code: str | None = None, condition: str = "default", severity: int = 1
) -> Case:
    """Open a case from a report; the category may be corrected on the way."""
    with transaction.atomic():
        report = _lock(actor, report_id, "file")
        category = framework.category(category_code) if category_code else report.category
        if category is None and report.source != Source.WINDOW:  # no category knows a clerk's manner
            raise Refused("case.unknown_category")
        given = CaseInput(
            text=report.text, source=report.source, category=category, lat=report.lat, lon=report.lon,
            address=report.address, origin=("report", report.pk), severity=severity, condition=condition,
        )  # fmt: skip
        case = open_case(actor=actor, given=given)
        changes = {"case_id": case.pk, "reason_code": "", "confirm_due_at": None}
        # What was suggested is told with what was done: corrections are read from history, and nowhere else.
        advice = advise(report)
        facts = {"suggested": advice.fact(category.code)} if advice and category else None
        write(step(report, "file", actor, changes=changes, facts=facts))
    return case


def _lock(actor: Actor, report_id: UUID, move: str) -> Report:
    """The locked report, if the actor may take ``move`` on reports of that place. Without a place the whole city is
    responsible, so only a post over everything may act."""
    post = rights.require(actor, REPORT.move(move).permission)
    report = lock_report(actor, report_id)
    REPORT.next(report.state, move, found=True, case=report.pk, reason_code="x")
    if not policies.reaches(post, report):
        raise Refused("report.not_in_area")
    return report
