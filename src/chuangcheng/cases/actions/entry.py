"""Reports that somebody of the office enters for others 代录, and orders that the hotline's own program brings."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlsplit

from django.db import transaction

from chuangcheng.cases.actions.orders import change_due
from chuangcheng.cases.actions.reports import create_report, ingest_photo
from chuangcheng.cases.building import body_digest
from chuangcheng.cases.inputs import ReportInput
from chuangcheng.cases.models import Order, Provenance, Report, Source
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import FieldProblem, Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights
from chuangcheng.photos import actions as photos
from chuangcheng.photos.actions import Declaration

#: Who is written for: everybody who does not come by a door of their own.
ON_BEHALF = (
    Source.HOTLINE.value, Source.MAILBOX.value, Source.MEDIA.value, Source.DEPUTIES.value, Source.WINDOW.value,
)  # fmt: skip
MAX_LINK = 500


@dataclass(frozen=True, slots=True)
class ProvenanceInput:
    """Where it had stood: in which paper or account, on which day, under which ``http(s)`` link."""

    medium: str = ""
    published_on: date | None = None
    link: str = ""

    def __bool__(self) -> bool:
        return bool(self.medium or self.published_on or self.link)


def enter_report(
    *, actor: Actor, given: ReportInput, number: str = "", provenance: ProvenanceInput | None = None,
    reply_due_at: datetime | None = None, shots: Sequence[photos.Shot] = (),
) -> tuple[Report, bool]:  # fmt: skip
    """Enter a report on somebody's behalf, with everything in one transaction; needs ``reports.triage``. The same id
    with the same body again answers with the stored row and False.

    ``number`` is the other side's: of the hotline's order, of the deputies' suggestion. With it, or with a day to
    answer by, the report is an order. Refuses ``report.external_taken`` for a number that is known.
    """
    rights.require(actor, "reports.triage")
    number, told = tidy(number), provenance or ProvenanceInput()
    _check(given, number, told, reply_due_at)
    pictures = [photos.prepare(data=shot) for shot in shots]
    declared = tuple(Declaration(sha, "near") for sha in dict.fromkeys(each.original_sha256 for each in pictures))
    whole = replace(
        given, photos=declared, external_source=given.source if number else "", external_number=number or None
    )
    with transaction.atomic():
        report, created = create_report(actor=actor, given=whole, reply_due_at=reply_due_at, on_behalf=True)
        if created:
            if told:
                Provenance.objects.create(
                    report=report, medium=tidy(told.medium), published_on=told.published_on, link=told.link.strip()
                )
            for picture in pictures:
                report = ingest_photo(report_id=report.pk, sha256=picture.original_sha256, data=picture)
    return report, created


def _check(given: ReportInput, number: str, told: ProvenanceInput, due_at: datetime | None) -> None:
    problems: list[FieldProblem] = []
    if given.source not in ON_BEHALF:
        problems.append(
            FieldProblem("source", "choice", Label("这个来源不由人代录", "Nothing of this source is entered by hand"))
        )
    if len(number) > 60 or "\0" in number:
        problems.append(
            FieldProblem("number", "length", Label("编号最多 60 个字符", "The number has at most 60 characters"))
        )
    if len(told.medium) > 60 or "\0" in told.medium:
        problems.append(
            FieldProblem("medium", "length", Label("媒体名称最多 60 字", "The medium's name has at most 60 characters"))
        )
    if told.link and not _is_link(told.link.strip()):
        problems.append(
            FieldProblem(
                "link", "format", Label("链接应以 http:// 或 https:// 开头", "The link begins with http:// or https://")
            )
        )
    now = clock.now()
    if told.published_on and told.published_on > now.astimezone(clock.CITY_ZONE).date():
        problems.append(
            FieldProblem("published_on", "future", Label("刊发日期不能晚于今天", "It was not published after today"))
        )
    if due_at is not None and due_at <= now:
        problems.append(FieldProblem("reply_due_at", "past", Label("答复期限应晚于现在", "The reply is due after now")))
    if problems:
        raise Refused("common.invalid", fields=tuple(problems))


def _is_link(link: str) -> bool:
    """An address of the web, and nothing that a browser would run."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and len(link) <= MAX_LINK and "\0" not in link


def take_order(*, actor: Actor, given: ReportInput, due_at: datetime | None = None) -> tuple[Order, bool]:
    """Take in an order by its number; the same again answers with the stored one and False, whatever id it brings.
    Another body under the number is refused (``common.different_body``); another limit is taken as the new one."""
    rights.require(actor, "reports.create")
    rights.require(actor, "orders.callback")
    stored = _order_of(given)
    if stored is None:
        try:
            report, created = create_report(actor=actor, given=given, reply_due_at=due_at, on_behalf=True)
        except Refused as refused:
            if refused.code != "report.external_taken":
                raise
            stored = _order_of(given)  # it came a moment ago by another way
            if stored is None:
                raise
        else:
            stored = Order.objects.select_related("report").get(report=report)
            if created:
                return stored, True
    if not hmac.compare_digest(body_digest(replace(given, id=stored.report_id)), stored.report.body_digest):
        raise Refused("common.different_body")
    if due_at is not None:
        stored, _ = change_due(actor=actor, order_id=stored.pk, due_at=due_at)
    return stored, False


def _order_of(given: ReportInput) -> Order | None:
    rows = Order.objects.select_related("report").filter(source=given.external_source, number=given.external_number)
    return rows.first()
