"""The story of a case or report for its page: history rows with the words that were said and the units concerned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chuangcheng.cases import reading
from chuangcheng.cases.models import Case, Instruction, Order, Outcome, QuickFix, Recheck, Remark, Report
from chuangcheng.cases.states import (
    CASE,
    CASE_VERBS,
    CLOSED_NOT_FIXED,
    COMPLAINT,
    COMPLAINT_VERBS,
    DECLINES,
    DENIALS,
    INSTRUCTION,
    INSTRUCTION_REPLY,
    INSTRUCTION_REPLY_VERBS,
    INSTRUCTION_VERBS,
    NOBODYS,
    ORDER,
    ORDER_VERBS,
    OWNER_ANSWERS,
    OWNER_WHYS,
    PLEA,
    PLEA_VERBS,
    QUICKFIX,
    QUICKFIX_VERBS,
    RECHECK,
    RECHECK_VERBS,
    REFERRALS,
    REFUSALS,
    REMOVAL,
    REMOVAL_VERBS,
    REMOVALS,
    REOPENINGS,
    REPORT,
    REPORT_VERBS,
    RETURNS,
    VOIDS,
)
from chuangcheng.history.models import Event
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.people import selectors as people

_REASONS: dict[str, dict[str, Label]] = {
    "case": {**RETURNS, **REOPENINGS, **CLOSED_NOT_FIXED, **VOIDS, **DENIALS, **OWNER_WHYS, **OWNER_ANSWERS, **NOBODYS},
    "report": {**REFUSALS, **DECLINES, **REFERRALS},
    "order": REMOVALS,
}
_LIVES = {
    "case": ((CASE, CASE_VERBS),),
    "report": ((REPORT, REPORT_VERBS), (PLEA, PLEA_VERBS), (COMPLAINT, COMPLAINT_VERBS)),
    "order": ((ORDER, ORDER_VERBS), (REMOVAL, REMOVAL_VERBS)),
    "quickfix": ((QUICKFIX, QUICKFIX_VERBS),),
    "recheck": ((RECHECK, RECHECK_VERBS),),
    "instruction": ((INSTRUCTION, INSTRUCTION_VERBS), (INSTRUCTION_REPLY, INSTRUCTION_REPLY_VERBS)),
}
#: What would tell a unit that its work is going to be looked at.
_DRAWING = frozenset({"quickfix.drawn", "quickfix.held", "quickfix.lapsed"})
_EXTRA = {
    "report.created": Label("收到上报", "Received"),
    "report.photo_stored": Label("收到照片", "Photo received"),
    "report.film_received": Label("收到视频", "Video received"),
    "report.film_refused": Label("视频未被接受", "Video not accepted"),
    "report.rated": Label("评价", "Rated"),
    "report.contact_seen": Label("查看联系方式", "Contact seen"),
    "report.photo_alarmed": Label("照片警报", "Photo alarm"),
    "case.photo_alarmed": Label("照片警报", "Photo alarm"),
    "report.photo_judged": Label("研判照片警报", "Photo alarm judged"),
    "case.photo_judged": Label("研判照片警报", "Photo alarm judged"),
    "report.photo_released": Label("公开照片", "Photo published"),
    "case.photo_released": Label("公开照片", "Photo published"),
    "report.photo_withdrawn": Label("撤回公开照片", "Photo taken back"),
    "case.photo_withdrawn": Label("撤回公开照片", "Photo taken back"),
    "report.words_seen": Label("查看未遮盖的文字", "Words read uncovered"),
    "case.words_seen": Label("查看未遮盖的文字", "Words read uncovered"),
    "report.contact_erased": Label("联系方式已按期删除", "Contact deleted as scheduled"),
    "case.filed": Label("立案", "Filed"),
    "case.photo_added": Label("上传照片", "Photo added"),
    "case.watched": Label("市民“我也遇到”", "Somebody else met it too"),
    "case.requested": Label("由业务系统或手机送达", "Sent by a program or a phone"),
    "order.created": Label("收到工单", "Order received"),
    "order.due_changed": Label("对方调整答复期限", "The limit of the reply was moved"),
    "order.called_back": Label("收到回访结果", "Result of the call-back"),
    "case.due_recomputed": Label("重算时限", "Deadline recomputed"),
    "report.moved": Label("随案件并入", "Moved with its case"),
    "report.restored": Label("撤销并案，回到原案", "Back to its case"),
    "report.split_off": Label("拆出另立案", "Split off"),
    "report.told_apart": Label("确认不是同一问题", "Not the same as"),
    "case.absorbed": Label("并入本案", "Merged into this case"),
    "case.released": Label("撤销并入本案", "Merge into this case undone"),
    "case.redirected": Label("改为并入", "Now merged into"),
    "case.restored": Label("恢复并入", "Merged into, as before"),
    "case.relapse_found": Label("认定为反弹", "Found to be a relapse of"),
    "case.relapsed": Label("问题反弹", "The trouble came back"),
    "case.told_apart": Label("确认不是同一问题", "Not the same as"),
    "quickfix.recorded": Label("当场改好", "Fixed on the spot"),
    "quickfix.photo_stored": Label("收到照片", "Photo received"),
    "case.instructed": Label("领导批示", "A leader's instruction"),
    "report.instructed": Label("领导批示", "A leader's instruction"),
    "instruction.postponed": Label("改答复日期", "Reply day moved"),
    "instruction.entered": Label("代录批示", "Instruction entered"),
    "instruction.read": Label("首次阅看", "First read"),
    "recheck.drawn": Label("抽中复核", "Drawn for a re-check"),
    "recheck.photo_added": Label("上传照片", "Photo added"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the story. ``unit`` is whom the case went to, ``due_at`` a limit that was set, ``case`` another case
    that it speaks of: number and id."""

    at: datetime
    action: str
    label: Label
    actor: str
    reason: Label | None
    note: str
    unit: str
    outcome: str
    due_at: str | None
    case: tuple[str, UUID] | None = None


#: Under which keys of a history row another case stands.
_OTHERS = ("case", "merged_into_id", "relapse_of_id", "case_id")


def of_case(case: Case, reader: Actor | None = None, events: Sequence[Event] | None = None) -> list[Entry]:
    """Every history row of a case, first to last; what was said with it as ``reader`` may read it. ``events`` where the
    caller has read them."""
    events = list(events_of("case", case.pk) if events is None else events)
    # A row that something was said with holds its digest; most cases' rows hold none.
    spoken = any("note" in event.after for event in events)
    said = Remark.objects.filter(case=case).values_list("seq", "text") if spoken else ()
    notes = {seq: reading.words_for(reader, case, text) if reader else reading.masked(text) for seq, text in said}
    return _entries("case", events, notes)


def of_report(report: Report) -> list[Entry]:
    """Every history row of a report, first to last."""
    return _entries("report", list(events_of("report", report.pk)), {})


def of_order(order: Order) -> list[Entry]:
    """Every history row of an order, first to last."""
    return _entries("order", list(events_of("order", order.pk)), {})


def of_quickfix(row: QuickFix, *, all_of_it: bool) -> list[Entry]:
    """Every history row of a quick fix; without ``all_of_it`` nothing that tells whether it was drawn."""
    events = events_of("quickfix", row.pk)
    shown = events if all_of_it else events.exclude(action__in=_DRAWING)
    return _entries("quickfix", list(shown), {})


def of_instruction(row: Instruction, notes: dict[int, str]) -> list[Entry]:
    """Every history row of an instruction; ``notes`` are the words that this reader may read, by their place."""
    return _entries("instruction", list(events_of("instruction", row.pk)), notes)


def of_recheck(row: Recheck) -> list[Entry]:
    """Every history row of a re-check."""
    return _entries("recheck", list(events_of("recheck", row.pk)), {})


def label_of(action: str) -> Label:
    """What a history row's action is called on screen."""
    if action in _EXTRA:
        return _EXTRA[action]
    kind, _, verb = action.partition(".")
    for one, names in _LIVES.get(kind, ()):
        for move, (name, _) in names.items():
            if name == verb:
                return one.move(move).label
    return Label(action, action)


def _entries(kind: str, events: list[Event], notes: dict[int, str]) -> list[Entry]:
    names, cases = _unit_names(events), _cases(events)
    return [_entry(kind, event, names, notes, cases) for event in events]


def _cases(events: list[Event]) -> dict[str, tuple[str, UUID]]:
    """Number and id of every other case that the story speaks of."""
    wanted = {other for event in events if (other := _other(event))}
    rows = Case.objects.filter(pk__in=wanted) if wanted else Case.objects.none()
    return {str(pk): (number, pk) for pk, number in rows.values_list("pk", "number")}


def _other(event: Event) -> str:
    """The id of the other case in a row; of the first row none, which tells every value."""
    after = event.after
    return "" if event.seq == 1 else next((after[name] for name in _OTHERS if after.get(name)), "")


def _unit_names(events: list[Event]) -> dict[str, str]:
    wanted = {unit for event in events for unit in _units(event.after)}
    rows = people.units().filter(pk__in=[UUID(unit) for unit in wanted])
    return {str(pk): name for pk, name in rows.values_list("pk", "short_name")}


def _units(after: dict[str, Any]) -> list[str]:
    """The units that a row speaks of: whom the case went to, else who was asked or has answered whose it is."""
    return [after["holder_id"]] if after.get("holder_id") else list(after.get("units", ()))


def _entry(
    kind: str, event: Event, names: dict[str, str], notes: dict[int, str], cases: dict[str, tuple[str, UUID]]
) -> Entry:
    after: dict[str, Any] = event.after
    outcome = after.get("outcome") or ""
    return Entry(
        at=event.happened_at,
        action=event.action,
        label=label_of(event.action),
        actor=event.actor_label,
        reason=_REASONS.get(kind, {}).get(event.reason),
        note=notes.get(event.seq, ""),
        unit="、".join(names.get(unit, "") for unit in _units(after)),
        outcome=str(Outcome(outcome).label) if outcome else "",
        due_at=after.get("due_at"),
        case=cases.get(_other(event)),
    )
