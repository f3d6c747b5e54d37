"""Messages from a hotline's workbook become reports: each with its own time, its writer encrypted, nobody notified.

The hotline's own number makes the import idempotent: a message that is there already stays as it is. Every row of the
file is imported, found unchanged, or rejected with the reason. Each message is an order 工单 of the hotline; columns of
limit, reply and call-back (:mod:`callbacks`) tell about it, also in a later file about orders that are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from chuangcheng.cases import search, staging
from chuangcheng.cases.building import body_digest, build_order, build_report
from chuangcheng.cases.callbacks import NUMBER, RESULTS, Told, keep, name_troubles, settle, understand
from chuangcheng.cases.inputs import ReportInput
from chuangcheng.cases.models import Order, Report, Source
from chuangcheng.history import actions as history
from chuangcheng.history.models import Event
from chuangcheng.history.numbers import take_many
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.reporting import ImportReport, RowProblem
from chuangcheng.kernel.sheets import column_letter
from chuangcheng.kernel.tables import Row, Table, as_datetime, as_text, read_table
from chuangcheng.kernel.text import mask, tidy

SOURCE = "hotline"
WANTED = {
    "number": NUMBER,
    "time": ("留言时间", "来电时间", "受理时间", "登记时间", "时间"),
    "detail": ("留言详情", "诉求内容", "留言内容", "详情", "内容"),
    "subject": ("留言主题", "标题", "主题"),
    "user": ("留言用户", "来电人", "诉求人", "姓名"),
}
OPTIONAL = ("subject", "user")
_SHOWN = 5  # rows of a preview
_SHOWN_TEXT = 40


@dataclass(frozen=True, slots=True)
class Column:
    """A column as the preview shows it: our field ("" for a column left out), its header, its letter in the sheet."""

    field: str
    header: str
    letter: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do. ``sample`` holds the first rows, shortened, with numbers of persons masked."""

    sheet: str
    header_row: int
    columns: list[Column]
    rows: int
    sample: list[dict[str, str]]
    problems: list[RowProblem]


@dataclass(frozen=True, slots=True)
class _Message:
    """A row understood. ``given.id`` is fresh and only used if the message is new."""

    row: int
    given: ReportInput
    told: Told


@dataclass(slots=True)
class _Run:
    """An import under way. ``seen`` maps the file's numbers to the row and content that first had them."""

    actor: Actor
    now: datetime
    report: ImportReport = field(default_factory=ImportReport)
    seen: dict[str, tuple[int, tuple[object, ...]]] = field(default_factory=dict)

    def stage(self, table: Table) -> Iterator[_Message]:
        """The rows that can be imported; the others are counted and named."""
        for row in table.rows:
            self.report.rows += 1
            try:
                message = _understand(row, self.now)
                if self._is_first(message):
                    yield message
            except Refused as refused:
                self.report.reject(RowProblem.of(row.number, refused, str(refused.params.get("column", ""))))

    def _is_first(self, message: _Message) -> bool:
        given = message.given
        content = (given.text, given.observed_at, given.contact_name)
        first = self.seen.setdefault(given.external_number or "", (message.row, content))
        if first[0] == message.row:
            return True
        if first[1] != content:
            raise Refused("hotline.conflicting", row=first[0], column=WANTED["number"][0])
        self.report.unchanged += 1
        self.report.note(RowProblem.of(message.row, Refused("hotline.repeated", row=first[0])))
        return False


def preview_hotline(path: Path | str) -> Preview:
    """Read the whole file and write nothing. Refuses ``tables.*`` as the import would."""
    table = _open(path)
    run = _Run(actor=Actor(None, None, ""), now=clock.now())
    sample = [_sample(message.given) for message in run.stage(table) if len(run.seen) <= _SHOWN]
    fields = {column: name for name, column in table.columns.items()}
    columns = [
        Column(fields.get(index, ""), header, column_letter(index))
        for index, header in enumerate(table.headers)
        if header
    ]
    return Preview(table.sheet, table.header_row, columns, run.report.rows, sample, run.report.problems)


def import_hotline(*, actor: Actor, path: Path | str, progress: staging.Progress | None = None) -> ImportReport:
    """Import a hotline's workbook in commits of 1,000 messages; needs ``imports.run``.

    Text is subject and details in normal form; 留言时间 is a time of the city. A second run, or one after an
    interruption, finds what is there unchanged. Refuses ``tables.*`` before anything is written.
    """
    staging.permit(actor)
    run = _Run(actor=actor, now=clock.now())
    messages = list(run.stage(_open(path)))
    tell, import_id = progress or staging.quiet, staging.new_run()
    done = 0
    for batch in staging.batches(messages):
        with transaction.atomic():
            created = _apply(run, batch)
            staging.tell("report.imported", import_id, SOURCE, created)
        done += len(batch)
        tell(done, len(messages))
    return run.report


def _open(path: Path | str) -> Table:
    return read_table(Path(path), name=Path(path).name, wanted={**WANTED, **RESULTS}, optional=[*OPTIONAL, *RESULTS])


def _understand(row: Row, now: datetime) -> _Message:
    number, detail = as_text(row.values["number"]), as_text(row.values["detail"])
    if not number:
        raise Refused("tables.missing_value", column=WANTED["number"][0])
    moment = as_datetime(row.values["time"], clock.CITY_ZONE)
    if moment is None:
        raise Refused("tables.missing_value", column=WANTED["time"][0])
    if moment > now:
        raise Refused("hotline.future", value=moment.astimezone(clock.CITY_ZONE).strftime("%Y-%m-%d %H:%M"))
    text = tidy(f"{as_text(row.values.get('subject'))}\n{detail}")
    if not text:
        raise Refused("hotline.no_text")
    given = ReportInput(
        id=new_id(), text=text, source=Source.HOTLINE, observed_at=moment,
        contact_name=tidy(as_text(row.values.get("user")))[:60], external_source=SOURCE,
        external_number=number,
    )  # fmt: skip
    return _Message(row.number, given, understand(row, now))


def _apply(run: _Run, batch: list[_Message]) -> int:
    """Write the new ones of a batch; how many there were."""
    stored = _stored([message.given.external_number or "" for message in batch])
    fresh = [message for message in batch if message.given.external_number not in stored]
    for message in batch:
        name_troubles(message.row, message.told, run.report)
        if message.given.external_number in stored:
            _compare(run, message, stored[message.given.external_number])
    numbers = take_many("SB", run.now, len(fresh))
    built = [
        build_report(
            message.given, actor=run.actor, number=number, received_at=message.given.observed_at or run.now,
            located=None,
        )
        for message, number in zip(fresh, numbers, strict=True)
    ]  # fmt: skip
    # The person who runs the import is not the one who reported.
    for report, _ in built:
        report.reporter_id = None
    reports = Report.objects.bulk_create([report for report, _ in built])
    search.put(reports)
    history.insert([event for _, event in built])
    _open_orders(run, reports, [message.told for message in fresh])
    run.report.imported += len(built)
    return len(built)


def _open_orders(run: _Run, reports: Sequence[Report], told: Sequence[Told]) -> None:
    """An order a report, with whatever the file tells about it; written at once."""
    orders: list[Order] = []
    events: list[Event] = []
    for report, one in zip(reports, told, strict=True):
        due_at = one.due_at if one.due_at and one.due_at >= report.received_at else None
        order, event = build_order(report, actor=run.actor, due_at=due_at)
        orders.append(order)
        events += [event, *(taken.event for taken in settle(order, replace(one, due_at=due_at), run.actor, run.now))]
    Order.objects.bulk_create(orders)
    history.insert(events)


def _stored(numbers: list[str]) -> dict[str | None, tuple[UUID, str, UUID | None]]:
    rows = Report.objects.filter(external_source=SOURCE, external_number__in=numbers)
    found = rows.values_list("external_number", "pk", "body_digest", "order__pk")
    return {number: (pk, body, order) for number, pk, body, order in found}


def _compare(run: _Run, message: _Message, stored: tuple[UUID, str, UUID | None]) -> None:
    """A message that is there stays as it is; what the file tells about its order is taken in."""
    report_id, body, order_id = stored
    if body_digest(replace(message.given, id=report_id)) != body:
        run.report.reject(RowProblem.of(message.row, Refused("hotline.changed"), WANTED["number"][0]))
        return
    if order_id is None:
        _open_orders(run, list(Report.objects.filter(pk=report_id)), [message.told])
        run.report.imported += 1
        return
    try:
        changed = message.told.says_something and keep(order_id, message.told, run.actor, run.now)
    except Refused as refused:
        run.report.reject(RowProblem.of(message.row, refused, RESULTS["due"][0]))
        return
    run.report.imported += changed
    run.report.unchanged += not changed


def _sample(given: ReportInput) -> dict[str, str]:
    moment = given.observed_at.astimezone(clock.CITY_ZONE) if given.observed_at else None
    return {
        "number": given.external_number or "",
        "time": moment.strftime("%Y-%m-%d %H:%M") if moment else "",
        "text": mask(given.text)[:_SHOWN_TEXT],
    }
