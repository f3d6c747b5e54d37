"""Cases, read by programs of staff."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from chuangcheng.api import paging
from chuangcheng.api.answers import answer, code_and_name, iso
from chuangcheng.api.filters import CaseQuery
from chuangcheng.api.schemas import CaseOut, CasePage
from chuangcheng.api.staff import StaffToken, TokenRequest
from chuangcheng.cases import owners, selectors
from chuangcheng.cases.models import Assignment, Case, OwnerSearch
from chuangcheng.cases.reading import masked, text_for, words_for
from chuangcheng.kernel.actor import Actor
from chuangcheng.people.models import Unit
from chuangcheng.people.rights import require

router = Router(tags=["cases"], auth=StaffToken())


_PLAIN = ("number", "state", "outcome", "severity", "source", "text", "lat", "lon", "address", "on_time",
          "rework_count")  # fmt: skip
_TIMES = ("filed_at", "due_at", "handled_at", "closed_at")
_JOINED = ("category__code", "category__zh", "division__code", "holder__code", "holder__short_name",
           "merged_into__number", "relapse_of__number")  # fmt: skip
#: Buttons of the desk that have one name here.
_MOVES = {"return_up": "return", "send_back": "return", "escalate": "return", "extend": "grant", "suspend": "grant"}
#: What a row of the list reads.
COLUMNS = ("id", *_PLAIN, *_TIMES, *_JOINED)


@router.get("", response={200: CasePage}, operation_id="list_cases", summary="List cases")
def list_cases(request: TokenRequest, query: Query[CaseQuery]) -> HttpResponse:
    """The cases in reach of the token's post, newest first."""
    require(request.auth, "cases.view")
    rows = query.narrow(selectors.visible_cases(request.auth))
    return paging.page(rows, "filed_at", query, COLUMNS, _row)


@router.get("/{case_id}", response={200: CaseOut}, operation_id="get_case", summary="One case")
def get_case(request: TokenRequest, case_id: UUID) -> HttpResponse:
    """A case with its chain of dispatch and the numbers of its reports."""
    require(request.auth, "cases.view")
    return answer(told(request.auth, selectors.get_case_for(request.auth, case_id)))


def told(actor: Actor, case: Case) -> dict[str, Any]:
    """A case as :class:`~chuangcheng.api.schemas.CaseOut` shapes it, with the moves that the actor may take now."""
    found = (move.name for move in selectors.moves_for(actor, case))
    return {
        "id": str(case.id),
        **{name: getattr(case, name) for name in (*_PLAIN, "condition", "due_rule", "due_provisional")},
        "text": text_for(actor, case),
        "address": words_for(actor, case, case.address),
        **{name: iso(getattr(case, name)) for name in _TIMES},
        "category": code_and_name(case.category.code, case.category.zh) if case.category else None,
        "division": case.division.code if case.division else None,
        "holder": _unit(case.holder),
        "merged_into": case.merged_into.number if case.merged_into else None,
        "relapse_of": case.relapse_of.number if case.relapse_of else None,
        "standard": case.standard.code if case.standard else None,
        "site": case.site.code if case.site else None,
        "assignments": [_link(link) for link in selectors.chain_of(case)],
        "owner_search": next(map(_search, owners.searches_of(case)), None),
        "reports": list(case.reports.order_by("received_at").values_list("number", flat=True)),
        "moves": list(dict.fromkeys(_MOVES.get(name, name) for name in found)),
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in _PLAIN},
        **{name: masked(row[name]) for name in ("text", "address")},
        **{name: iso(row[name]) for name in _TIMES},
        "category": code_and_name(row["category__code"], row["category__zh"]),
        "division": row["division__code"],
        "holder": code_and_name(row["holder__code"], row["holder__short_name"]),
        **{name: row[f"{name}__number"] for name in ("merged_into", "relapse_of")},
    }


def _link(link: Assignment) -> dict[str, Any]:
    return {
        "unit": _unit(link.unit),
        "role": link.role,
        "state": link.state,
        "received_at": iso(link.received_at),
        "due_at": iso(link.due_at),
        "ended_at": iso(link.ended_at),
        "return_reason": link.return_reason,
    }


def _search(search: OwnerSearch) -> dict[str, Any]:
    asks = [
        {"unit": _unit(ask.unit), "answer": ask.answer, "due_at": iso(ask.due_at), "answered_at": iso(ask.answered_at)}
        for ask in search.asks.all()
    ]
    times = {name: iso(getattr(search, name)) for name in ("started_at", "due_at", "ended_at")}
    return {"state": search.state, "street": _unit(search.street), "owner": _unit(search.owner), **times, "asks": asks}


def _unit(unit: Unit | None) -> dict[str, str | None] | None:
    return code_and_name(unit.code, unit.short_name) if unit else None
