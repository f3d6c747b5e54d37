"""Reading the library: each starts from what the actor may see."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.kernel.text import tidy
from chuangcheng.library.models import Document, Download, Version
from chuangcheng.library.policies import document_rows, handles
from chuangcheng.library.states import DOCUMENT, EDIT


def visible_to(actor: Actor) -> QuerySet[Document]:
    """The documents that the actor reads or handles."""
    return Document.objects.filter(document_rows(actor))


def get_document_for(actor: Actor, document_id: UUID) -> Document:
    """One document with what its page shows, or ``common.not_found``."""
    rows = visible_to(actor).select_related("unit__division", "current")
    document = rows.filter(pk=document_id).first()
    if document is None:
        raise Refused("common.not_found")
    return document


def moves_for(actor: Actor, document: Document) -> list[Move]:
    """The buttons of a document's page; it is superseded by its successor's page."""
    if not handles(actor, document.unit, EDIT):
        return []
    return [move for move in DOCUMENT.moves_from(document.state) if move.name != "supersede"]


def versions_of(document: Document) -> QuerySet[Version]:
    """Its versions, the newest first, each with how often it was taken; without the words."""
    return document.versions.defer("content").annotate(taken=Count("downloads")).order_by("-place")


def get_version_for(actor: Actor, version_id: UUID) -> Version:
    """One version of a document that the actor sees; older ones are for everybody who sees it."""
    rows = Version.objects.filter(document__in=visible_to(actor)).select_related("document")
    version = rows.filter(pk=version_id).first()
    if version is None:
        raise Refused("common.not_found")
    return version


def taken(document: Document) -> QuerySet[Download]:
    """Who took its files, the last first."""
    return (
        Download.objects.filter(version__document=document).select_related("version", "person").order_by("-at", "-id")
    )


def named(actor: Actor, given: str) -> Document:
    """The document of that number or reference 文号. Refused: ``library.unknown_document``."""
    said = tidy(given)
    rows = visible_to(actor).filter(Q(number__iexact=said) | Q(reference=said)).order_by("-created_at")
    found = rows.first() if said else None
    if found is None:
        raise Refused("library.unknown_document", given=said[:40])
    return found


def above(document: Document) -> set[UUID]:
    """A document, those that it replaces, those that these replaced, and so on; one query a step."""
    found, newest = {document.pk}, {document.pk}
    while newest:
        rows = Document.replaces.through.objects.filter(from_document__in=newest)
        newest = set(rows.values_list("to_document_id", flat=True)) - found
        found |= newest
    return found
