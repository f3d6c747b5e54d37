"""Setting up an attainment drive: its days and bounds, its checklist, the places in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.campaigns.inputs import days, refuse
from chuangcheng.campaigns.models import Drive, DrivePlace, SubjectKind
from chuangcheng.campaigns.states import DRIVE
from chuangcheng.campaigns.subjects import Subject, candidates
from chuangcheng.campaigns.wrongs import wrong
from chuangcheng.history.numbers import take
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.attainment import ANSWERS, Item, Rule
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.sites.registering import Batch, locked, settle, write

FACTS = (
    "number", "subject_kind", "from_on", "until_on", "items", "met_from", "improve_from", "fix_days", "state",
)  # fmt: skip
PLACE_FACTS = (
    "drive_id", "code", "division_id", "division_path", "lat", "lon", "compound_id", "site_id", "unit_id", "sponsor_id",
    "state", "grade", "points", "graded_on", "failed", "filled_by_id",
)  # fmt: skip
MOST_ITEMS = 60
_PLAIN = ("subject_kind", "from_on", "until_on", "met_from", "improve_from", "fix_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveInput:
    """A drive as a form gives it; bounds in points of 100, ``fix_days`` for a gap."""

    title: str
    from_on: date
    until_on: date
    id: UUID = field(default_factory=new_id)
    subject_kind: str = SubjectKind.COMMUNITY
    about: str = ""
    met_from: int = 90
    improve_from: int = 60
    fix_days: int = 30


def save_drive(*, actor: Actor, given: DriveInput) -> Drive:
    """Set up a drive, or change the one of that id while it is being prepared; saving what stands changes nothing.
    Refused: ``common.invalid`` naming the fields, ``state.move_refused``."""
    rights.require_or_system(actor, "drives.edit")
    with transaction.atomic():
        found = Drive.objects.select_for_update().filter(pk=given.id).first()
        values: dict[str, Any] = {name: getattr(given, name) for name in _PLAIN}
        values |= {"title": tidy(given.title), "about": tidy(given.about)}
        same = found is not None and all(getattr(found, name) == value for name, value in values.items())
        if found is not None and same:
            return found
        _check(given)
        if found is not None:
            DRIVE.next(found.state, "amend")
            if found.subject_kind != given.subject_kind and found.places.exists():
                raise Refused("drive.has_places")
        else:
            values["number"] = take("DB", clock.now())
        row = found or Drive(id=given.id, created_at=clock.now())
        write(row, settle(row, values, actor, FACTS, fresh=found is None), fresh=found is None)
    return row


def _check(given: DriveInput) -> None:
    problems = [*days(given.from_on, given.until_on, clock.today().date())]
    if not tidy(given.title) or len(given.title) > 100:
        problems.append(wrong("title", "required"))
    if given.subject_kind not in SubjectKind.values:
        problems.append(wrong("subject_kind", "choice"))
    if not Rule(given.met_from, given.improve_from).is_sound():
        problems.append(wrong("met_from", "order"))
    if not 1 <= given.fix_days <= 366:
        problems.append(wrong("fix_days", "range"))
    refuse(problems)


def set_checklist(*, actor: Actor, drive_id: UUID, items: Sequence[Item]) -> Drive:
    """The drive's own checklist, while it is being prepared. Refused: ``drive.bad_item`` naming the item."""
    rights.require_or_system(actor, "drives.edit")
    with transaction.atomic():
        row = locked(Drive, drive_id)
        DRIVE.next(row.state, "amend")
        check_items(items=items)
        write(row, settle(row, {"items": [item.as_json() for item in items]}, actor, FACTS))
    return row


def check_items(*, items: Sequence[Item]) -> None:
    """``drive.bad_item`` for the first item that cannot stand."""
    if not 1 <= len(items) <= MOST_ITEMS:
        raise Refused("drive.items", limit=MOST_ITEMS)
    seen: set[str] = set()
    for item in items:
        bounded = item.at_least is not None or item.at_most is not None
        turned = item.at_least is not None and item.at_most is not None and item.at_least > item.at_most
        wrong = (
            not item.code or item.code in seen or not item.text or item.answer not in ANSWERS
            or bounded != (item.answer == "number") or turned
        )  # fmt: skip
        if wrong or not 1 <= item.weight <= 100 or not 1 <= item.effort <= 9 or len(item.code) > 30:
            raise Refused("drive.bad_item", item=item.code or "?")
        seen.add(item.code)


def move_drive(*, actor: Actor, drive_id: UUID, move: str) -> Drive:
    """Open or close it. Refused: ``drive.not_ready`` without a checklist or places."""
    if move not in ("open", "close"):
        raise Refused("common.not_found")
    rights.require_or_system(actor, "drives.edit")
    with transaction.atomic():
        row = locked(Drive, drive_id)
        state = DRIVE.next(row.state, move)
        if move == "open" and not (row.items and row.places.exists()):
            raise Refused("drive.not_ready")
        done = {"open": "drive.opened", "close": "drive.closed"}[move]
        write(row, settle(row, {"state": state}, actor, FACTS, action=done))
    return row


def enrol(*, actor: Actor, drive_id: UUID, path: str = "") -> int:
    """Take every place of the drive's kind below ``path`` that is not in it yet; how many came in."""
    rights.require_or_system(actor, "drives.edit")
    with transaction.atomic():
        drive = locked(Drive, drive_id)
        if drive.state == "closed":
            raise Refused("drive.closed")
        known = set(drive.places.values_list("code", flat=True))
        batch = Batch([])
        for subject in candidates(drive.subject_kind).values():
            if subject.code not in known and subject.division.path.startswith(path) and subject.unit is not None:
                row, values = place_values(drive=drive, subject=subject, found=None)
                batch.take(row, settle(row, values, actor, PLACE_FACTS, fresh=True), fresh=True)
        batch.write()
    return len(batch.born)


def place_values(
    *, drive: Drive, subject: Subject, found: DrivePlace | None, unit: Unit | None = None, sponsor: Unit | None = None
) -> tuple[DrivePlace, dict[str, Any]]:
    """The row of a place and what it shall hold. Refused: ``drive.no_unit`` where nobody is known who fills it in."""
    filling = unit or (found.unit if found else subject.unit)
    if filling is None:
        raise Refused("drive.no_unit", name=subject.name)
    values: dict[str, Any] = {
        "drive_id": drive.pk, "code": subject.code, "name": subject.name[:100], "division_id": subject.division.pk,
        "division_path": subject.division.path, "lat": subject.lat, "lon": subject.lon, "unit_id": filling.pk,
        "compound_id": subject.compound_id, "site_id": subject.site_id,
    }  # fmt: skip
    if sponsor is not None or found is None:
        values["sponsor_id"] = sponsor.pk if sponsor else None
    return found or DrivePlace(drive=drive), values
