"""Every move of the two tables as one call, with everything it needs filled in properly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from chuangcheng.cases import actions, complaints
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.states import CASE
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from tests.cases.play import LITTER, Play, picture

CaseCall = Callable[[Play, Actor, Case], object]
ReportCall = Callable[[Play, Actor, Report], object]


def _handle(_play: Play, actor: Actor, case: Case) -> object:
    actions.add_after_photo(actor=actor, case_id=case.id, data=picture())
    return actions.handle_case(actor=actor, case_id=case.id, outcome="fixed")


def _decide(granted: bool) -> CaseCall:
    def decide(_play: Play, actor: Actor, case: Case) -> object:
        petition = case.petitions.latest("asked_at")
        return actions.decide_petition(actor=actor, petition_id=petition.id, granted=granted)

    return decide


def _ask_suspension(_play: Play, actor: Actor, case: Case) -> object:
    until = clock.now() + timedelta(days=20)
    return actions.ask_suspension(actor=actor, case_id=case.id, reason="待汛期结束", until=until)


def _add_co(play: Play, actor: Actor, case: Case) -> object:
    return actions.add_co(actor=actor, case_id=case.id, unit_id=play.unit("subcommand"))


def _helped(play: Play, case: Case, unit: str) -> None:
    """Put a supporting unit beside the lead, where the table allows one and none is there yet."""
    if case.state in CASE.move("add_co").sources and not case.assignments.filter(
        role="co", state="open", unit=play.unit(unit)
    ).exists():  # fmt: skip
        actions.add_co(actor=play.by["office"], case_id=case.id, unit_id=play.unit(unit))


def _release_co(play: Play, actor: Actor, case: Case) -> object:
    _helped(play, case, "department")
    return actions.release_co(actor=actor, case_id=case.id, unit_id=play.unit("department"), note="不再需要")


def _finish_co(play: Play, actor: Actor, case: Case) -> object:
    _helped(play, case, "department")
    return actions.finish_co(actor=actor, case_id=case.id, note="已断电配合")


def _plan(play: Play, actor: Actor, case: Case) -> object:
    steps = [actions.StepInput("勘查", case.holder_id or play.unit("street"))]
    return actions.plan_steps(actor=actor, case_id=case.id, steps=steps)


def _finish_step(play: Play, actor: Actor, case: Case) -> object:
    if case.state in CASE.move("plan").sources and not case.substeps.filter(state="planned").exists():
        _plan(play, play.by["street"], case)
    step = case.substeps.filter(state="planned").first()
    return actions.finish_step(actor=actor, case_id=case.id, step_id=step.pk if step else case.pk)


def _flag(_play: Play, actor: Actor, case: Case) -> object:
    until = clock.now() + timedelta(days=3)
    return actions.flag_case(actor=actor, case_id=case.id, note="群众反映强烈", until=until)


def _unflag(play: Play, actor: Actor, case: Case) -> object:
    case.refresh_from_db()
    if case.state in CASE.move("flag").sources and case.flagged_at is None:
        _flag(play, play.by["office"], case)
    return actions.unflag_case(actor=actor, case_id=case.id, note="已答复")


#: The moves of a case. Moves on petitions are walked apart: without a petition there is nothing to decide.
CASE_CALLS: dict[str, CaseCall] = {
    "dispatch": lambda play, actor, case: actions.dispatch_case(
        actor=actor, case_id=case.id, unit_id=play.unit("street")
    ),
    "pass_on": lambda play, actor, case: actions.pass_on(actor=actor, case_id=case.id, unit_id=play.unit("community")),
    "claim": lambda play, actor, case: actions.claim_case(actor=actor, case_id=case.id),
    "add_co": _add_co,
    "release_co": _release_co,
    "finish_co": _finish_co,
    "plan": _plan,
    "finish_step": _finish_step,
    "flag": _flag,
    "unflag": _unflag,
    "accept": lambda play, actor, case: actions.accept_case(actor=actor, case_id=case.id),
    "send_back": lambda play, actor, case: actions.return_case(actor=actor, case_id=case.id, reason_code="not_ours"),
    "arbitrate": lambda play, actor, case: actions.arbitrate_case(
        actor=actor, case_id=case.id, unit_id=play.unit("street"), note="该路段由街道养护"
    ),
    "seek_owner": lambda play, actor, case: actions.seek_owner(actor=actor, case_id=case.id),
    "handle": _handle,
    "rework": lambda play, actor, case: actions.rework_case(actor=actor, case_id=case.id, note="墙角仍有垃圾"),
    "verify": lambda play, actor, case: actions.verify_case(actor=actor, case_id=case.id),
    "close": lambda play, actor, case: actions.close_case(actor=actor, case_id=case.id),
    "ask_extension": lambda play, actor, case: actions.ask_extension(actor=actor, case_id=case.id, reason="需协调"),
    "ask_suspension": _ask_suspension,
    "resume": lambda play, actor, case: actions.resume_case(actor=actor, case_id=case.id),
    "reopen": lambda play, actor, case: actions.reopen_case(actor=actor, case_id=case.id, reason_code="relapse"),
    "void": lambda play, actor, case: actions.void_case(actor=actor, case_id=case.id, reason_code="mistake"),
    "merge": lambda play, actor, case: actions.merge_case(actor=actor, case_id=case.id, target_id=play.filed().id),
    "unmerge": lambda play, actor, case: actions.unmerge_case(actor=actor, case_id=case.id),
}


def _split(play: Play, actor: Actor, case: Case) -> object:
    return actions.split_case(actor=actor, case_id=case.id, report_ids=[case.reports.latest("received_at").id])


def _deny(_play: Play, actor: Actor, case: Case) -> object:
    return actions.deny_relapse(actor=actor, case_id=case.id, reason_code="other_trouble")


#: Moves that are possible only with something behind the case: a second report, an earlier case.
BEHIND_CALLS: dict[str, CaseCall] = {"split": _split, "deny_relapse": _deny}
#: Moves of the search for an owner: once it is on.
OWNER_CALLS: dict[str, CaseCall] = {
    "ask_owner": lambda play, actor, case: actions.ask_owner(
        actor=actor, case_id=case.id, unit_ids=[play.unit("department"), play.unit("subcommand")], note="井盖有供电字样"
    ),
    "answer_owner": lambda play, actor, case: actions.answer_owner(actor=actor, case_id=case.id, answer="yes"),
    "name_owner": lambda play, actor, case: actions.name_owner(
        actor=actor, case_id=case.id, unit_id=play.unit("department")
    ),
    "rule_owner": lambda play, actor, case: actions.rule_owner(
        actor=actor, case_id=case.id, unit_id=play.unit("subcommand"), note="竣工图载明由其管养"
    ),
    "no_owner": lambda play, actor, case: actions.no_owner(
        actor=actor, case_id=case.id, reason_code="no_record", note="三家均无台账"
    ),
}
PETITION_CALLS: dict[str, CaseCall] = {"extend": _decide(True), "suspend": _decide(True), "decline": _decide(False)}

#: Who takes a move of a case that lies in community 永安 and is, or was, in the hands of street 河东.
CASE_MOVERS: dict[str, set[str]] = {
    "dispatch": {"office"},
    "pass_on": {"street"},
    "claim": {"street", "community", "district"},
    "add_co": {"street", "office"},
    "release_co": {"street", "office"},
    "finish_co": {"department"},
    "plan": {"street"},
    "finish_step": {"street"},
    "flag": {"office", "leader"},
    "unflag": {"office", "leader"},
    "accept": {"street"},
    "send_back": {"street"},
    "arbitrate": {"office"},
    "seek_owner": {"street", "office"},
    "handle": {"street"},
    "rework": {"office", "district", "inspector", "grid"},
    "verify": {"office", "district", "inspector", "grid"},
    "close": {"office"},
    "ask_extension": {"street"},
    "ask_suspension": {"street"},
    "extend": {"office"},
    "suspend": {"office"},
    "decline": {"office"},
    "resume": {"office"},
    "reopen": {"office"},
    "void": {"office"},
    "merge": {"office"},
    "unmerge": {"office"},
    "split": {"office"},
    "deny_relapse": {"office"},
}

REPORT_CALLS: dict[str, ReportCall] = {
    "ask_confirm": lambda play, actor, report: actions.ask_confirm(actor=actor, report_id=report.id),
    "confirm": lambda play, actor, report: actions.confirm_report(actor=actor, report_id=report.id, found=True),
    "file": lambda play, actor, report: actions.file_report(actor=actor, report_id=report.id, category_code=LITTER),
    "link": lambda play, actor, report: actions.link_report(actor=actor, report_id=report.id, case_id=play.filed().id),
    "refuse": lambda play, actor, report: actions.refuse_report(
        actor=actor, report_id=report.id, reason_code="unclear"
    ),
    "refer": lambda play, actor, report: complaints.refer(
        actor=actor, report_id=report.id, reason_code="complaint_staff", office="petition"
    ),
    "withdraw": lambda play, actor, report: actions.withdraw_report(
        report_id=report.id, code=actions.code_of(report.id)
    ),
    "object": lambda play, actor, report: actions.object_to_refusal(
        report_id=report.id, code=actions.code_of(report.id)
    ),
}
#: Who takes a move of a report from community 永安; None: whoever holds the receipt.
REPORT_MOVERS: dict[str, set[str] | None] = {
    "ask_confirm": {"office", "district"},
    "confirm": {"office", "district", "street", "community", "grid"},
    "file": {"office", "district"},
    "link": {"office", "district"},
    "refuse": {"office", "district"},
    "refer": {"office"},
    "withdraw": None,
    "object": None,
}
