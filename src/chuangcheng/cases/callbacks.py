"""What a hotline's workbook tells of orders that are known: limit, reply, and how the caller found it afterwards.

The columns may stand in the workbook of the messages or in one of their own (``chuangcheng import callbacks``). What is
told again changes nothing; of two results the later one counts. Nobody is notified: the other side knows it already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction

from chuangcheng.cases import staging
from chuangcheng.cases.models import Order, Satisfaction, Source
from chuangcheng.cases.obligations import Callback, callback_changes, check_due
from chuangcheng.cases.replies import MAX_REPLY
from chuangcheng.cases.steps import Step, amend, step, write
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem
from chuangcheng.kernel.tables import Row, as_datetime, as_text, read_table
from chuangcheng.kernel.text import tidy

NUMBER = ("留言编号", "工单编号", "工单号", "编号", "受理编号")
#: Field → the headers it goes by. All of them may be missing.
RESULTS = {
    "due": ("答复期限", "办理期限", "办结期限", "截止时间", "办理截止时间", "要求办结时间"),
    "replied": ("答复时间", "回复时间", "办结时间"),
    "reply": ("答复意见", "回复内容", "答复内容", "办理结果", "办理情况"),
    "solved": ("是否解决", "解决情况", "问题是否解决"),
    "satisfied": ("满意度", "回访结果", "满意情况", "是否满意"),
    "called": ("回访时间",),
}
#: Words of hotlines for whether it was solved; None: nobody was reached, which is no result.
SOLVED: Mapping[str, bool | None] = {
    "是": True, "已解决": True, "解决": True, "有效解决": True, "基本解决": True, "1": True,
    "否": False, "未解决": False, "没有解决": False, "部分解决": False, "0": False,
    "未回访": None, "未接通": None, "无人接听": None, "—": None, "-": None, "/": None,
}  # fmt: skip
SATISFIED: Mapping[str, str] = {
    "满意": Satisfaction.SATISFIED, "非常满意": Satisfaction.SATISFIED, "很满意": Satisfaction.SATISFIED,
    "是": Satisfaction.SATISFIED, "基本满意": Satisfaction.BASICALLY, "比较满意": Satisfaction.BASICALLY,
    "较满意": Satisfaction.BASICALLY, "不满意": Satisfaction.DISSATISFIED, "非常不满意": Satisfaction.DISSATISFIED,
    "否": Satisfaction.DISSATISFIED, "不清楚": Satisfaction.UNCLEAR, "未表态": Satisfaction.UNCLEAR,
    "无法评价": Satisfaction.UNCLEAR, "未回访": "", "未接通": "", "无人接听": "", "—": "", "-": "", "/": "",
}  # fmt: skip


NO_RESULT = Callback()


@dataclass(frozen=True, slots=True)
class Told:
    """What a row says about its order. ``trouble`` names cells that were not understood and left out."""

    due_at: datetime | None = None
    replied_at: datetime | None = None
    reply: str = ""
    result: Callback = NO_RESULT
    trouble: tuple[tuple[str, Refused], ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether there is anything to change."""
        return self != Told(trouble=self.trouble)


def understand(row: Row, now: datetime) -> Told:
    """The result columns of a row; a cell that cannot be read is left out and named in ``trouble``."""
    trouble: list[tuple[str, Refused]] = []

    def moment(field: str, *, ahead: bool = False) -> datetime | None:
        try:
            found = as_datetime(row.values.get(field), clock.CITY_ZONE)
        except Refused as refused:
            trouble.append((RESULTS[field][0], refused))
            return None
        if found and found > now and not ahead:
            trouble.append((RESULTS[field][0], Refused("hotline.future", value=_local(found))))
            return None
        return found

    def word(field: str, known: Mapping[str, bool | None] | Mapping[str, str]) -> bool | str | None:
        said = as_text(row.values.get(field)).strip()
        if said and said not in known:
            trouble.append((RESULTS[field][0], Refused("hotline.unknown_word", value=said[:12])))
        return known.get(said)

    solved, satisfied = word("solved", SOLVED), word("satisfied", SATISFIED)
    reply = tidy(as_text(row.values.get("reply")))[:MAX_REPLY]
    due, replied, called = moment("due", ahead=True), moment("replied"), moment("called")
    heard = Callback(solved if isinstance(solved, bool) else None, str(satisfied or ""), None)
    is_result = heard.solved is not None or bool(heard.satisfied)
    result = Callback(heard.solved, heard.satisfied, called) if is_result else NO_RESULT
    return Told(_end_of_day(due), replied, reply, result, tuple(trouble))


def _end_of_day(moment: datetime | None) -> datetime | None:
    """A limit that is a day without an hour lasts until the day is over."""
    if moment is None or moment.astimezone(clock.CITY_ZONE).time() != time():
        return moment
    return moment + timedelta(days=1) - timedelta(seconds=1)


def _local(moment: datetime) -> str:
    return moment.astimezone(clock.CITY_ZONE).strftime("%Y-%m-%d %H:%M")


def settle(order: Order, told: Told, actor: Actor, now: datetime) -> list[Step]:
    """What the row changes on the order, in memory: nothing if all of it is known. A reply that we sent ourselves
    stands; one that the workbook brings for an unanswered order is taken as sent at its own time."""
    steps: list[Step] = []
    if told.due_at and told.due_at != order.due_at:
        steps.append(amend(order, "due_changed", actor, changes={"due_at": told.due_at}))
    if told.reply and order.state != "replied":
        steps += _replied(order, told, actor, now)
    changes = callback_changes(order, told.result, now) if told.result != NO_RESULT else {}
    if changes:
        steps.append(amend(order, "called_back", actor, changes=changes, at=told.result.at))
    for taken in steps:
        taken.topic = ""
    return steps


def _replied(order: Order, told: Told, actor: Actor, now: datetime) -> Iterator[Step]:
    at = max(told.replied_at or now, order.received_at)
    order.reply_text = told.reply
    facts = {"reply": digest_of("order.reply", told.reply)}
    drafted = step(order, "draft", actor, given={"text": told.reply}, changes={"drafted_at": at}, facts=facts, at=at)
    drafted.fields = (*drafted.fields, "reply_text")
    yield drafted
    yield step(order, "send", actor, changes={"replied_at": at}, facts=facts, at=at)


def keep(order_id: UUID, told: Told, actor: Actor, now: datetime) -> bool:
    """Settle a stored order inside the caller's transaction; whether anything was new."""
    order = Order.objects.select_for_update().get(pk=order_id)
    check_due(told.due_at, order.received_at)
    steps = settle(order, told, actor, now)
    for taken in steps:
        write(taken)
    return bool(steps)


def import_callbacks(*, actor: Actor, path: Path | str, progress: staging.Progress | None = None) -> ImportReport:
    """Results for orders that are known, from a workbook that needs no more than their numbers; needs ``imports.run``.

    ``imported`` counts orders that something new was told of. A number that is not known is rejected, row by row.
    """
    staging.permit(actor)
    wanted = {"number": NUMBER, **RESULTS}
    table = read_table(Path(path), name=Path(path).name, wanted=wanted, optional=[*RESULTS])
    if len(table.columns) < 2:
        raise Refused("hotline.no_results")
    rows, report, now = list(table.rows), ImportReport(), clock.now()
    tell = progress or staging.quiet
    for batch in staging.batches(rows):
        with transaction.atomic():
            known = _known([as_text(row.values["number"]) for row in batch])
            for row in batch:
                _take(row, known, report, actor, now)
        tell(report.rows, len(rows))
    return report


def _take(row: Row, known: Mapping[str, UUID], report: ImportReport, actor: Actor, now: datetime) -> None:
    report.rows += 1
    number = as_text(row.values["number"])
    try:
        if not number:
            raise Refused("tables.missing_value", column=NUMBER[0])
        if number not in known:
            raise Refused("order.unknown_number", number=number[:60])
        told = understand(row, now)
        name_troubles(row.number, told, report)
        changed = told.says_something and keep(known[number], told, actor, now)
    except Refused as refused:
        report.reject(RowProblem.of(row.number, refused, NUMBER[0] if refused.code.startswith("order.un") else ""))
        return
    report.imported += changed
    report.unchanged += not changed


def name_troubles(row: int, told: Told, report: ImportReport) -> None:
    """Remark the cells of a row that were left out."""
    for column, refused in told.trouble:
        report.note(RowProblem.of(row, refused, column))


def _known(numbers: list[str]) -> dict[str, UUID]:
    rows = Order.objects.filter(source=Source.HOTLINE, number__in=numbers)
    return dict(rows.values_list("number", "pk"))
