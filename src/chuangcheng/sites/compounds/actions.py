"""Changes of the register of compounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.kernel import clock, geometry
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.places.models import Division
from chuangcheng.sites import registering
from chuangcheng.sites.compounds.liaison import liaison_of, sealed
from chuangcheng.sites.compounds.models import Attainment, Committee, Compound, Grading, Property, Renewal
from chuangcheng.sites.registering import count_of, locked, settle, spot_of, step, text_of, write, year_of
from chuangcheng.sites.site import Site
from chuangcheng.sites.states import COMPOUND, COMPOUND_REASONS

EDIT = "compounds.edit"
#: What history remembers. Names of the compound, its company and its liaison stay out.
FACTS = (
    "code", "division_id", "division_path", "grid_id", "site_id", "lat", "lon", "property_kind", "committee",
    "committee_until", "households", "year_built", "bin_points", "bins", "renewal", "grade", "graded_on", "state",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CompoundInput:
    """A compound as a form or a sheet gives it: degrees in ``datum``, the boundary GeoJSON in the same datum.

    Without a point the boundary's middle is taken. ``division`` is used where no known boundary covers the point.
    ``liaison`` of None leaves the contact person as it is; a pair of empty texts takes it away.
    """

    code: str
    name: str
    lat: float | None = None
    lon: float | None = None
    datum: str = "wgs84"
    boundary: Mapping[str, Any] | None = field(default=None, hash=False)
    division: Division | None = None
    site: Site | None = None
    address: str = ""
    property_kind: str = Property.NONE
    property_company: str = ""
    committee: str = Committee.NO
    committee_until: date | None = None
    households: int | None = None
    year_built: int | None = None
    bin_points: int | None = None
    bins: int | None = None
    renewal: str = Renewal.NONE
    liaison: tuple[str, str] | None = None


def save_compound(*, actor: Actor, given: CompoundInput) -> Compound:
    """Make or change the compound of that code; saving what stands changes nothing.

    Refused: ``sites.missing``, ``sites.bad_position``, ``sites.no_division``, ``sites.company_and_kind`` …, and
    ``common.not_found`` outside of the actor's area.
    """
    with transaction.atomic():
        found = Compound.objects.select_for_update().filter(code=registering.code_of(given.code, "小区编码")).first()
        row, values = prepare(actor=actor, given=given, found=found)
        event = settle(row, values, actor, FACTS, fresh=found is None)
        write(row, event, fresh=found is None, payload={"code": row.code})
    return row


def prepare(*, actor: Actor, given: CompoundInput, found: Compound | None) -> tuple[Compound, dict[str, Any]]:
    """The row and what it shall hold, checked: the part that a single save and an import share."""
    code = registering.code_of(given.code, "小区编码")
    place = _place(given)
    registering.allow(actor, EDIT, {place["division_path"], found.division_path if found else place["division_path"]})
    _choices(given)
    company = text_of(given.property_company, "物业公司", 100, required=given.property_kind == Property.COMPANY)
    if company and given.property_kind == Property.NONE:
        raise Refused("sites.company_and_kind", company=company)
    values: dict[str, Any] = {
        "code": code, "name": text_of(given.name, "小区名称", 100), **place,
        "site_id": given.site.pk if given.site else None,
        "address": text_of(given.address, "地址", 200, required=False), "property_kind": given.property_kind,
        "property_company": company, "committee": given.committee,
        "committee_until": given.committee_until if given.committee == Committee.YES else None,
        "households": count_of(given.households, "户数"), "year_built": year_of(given.year_built, "建成年份"),
        "bin_points": count_of(given.bin_points, "投放点"), "bins": count_of(given.bins, "垃圾桶"),
        "renewal": given.renewal,
    }  # fmt: skip
    row = found or Compound(code=code)
    if given.liaison is not None and (secret := sealed(given.liaison, row)) is not None:
        values["liaison_cipher"] = secret
    return row, values


def _place(given: CompoundInput) -> dict[str, Any]:
    boundary = _boundary(given)
    lat, lon = given.lat, given.lon
    if lat is None or lon is None:
        if boundary is None:
            raise Refused("sites.missing", column="经纬度")
        lon, lat = geometry.centre(boundary)
        spot = spot_of(lat, lon)
    else:
        spot = spot_of(lat, lon, given.datum)
    if spot.division_id is None and given.division is None:
        raise Refused("sites.no_division")
    known = spot.division_id is not None or given.division is None
    return {
        "lat": spot.lat, "lon": spot.lon, "grid_id": spot.grid_id,
        "division_id": spot.division_id if known else given.division.pk,  # type: ignore[union-attr]
        "division_path": spot.path if known else given.division.path,  # type: ignore[union-attr]
        **({"boundary": boundary} if boundary is not None else {}),
    }  # fmt: skip


def _boundary(given: CompoundInput) -> dict[str, Any] | None:
    if given.boundary is None:
        return None
    try:
        return geometry.sound(given.boundary)
    except ValueError:
        raise Refused("sites.bad_boundary") from None


def _choices(given: CompoundInput) -> None:
    for value, offered, column in (
        (given.property_kind, Property.values, "物业"), (given.committee, Committee.values, "业委会"),
        (given.renewal, Renewal.values, "改造"),
    ):  # fmt: skip
        if value not in offered:
            raise Refused("sites.unknown_choice", column=column, given=value)


def see_liaison(*, actor: Actor, compound_id: UUID) -> tuple[str, str]:
    """Name and phone of the contact person. Every look is a history row (law 12)."""
    with transaction.atomic():
        row = locked(Compound, compound_id)
        rights.require_or_system(actor, "compounds.contact", path=row.division_path)
        write(row, settle(row, {}, actor, FACTS, action="compound.contact_seen", more={"seen": True}))
    return liaison_of(row)


def grade_compound(
    *, actor: Actor, compound_id: UUID, grade: str, reason: str, graded_on: date | None = None
) -> Compound:
    """Grade a compound met, to improve or weak, with the reason in words. Refused: ``sites.unknown_choice``,
    ``sites.missing`` without a reason, ``sites.future_day``."""
    if grade not in {Attainment.MET, Attainment.IMPROVE, Attainment.WEAK}:
        raise Refused("sites.unknown_choice", column="等级", given=grade)
    today = clock.today().date()
    day = graded_on or today
    if day > today:
        raise Refused("sites.future_day", column="评定日期")
    said = text_of(reason, "评定理由", 500)
    with transaction.atomic():
        row = locked(Compound, compound_id)
        rights.require_or_system(actor, "compounds.grade", path=row.division_path)
        if row.state != COMPOUND.initial:
            raise Refused("sites.off_register", name=row.name)
        Grading.objects.create(
            compound=row, grade=grade, graded_on=day, reason=said, by_id=actor.person_id, recorded_at=clock.now()
        )
        newest = row.gradings.first()
        values = {"grade": newest.grade, "graded_on": newest.graded_on} if newest else {}
        more = {"given": grade, "day": day.isoformat()}
        write(row, settle(row, values, actor, FACTS, action="compound.graded", more=more))
    return row


def take_off_compound(*, actor: Actor, compound_id: UUID, reason_code: str) -> Compound:
    """Take a compound off the register; reasons are :data:`~chuangcheng.sites.states.COMPOUND_REASONS`."""
    if reason_code and reason_code not in COMPOUND_REASONS:
        raise Refused("sites.unknown_reason", reason=reason_code)
    return _move(actor, compound_id, "take_off", "taken_off", reason_code)


def put_back_compound(*, actor: Actor, compound_id: UUID) -> Compound:
    """Put a compound back on the register."""
    return _move(actor, compound_id, "put_back", "put_back")


def _move(actor: Actor, compound_id: UUID, move: str, done: str, reason: str = "") -> Compound:
    with transaction.atomic():
        row = locked(Compound, compound_id)
        rights.require_or_system(actor, EDIT, path=row.division_path)
        step(row, COMPOUND, move, actor, FACTS, done=done, reason=reason, given={"reason_code": reason})
    return row
