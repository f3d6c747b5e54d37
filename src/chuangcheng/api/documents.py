"""The library's documents, for programs of staff: which there are, and one with its versions. Files stay at the desk,
where taking one is noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import AwareDatetime, BaseModel, Field

from chuangcheng.api import paging
from chuangcheng.api.answers import answer, code_and_name, iso
from chuangcheng.api.schemas import UnitRef
from chuangcheng.api.staff import StaffToken, TokenRequest
from chuangcheng.library import selectors
from chuangcheng.library.models import Document
from chuangcheng.library.search import search
from chuangcheng.people.rights import require

router = Router(tags=["documents"], auth=StaffToken())
Kind = Literal["plan", "rule", "method", "notice", "material"]
State = Literal["draft", "in_force", "superseded", "withdrawn"]


class DocumentQuery(paging.PageQuery):
    """Which documents; ``q`` looks in titles, numbers, remarks and texts."""

    kind: Kind | None = None
    state: State | None = None
    q: Annotated[str, Field(max_length=100)] | None = None


class DocumentRow(BaseModel):
    """A document in a list."""

    id: UUID
    number: str
    kind: Kind
    state: State
    title: str
    reference: str
    unit: UnitRef
    issued_on: date | None
    from_on: date | None
    to_on: date | None
    versions: int
    created_at: AwareDatetime


class DocumentPage(BaseModel):
    """One page of documents, newest first."""

    items: list[DocumentRow]
    next: str | None = Field(description="cursor of the next page; null at the end")


class VersionOut(BaseModel):
    """A file of a document."""

    place: int
    kind: Literal["pdf", "docx", "txt"]
    size: int
    sha256: str
    note: str
    added_at: AwareDatetime


class DocumentOut(DocumentRow):
    """A document with its versions, the newest first, the standards it is about, and what it replaces."""

    remarks: str
    replaces: str | None = Field(description="number of the first document whose place it takes, if in reach")
    replaced: list[str] = Field(description="numbers of all documents whose place it takes, as far as in reach")
    successors: list[str] = Field(description="numbers of the documents that took its place, as far as in reach")
    standards: list[str]
    files: list[VersionOut]


_DAYS = ("issued_on", "from_on", "to_on")
_PLAIN = ("number", "kind", "state", "title", "reference")
COLUMNS = ("id", *_PLAIN, *_DAYS, "unit__code", "unit__short_name", "versions_count", "created_at")


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(row["id"]), **{name: row[name] for name in _PLAIN},
        "unit": code_and_name(row["unit__code"], row["unit__short_name"]),
        **{name: row[name].isoformat() if row[name] else None for name in _DAYS},
        "versions": row["versions_count"], "created_at": iso(row["created_at"]),
    }  # fmt: skip


@router.get("", response={200: DocumentPage}, operation_id="list_documents", summary="List documents")
def list_documents(request: TokenRequest, query: Query[DocumentQuery]) -> HttpResponse:
    """The documents that the token's post reads or handles, newest first."""
    require(request.auth, "library.view")
    rows = selectors.visible_to(request.auth)
    given = {name: value for name in ("kind", "state") if (value := getattr(query, name))}
    rows = search(rows.filter(**given), query.q or "")
    return paging.page(rows, "created_at", query, COLUMNS, _row)


@router.get("/{document_id}", response={200: DocumentOut}, operation_id="get_document", summary="One document")
def get_document(request: TokenRequest, document_id: UUID) -> HttpResponse:
    """A document with its versions."""
    require(request.auth, "library.view")
    found = selectors.get_document_for(request.auth, document_id)
    values = Document.objects.filter(pk=found.pk).values(*COLUMNS).get()
    seen = selectors.visible_to(request.auth).order_by("number")
    old = list(seen.filter(successors=found).values_list("number", flat=True))
    new = list(seen.filter(replaces=found).values_list("number", flat=True))
    files = [
        {**{name: getattr(each, name) for name in ("place", "kind", "size", "sha256", "note")},
         "added_at": iso(each.added_at)}
        for each in selectors.versions_of(found)
    ]  # fmt: skip
    codes = list(found.standards.order_by("edition", "order").values_list("code", flat=True))
    return answer({**_row(values), "remarks": found.remarks, "replaces": old[0] if old else None, "replaced": old,
                   "successors": new, "standards": codes, "files": files})  # fmt: skip
