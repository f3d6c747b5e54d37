"""The reply to an order as it writes itself from what came of the case: a draft that a person reads, changes, sends."""

from __future__ import annotations

from datetime import datetime

from chuangcheng.cases.models import Case, Order
from chuangcheng.cases.states import REFUSALS
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.text import mask, tidy

MAX_REPLY = 4000
SUBJECT = 30  # characters of the caller's own words that the reply repeats

#: Outcome of the case → the reply. Written in Chinese whoever reads the page: it goes to the caller.
TEMPLATES = {
    "fixed": "您反映的“{subject}”，经{unit}现场处置，已于{day}整改到位。感谢您对我市文明城市创建工作的关心和支持。",
    "not_reproducible": "您反映的“{subject}”，经{unit}于{day}到现场核实，未发现所反映的问题。如再次出现，请随时反映。",
    "duplicate": "您反映的“{subject}”与正在办理的问题相同，已由{unit}合并办理，办理结果一并告知。",
    "refused": "您反映的“{subject}”，经{unit}核实，不属本单位职责范围，已告知相关主管部门。",
    "cannot": "您反映的“{subject}”，经{unit}现场核实，目前暂不具备解决条件，已列入台账，条件具备后及时办理。",
}
REFUSED = "您反映的“{subject}”，经研究不予受理，原因是：{reason}。如有异议，可再次反映。"
WORKED_ON = "您反映的“{subject}”已受理，由{unit}办理{until}，办理结果将及时告知。"
NEW = "您反映的“{subject}”已收到，正在核实办理，办理结果将及时告知。"


def template_for(order: Order) -> str:
    """The draft for an order (with its report and case): by the outcome once there is one, else by where it stands."""
    report, case = order.report, order.report.case
    subject = _subject(report.text)
    if case is None:
        reason = REFUSALS.get(report.reason_code)
        if report.state == "not_accepted" and reason:
            return REFUSED.format(subject=subject, reason=reason.zh)
        return NEW.format(subject=subject)
    unit = _unit(case)
    if case.outcome in TEMPLATES:
        day = _day(case.handled_at or case.filed_at)
        return TEMPLATES[case.outcome].format(subject=subject, unit=unit, day=day)
    until = f"，办理期限为{_day(case.due_at)}" if case.due_at else ""
    return WORKED_ON.format(subject=subject, unit=unit, until=until)


def _subject(text: str) -> str:
    """The first words of what the caller said, without numbers of persons, cut where it would be cut anyway."""
    words = mask(tidy(text).partition("\n")[0]).strip("。.！!，, ")
    return words if len(words) <= SUBJECT else words[:SUBJECT] + "…"


def _unit(case: Case) -> str:
    unit = case.handled_unit or case.holder or case.responsible
    return unit.short_name if unit else "承办单位"


def _day(moment: datetime) -> str:
    local = moment.astimezone(CITY_ZONE)
    return f"{local.month}月{local.day}日"
