"""Reading campaigns: each starts from what the actor may see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from django.db.models import Count, QuerySet

from chuangcheng.campaigns.models import Campaign, MoneyEntry, Reading, SubAction, Target
from chuangcheng.campaigns.policies import campaign_rows, may, may_move
from chuangcheng.campaigns.rows import entry_of
from chuangcheng.campaigns.states import CAMPAIGN, LIVE, SUB_ACTION
from chuangcheng.kernel import money, progress
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.tasks import selectors as tasks
from chuangcheng.tasks.models import Task

_RANK = ("behind", "no_reading", "on_plan", "ahead", "not_begun", "reached", "")


def visible_to(actor: Actor) -> QuerySet[Campaign]:
    """The campaigns that the actor sees."""
    return Campaign.objects.filter(campaign_rows(actor)).select_related("lead__division", "leader")


def get_campaign_for(actor: Actor, campaign_id: UUID) -> Campaign:
    """One campaign, or ``common.not_found``."""
    found = visible_to(actor).filter(pk=campaign_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def get_target_for(actor: Actor, target_id: UUID) -> Target:
    """A target of a campaign in sight, or ``common.not_found``."""
    rows = Target.objects.select_related("campaign__lead__division").filter(campaign__in=visible_to(actor))
    found = rows.filter(pk=target_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def get_sub_action_for(actor: Actor, sub_action_id: UUID) -> SubAction:
    """A sub-action in sight, or ``common.not_found``."""
    found = sub_actions(actor).filter(pk=sub_action_id).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def get_entry_for(actor: Actor, entry_id: UUID) -> MoneyEntry:
    """A line of the books of a campaign in sight, or ``common.not_found``."""
    found = MoneyEntry.objects.filter(pk=entry_id, campaign__in=visible_to(actor)).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def sub_actions(actor: Actor) -> QuerySet[SubAction]:
    """The sub-actions of the campaigns in sight."""
    rows = SubAction.objects.filter(campaign__in=visible_to(actor))
    return rows.select_related("campaign__lead__division", "unit__division", "division")


def reading_for(actor: Actor, reading_id: UUID) -> Reading:
    """A reading of a campaign in sight, or ``common.not_found``."""
    found = Reading.objects.filter(pk=reading_id, target__campaign__in=visible_to(actor)).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def moves_for(actor: Actor, campaign: Campaign) -> list[Move]:
    """The moves that the state allows and this actor may take."""
    return [move for move in CAMPAIGN.moves_from(campaign.state) if may_move(actor, move.name, campaign)]


def sub_moves_for(actor: Actor, row: SubAction) -> list[Move]:
    """The same for a sub-action."""
    if CAMPAIGN.state(row.campaign.state).final:
        return []
    units = (row.campaign.lead, row.unit)
    return [move for move in SUB_ACTION.moves_from(row.state) if may(actor, move.permission, *units)]


def may_report(actor: Actor, campaign: Campaign) -> bool:
    """Whether the actor hands in readings of this campaign."""
    return may(actor, "campaigns.report", campaign.lead, *campaign.supports.select_related("division"))


def tasks_of(actor: Actor, campaign: Campaign) -> QuerySet[Task]:
    """The tasks made of this campaign that the actor sees, those still open first."""
    rows = tasks.visible_to(actor).filter(origin_kind="campaign", origin_id=campaign.pk)
    return rows.select_related("lead").order_by("ended_on", "due_on")


@dataclass(frozen=True, slots=True)
class Line:
    """A campaign as it stands: shares of the whole way (mean of its targets, each between 0 and 1), the worst standing
    among them ("" where it is not judged), money in fen, sub-actions by state."""

    campaign: Campaign
    targets: tuple[tuple[Target, progress.Standing], ...]
    share: Fraction
    planned: Fraction
    code: str
    lag: Fraction
    money: money.Totals
    subs: dict[str, int]

    @property
    def paid_share(self) -> float | None:
        """What is paid as a share of the budget; None without one."""
        return self.money.share("paid")

    @property
    def sub_total(self) -> int:
        """Sub-actions that are not cancelled."""
        return sum(count for state, count in self.subs.items() if state != "cancelled")


def overview(rows: QuerySet[Campaign], today: date) -> list[Line]:
    """Every campaign with its figures, those furthest behind first. Four queries."""
    campaigns = {row.pk: row for row in rows}
    targets: dict[UUID, list[Target]] = defaultdict(list)
    for target in Target.objects.filter(campaign__in=campaigns, dropped_on=None):
        target.campaign = campaigns[target.campaign_id]
        targets[target.campaign_id].append(target)
    entries: dict[UUID, list[money.Entry]] = defaultdict(list)
    for entry in MoneyEntry.objects.filter(campaign__in=campaigns):
        entries[entry.campaign_id].append(entry_of(entry))
    subs: dict[UUID, dict[str, int]] = defaultdict(dict)
    counted = SubAction.objects.filter(campaign__in=campaigns).order_by().values_list("campaign_id", "state")
    for pk, state, count in counted.annotate(count=Count("pk")):
        subs[pk][state] = count
    found = [line_of(row, targets[pk], entries[pk], subs[pk], today) for pk, row in campaigns.items()]
    return sorted(found, key=lambda line: (_RANK.index(line.code), -line.lag, line.campaign.number))


def line_of(
    campaign: Campaign, targets: Sequence[Target], entries: Sequence[money.Entry], subs: dict[str, int], today: date
) -> Line:
    """One campaign from what was read of it."""
    standings = [(target, progress.stands(target.course, latest_of(target), today)) for target in targets]
    share = _mean([standing.share for _, standing in standings])
    planned = _mean([standing.planned_share for _, standing in standings])
    live = campaign.state in LIVE
    code = _code(campaign, [standing for _, standing in standings])
    lag = max((standing.lag for _, standing in standings), default=Fraction(0)) if live else Fraction(0)
    return Line(campaign, tuple(standings), share, planned, code, lag, money.totals(entries), subs)


def _code(campaign: Campaign, standings: Sequence[progress.Standing]) -> str:
    if campaign.state in LIVE and standings:
        return min((standing.code for standing in standings), key=_RANK.index)
    return "not_begun" if campaign.state == "planned" else ""


def standing_of(rows: QuerySet[Campaign], today: date) -> dict[Campaign, list[tuple[Target, progress.Standing]]]:
    """The campaigns with their targets against the plan, those dropped left out. Two queries."""
    campaigns = {row.pk: row for row in rows}
    found: dict[Campaign, list[tuple[Target, progress.Standing]]] = {row: [] for row in campaigns.values()}
    for target in Target.objects.filter(campaign__in=campaigns, dropped_on=None):
        target.campaign = campaigns[target.campaign_id]
        found[target.campaign].append((target, progress.stands(target.course, latest_of(target), today)))
    return found


def with_standing(rows: QuerySet[Campaign], code: str, today: date) -> QuerySet[Campaign]:
    """Those whose worst target stands so (a code of :data:`~chuangcheng.kernel.progress.STANDINGS`)."""
    found = standing_of(rows, today).items()
    return rows.filter(pk__in=[row.pk for row, each in found if _code(row, [one for _, one in each]) == code])


def dropped_standing(campaign: Campaign) -> list[tuple[Target, progress.Standing]]:
    """The targets that were dropped, by their places, as they stood on that day."""
    found = []
    for target in campaign.targets.exclude(dropped_on=None):
        target.campaign = campaign
        assert target.dropped_on is not None
        found.append((target, progress.stands(target.course, latest_of(target), target.dropped_on)))
    return found


def latest_of(target: Target) -> Fraction | None:
    """The latest value as the kernel reckons with it."""
    return None if target.latest is None else Fraction(target.latest)


def _mean(shares: Sequence[Fraction]) -> Fraction:
    """Of shares of a way, none counted below its start or beyond its end."""
    return sum((min(max(each, Fraction(0)), Fraction(1)) for each in shares), Fraction(0)) / max(len(shares), 1)


def line_for(campaign: Campaign, today: date) -> Line:
    """One campaign as it stands."""
    targets = list(campaign.targets.filter(dropped_on=None))
    for target in targets:
        target.campaign = campaign
    states = campaign.sub_actions.order_by().values_list("state", flat=True)
    return line_of(campaign, targets, [entry_of(row) for row in campaign.money.all()], dict(Counter(states)), today)


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract that stands, and what was drawn on it."""

    entry: MoneyEntry
    drawn: money.Totals

    @property
    def left(self) -> int:
        """Not paid yet."""
        return self.drawn.contract - self.drawn.paid

    @property
    def amounts(self) -> tuple[int, int, int, int]:
        """The contract's sum, paid, accepted, not paid yet."""
        return self.drawn.contract, self.drawn.paid, self.drawn.accepted, self.left


def contracts(campaign: Campaign) -> list[Contract]:
    """The contracts of a campaign that were not taken back."""
    rows = list(campaign.money.all())
    entries = [entry_of(row) for row in rows]
    own = [
        (row, money.of_contract(entries, row.pk)) for row in rows if row.kind == "contract" and not row.takes_back_id
    ]
    return [Contract(row, drawn) for row, drawn in own if drawn.contract]
