"""What waits for verification by one person on the phone, the near ones first, with the photos to judge by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import cos, radians
from typing import Any
from uuid import UUID

from django.db.models import F, FloatField
from django.db.models.functions import Cast

from chuangcheng.cases import board
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.rates import ANSWER
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.photos import selectors as photos
from chuangcheng.photos.models import Photo

#: More than a day's walk.
MOST = 60


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case to verify. ``before`` and ``after`` are photos with the kind and id of the owner that streams them."""

    case: Case
    due_at: datetime
    before: tuple[tuple[str, UUID, Photo], ...]
    after: tuple[tuple[str, UUID, Photo], ...]


def waiting(actor: Actor, place: tuple[float, float] | None = None, most: int = MOST) -> list[Waiting]:
    """The ``most`` nearest to ``place`` (lat, lon in WGS-84 degrees), or those that wait longest; ≤ 5 queries."""
    rows = board.waiting_cases(actor, "verify", clock.now()).select_related("category", "division", "handled_unit")
    order: list[Any] = ["handled_at", "id"]
    if place is not None:
        order.insert(0, _far(*place).asc(nulls_last=True))
    cases = list(rows.order_by(*order)[:most])
    owners = _reports({case.pk for case in cases})
    own = photos.of_many("case", [case.pk for case in cases]) if cases else {}
    told = photos.of_many("report", owners) if owners else {}
    checks = {case.origin_id: case.pk for case in cases if case.origin_kind == "check" and case.origin_id}
    seen = photos.of_many("check", checks) if checks else {}
    return [_one(case, own.get(case.pk, []), told, owners, seen) for case in cases]


def _far(lat: float, lon: float) -> Any:
    """A square of the distance, good enough to sort by within a city."""
    north, east = F("lat") - lat, (F("lon") - lon) * cos(radians(lat))
    return Cast(north * north + east * east, FloatField())


def _reports(case_ids: set[UUID]) -> dict[UUID, UUID]:
    """The case of each report behind these cases."""
    rows = Report.objects.filter(case__in=case_ids, complaint=False) if case_ids else Report.objects.none()
    return dict(rows.values_list("pk", "case"))


def _one(
    case: Case, own: list[Photo], told: dict[UUID, list[Photo]], owners: dict[UUID, UUID], seen: dict[UUID, list[Photo]]
) -> Waiting:
    before = [("case", case.pk, photo) for photo in own if photo.role != "after"]
    before += [("report", pk, photo) for pk, found in told.items() if owners[pk] == case.pk for photo in found]
    if case.origin_kind == "check" and case.origin_id:
        before += [("check", case.origin_id, photo) for photo in seen.get(case.origin_id, [])]
    after = [("case", case.pk, photo) for photo in own if photo.role == "after"]
    return Waiting(case, (case.handled_at or case.filed_at) + ANSWER, tuple(before), tuple(after))
