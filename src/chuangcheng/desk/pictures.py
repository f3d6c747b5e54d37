"""Photos with the address under which this door streams them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from chuangcheng.cases.models import Case, Order, QuickFix, Recheck, Report
from chuangcheng.patrols import selectors as patrols
from chuangcheng.patrols.models import Check
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.models import Photo, Release


@dataclass(frozen=True)
class Picture:
    """A photo and its address."""

    photo: Photo
    url: str
    origin: str = ""  # number of the merged case that it comes from

    @property
    def thumb_url(self) -> str:
        """The small one."""
        return self.url + "?thumb=1"


def of_case(case: Case) -> list[Picture]:
    """A case's photos, those still on their way included."""
    return [
        Picture(photo, reverse("desk:case_photo", args=[case.pk, photo.pk]))
        for photo in photos.of(("case", case.pk)).select_related("release")
    ]


def of_merged(case: Case, merged: Sequence[Case]) -> list[Picture]:
    """The stored photos of the cases that were merged into this one, each with its case's number; one query."""
    numbers = {one.pk: one.number for one in merged}
    found = photos.of_many("case", numbers) if numbers else {}
    return [
        Picture(photo, reverse("desk:case_photo", args=[case.pk, photo.pk]), numbers[owner])
        for owner, listed in found.items()
        for photo in listed
    ]


def of_reports(reports: Sequence[Report], origins: Mapping[UUID, str] | None = None) -> list[Picture]:
    """The stored photos of reports, in one query; ``origins`` tells from which merged case a report came."""
    found = photos.of_many("report", [report.pk for report in reports]) if reports else {}
    return [
        Picture(photo, reverse("desk:report_photo", args=[owner, photo.pk]), (origins or {}).get(owner, ""))
        for owner, listed in found.items()
        for photo in listed
    ]


def of_report(report: Report) -> list[Picture]:
    """A report's photos, those still on their way included."""
    listed = photos.of(("report", report.pk)).select_related("release")
    return [Picture(photo, reverse("desk:report_photo", args=[report.pk, photo.pk])) for photo in listed]


def of_order(order: Order) -> list[Picture]:
    """What was brought for the removal of an order."""
    listed = photos.of(("order", order.pk))
    return [Picture(photo, reverse("desk:order_photo", args=[order.pk, photo.pk])) for photo in listed]


def of_quickfix(row: QuickFix) -> list[Picture]:
    """The photos of what was fixed on the spot, those still on their way included."""
    listed = photos.of(("quickfix", row.pk))
    return [Picture(photo, reverse("desk:quickfix_photo", args=[row.pk, photo.pk])) for photo in listed]


def of_recheck(row: Recheck) -> list[Picture]:
    """How whoever looked again found the place."""
    listed = photos.of(("recheck", row.pk))
    return [Picture(photo, reverse("desk:recheck_photo", args=[row.pk, photo.pk])) for photo in listed]


def behind_case(case: Case) -> list[Picture]:
    """What the checks behind a case saw."""
    found = photos.of_many("check", patrols.checks_behind(case).values_list("pk", flat=True))
    return [
        Picture(photo, reverse("desk:evidence", args=[case.pk, owner, photo.pk]))
        for owner, listed in found.items()
        for photo in listed
    ]


def of_checks(checks: Sequence[Check]) -> dict[UUID, list[Picture]]:
    """The stored photos of a visit's checks by the check's id, in one query."""
    found = photos.of_many("check", [check.pk for check in checks]) if checks else {}
    return {
        owner: [Picture(photo, reverse("desk:check_photo", args=[owner, photo.pk])) for photo in listed]
        for owner, listed in found.items()
    }


def of_owner(kind: str, owners: Sequence[UUID], name: str) -> dict[UUID, list[Picture]]:
    """The stored photos of owners of one kind by the owner's id, in one query; ``name`` is the address that streams
    them."""
    found = photos.of_many(kind, owners) if owners else {}
    return {
        owner: [Picture(photo, reverse(name, args=[owner, photo.pk])) for photo in listed]
        for owner, listed in found.items()
    }


@dataclass(frozen=True)
class Publishing:
    """A stored photo with what stands about its publishing, and where that is changed."""

    picture: Picture
    release: Release | None
    url: str


def published_photos(kind: str, owner: UUID, pictures: Sequence[Picture]) -> list[Publishing]:
    """Those of the pictures that belong to this very report or case, for who may publish them.
    Their releases came along with them."""
    own = [
        one for one in pictures if one.photo.stored_at and (one.photo.owner_kind, one.photo.owner_id) == (kind, owner)
    ]
    return [
        Publishing(
            one, getattr(one.photo, "release", None), reverse("desk:redaction", args=[kind, owner, one.photo.pk])
        )
        for one in own
    ]
