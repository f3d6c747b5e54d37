"""Photos that a form brought along, and the addresses of those that are stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.urls import reverse

from chuangcheng.cases.models import Case
from chuangcheng.field.place import read_place
from chuangcheng.kernel.problems import Refused
from chuangcheng.patrols import selectors as patrols
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.actions import Declaration
from chuangcheng.photos.models import Photo


@dataclass(frozen=True, slots=True)
class Sent:
    """One uploaded photo: its bytes and what is declared of it."""

    data: bytes
    declaration: Declaration


def sent(request: HttpRequest, role: str) -> list[Sent]:
    """The form's files named ``photos``, each content once, with the position that the page filled in."""
    found: dict[str, Sent] = {}
    for file in request.FILES.getlist("photos"):
        data = _read(file)
        digest = hashlib.sha256(data).hexdigest()
        found.setdefault(digest, Sent(data, Declaration(digest, role)))
    return list(found.values())


def answer(request: HttpRequest, question: str) -> tuple[bool, dict[str, Any]]:
    """A yes or no on the spot, and what was brought along with it: ``photo``, ``note``, ``lat``, ``lon``."""
    said = request.POST.get(question)
    if said not in {"yes", "no"}:
        raise Refused("common.invalid")
    lat, lon = read_place(request.POST.get("lat"), request.POST.get("lon")) or (None, None)
    brought = sent(request, "evidence")
    note = request.POST.get("note", "").strip()[:500]
    return said == "yes", {"photo": brought[0].data if brought else None, "note": note, "lat": lat, "lon": lon}


def _read(file: UploadedFile[Any]) -> bytes:
    # Django has already refused what is over DATA_UPLOAD_MAX; the room of photos judges size and type.
    return bytes(file.read())


@dataclass(frozen=True, slots=True)
class Shown:
    """A stored photo with the address under which staff may see it."""

    photo: Photo
    url: str

    @property
    def thumb_url(self) -> str:
        """The small one."""
        return self.url + "?thumb=1"


def of_report(report_id: UUID) -> list[Shown]:
    """A report's stored photos."""
    return _shown("desk:report_photo", report_id, photos.of(("report", report_id)).exclude(stored_at=None))


def of_case(case_id: UUID) -> list[Shown]:
    """A case's stored photos."""
    return _shown("desk:case_photo", case_id, photos.of(("case", case_id)).exclude(stored_at=None))


def of_quickfix(fix_id: UUID) -> list[Shown]:
    """The stored photos of what was fixed on the spot."""
    return _shown("desk:quickfix_photo", fix_id, photos.of(("quickfix", fix_id)).exclude(stored_at=None))


def of_recheck(recheck_id: UUID) -> list[Shown]:
    """How whoever looked again found the place."""
    return _shown("desk:recheck_photo", recheck_id, photos.of(("recheck", recheck_id)).exclude(stored_at=None))


def behind_case(case: Case) -> list[Shown]:
    """What the checks behind a case saw."""
    found = photos.of_many("check", patrols.checks_behind(case).values_list("pk", flat=True))
    return [
        Shown(photo, reverse("desk:evidence", args=[case.pk, owner, photo.pk]))
        for owner, listed in found.items()
        for photo in listed
    ]


def _shown(name: str, owner: UUID, found: Iterable[Photo]) -> list[Shown]:
    return [Shown(photo, reverse(name, args=[owner, photo.pk])) for photo in found]
