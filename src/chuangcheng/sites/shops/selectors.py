"""Reading shops, their checks and what followed from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit
from chuangcheng.places.models import Division, DivisionLevel
from chuangcheng.sites.policies import area_rows
from chuangcheng.sites.shops import compliance
from chuangcheng.sites.shops.models import Rectification, Shop, ShopCheck
from chuangcheng.sites.states import RECTIFICATION, SHOP


def visible_to(actor: Actor) -> QuerySet[Shop]:
    """The shops the actor may see, with their division."""
    return Shop.objects.filter(area_rows(actor, "shops.view")).select_related("division")


def get_shop_for(actor: Actor, shop_id: UUID) -> Shop:
    """One shop, or ``common.not_found``."""
    found = visible_to(actor).select_related("grid").filter(pk=shop_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def public_shop(shop_id: UUID) -> Shop:
    """A shop for whoever scans its code: the page shows its duty and never what was found at it."""
    found = Shop.objects.select_related("division").filter(pk=shop_id, state=SHOP.initial).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def contact_unit(shop: Shop) -> Unit | None:
    """The street office that a shop turns to."""
    return people.street_unit(shop.division_path)


def may(actor: Actor, permission: str, shop: Shop) -> bool:
    """Whether the shop lies where the actor may use the permission."""
    return rights.scope(actor, permission).reaches(path=shop.division_path)


def moves_for(actor: Actor, shop: Shop) -> list[Move]:
    """The buttons of a shop's page."""
    return list(SHOP.moves_from(shop.state)) if may(actor, "shops.edit", shop) else []


def checks_of(shop: Shop) -> QuerySet[ShopCheck]:
    """The shop's checks, the newest first."""
    return shop.checks.select_related("unit").order_by("-happened_at", "-pk")


def get_check_for(actor: Actor, check_id: UUID) -> ShopCheck:
    """One check of a visible shop, or ``common.not_found``."""
    rows = ShopCheck.objects.select_related("shop").filter(area_rows(actor, "shops.view", "shop__"), pk=check_id)
    found = rows.first()
    if found is None:
        raise Refused("common.not_found")
    return found


def visible_rectifications(actor: Actor) -> QuerySet[Rectification]:
    """Reminders and notices of the visible shops."""
    rows = Rectification.objects.filter(area_rows(actor, "shops.view", "shop__"))
    return rows.select_related("shop__division", "served_by", "handed_to")


def get_rectification_for(actor: Actor, rectification_id: UUID) -> Rectification:
    """One of them, or ``common.not_found``."""
    found = visible_rectifications(actor).filter(pk=rectification_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def rectification_moves_for(actor: Actor, row: Rectification) -> list[Move]:
    """The buttons of a reminder or notice: handing over waits for the deadline."""
    found = [move for move in RECTIFICATION.moves_from(row.state) if may(actor, move.permission, row.shop)]
    running = row.due_on is not None and clock.today().date() <= row.due_on
    return [move for move in found if not (running and move.name == "hand_over")]


@dataclass(frozen=True, slots=True)
class LeagueLine:
    """A street's shops: how many, how many signed, looked at within the days that count, and what was found."""

    division: Division
    shops: int
    signed: int
    checked: int
    kept: int
    judged: int
    running: int  # reminders and notices not ended

    @property
    def signed_share(self) -> float | None:
        """Of all shops."""
        return self.signed / self.shops if self.shops else None

    @property
    def checked_share(self) -> float | None:
        """Of all shops."""
        return self.checked / self.shops if self.shops else None

    @property
    def kept_share(self) -> float | None:
        """Of the duties judged, weighted as in the formula; None where nothing was judged."""
        return self.kept / self.judged if self.judged else None


def league(actor: Actor, now: datetime) -> list[LeagueLine]:
    """The visible streets by the share of duties kept; those without checks stand last. Four queries."""
    shops = visible_to(actor).filter(state=SHOP.initial).order_by()
    sums: dict[str, dict[str, int]] = {}
    _add(sums, shops.values("division_path").annotate(shops=Count("pk"), signed=Count("pk", filter=~Q(signed_on=None))))
    checks = compliance.counted(now).filter(shop__in=shops.values("pk")).order_by().values("shop__division_path")
    found = checks.annotate(kept=compliance.weighed("kept"), judged=compliance.weighed("judged"),
                            checked=Count("shop", distinct=True))  # fmt: skip
    _add(sums, found)
    open_rows = visible_rectifications(actor).exclude(state__in=[s.code for s in RECTIFICATION.states if s.final])
    running = open_rows.order_by().values("shop__division_path").annotate(running=Count("pk"))
    _add(sums, running)
    streets = Division.objects.filter(level=DivisionLevel.STREET).order_by("path")
    lines = [_line(street, sums) for street in streets]
    return sorted(
        (line for line in lines if line.shops), key=lambda line: (-(line.kept_share or 0), line.division.path)
    )


def _add(sums: dict[str, dict[str, int]], rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        (path,) = (value for name, value in row.items() if name.endswith("division_path"))
        kept = sums.setdefault(path, {})
        for name, value in row.items():
            if not name.endswith("division_path"):
                kept[name] = kept.get(name, 0) + (value or 0)


def _line(street: Division, sums: dict[str, dict[str, int]]) -> LeagueLine:
    names = ("shops", "signed", "checked", "kept", "judged", "running")
    parts = [values for path, values in sums.items() if path.startswith(street.path)]
    return LeagueLine(street, *(sum(part.get(name, 0) for part in parts) for name in names))
