"""Complaints about staff or a unit leave this system for 12345, the petition office or the discipline inspection.

Such a report is in no list, search, export, figure, training or API: ``policies.report_rows`` leaves it out for
everybody. It is reached here alone, by posts that hold ``reports.complaints`` over the whole city (the campaign
office), never by the unit complained about nor by those above it. What is passed on stays as a receipt for its
sender; the contact is erased on schedule like any other.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chuangcheng.cases import policies, search
from chuangcheng.cases.actions.reports import Contact
from chuangcheng.cases.locks import lock_report
from chuangcheng.cases.models import Report
from chuangcheng.cases.reading import masked
from chuangcheng.cases.states import COMPLAINT, COMPLAINT_OFFICES, COMPLAINT_VERBS, REFERRALS, REPORT
from chuangcheng.cases.steps import amend, step, write
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights

RIGHT = "reports.complaints"
#: How the sender follows it there, told on the receipt.
FOLLOW = {
    "hotline": Label(
        "已转 12345 热线。可拨打 12345 查询，说出上报编号即可。",
        "Passed to the 12345 hotline. Call 12345 and give the number of your report.",
    ),
    "petition": Label(
        "已转信访部门。可到国家信访局网站、手机信访或当地信访接待场所查询。",
        "Passed to the petition office. Ask at its web site or at its reception.",
    ),
    "discipline": Label(
        "已转纪检监察机关。可拨打 12388 或在 12388 举报网站查询，请注意保密。",
        "Passed to the discipline inspection. Call 12388 or ask at its web site.",
    ),
}
WAITING = Label(
    "这是对工作人员或单位的投诉。由专人接收并转交有权处理的部门，被反映的单位和它的上级在本系统里看不到。",
    "This is a complaint about staff or a unit. It is received by appointed persons and passed on to the office in "
    "charge; the unit and those above it cannot see it in this system.",
)


def visible_to(actor: Actor) -> QuerySet[Report]:
    """The complaints, for who receives them; nothing for anybody else."""
    return Report.objects.filter(complaint=True) if _receives(actor) else Report.objects.none()


def hidden_subjects() -> QuerySet[Report, UUID]:
    """The ids of all complaints, for what must leave them out and knows no reports."""
    return Report.objects.filter(complaint=True).values_list("pk", flat=True)


def get_for(actor: Actor, report_id: UUID) -> Report:
    """One complaint, or ``common.not_found``."""
    report = visible_to(actor).filter(pk=report_id).first()
    if report is None:
        raise Refused("common.not_found")
    return report


def words_of(report: Report) -> str:
    """The words as they were written: who passes a complaint on needs every name and number in it."""
    return report.text if report.state in REPORT.open_states() else masked(report.text)


def told_to_sender(report: Report) -> Label | None:
    """What the receipt says of a complaint; None for any other report."""
    if not report.complaint:
        return None
    return FOLLOW.get(report.referred_to, WAITING)


def flag(*, actor: Actor, report_id: UUID) -> Report:
    """Triage finds that a report is a complaint: from now on only who receives complaints sees it."""
    with transaction.atomic():
        post = rights.require(actor, COMPLAINT.move("flag_complaint").permission)
        report = lock_report(actor, report_id)
        if not policies.reaches(post, report):
            raise Refused("report.not_in_area")
        _turn(report, "flag_complaint", actor)
        search.forget([report])
    return report


def clear(*, actor: Actor, report_id: UUID) -> Report:
    """It is no complaint after all: triage sees it as any other report."""
    with transaction.atomic():
        report = _lock(actor, report_id)
        _turn(report, "clear_complaint", actor)
        search.put([report])
    return report


def _turn(report: Report, move: str, actor: Actor) -> None:
    state = COMPLAINT.next("complaint" if report.complaint else "ordinary", move)
    REPORT.next(report.state, "refer", reason_code="x", office="x")  # one that is over stays as it is
    verb, topic = COMPLAINT_VERBS[move]
    write(amend(report, verb, actor, changes={"complaint": state == "complaint"}, topic=topic))


def refer(*, actor: Actor, report_id: UUID, reason_code: str, office: str) -> Report:
    """Pass it on to ``office`` (a key of ``COMPLAINT_OFFICES``) for ``reason_code`` (of ``REFERRALS``); an ordinary
    report becomes a complaint by it. The sender's receipt says where it went and how to follow it."""
    with transaction.atomic():
        report = _lock(actor, report_id)
        REPORT.next(report.state, "refer", reason_code=reason_code, office=office)
        if reason_code not in REFERRALS:
            raise Refused("report.unknown_reason")
        if office not in COMPLAINT_OFFICES:
            raise Refused("report.unknown_office")
        was_ordinary = not report.complaint
        changes = {
            "complaint": True, "referred_to": office, "referred_at": clock.now(), "reason_code": reason_code,
            "confirm_due_at": None,
        }  # fmt: skip
        given: dict[str, object] = {"reason_code": reason_code, "office": office}
        write(step(report, "refer", actor, given=given, changes=changes, reason=reason_code))
        if was_ordinary:
            search.forget([report])
    return report


def see_contact(*, actor: Actor, report_id: UUID) -> Contact:
    """The sender's name and phone, which go along to the office. Every look is a history row."""
    rights.require(actor, "reports.contact")
    with transaction.atomic():
        report = _lock(actor, report_id)
        write(amend(report, "contact_seen", actor))
    return Contact.of(report)


def _receives(actor: Actor) -> bool:
    return rights.scope(actor, RIGHT).everything


def _lock(actor: Actor, report_id: UUID) -> Report:
    """A complaint, or a report in the actor's reach, under its lock; for who receives complaints."""
    rights.require(actor, RIGHT)
    if not _receives(actor):
        raise Refused("common.not_found")
    report = Report.objects.select_for_update().filter(pk=report_id).first()
    if report is None or not (report.complaint or policies.sees_report(actor, report)):
        raise Refused("common.not_found")
    return report
