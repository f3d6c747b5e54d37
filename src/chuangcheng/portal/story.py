"""What became of a report, in plain words and without names: what a citizen is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import substeps, timeline
from chuangcheng.cases.models import Case, Report

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Stage:
    """Where it stands now: one word, one sentence, and a tone (open, done, off)."""

    word: Words
    sentence: Words
    tone: str = "open"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story, as the timeline component shows it."""

    at: datetime
    title: Words
    note: str = ""
    who: str = ""
    current: bool = False


#: What is told of a report's history; what is not named here is the office's own business.
REPORT_STEPS: dict[str, Words] = {
    "report.created": _("收到您的上报"),
    "report.confirm_asked": _("请网格员到现场看一看"),
    "report.confirmed": _("网格员已到现场看过"),
    "report.filed": _("正式立案"),
    "report.linked": _("与同一问题的案件合并办理"),
    "report.moved": _("同一问题的两件案件合并，由另一件继续办理"),
    "report.restored": _("案件重新分开办理"),
    "report.split_off": _("作为单独的案件办理"),
    "report.refused": _("不予受理"),
    "report.referred": _("转交有权处理的部门"),
    "report.withdrawn": _("您已撤回"),
    "report.objected": _("收到您的异议，重新审看"),
    "report.rated": _("收到您的评价"),
    "report.reopen_asked": _("收到您的重办要求"),
    "report.reopen_granted": _("同意重办"),
    "report.reopen_declined": _("复查后不再重办"),
}
CASE_STEPS: dict[str, Words] = {
    "case.dispatched": _("派给承办单位"),
    "case.passed_on": _("转给具体承办单位"),
    "case.accepted": _("承办单位已接收，开始处理"),
    "case.claimed": _("承办单位认领，开始处理"),
    "case.planned": _("安排分步办理"),
    "case.step_done": _("完成了一步"),
    "case.returned": _("承办单位退回，另行安排"),
    "case.sent_back": _("承办单位退回，另行安排"),
    "case.handled": _("承办单位报告处理完毕"),
    "case.reworked": _("核查未通过，退回重办"),
    "case.verified": _("现场核查通过"),
    "case.closed": _("办结"),
    "case.arbitrated": _("已确定承办单位"),
    "case.owner_sought": _("权属不清，所在街道先行处理，同时寻找责任单位"),
    "case.owner_named": _("已确定承办单位"),
    "case.owner_ruled": _("已确定承办单位"),
    "case.owner_denied": _("没有权属单位，由所在街道办理"),
    "case.extended": _("时限延长"),
    "case.suspended": _("暂时无法解决，挂账处理"),
    "case.resumed": _("恢复处理"),
    "case.reopened": _("重新办理"),
    "case.voided": _("案件作废"),
    "case.merged": _("与同一问题的另一件案件合并办理"),
    "case.unmerged": _("案件重新分开办理"),
}
REPORT_STAGES = {
    "received": Stage(_("待受理"), _("我们已经收到，正在安排。")),
    "pending_confirm": Stage(_("待核实"), _("网格员会到现场看一看。")),
    "referred": Stage(_("已转交"), _("已转交有权处理的部门，不在本系统办理。"), "off"),
    "withdrawn": Stage(_("已撤回"), _("您撤回了这件上报。"), "off"),
    "not_accepted": Stage(_("不予受理"), _("这件事不能作为案件办理。"), "off"),
}
CASE_STAGES = {
    "filed": Stage(_("已立案"), _("正在安排承办单位。")),
    "dispatched": Stage(_("已派出"), _("承办单位还没有接收。")),
    "handling": Stage(_("处理中"), _("承办单位正在处理。")),
    "handled": Stage(_("待核查"), _("承办单位说处理好了，有人去现场核查。")),
    "verified": Stage(_("待结案"), _("现场核查通过，即将办结。")),
    "arbitrating": Stage(_("待仲裁"), _("正在确定由哪个单位办理。")),
    "suspended": Stage(_("挂账"), _("暂时不具备解决条件，条件具备后继续办。")),
    "closed": Stage(_("已办结"), _("问题已经解决。感谢您！"), "done"),
    "void": Stage(_("已作废"), _("这件案件不再办理。"), "off"),
    "merged": Stage(_("已并入"), _("与同一问题的另一件案件一起办理。"), "off"),
}
NOT_FIXED = Stage(_("已办结"), _("案件已办结。"), "done")


def stage_of(report: Report) -> Stage:
    """Where it stands; a case that was closed without a fix is not called solved."""
    return REPORT_STAGES[report.state] if report.case is None else stage_of_case(report.case)


def stage_of_case(case: Case) -> Stage:
    """As :func:`stage_of`, for who follows a case without a report."""
    if case.state == "closed" and case.outcome != "fixed":
        return NOT_FIXED
    stage = CASE_STAGES[case.state]
    return _with_progress(case, stage) if case.state in ("handling", "suspended") else stage


def _with_progress(case: Case, stage: Stage) -> Stage:
    """Long work in steps says how far it is, never what the steps are called: those are the office's own words."""
    progress = substeps.progress(case)
    if progress is None:
        return stage
    said = now_said("第 %(n)s 步，共 %(total)s 步。") % {"n": progress.at, "total": progress.total}
    if progress.complete:
        said = now_said("%(total)s 步已全部完成。") % {"total": progress.total}
    return Stage(stage.word, f"{stage.sentence}{separator()}{said}", stage.tone)


def separator() -> str:
    """English sentences stand apart, Chinese ones do not."""
    return " " if (get_language() or "").startswith("en") else ""


def steps_of(report: Report) -> list[Step]:
    """The story, newest first. A case's steps before this report joined it are told too: they show that it is known."""
    told = [_step(entry, REPORT_STEPS) for entry in timeline.of_report(report) if entry.action in REPORT_STEPS]
    return _newest_first([*told, *_case_steps(report.case)] if report.case else told)


def steps_of_case(case: Case) -> list[Step]:
    """The story of a case alone, newest first."""
    return _newest_first(_case_steps(case))


def _case_steps(case: Case) -> list[Step]:
    return [_step(entry, CASE_STEPS) for entry in timeline.of_case(case) if entry.action in CASE_STEPS]


def _newest_first(told: list[Step]) -> list[Step]:
    told.sort(key=lambda step: step.at)
    told.reverse()  # of two steps in one instant the later one stands first
    return [Step(told[0].at, told[0].title, current=True), *told[1:]] if told else []


def _step(entry: timeline.Entry, words: dict[str, Words]) -> Step:
    return Step(entry.at, words[entry.action])
