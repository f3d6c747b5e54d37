"""Leaders' instructions 批示/交办: the list by addressed unit with its rate, and the page of one with its replies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import actions, instructions, policies, timeline
from chuangcheng.cases.instructions import KIND, OWED, REPLY_KIND
from chuangcheng.cases.models import Instruction, InstructionReply
from chuangcheng.cases.reading import masked
from chuangcheng.cases.states import INSTRUCTION, INSTRUCTION_REPLY
from chuangcheng.desk import choices
from chuangcheng.desk.counting import COUNTED_IN
from chuangcheng.desk.files import stream
from chuangcheng.desk.periods import days_of
from chuangcheng.desk.pictures import Picture, of_owner
from chuangcheng.history.selectors import events_of
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move, StateTable
from chuangcheng.photos import papers
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing
from chuangcheng.web.tables.columns import narrow, read
from chuangcheng.web.tables.export import disposition

#: A reply is due soon this long before its day ends: it takes a person to write one.
SOON = timedelta(days=2)


def instruction_url(row: Instruction) -> str:
    """The page of an instruction."""
    return reverse("desk:instruction", args=[row.pk])


def _states(table: StateTable) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in table.states]


def _search(rows: QuerySet[InstructionReply], words: str) -> QuerySet[InstructionReply]:
    said = Q(instruction__words__seq=1, instruction__words__text__icontains=words)
    return rows.filter(Q(instruction__number__iexact=words) | Q(pk__in=rows.filter(said).values("pk")))


def _leaders(_request: HttpRequest) -> list[Choice]:
    return [(str(person.pk), person.name) for person in instructions.leaders()]


def _against_due(rows: QuerySet[InstructionReply], value: str) -> QuerySet[InstructionReply]:
    now = clock.now()
    waiting = Q(state__in=OWED, instruction__state="open")
    rules = {
        "overdue": instructions.overdue(now),
        "soon": waiting & Q(due_at__gte=now, due_at__lt=now + SOON),
        "met": Q(replied_at__lte=F("due_at")),
        "late": Q(replied_at__gt=F("due_at")),
    }
    return rows.filter(rules[value])


def _dues(_request: HttpRequest) -> list[Choice]:
    return [
        ("overdue", _("超期未回复")), ("soon", _("两天内到期")), ("late", _("超期回复")), ("met", _("按期回复")),
    ]  # fmt: skip


def _case(rows: QuerySet[InstructionReply], value: str) -> QuerySet[InstructionReply]:
    return rows.filter(Q(instruction__case__number=value) | Q(instruction__report__number=value))


def _address(row: InstructionReply) -> str:
    return instruction_url(row.instruction)


def _about(row: InstructionReply) -> str:
    about = row.instruction.case or row.instruction.report
    return about.number if about else ""


FILTERS = (
    Filter("q", _("搜索"), _search, kind="search"),
    Filter("leader", _("领导"), lambda rows, value: rows.filter(instruction__leader=value), _leaders),
    Filter("unit", _("单位"), lambda rows, value: rows.filter(unit=value), choices.units),
    Filter("state", _("回复"), lambda rows, value: rows.filter(state=value), lambda _r: _states(INSTRUCTION_REPLY)),
    Filter("due", _("答复期限"), _against_due, _dues),
    Filter("whole", _("批示状态"), lambda rows, value: rows.filter(instruction__state=value),
           lambda _r: _states(INSTRUCTION)),
    Filter("link", _("关联编号"), _case, quiet=True),
    Filter("rate", _("按期回复率"), lambda rows, value: instructions.rows_behind(rows, value, clock.now()),
           lambda _r: [("is", _("计入")), ("of", _("应计"))], quiet=True),
    COUNTED_IN,
    *days_of("entered", "received_at", _("录入自"), _("录入至")),
    *days_of("replied", "replied_at", _("回复自"), _("回复至")),
    *days_of("due", "due_at", _("到期自"), _("到期至")),
)  # fmt: skip
LISTING = Listing(
    "instructions",
    _("领导批示"),
    columns=(
        Column("number", _("编号"), lambda row: row.instruction.number, url=_address),
        Column("leader", _("领导"), lambda row: row.instruction.leader.name),
        Column("text", _("批示内容"), lambda row: masked(row.words), wide=True),
        Column("unit", _("交办单位"), lambda row: row.unit.short_name),
        Column("state", _("回复"), lambda row: INSTRUCTION_REPLY.state(row.state).label.text(language()),
               template="desk/cells/instruction_state.html"),
        Column("due", _("答复期限"), lambda row: row.due_at, template="desk/cells/instruction_due.html", sort="due_at",
               corner=True),
        Column("about", _("关联"), _about),
        Column("read", _("首次阅看"), lambda row: row.read_at, shown=False),
        Column("replied", _("回复时间"), lambda row: row.replied_at, shown=False),
        Column("sent_back", _("退回次数"), lambda row: row.sent_back_count, number=True, shown=False),
        Column("given", _("批示日期"), lambda row: row.instruction.given_on, shown=False),
        Column("entered", _("录入时间"), lambda row: row.received_at, sort="received_at"),
    ),
    filters=FILTERS,
    sort="-entered",
)  # fmt: skip


@page("instructions.view")
def instruction_list(request: StaffRequest) -> HttpResponseBase:
    """What each addressed unit owes, narrowed and sorted; the rate is that of the rows that the filters leave."""
    rows = instructions.replies_to(request.actor)
    context: dict[str, Any] = {"as_of": clock.now()}
    if "export" not in request.GET:
        chosen = [shown for shown in read(FILTERS, request) if shown.filter.key != "rate"]
        kept = {shown.filter.key: shown.value for shown in chosen if shown.value}
        context["rate"] = instructions.on_time(narrow(rows, chosen), clock.now())
        context["rate_urls"] = {
            part: f"{reverse('desk:instructions')}?{urlencode({**kept, 'rate': part})}" for part in ("is", "of")
        }
    joined = instructions.with_words(
        rows.select_related("unit", "instruction__leader", "instruction__case", "instruction__report")
    )
    return LISTING.respond(request, joined, "desk/instructions.html", context)


@dataclass(frozen=True)
class Line:
    """What one unit owes, as this reader may see it: ``words`` and ``pictures`` of its reply, ``why`` it was sent back
    while it is owed again, and the buttons."""

    reply: InstructionReply
    words: str
    why: str
    pictures: list[Picture]
    moves: list[Move]


@page("instructions.view")
def instruction_page(request: StaffRequest, instruction_id: UUID) -> HttpResponse:
    """One instruction: the leader's words and the scan, who owes what, the replies, and its story. The first look of an
    addressed unit is noted."""
    row = instructions.get_for(request.actor, instruction_id)
    actions.note_read(actor=request.actor, instruction_id=row.pk)
    plain = instructions.reads_plain(request.actor)
    said = {seq: text if plain else masked(text) for seq, text in instructions.words_of(row).items()}
    lines = _lines(request, row, said)
    context: dict[str, Any] = {
        "row": row,
        "words": said.get(1, ""),
        "lines": lines,
        "replied": sum(line.reply.replied_at is not None for line in lines),
        "scans": of_owner(KIND, [row.pk], "desk:instruction_photo").get(row.pk, []) if row.scan == "image" else [],
        "paper": papers.of((KIND, row.pk)) if row.scan == "pdf" else None,
        "moves": instructions.moves_for(request.actor, row),
        "sees": policies.sees_case(request.actor, row.case) if row.case else False,
        "sees_report": policies.sees_report(request.actor, row.report) if row.report else False,
        "mine": row.leader_id == request.actor.person_id and row.state in instructions.COUNTED,
        "entries": timeline.of_instruction(row, _told(request, row, said, lines)),
    }
    return render(request, "desk/instruction.html", context)


def _lines(request: StaffRequest, row: Instruction, said: dict[int, str]) -> list[Line]:
    """The reader's own unit first, the others in official order."""
    replies = list(row.replies.select_related("unit").order_by("unit__official_order", "unit__code"))
    open_to = [reply.pk for reply in replies if instructions.reads_reply(request.actor, reply)]
    pictures = of_owner(REPLY_KIND, open_to, "desk:instruction_reply_photo")
    replied, sent_back = instructions.reply_seqs(row), instructions.reply_seqs(row, "sent_back")
    own = request.post.unit_id if request.post else None
    return [
        Line(
            reply,
            said.get(replied.get(reply.pk, 0), "") if reply.pk in open_to else "",
            said.get(sent_back.get(reply.pk, 0), "") if reply.pk in open_to and reply.state == "sent_back" else "",
            pictures.get(reply.pk, []),
            instructions.reply_moves_for(request.actor, row, reply),
        )
        for reply in sorted(replies, key=lambda reply: reply.unit_id != own)
    ]


def _told(request: StaffRequest, row: Instruction, said: dict[int, str], lines: list[Line]) -> dict[int, str]:
    """The words beside the story: not those that stand above it, and not another unit's replies."""
    shown = instructions.reply_seqs(row).values()
    above = {line.why for line in lines if line.why}
    open_to = {str(line.reply.pk) for line in lines if instructions.reads_reply(request.actor, line.reply)}
    return {
        event.seq: said[event.seq]
        for event in events_of(KIND, row.pk)
        if event.seq > 1
        and event.seq not in shown
        and event.seq in said
        and said[event.seq] not in above
        and (row.state not in instructions.COUNTED or open_to.issuperset(event.after.get("replies", {})))
    }


@page("instructions.view")
def scan(request: StaffRequest, instruction_id: UUID) -> HttpResponseBase:
    """The scan as a PDF: to be saved, never shown by the browser, whatever is in it."""
    row = instructions.get_for(request.actor, instruction_id)
    paper = papers.of((KIND, row.pk))
    if paper is None or not papers.path_of(paper.sha256).is_file():
        raise Refused("common.not_found")
    response = FileResponse(papers.path_of(paper.sha256).open("rb"), content_type="application/pdf")
    response.headers["Content-Disposition"] = disposition(row.number, "pdf")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@page("instructions.view")
def instruction_photo(request: StaffRequest, instruction_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """The scan as a picture, or its thumbnail."""
    row = instructions.get_for(request.actor, instruction_id)
    return stream(request, (KIND, row.pk), photo_id)


@page("instructions.view")
def reply_photo(request: StaffRequest, reply_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """A photo beside a unit's reply, or its thumbnail."""
    reply = instructions.replies_to(request.actor).filter(pk=reply_id).first()
    if reply is None or not instructions.reads_reply(request.actor, reply):
        raise Refused("common.not_found")
    return stream(request, (REPLY_KIND, reply.pk), photo_id)
