"""Leaders' instructions, read by programs of staff. What a program reads is nobody's first look."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from chuangcheng.api import paging
from chuangcheng.api.answers import answer, code_and_name, iso
from chuangcheng.api.filters import InstructionQuery
from chuangcheng.api.schemas import InstructionOut, InstructionPage
from chuangcheng.api.staff import StaffToken, TokenRequest
from chuangcheng.cases import instructions
from chuangcheng.cases.models import InstructionReply
from chuangcheng.cases.reading import masked
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.rights import require

router = Router(tags=["instructions"], auth=StaffToken())

_PLAIN = ("number", "state", "form", "scan", "addressed", "replied")
_TIMES = ("due_at", "entered_at", "ended_at")
_JOINED = ("leader__name", "case__number", "report__number")
#: What a row of the list reads.
COLUMNS = ("id", *_PLAIN, *_TIMES, *_JOINED, "given_on", "said")


@router.get("", response={200: InstructionPage}, operation_id="list_instructions", summary="List instructions")
def list_instructions(request: TokenRequest, query: Query[InstructionQuery]) -> HttpResponse:
    """The instructions in reach of the token's post, newest first."""
    require(request.auth, "instructions.view")
    rows = query.narrow(instructions.visible_to(request.auth), instructions.replies_to(request.auth))
    return paging.page(instructions.told(rows), "entered_at", query, COLUMNS, _covered)


@router.get("/{instruction_id}", response={200: InstructionOut}, operation_id="get_instruction",
            summary="One instruction")  # fmt: skip
def get_instruction(request: TokenRequest, instruction_id: UUID) -> HttpResponse:
    """An instruction with what each addressed unit owes; a unit reads its own reply, not those of the others."""
    require(request.auth, "instructions.view")
    rows = instructions.told(instructions.visible_to(request.auth).filter(pk=instruction_id))
    row = rows.values(*COLUMNS).first()
    if row is None:
        raise Refused("common.not_found")
    shown = _row(row) if instructions.reads_plain(request.auth) else _covered(row)
    return answer({**shown, "replies": _replies(request.auth, instruction_id)})


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in _PLAIN},
        **{name: iso(row[name]) for name in _TIMES},
        "given_on": row["given_on"].isoformat(),
        "leader": row["leader__name"],
        "case_number": row["case__number"],
        "report_number": row["report__number"],
        "text": row["said"] or "",
    }


def _covered(row: dict[str, Any]) -> dict[str, Any]:
    shown = _row(row)
    return {**shown, "text": masked(shown["text"])}


def _replies(actor: Actor, instruction_id: UUID) -> list[dict[str, Any]]:
    row = instructions.get_for(actor, instruction_id)
    said, seqs = instructions.words_of(row), instructions.reply_seqs(row)
    cover = str if instructions.reads_plain(actor) else masked
    found = row.replies.select_related("unit").order_by("unit__official_order", "unit__code")
    return [
        _reply(
            one, cover(said.get(seqs[one.pk], "")) if one.pk in seqs and instructions.reads_reply(actor, one) else None
        )
        for one in found
    ]


def _reply(reply: InstructionReply, text: str | None) -> dict[str, Any]:
    times = ("due_at", "read_at", "replied_at", "decided_at")
    return {
        "id": str(reply.pk),
        "unit": code_and_name(reply.unit.code, reply.unit.short_name),
        "state": reply.state,
        **{name: iso(getattr(reply, name)) for name in times},
        "sent_back_count": reply.sent_back_count,
        "on_time": reply.on_time,
        "text": text,
    }
