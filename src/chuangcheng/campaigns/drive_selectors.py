"""Reading attainment drives: places, their league and trend, the ledger, the way up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from chuangcheng.campaigns.models import Drive, DriveAssessment, DriveGap, DrivePlace
from chuangcheng.campaigns.policies import gap_refusal, place_refusal, place_rows
from chuangcheng.campaigns.states import DRIVE_GAP, DRIVE_PLACE
from chuangcheng.kernel import attainment
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights
from chuangcheng.places.models import Division, DivisionLevel


def drives(actor: Actor) -> QuerySet[Drive]:
    """The drives; those under preparation for who prepares them only."""
    if actor == SYSTEM or rights.can(actor, "drives.edit"):
        return Drive.objects.all()
    return Drive.objects.exclude(state="drafted") if rights.can(actor, "drives.view") else Drive.objects.none()


def get_drive_for(actor: Actor, drive_id: UUID) -> Drive:
    """One drive, or ``common.not_found``."""
    found = drives(actor).filter(pk=drive_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def places(actor: Actor) -> QuerySet[DrivePlace]:
    """The places in sight, of drives in sight."""
    rows = DrivePlace.objects.filter(place_rows(actor), drive__in=drives(actor))
    return rows.select_related("drive", "division", "unit__division", "sponsor")


def get_place_for(actor: Actor, place_id: UUID) -> DrivePlace:
    """One place, or ``common.not_found``."""
    found = places(actor).filter(pk=place_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def gaps(actor: Actor) -> QuerySet[DriveGap]:
    """The rows of the ledgers of places in sight, and those that are to be mended by the actor's own units."""
    scope = rights.scope(actor, "drives.view")
    rows = Q(place__in=places(actor).values("pk")) | Q(unit__in=scope.units)
    found = DriveGap.objects.filter(rows)
    return found.select_related("place__drive", "place__division", "place__unit__division", "unit__division")


def get_gap_for(actor: Actor, gap_id: UUID) -> DriveGap:
    """One row of a ledger, or ``common.not_found``."""
    found = gaps(actor).filter(pk=gap_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def place_moves(actor: Actor, place: DrivePlace) -> list[Move]:
    """What the actor may do with a place now; ``claim`` is the same form as ``fill`` and left out."""
    if place.drive.state != "open":
        return []
    offered = [move for move in DRIVE_PLACE.moves_from(place.state) if move.name != "claim"]
    return [move for move in offered if place_refusal(actor, move.name, place) is None]


def gap_moves(actor: Actor, gap: DriveGap) -> list[Move]:
    """What the actor may do with a row of a ledger by hand."""
    if gap.place.drive.state != "open":
        return []
    by_hand = [move for move in DRIVE_GAP.moves_from(gap.state) if move.name in ("assign", "finish", "task")]
    free = [move for move in by_hand if not (move.name == "task" and gap.task)]
    return [move for move in free if gap_refusal(actor, move.name, gap) is None]


def way_up(place: DrivePlace) -> attainment.Path:
    """What is lacking to the next grade, cheapest first; from the last checklist that was filled in."""
    return attainment.upgrade(place.drive.checklist, place.failed, place.drive.rule)


@dataclass(frozen=True, slots=True)
class Tally:
    """How places are graded; ``todo`` have no grade yet."""

    places: int
    met: int
    improve: int
    weak: int

    @property
    def todo(self) -> int:
        """Without a grade."""
        return self.places - self.met - self.improve - self.weak

    @property
    def share(self) -> float | None:
        """Those that are met, of all."""
        return self.met / self.places if self.places else None


def _counts() -> dict[str, Count]:
    return {"places": Count("pk"), **{grade: Count("pk", filter=Q(grade=grade)) for grade in attainment.GRADES}}


def tally(rows: QuerySet[DrivePlace]) -> Tally:
    """The grades of these places; one query."""
    return Tally(**rows.order_by().aggregate(**_counts()))


def by_drive(rows: QuerySet[DrivePlace]) -> dict[UUID, Tally]:
    """The same for each drive; one query."""
    found = (
        rows.order_by().values("drive_id").annotate(**_counts()).values_list("drive_id", "places", *attainment.GRADES)
    )
    return {pk: Tally(*counts) for pk, *counts in found}


def league(rows: QuerySet[DrivePlace]) -> list[tuple[Division, Tally]]:
    """Streets by the share of their places that are met, then by fewer weak ones. Two queries."""
    streets = list(Division.objects.filter(level=DivisionLevel.STREET))
    graded = list(rows.order_by().values_list("division_path", "grade"))
    found = []
    for street in streets:
        here = Counter(grade for path, grade in graded if path.startswith(street.path))
        if here:
            found.append((street, Tally(here.total(), here["met"], here["improve"], here["weak"])))
    return sorted(found, key=lambda line: (-(line[1].share or 0), line[1].weak, line[0].code))


def trend(
    rows: QuerySet[DrivePlace], first: date, last: date, step: timedelta = timedelta(days=7)
) -> list[tuple[date, Tally]]:
    """The grades that stood at the end of each week; one query."""
    wanted = DriveAssessment.objects.filter(place__in=rows.order_by().values("pk"), settles=True)
    facts = list(wanted.order_by("made_at", "seq").values_list("place_id", "made_at", "grade"))
    total = rows.count()
    days = [first + step * number for number in range((last - first) // step + 1)]
    if not days or days[-1] != last:
        days.append(last)
    return [(day, _stood(facts, total, day)) for day in days]


def _stood(facts: Sequence[tuple[UUID, datetime, str]], total: int, day: date) -> Tally:
    standing = {place: grade for place, at, grade in facts if at.astimezone(CITY_ZONE).date() <= day}
    counted = Counter(standing.values())
    return Tally(total, counted["met"], counted["improve"], counted["weak"])
