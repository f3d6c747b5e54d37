"""Which photos of reports and cases anybody may see: released one by one, by hand, with faces and plates covered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import transaction

from chuangcheng.cases import policies
from chuangcheng.cases.locks import find_case, lock_case, lock_report
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.publication import published
from chuangcheng.cases.steps import amend, write
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.photos import release as releases
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.models import Photo, Release

RIGHT = "photos.release"


def release_photo(
    *, actor: Actor, kind: str, subject_id: UUID, photo_id: UUID, boxes: Sequence[Sequence[object]] = ()
) -> Release:
    """Publish a photo of a ``report`` or ``case`` with those parts filled (each left, top, right, bottom in parts of
    1). Again replaces the public copy. The original stays."""
    covered = [releases.box_of(box) for box in boxes]
    photo = _photo(actor, kind, subject_id, photo_id)
    copy = releases.draft(photo, covered)
    with transaction.atomic():
        row = _lock(actor, kind, subject_id)
        done = releases.release(photo, copy, len(covered), actor.person_id)
        facts = {"photo": photo.original_sha256, "copy": done.copy_sha256, "boxes": done.boxes}
        write(amend(row, "photo_released", actor, facts=facts))
    return done


def withdraw_photo(*, actor: Actor, kind: str, subject_id: UUID, photo_id: UUID) -> Release:
    """Nobody outside sees it any more."""
    photo = _photo(actor, kind, subject_id, photo_id)
    with transaction.atomic():
        row = _lock(actor, kind, subject_id)
        done = releases.withdraw(photo)
        write(amend(row, "photo_withdrawn", actor, facts={"photo": photo.original_sha256}))
    return done


def _photo(actor: Actor, kind: str, subject_id: UUID, photo_id: UUID) -> Photo:
    """The photo, if the actor may publish those of its owner."""
    post = rights.require(actor, RIGHT)
    row: Case | Report = find_case(actor, subject_id) if kind == "case" else _report(actor, subject_id)
    if not policies.reaches(post, row):
        raise Refused("case.not_in_area" if kind == "case" else "report.not_in_area")
    return photos.photo_of((kind, subject_id), photo_id)


def _report(actor: Actor, report_id: UUID) -> Report:
    for report in Report.objects.filter(pk=report_id):
        if policies.sees_report(actor, report):
            return report
    raise Refused("common.not_found")


def _lock(actor: Actor, kind: str, subject_id: UUID) -> Case | Report:
    return lock_case(actor, subject_id) if kind == "case" else lock_report(actor, subject_id)


def public_photos(report_ids: Iterable[UUID]) -> dict[UUID, list[Release]]:
    """The photos that anybody may see, by published report: its own, then those of its case; two queries."""
    return photos_of(dict(published().filter(pk__in=list(report_ids)).values_list("pk", "case_id")))


def photos_of(cases: Mapping[UUID, UUID | None]) -> dict[UUID, list[Release]]:
    """As :func:`public_photos`, of reports that the caller knows to be published, with their cases; one query."""
    if not cases:
        return {}
    found: dict[UUID, list[Release]] = {}
    for one in releases.released(("report", "case"), {*cases, *filter(None, cases.values())}):
        found.setdefault(one.photo.owner_id, []).append(one)
    told = {report: [*found.get(report, []), *(found.get(case, []) if case else [])] for report, case in cases.items()}
    return {report: listed for report, listed in told.items() if listed}


def public_photo(photo_id: UUID) -> Release:
    """One photo that anybody may see, or ``common.not_found``: released, and of a report that is published."""
    row = Release.objects.select_related("photo").filter(pk=photo_id, state="released").first()
    if row is None or not _is_open(row.photo):
        raise Refused("common.not_found")
    return row


def _is_open(photo: Photo) -> bool:
    if photo.owner_kind == "report":
        return published().filter(pk=photo.owner_id).exists()
    return photo.owner_kind == "case" and published().filter(case=photo.owner_id).exists()
