"""What follows from a move after commit: notices to those who owe the next step, and what happens by itself in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings

from chuangcheng.cases import search
from chuangcheng.cases.actions import privacy, recompute, relapses
from chuangcheng.cases.actions.petitions import recompute_provisional, resume_due
from chuangcheng.cases.models import Case, Petition, Report
from chuangcheng.cases.states import CASE, REFUSALS, REPORT, RETURNS
from chuangcheng.history.duties import periodic
from chuangcheng.history.models import Outbox
from chuangcheng.history.outbox import emit, on, on_many
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import SYSTEM
from chuangcheng.kernel.label import Label
from chuangcheng.notices.actions import notify, sunk
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Person
from chuangcheng.people.selectors import holding


def _case(row: Outbox) -> Case | None:
    """The case to speak of; None when nobody is to be told anything."""
    if sunk():
        return None
    return (
        Case.objects.select_related("holder", "category", "handled_unit", "arbiter", "merged_into__holder")
        .filter(pk=row.subject_id)
        .first()
    )


def _tell(row: Outbox, case: Case, persons: Iterable[Person], text: Label) -> None:
    notify(
        key=f"outbox:{row.pk}", persons=persons, topic=row.topic, subject=("case", case.pk), text=text,
        url=f"/desk/cases/{case.pk}/",
    )  # fmt: skip


@on("case.dispatched", "case.arbitrated", "case.reworked", "case.unmerged")
def tell_holder(row: Outbox) -> None:
    """The unit that holds the case now learns of it; a case at the top of its chain concerns the dispatchers."""
    case = _case(row)
    if case is None:
        return
    verb = {
        "case.dispatched": Label("派来案件", "Case dispatched to you:"),
        "case.arbitrated": Label("仲裁派来案件，不可再退回", "Case given to you by arbitration, not to be returned:"),
        "case.reworked": Label("返工案件", "Case sent for rework:"),
        "case.unmerged": Label("撤销并案，待派遣", "Merge undone, to dispatch:"),
    }[row.topic]
    permission = "cases.handle" if case.holder else "cases.dispatch"
    _tell(row, case, holding(permission, case.holder), _about(verb, case))


@on("case.returned", "case.escalated")
def tell_of_return(row: Outbox) -> None:
    """Whoever is next learns which unit gave the case back and why: the unit above, the dispatchers, or the arbiter."""
    case = _case(row)
    giver = people.units().filter(pk=row.payload.get("from")).first()
    if case is None or giver is None:
        return
    reason = RETURNS.get(row.payload.get("reason", ""), Label("—", "—"))
    if row.topic == "case.escalated":
        arbiter = case.arbiter
        persons = holding("cases.arbitrate", arbiter)
        after = (
            Label(f"请{arbiter.short_name}仲裁", "please arbitrate") if arbiter else Label("请仲裁", "please arbitrate")
        )
    else:
        persons = holding("cases.handle" if case.holder else "cases.dispatch", case.holder)
        held = case.holder.short_name if case.holder else ""
        after = Label(f"退至{held}" if held else "待重新派遣", f"back to {held}" if held else "to be dispatched anew")
    said = Label(
        f"{giver.short_name}退回（{reason.zh}），{after.zh}",
        f"Returned by {giver.short_name} ({reason.en}), {after.en}:",
    )
    _tell(row, case, persons, _about(said, case))


@on("case.petitioned")
def tell_approvers(row: Outbox) -> None:
    """Those who may approve learn that a petition waits."""
    case = _case(row)
    if case and case.petitions.filter(state="asked").exists():
        _tell(row, case, holding("cases.approve", None), _about(Label("待审批申请", "Petition waits:"), case))


@on("case.extended", "case.suspended", "case.petition_declined")
def tell_petitioner(row: Outbox) -> None:
    """Whoever asked learns the decision."""
    petition = Petition.objects.select_related("asked_by", "case").filter(pk=row.payload.get("petition")).first()
    if petition and petition.asked_by:
        verdict = Label(petition.get_state_display(), petition.state)
        word = Label(f"{petition.get_kind_display()}申请{verdict.zh}", f"Your {petition.kind} was {verdict.en}:")
        _tell(row, petition.case, [petition.asked_by], _about(word, petition.case))


@on("case.closed", "case.voided", "case.reopened")
def tell_reporters(row: Outbox) -> None:
    """The staff whose reports led to the case learn what became of it; citizens see it behind their link."""
    case = _case(row)
    if case is None:
        return
    reporters = {report.reporter_id: report.reporter for report in case.reports.select_related("reporter")}
    state = CASE.state(case.state).label
    word = Label(f"您上报的问题{state.zh}", f"What you reported is now {state.en.lower()}:")
    _tell(row, case, [person for person in reporters.values() if person], _about(word, case))


@on("report.refused")
def tell_refused(row: Outbox) -> None:
    """Staff whose report was not taken on learn why; citizens read it behind their link."""
    report = Report.objects.select_related("reporter").filter(pk=row.subject_id).first()
    if report is None or report.reporter is None or report.reason_code not in REFUSALS:
        return
    reason = REFUSALS[report.reason_code]
    notify(
        key=f"outbox:{row.pk}", persons=[report.reporter], topic=row.topic, subject=("report", report.pk),
        text=Label(f"上报 {report.number} 不予受理：{reason.zh}", f"Report {report.number} not accepted: {reason.en}"),
        url=f"/desk/reports/{report.pk}/",
    )  # fmt: skip


@on("report.created", "report.complaint_flagged")
def tell_complaint_office(row: Outbox) -> None:
    """Who receives complaints learns that one waits, without a word of what it says."""
    if sunk():
        return
    report = Report.objects.filter(pk=row.subject_id, complaint=True, state__in=REPORT.open_states()).first()
    if report is None:
        return
    notify(
        key=f"outbox:{row.pk}", persons=holding("reports.complaints", None), topic=row.topic,
        subject=("report", report.pk), url=f"/desk/complaints/{report.pk}/",
        text=Label(f"收到投诉，请转交：{report.number}", f"A complaint waits to be passed on: {report.number}"),
    )  # fmt: skip


@on("report.reopen_asked")
def tell_dispatchers(row: Outbox) -> None:
    """Those who may take the case up again learn that its reporter finds the trouble still there."""
    report = Report.objects.filter(pk=row.subject_id, plea_state="asked").first()
    if report is None:
        return
    notify(
        key=f"outbox:{row.pk}", persons=holding("cases.dispatch", None), topic=row.topic,
        subject=("report", report.pk), url=f"/desk/reports/{report.pk}/",
        text=Label(f"上报人要求重办：{report.number}", f"A reporter asks to reopen: {report.number}"),
    )  # fmt: skip


@on("report.confirm_asked")
def tell_grid_workers(row: Outbox) -> None:
    """The grid workers of the place are asked to look."""
    report = Report.objects.filter(pk=row.subject_id, state="pending_confirm").first()
    if report is None:
        return
    notify(
        key=f"outbox:{row.pk}", persons=people.persons_with("grid", division_path=report.division_path),
        topic=row.topic, subject=("report", report.pk),
        text=Label(f"请核实上报 {report.number}", f"Please confirm report {report.number} on the spot"),
        url=f"/desk/reports/{report.pk}/",
    )  # fmt: skip


@on("case.merged")
def tell_merged(row: Outbox) -> None:
    """The unit that worked on it, the unit that goes on for both, and staff who reported it learn of the merge."""
    case = _case(row)
    if case is None or case.merged_into is None:
        return
    units = {unit.pk: unit for unit in (case.holder, case.merged_into.holder) if unit}
    persons = {person.pk: person for unit in units.values() for person in holding("cases.handle", unit)}
    reporters = Report.objects.filter(case=case.merged_into).exclude(reporter=None).select_related("reporter")
    persons |= {report.reporter.pk: report.reporter for report in reporters if report.reporter}
    word = _about(Label("案件已并入", "Case merged into"), case.merged_into)
    text = Label(f"{case.number} → {word.zh}", f"{case.number} → {word.en}")
    _tell(row, case.merged_into, persons.values(), text)


@on_many("case.filed")
def find_relapse(rows: Sequence[Outbox]) -> None:
    """A new case may be an old trouble that came back."""
    relapses.find_relapses(case_ids=[row.subject_id for row in rows])


def _about(word: Label, case: Case) -> Label:
    category = case.category.zh if case.category else ""
    return Label(f"{word.zh}：{case.number} {category}".strip(), f"{word.en} {case.number} {category}".strip())


@on(recompute.TOPIC)
def recompute_deadlines(row: Outbox) -> None:
    """Deadlines by the rules of today, a portion at a time; who asked stands in each case's history."""
    post = people.valid_posts().filter(pk=row.payload["post"]).first() if row.payload.get("post") else None
    if post is None and row.payload.get("post"):
        return  # whoever asked may not any more
    if recompute.recompute_some(actor=people.actor_of(post) if post else SYSTEM) == recompute.PORTION:
        emit(row.topic, (row.subject_kind, row.subject_id), row.payload)


@periodic("cases.resume", 600)
def resume() -> None:
    """Suspensions end on their day."""
    resume_due(now=clock.now())


@periodic("cases.provisional", 6 * 3600)
def settle_provisional() -> None:
    """Provisional deadlines become firm once the official calendar is known."""
    recompute_provisional(actor=SYSTEM)


@periodic("cases.erase_contacts", 24 * 3600)
def erase_contacts() -> None:
    """Names and phones of reporters do not stay longer than they may be needed."""
    ended_before = clock.now() - timedelta(days=settings.CITY.contact_days)
    while privacy.erase_contacts(ended_before=ended_before) == privacy.PORTION:
        pass


@on_many("report.created")
def index_reports(rows: Sequence[Outbox]) -> None:
    """New reports are found from the next moment on."""
    search.put(list(Report.objects.filter(pk__in=[row.subject_id for row in rows], complaint=False)))


@on_many("case.filed")
def index_cases(rows: Sequence[Outbox]) -> None:
    """As :func:`index_reports`, for cases."""
    search.put(list(Case.objects.filter(pk__in=[row.subject_id for row in rows])))
