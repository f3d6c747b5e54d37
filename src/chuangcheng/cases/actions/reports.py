"""What the reporter does: report, send the photos, withdraw, object. Plus the one look at the contact data."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from chuangcheng.cases.building import body_digest, build_order, build_report, is_order
from chuangcheng.cases.inputs import ReportInput, check_report
from chuangcheng.cases.locks import lock_report
from chuangcheng.cases.models import Report, Source
from chuangcheng.cases.receipts import is_code_of
from chuangcheng.cases.steps import amend, step, write
from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import Category
from chuangcheng.history import outbox, prepared
from chuangcheng.history.numbers import take
from chuangcheng.history.secrets import decrypt
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN, SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.people import rights
from chuangcheng.photos import actions as photos
from chuangcheng.photos import films
from chuangcheng.photos import selectors as photo_selectors
from chuangcheng.places.locator import locate


@dataclass(frozen=True, slots=True)
class Contact:
    """A reporter's name and phone, decrypted for one look."""

    name: str
    phone: str

    @classmethod
    def of(cls, report: Report) -> Contact:
        """What its sender left, deciphered; a look that needs a history row of its own."""
        values = json.loads(decrypt(report.contact_cipher) or "{}")
        return cls(values.get("name", ""), values.get("phone", ""))


#: What somebody without a post may send: from the citizens' page, and from the page at a service window.
_OPEN = (Source.PORTAL, Source.WINDOW)


def create_report(
    *, actor: Actor, given: ReportInput, reply_due_at: datetime | None = None, on_behalf: bool = False
) -> tuple[Report, bool]:
    """Take a report in. The same id with the same body again answers with the stored row and False; with another body
    ``common.different_body``. Everything heavy happens behind the topic ``report.created``.

    A report that somebody outside wants answered (by ``reply_due_at``, if a day was named) gets its order in the same
    transaction. ``on_behalf``: whoever enters it is not the one who reported.
    """
    if actor != SYSTEM and (not actor.is_system or given.source not in _OPEN):
        rights.require(actor, "reports.create")
    now = clock.now()
    check_report(given, now)
    category = _category(given.category_code)
    located = locate(given.lon, given.lat) if given.lat is not None and given.lon is not None else None
    body = body_digest(given)
    report, event = build_report(
        given, actor=actor, number=take("SB", now), received_at=now, located=located, category=category, body=body
    )
    if on_behalf:
        report.reporter_id = None
    try:
        with transaction.atomic():
            prepared.insert(report)
            prepared.insert(event)
            if is_order(report, reply_due_at):
                _open_order(report, actor, reply_due_at)
            if given.photos:
                photos.declare(owner=("report", report.pk), declarations=given.photos, moment=now)
            if given.films:
                films.declare(owner=("report", report.pk), hashes=given.films, moment=now)
            outbox.emit("report.created", ("report", report.pk))
    except IntegrityError:
        # The same id was there first, perhaps a moment ago in another process: one look instead of one before each.
        stored = _repeated(given, body)
        if stored is None:
            raise
        return stored, False
    return report, True


def _open_order(report: Report, actor: Actor, due_at: datetime | None) -> None:
    order, event = build_order(report, actor=actor, due_at=due_at)
    prepared.insert(order)
    prepared.insert(event)
    outbox.emit("order.created", ("order", order.pk))


def _category(code: str | None) -> Category | None:
    if not code:
        return None
    category = framework.category(code)
    if category is None:
        raise Refused(
            "common.invalid",
            fields=(FieldProblem("category", "choice", Label("未知的类别代码", "Unknown category code")),),
        )
    return category


def _repeated(given: ReportInput, body: str) -> Report | None:
    """The row that stands under the id already; None if the conflict was about something else."""
    stored = Report.objects.filter(pk=given.id).first()
    if stored is None and given.external_number is not None:
        raise Refused("report.external_taken", number=given.external_number)
    if stored and not hmac.compare_digest(stored.body_digest, body):
        raise Refused("common.different_body")
    return stored


def ingest_photo(*, report_id: UUID, sha256: str, data: photos.Shot) -> Report:
    """Store a declared photo's bytes; when the last one is there the report is complete. A repeat changes nothing."""
    owner = ("report", report_id)
    if not Report.objects.filter(pk=report_id).exists():
        raise Refused("common.not_found")
    photos.ingest(owner=owner, sha256=sha256, data=data)
    return _note_arrival(owner, "photo_stored", {"sha256": sha256})


def ingest_film(*, report_id: UUID, sha256: str, chunks: Iterable[bytes]) -> Report:
    """Take a declared video's bytes in, to be processed by the worker. A repeat changes nothing. A video that will
    never be accepted (``films.FINAL``) is waited for no longer; the reason is raised, and said on the pages."""
    owner = ("report", report_id)
    if not Report.objects.filter(pk=report_id).exists():
        raise Refused("common.not_found")
    try:
        films.receive(owner=owner, sha256=sha256, chunks=chunks)
    except Refused as refused:
        if refused.code in films.FINAL:
            _note_arrival(owner, "film_refused", {"sha256": sha256, "code": refused.code})
        raise
    return _note_arrival(owner, "film_received", {"sha256": sha256})


def _note_arrival(owner: tuple[str, UUID], verb: str, facts: dict[str, str]) -> Report:
    """Count what has not come yet; when it is nothing, the report is complete."""
    with transaction.atomic():
        report = Report.objects.select_for_update().get(pk=owner[1])
        missing = len(photo_selectors.missing(owner)) + len(films.missing(owner))
        if missing != report.photos_missing:
            topic = "" if missing else "report.completed"
            write(amend(report, verb, CITIZEN, changes={"photos_missing": missing}, facts=facts, topic=topic))
    return report


def withdraw_report(*, report_id: UUID, code: str) -> Report:
    """The reporter takes it back, as long as nobody has acted on it."""
    with transaction.atomic():
        report = _by_receipt(report_id, code)
        write(step(report, "withdraw", CITIZEN))
    return report


def object_to_refusal(*, report_id: UUID, code: str) -> Report:
    """The reporter objects to a refusal, once: the report is looked at again."""
    with transaction.atomic():
        report = _by_receipt(report_id, code)
        if report.objected:
            raise Refused("report.objected_already")
        write(step(report, "object", CITIZEN, changes={"objected": True}))
    return report


def _by_receipt(report_id: UUID, code: str) -> Report:
    report = Report.objects.select_for_update().filter(pk=report_id).first()
    if report is None:
        raise Refused("common.not_found")
    if not is_code_of(report_id, code):
        raise Refused("report.wrong_code")
    return report


def see_contact(*, actor: Actor, report_id: UUID) -> Contact:
    """The reporter's name and phone. Every look is a history row (law 12)."""
    rights.require(actor, "reports.contact")
    with transaction.atomic():
        report = lock_report(actor, report_id)
        write(amend(report, "contact_seen", actor))
    return Contact.of(report)
