"""Changes of sites. The system itself may set up a city; otherwise ``sites.edit`` is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import SiteKind
from chuangcheng.history import actions as history
from chuangcheng.history import outbox
from chuangcheng.kernel import coords
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import normalise, tidy
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.places.locator import locate
from chuangcheng.places.models import Division
from chuangcheng.sites.facts import facts
from chuangcheng.sites.models import Site
from chuangcheng.sites.states import REASONS, SITE

EDIT = "sites.edit"


@dataclass(frozen=True, slots=True)
class _Place:
    """WGS-84 degrees and what lies there."""

    lat: float
    lon: float
    division: Division
    grid_id: UUID | None

    def values(self) -> dict[str, Any]:
        return {
            "lat": self.lat, "lon": self.lon, "division": self.division, "division_path": self.division.path,
            "grid_id": self.grid_id,
        }  # fmt: skip


def save_site(
    *,
    actor: Actor,
    code: str,
    name: str,
    kind_code: str,
    unit: Unit,
    lat: float,
    lon: float,
    address: str = "",
    datum: str = "wgs84",
) -> Site:
    """Make or change the site of that code; saving what already stands changes nothing, not even its history.

    ``lat`` and ``lon`` are degrees in ``datum``. Division and grid come from the boundaries; a point that no boundary
    covers belongs to the unit's own division. Refused: ``sites.no_edition``, ``sites.unknown_kind``,
    ``sites.bad_position``, ``sites.no_division``, ``sites.missing``.
    """
    kind = _kind(kind_code)
    place = _place(lat, lon, datum, unit)
    values: dict[str, Any] = {
        "name": _text(tidy(name), "点位名称", 100), "kind": kind, "kind_code": kind.code, "unit": unit,
        "address": tidy(address)[:200], **place.values(),
    }  # fmt: skip
    code = _text(normalise(code), "点位编码", 30)
    with transaction.atomic():
        site = Site.objects.select_for_update().filter(code=code).first()
        fresh = site is None
        held = (site.unit_id, site.division_path) if site else (unit.pk, place.division.path)
        rights.require_or_system(actor, EDIT, unit_id=held[0], path=held[1])
        site = site or Site(code=code)
        _change(actor, site, values, fresh)
    return site


def move_site(*, actor: Actor, site_id: UUID, lat: float, lon: float, datum: str = "wgs84") -> Site:
    """Put a site where it really is. Refused as in :func:`save_site`."""
    with transaction.atomic():
        site = _locked(actor, site_id)
        _change(actor, site, _place(lat, lon, datum, site.unit).values(), fresh=False)
    return site


def pause_site(*, actor: Actor, site_id: UUID, reason_code: str) -> Site:
    """Stop looking at a site for a while. Reasons: :data:`~chuangcheng.sites.states.REASONS`."""
    return _step(actor, site_id, "pause", reason_code)


def resume_site(*, actor: Actor, site_id: UUID) -> Site:
    """Look at a paused site again."""
    return _step(actor, site_id, "resume")


def close_site(*, actor: Actor, site_id: UUID, reason_code: str) -> Site:
    """Take a site off the register; its visits and cases stay."""
    return _step(actor, site_id, "close", reason_code)


def reopen_site(*, actor: Actor, site_id: UUID) -> Site:
    """Put a closed site back on the register."""
    return _step(actor, site_id, "reopen")


def follow_edition() -> int:
    """Point every site at its kind in the published edition; returns how many moved. Kinds the edition does not have
    keep the row they had. The code stays, so no history row is due."""
    edition = framework.current_edition()
    moved = 0
    if edition is not None:
        with transaction.atomic():
            for kind in framework.kinds_of(edition):
                moved += Site.objects.filter(kind_code=kind.code).exclude(kind=kind).update(kind=kind)
    return moved


def _step(actor: Actor, site_id: UUID, move: str, reason_code: str = "") -> Site:
    if reason_code and reason_code not in REASONS:
        raise Refused("sites.unknown_reason", reason=reason_code)
    with transaction.atomic():
        site = _locked(actor, site_id)
        target = SITE.next(site.state, move, reason_code=reason_code)
        _change(actor, site, {"state": target}, fresh=False, action=f"site.{_PAST[move]}", reason=reason_code)
    return site


_PAST = {"pause": "paused", "resume": "resumed", "close": "closed", "reopen": "reopened"}


def _locked(actor: Actor, site_id: UUID) -> Site:
    site = Site.objects.select_for_update().filter(pk=site_id).first()
    if site is None:
        raise Refused("common.not_found")
    rights.require_or_system(actor, EDIT, unit_id=site.unit_id, path=site.division_path)
    return site


def _change(
    actor: Actor, site: Site, values: dict[str, Any], fresh: bool, action: str = "site.changed", reason: str = ""
) -> None:
    """Set what differs, append history and tell upper rooms; nothing at all when nothing differs."""
    changed = [name for name, value in values.items() if fresh or getattr(site, name) != value]
    if not changed:
        return
    before = {} if fresh else facts(site)
    for name in changed:
        setattr(site, name, values[name])
    action = "site.created" if fresh else action
    after = {**facts(site), "renamed": bool({"name", "address"} & set(changed))}
    history.append(site, action, actor, before=before, after=after, reason=reason)
    site.save(force_insert=fresh)
    outbox.emit(action, ("site", site.pk), {"code": site.code})


def _kind(code: str) -> SiteKind:
    edition = framework.current_edition()
    if edition is None:
        raise Refused("sites.no_edition")
    kind = framework.kind_by_code(edition, code)
    if kind is None:
        raise Refused("sites.unknown_kind", kind=code)
    return kind


def _place(lat: float, lon: float, datum: str, unit: Unit) -> _Place:
    try:
        lon, lat = coords.to_wgs84(lon, lat, datum)
    except ValueError:
        raise Refused("sites.bad_position", lat=lat, lon=lon) from None
    found = locate(lon, lat)
    division = Division.objects.filter(pk=found.division_id).first() if found.division_id else unit.division
    if division is None:
        raise Refused("sites.no_division")
    return _Place(round(lat, 7), round(lon, 7), division, found.grid_id)


def _text(text: str, column: str, limit: int) -> str:
    if not text:
        raise Refused("sites.missing", column=column)
    if len(text) > limit:
        raise Refused("sites.too_long", column=column, limit=limit)
    return text
