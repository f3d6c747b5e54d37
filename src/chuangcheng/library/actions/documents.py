"""Documents: entered, given files, issued in the place of others, withdrawn, taken out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.history import outbox
from chuangcheng.history.numbers import take as take_number
from chuangcheng.history.once import once
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock, papers
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.library import search, selectors
from chuangcheng.library.facts import DOCUMENTS
from chuangcheng.library.inputs import DocumentInput, check_document
from chuangcheng.library.models import Document, Download, Version
from chuangcheng.library.policies import allow
from chuangcheng.library.states import DOCUMENT, EDIT, READ
from chuangcheng.people.rights import require
from chuangcheng.photos import papers as files

PREFIX = "WJ"
OWNER = "version"
_WORDS = ("title", "reference", "remarks")


def create_document(*, actor: Actor, given: DocumentInput, data: bytes | None = None) -> tuple[Document, bool]:
    """Enter a document as a draft, with its file if it is at hand. The same id with the same body again answers with
    the stored row and False. Refused: ``common.invalid``, ``common.different_body``, ``library.other_unit``,
    ``library.not_replaceable``, and what :func:`add_version` refuses."""
    allow(actor, given.unit, EDIT)
    check_document(given)
    given, read = given.tidied(), papers.read(data) if data is not None else None
    number, now = take_number(PREFIX, clock.now()), clock.now()
    document = Document(
        id=given.id, number=number, serial=int(number[len(PREFIX) :].replace("-", "")), created_at=now,
        body_digest=digest_of("document.body", given.body()), **_values(given),
    )  # fmt: skip

    def write() -> None:
        _may_replace(actor, document, given.replaces)
        DOCUMENTS.begin(document, actor, replaces=_named(given))
        _join(document, given)
        if read is not None and data is not None:
            _attach(document, actor, data, read, "")
        search.put(document)

    return once(document, write)


def _values(given: DocumentInput) -> dict[str, Any]:
    own = {"kind": given.kind, "unit_id": given.unit.pk, "audience": given.audience}
    days = {name: getattr(given, name) for name in ("issued_on", "from_on", "to_on")}
    return {**own, **days, **{name: getattr(given, name) for name in _WORDS}}


def _join(document: Document, given: DocumentInput) -> None:
    document.units.set(given.units)
    document.standards.set(given.standards)
    document.replaces.set(given.replaces)


def _named(given: DocumentInput) -> list[str]:
    return sorted(str(old.pk) for old in given.replaces)


def _may_replace(actor: Actor, document: Document, wanted: Sequence[Document]) -> None:
    """Only what was in force is replaced, by those who handle both, and nobody goes round in a circle."""
    known = set(document.replaces.values_list("pk", flat=True)) if document.chain_seq else set()
    for old in wanted:
        if old.pk in known:
            continue
        allow(actor, old.unit, EDIT)
        if old.state not in READ:
            raise Refused("library.not_replaceable", number=old.number)
        if document.pk in selectors.above(old):
            raise Refused("library.circle", number=old.number)


def amend_document(*, actor: Actor, document_id: UUID, given: DocumentInput) -> Document:
    """Say it anew, whole (``given.id`` does not matter). One in force that takes another's place does so at once.
    Refused: as :func:`create_document`, ``library.circle``, ``state.move_refused``."""
    check_document(given)
    given = given.tidied()
    with transaction.atomic():
        document = _locked(actor, document_id)
        allow(actor, given.unit, EDIT)
        DOCUMENT.next(document.state, "amend")
        _may_replace(actor, document, given.replaces)
        changes = {name: value for name, value in _values(given).items() if getattr(document, name) != value}
        DOCUMENTS.change(document, "amended", actor, changes, replaces=_named(given))
        _join(document, given)
        search.put(document)
        if document.state == "in_force":
            _supersede(document, actor)
    return document


def add_version(*, actor: Actor, document_id: UUID, data: bytes, note: str = "") -> tuple[Version, bool]:
    """Give a document a file: the newest one is the one that counts. A file that it has had before is no new version:
    the stored row and False. Refused: what :func:`chuangcheng.kernel.papers.read` refuses."""
    if actor != SYSTEM:
        require(actor, EDIT)
    read = papers.read(data)
    with transaction.atomic():
        document = _locked(actor, document_id)
        DOCUMENT.next(document.state, "version")
        version, new = _attach(document, actor, data, read, note)
        if new:
            search.put(document)
        if new and document.state == "in_force":
            outbox.emit("document.renewed", ("document", document.pk))
    return version, new


def _attach(document: Document, actor: Actor, data: bytes, read: papers.Paper, note: str) -> tuple[Version, bool]:
    sha256 = files.keep(data=data, suffix=read.kind)
    stored = document.versions.filter(sha256=sha256).first()
    if stored is not None:
        return stored, False
    version = Version.objects.create(
        id=new_id(), document=document, place=document.versions_count + 1, sha256=sha256, kind=read.kind,
        size=len(data), pages=read.pages, content=read.words, cut=read.cut, note=tidy(note)[:200],
        added_at=clock.now(), added_by=actor.label,
    )  # fmt: skip
    files.put(owner=(OWNER, version.pk), sha256=sha256, size=len(data), suffix=read.kind)
    document.current = version
    changes = {"current_id": version.pk, "versions_count": version.place}
    DOCUMENTS.change(document, "version_added", actor, changes, sha256=sha256, kind_of_file=read.kind)
    return version, True


def issue_document(*, actor: Actor, document_id: UUID) -> Document:
    """From now on its readers see it; what it replaces is superseded. Refused: ``library.no_file``."""
    with transaction.atomic():
        document = _locked(actor, document_id)
        state = DOCUMENT.next(document.state, "issue")
        if document.current_id is None:
            raise Refused("library.no_file")
        today = clock.today().date()
        days = {name: today for name in ("issued_on", "from_on") if getattr(document, name) is None}
        DOCUMENTS.change(document, "issued", actor, {"state": state, **days})
        outbox.emit("document.issued", ("document", document.pk), {"by": str(actor.person_id or "")})
        _supersede(document, actor)
    return document


def _supersede(document: Document, actor: Actor) -> None:
    """What a document in force replaces is in force no more. Whoever named it handled it (:func:`_may_replace`)."""
    rows = Document.objects.select_for_update(of=("self",)).filter(successors=document, state="in_force").order_by("pk")
    for old in rows:
        state = DOCUMENT.next(old.state, "supersede", successor=document.number)
        DOCUMENTS.change(old, "superseded", actor, {"state": state}, successor=document.number)
        outbox.emit("document.superseded", ("document", old.pk))


def withdraw_document(*, actor: Actor, document_id: UUID, note: str) -> Document:
    """Take it back: its readers see it no more."""
    return _end(actor, document_id, "withdraw", "withdrawn", note)


def revive_document(*, actor: Actor, document_id: UUID, note: str) -> Document:
    """In force again, after it was withdrawn or superseded by mistake. Refused: ``library.no_file``."""
    return _end(actor, document_id, "revive", "revived", note)


def _end(actor: Actor, document_id: UUID, move: str, verb: str, note: str) -> Document:
    said = tidy(note)[:500]
    with transaction.atomic():
        document = _locked(actor, document_id)
        state = DOCUMENT.next(document.state, move, note=said)
        if state == "in_force" and document.current_id is None:
            raise Refused("library.no_file")
        DOCUMENTS.change(document, verb, actor, {"state": state, "note": said})
        outbox.emit(f"document.{verb}", ("document", document.pk))
    return document


def take_file(*, actor: Actor, version_id: UUID) -> tuple[Version, Path]:
    """A version and where its file lies, for somebody who sees the document; noted who took it."""
    version = selectors.get_version_for(actor, version_id)
    Download.objects.create(version=version, person_id=actor.person_id, label=actor.label, at=clock.now())
    return version, files.path_of(version.sha256, version.kind)


def _locked(actor: Actor, document_id: UUID) -> Document:
    """The document under its lock, for somebody who handles it; ``common.not_found``."""
    rows = Document.objects.select_for_update(of=("self",)).select_related("unit__division", "current")
    document = rows.filter(pk=document_id).first()
    if document is None:
        raise Refused("common.not_found")
    allow(actor, document.unit, EDIT)
    return document
