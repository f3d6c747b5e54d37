"""Reading compounds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights
from chuangcheng.sites.compounds.models import Attainment, Committee, Compound, Property
from chuangcheng.sites.policies import area_rows
from chuangcheng.sites.states import COMPOUND


def visible_to(actor: Actor) -> QuerySet[Compound]:
    """The compounds the actor may see, with their division."""
    return Compound.objects.filter(area_rows(actor, "compounds.view")).select_related("division")


def get_compound_for(actor: Actor, compound_id: UUID) -> Compound:
    """One compound, or ``common.not_found``."""
    found = visible_to(actor).select_related("site", "grid").filter(pk=compound_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def compound_by_code(code: str) -> Compound | None:
    """The compound of that code; for imports, filters and commands."""
    return Compound.objects.select_related("site").filter(code=code).first()


def may_edit(actor: Actor, compound: Compound, permission: str = "compounds.edit") -> bool:
    """Whether the compound lies where the actor may use the permission."""
    return rights.scope(actor, permission).reaches(path=compound.division_path)


def moves_for(actor: Actor, compound: Compound) -> list[Move]:
    """The buttons of a compound's page."""
    return list(COMPOUND.moves_from(compound.state)) if may_edit(actor, compound) else []


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands over the list: how many, and the shares that the campaign asks after."""

    compounds: int
    households: int
    bin_points: int
    bins: int
    managed: int  # with property cover 物业覆盖: a company, the owners themselves or the community
    with_committee: int
    met: int
    weak: int

    def share(self, count: int) -> float | None:
        """``count`` of all as a share of 1; None while there are none."""
        return count / self.compounds if self.compounds else None


def cover(rows: QuerySet[Compound]) -> Cover:
    """The figures over the compounds on the register among ``rows``. One query."""
    found = rows.filter(state="active").order_by().aggregate(
        compounds=Count("pk"), households=Sum("households"), bin_points=Sum("bin_points"), bins=Sum("bins"),
        managed=Count("pk", filter=~Q(property_kind=Property.NONE)),
        with_committee=Count("pk", filter=Q(committee=Committee.YES)),
        met=Count("pk", filter=Q(grade=Attainment.MET)), weak=Count("pk", filter=Q(grade=Attainment.WEAK)),
    )  # fmt: skip
    return Cover(**{name: value or 0 for name, value in found.items()})
