"""Rights of the room campaigns, and which campaigns a post sees."""

from __future__ import annotations

from django.db.models import Q

from chuangcheng.campaigns.models import Campaign, DriveGap, DrivePlace, SubAction
from chuangcheng.campaigns.states import CAMPAIGN, DRIVE_GAP, DRIVE_PLACE
from chuangcheng.kernel.actor import SYSTEM, Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import rights
from chuangcheng.people.models import Unit
from chuangcheng.people.rights import Permission, declare

declare(
    Permission("campaigns.view", Label("查看攻坚行动", "See campaigns")),
    Permission("campaigns.edit", Label("设立和修改攻坚行动", "Set up and change campaigns")),
    Permission("campaigns.report", Label("填报攻坚进展和资金", "Report readings, money and sub-actions")),
    Permission("campaigns.decide", Label("验收和取消攻坚行动", "Accept and cancel campaigns")),
    Permission("drives.view", Label("查看达标创建", "See attainment drives")),
    Permission("drives.edit", Label("设立达标创建和清单", "Set up attainment drives and checklists")),
    Permission("drives.fill", Label("填报达标自评和整改", "Fill in assessments and mend")),
    Permission("drives.recheck", Label("复核达标自评", "Re-check assessments")),
)


def campaign_rows(actor: Actor) -> Q:
    """The campaigns in reach: led or supported by the scope's units or their line, led from its area, or with a
    sub-action of its units."""
    scope = rights.scope(actor, "campaigns.view")
    if scope.everything or actor == SYSTEM:
        return Q()
    if scope.nothing:
        return Q(pk__in=[])
    units = rights.with_line(scope)
    supported = Campaign.supports.through.objects.filter(unit__in=units).values("campaign_id")
    own = Q(unit__in=units)
    for path in scope.paths:
        own |= Q(division_path__startswith=path) | Q(unit__division__path__startswith=path)
    sharing = SubAction.objects.filter(own).values("campaign_id")
    rows = Q(lead__in=units) | Q(pk__in=supported) | Q(pk__in=sharing)
    for path in scope.paths:
        rows |= Q(lead__division__path__startswith=path)
    return rows


def _reaches(actor: Actor, permission: str, unit: Unit) -> bool:
    scope = rights.scope(actor, permission)
    path = unit.division.path if unit.division else ""
    return scope.reaches(unit_id=unit.pk, path=path) or unit.pk in rights.with_line(scope)


def allow(actor: Actor, permission: str, *units: Unit) -> None:
    """The right over one of these units. Refused: ``common.not_allowed``, ``campaign.other_unit``. The system may."""
    if actor == SYSTEM:
        return
    rights.require(actor, permission)
    if not any(_reaches(actor, permission, unit) for unit in units):
        raise Refused("campaign.other_unit", unit=units[0].short_name)


def may(actor: Actor, permission: str, *units: Unit) -> bool:
    """Whether :func:`allow` would let it pass."""
    return actor == SYSTEM or any(_reaches(actor, permission, unit) for unit in units)


def may_move(actor: Actor, move: str, campaign: Campaign) -> bool:
    """Whether the actor may take a move of the table, the state apart."""
    return may(actor, CAMPAIGN.move(move).permission, campaign.lead)


def place_rows(actor: Actor, permission: str = "drives.view", prefix: str = "") -> Q:
    """The places in reach: filled in or sponsored by the scope's units or their line, or in its area."""
    scope = rights.scope(actor, permission)
    if scope.everything or actor == SYSTEM:
        return Q()
    if scope.nothing:
        return Q(pk__in=[])
    units = rights.with_line(scope)
    rows = Q(**{f"{prefix}unit__in": units}) | Q(**{f"{prefix}sponsor__in": units})
    for path in scope.paths:
        rows |= Q(**{f"{prefix}division_path__startswith": path})
    return rows


def place_refusal(actor: Actor, move: str, place: DrivePlace) -> Refused | None:
    """Why the actor may not take a move on a place, the state apart. Nobody re-checks what their own unit filled in;
    who only sponsors a place does not fill it in."""
    if actor == SYSTEM:
        return None
    permission = DRIVE_PLACE.move(move).permission
    post = rights.post_of(actor)
    if post is None or not rights.can(actor, permission):
        return Refused("common.not_allowed", permission=rights.declared()[permission].label)
    scope = rights.scope_of(post)
    reached = scope.reaches(unit_id=place.unit_id, path=place.division_path)
    if permission == "drives.recheck":
        if place.filled_by_id == post.unit_id:
            return Refused("drive.own_work")
        reached = reached or place.sponsor_id == post.unit_id or place.unit_id in rights.with_line(scope)
    return None if reached else Refused("campaign.other_unit", unit=place.unit.short_name)


def allow_place(actor: Actor, move: str, place: DrivePlace) -> None:
    """Raise what stands against it."""
    found = place_refusal(actor, move, place)
    if found is not None:
        raise found


def gap_refusal(actor: Actor, move: str, gap: DriveGap) -> Refused | None:
    """The same for a row of the ledger: who fills the place in, and whose the row is, may mend it."""
    if actor == SYSTEM:
        return None
    permission = DRIVE_GAP.move(move).permission
    if not rights.can(actor, permission):
        return Refused("common.not_allowed", permission=rights.declared()[permission].label)
    scope = rights.scope(actor, permission)
    own = (gap.place.unit_id, gap.unit_id) if move == "finish" else (gap.place.unit_id,)
    reached = any(scope.reaches(unit_id=unit_id, path=gap.place.division_path) for unit_id in own)
    return None if reached else Refused("campaign.other_unit", unit=gap.unit.short_name)


def allow_gap(actor: Actor, move: str, gap: DriveGap) -> None:
    """Raise what stands against it."""
    found = gap_refusal(actor, move, gap)
    if found is not None:
        raise found
