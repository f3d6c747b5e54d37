"""文件: the list with full-text search, the page of one with its versions, two versions compared, the files."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk.documents import MIMES
from chuangcheng.desk.story import story
from chuangcheng.history.pairs import words_of
from chuangcheng.kernel import clock, passages
from chuangcheng.kernel.problems import Refused
from chuangcheng.library import actions, selectors
from chuangcheng.library.models import Document, Download, Kind, Version
from chuangcheng.library.policies import handles
from chuangcheng.library.search import search
from chuangcheng.library.states import DOCUMENT, EDIT
from chuangcheng.people import selectors as people
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing, offer
from chuangcheng.web.tables.export import disposition

TYPES = {**MIMES, "txt": "text/plain"}
PREVIEW = 1200
READERS = 20  # who took a file last
PASSAGES = 12


def document_url(row: Document) -> str:
    """The page of a document; with the words that were searched for, so that it shows where they stand."""
    asked = getattr(row, "asked", "")
    return reverse("desk:document", args=[row.pk]) + (f"?{urlencode({'q': asked})}" if asked else "")


def kinds(_request: HttpRequest | None = None) -> list[Choice]:
    """Kinds of documents."""
    return [(code, gettext(str(label))) for code, label in Kind.choices]


def _states(_request: HttpRequest) -> list[Choice]:
    found = [(state.code, state.label.text(language())) for state in DOCUMENT.states]
    return [*found, ("run_out", gettext("已过有效期"))]


def _in_state(rows: QuerySet[Document], value: str) -> QuerySet[Document]:
    if value == "run_out":
        return rows.filter(state="in_force", to_on__lt=clock.today().date())
    return rows.filter(state=value)


def _found(rows: QuerySet[Document], words: str) -> QuerySet[Document]:
    """Every word in the title, the numbers or the text; the text comes along to show where."""
    asked = Value(words, output_field=CharField())
    return search(rows, words).select_related("unit", "current").annotate(asked=asked)


def _days(rows: QuerySet[Document], field: str, value: str) -> QuerySet[Document]:
    try:
        return rows.filter(**{field: date.fromisoformat(value)})
    except ValueError:
        return rows.none()


LISTING = Listing(
    "documents",
    _("文件库"),
    columns=(
        Column("title", _("标题"), lambda row: row.title, template="desk/cells/document_title.html", wide=True,
               url=document_url),
        Column("reference", _("文号"), lambda row: row.reference),
        Column("kind", _("类别"), lambda row: gettext(row.get_kind_display())),
        Column("unit", _("印发单位"), lambda row: row.unit.short_name),
        Column("issued", _("印发日期"), lambda row: row.issued_on, sort="issued_on", null_as=date(1, 1, 1)),
        Column("to", _("有效期至"), lambda row: row.to_on, shown=False),
        Column("versions", _("版本"), lambda row: row.versions_count, sort="versions_count", number=True),
        Column("taken", _("下载"), lambda row: row.taken, number=True),
        Column("number", _("编号"), lambda row: row.number, sort="number", shown=False),
        Column("created", _("登记时间"), lambda row: row.created_at, sort="created_at", shown=False),
        Column("state", _("状态"), lambda row: gettext(row.get_state_display()), corner=True,
               template="desk/cells/document_state.html"),
    ),
    filters=(
        Filter("q", _("搜索标题和全文"), _found, kind="search"),
        Filter("kind", _("类别"), lambda rows, value: rows.filter(kind=value), kinds),
        Filter("state", _("状态"), _in_state, _states),
        Filter("unit", _("印发单位"), lambda rows, value: rows.filter(unit_id=value), lambda _r: issuers()),
        Filter("standard", _("测评标准"), lambda rows, value: rows.filter(standards__code=value).distinct(),
               quiet=True),
        Filter("issued_from", _("印发自"), lambda rows, value: _days(rows, "issued_on__gte", value), kind="date",
               quiet=True),
        Filter("issued_to", _("印发至"), lambda rows, value: _days(rows, "issued_on__lte", value), kind="date",
               quiet=True),
    ),
    sort="-created",
)  # fmt: skip


def issuers() -> list[Choice]:
    """Units that have entered documents, in official order."""
    rows = Document.objects.order_by("unit__official_order", "unit__code").values_list("unit_id", "unit__short_name")
    return [(str(pk), name) for pk, name in rows.distinct()]


def document_rows(request: Any) -> QuerySet[Document]:
    """The documents of the list, each with how often its files were taken."""
    counts = Download.objects.filter(version__document=OuterRef("pk")).order_by().values("version__document")
    taken = Coalesce(Subquery(counts.annotate(n=Count("pk")).values("n")), 0)
    return selectors.visible_to(request.actor).select_related("unit").annotate(taken=taken)


offer(LISTING, rows=document_rows, permission="library.view", url_name="desk:documents")


@page("library.view")
def document_list(request: StaffRequest) -> HttpResponseBase:
    """Documents, the newest first, found by any word in them."""
    return LISTING.respond(request, document_rows(request), "desk/documents.html", {"may_edit": holds(request, EDIT)})


@page("library.view")
def document_page(request: StaffRequest, document_id: UUID) -> HttpResponse:
    """One document: its file and text, its versions, what it replaces, who may read it."""
    document = selectors.get_document_for(request.actor, document_id)
    content = document.current.content if document.current else ""
    asked = request.GET.get("q", "").replace("\0", "").strip()[:100]
    handled = handles(request.actor, document.unit, EDIT)
    downloads = selectors.taken(document)
    context: dict[str, Any] = {
        "row": document, "current": document.current, "moves": selectors.moves_for(request.actor, document),
        "versions": list(selectors.versions_of(document)), "q": asked,
        "found": passages.passages(content, words_of(asked), most=PASSAGES) if asked else [],
        "preview": content[:PREVIEW], "rest": content[PREVIEW:], "handled": handled,
        "successors": selectors.visible_to(request.actor).filter(replaces=document).order_by("-created_at"),
        "replaces": selectors.visible_to(request.actor).filter(successors=document).order_by("number"),
        "standards": document.standards.order_by("edition", "order"), "units": document.units.all(),
        "count": downloads.count(), "readers": downloads[:READERS] if handled else [],
        "run_out": document.has_run_out(clock.today().date()), "entries": story("document", document.pk),
    }  # fmt: skip
    return render(request, "desk/library_document.html", context)


@page("library.view")
def document_file(request: StaffRequest, version_id: UUID) -> HttpResponseBase:
    """A version's file: to be saved, never shown by the browser."""
    version, path = actions.take_file(actor=request.actor, version_id=version_id)
    response = FileResponse(path.open("rb"), content_type=TYPES[version.kind])
    name = f"{version.document.title}-{version.place}"
    response.headers["Content-Disposition"] = disposition(name.replace("/", "／"), version.kind)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@page("library.view")
def compare_versions(request: StaffRequest, document_id: UUID) -> HttpResponse:
    """What became of the text from one version to another: the last two, or those that are asked for."""
    document = selectors.get_document_for(request.actor, document_id)
    versions = {str(version.place): version for version in selectors.versions_of(document)}
    new = versions.get(request.GET.get("to", "")) or versions.get(str(document.versions_count))
    if new is None or len(versions) < 2:
        raise Refused("common.not_found")
    before = str(new.place - 1) if new.place > 1 else "2"
    old = versions.get(request.GET.get("from", "")) or versions[before]
    texts = dict(Version.objects.filter(pk__in=[old.pk, new.pk]).values_list("pk", "content"))
    context = {
        "row": document, "versions": list(versions.values()), "old": old, "new": new,
        "difference": passages.compare(texts[old.pk], texts[new.pk]),
        "unread": [version for version in (old, new) if not texts[version.pk]],
    }  # fmt: skip
    return render(request, "desk/library_compare.html", context)


def unit_choices(request: StaffRequest, permission: str) -> list[tuple[str, str]]:
    """The units for which the reader handles the library."""
    units = people.units()
    return [(str(unit.pk), unit.short_name) for unit in units if handles(request.actor, unit, permission)]
