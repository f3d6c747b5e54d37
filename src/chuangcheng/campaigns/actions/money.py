"""The books of a campaign: budget, contracts, payments, acceptances. Lines are appended; a wrong one is taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from chuangcheng.campaigns.actions.campaigns import FACTS
from chuangcheng.campaigns.models import Campaign, MoneyEntry, Overrun
from chuangcheng.campaigns.policies import allow
from chuangcheng.campaigns.rows import entry_of, locked
from chuangcheng.campaigns.states import CAMPAIGN
from chuangcheng.campaigns.wrongs import wrong
from chuangcheng.history.secrets import digest_of
from chuangcheng.kernel import clock, money
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import tidy
from chuangcheng.sites.registering import settle, write


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyInput:
    """A line for the books: ``amount`` in yuan, ``contract`` the id of the contract's line for payments and
    acceptances, ``source`` of a budget, ``party`` of a contract."""

    kind: str
    amount: Decimal
    day: date
    document: str
    source: str = ""
    party: str = ""
    contract: UUID | None = None
    id: UUID = field(default_factory=new_id)


def enter_money(*, actor: Actor, campaign_id: UUID, given: MoneyInput) -> tuple[MoneyEntry, bool]:
    """Append a line; the same id with the same body again changes nothing. Refused: ``common.invalid`` naming the
    fields, ``money.paid_above`` and ``money.accepted_above`` the contract, ``money.over_budget`` where the campaign
    refuses it (else the line is flagged), ``money.no_contract``."""
    with transaction.atomic():
        campaign = locked(campaign_id)
        allow(actor, "campaigns.report", campaign.lead)
        row = _row(campaign, given, actor)
        known = MoneyEntry.objects.filter(pk=row.pk).first()
        if known is not None:
            return _same(known, row), False
        _open(campaign)
        _judge(campaign, row)
        _append(actor, campaign, row, "campaign.money_entered")
    return row, True


def take_back(*, actor: Actor, entry_id: UUID, document: str, entry_day: date | None = None) -> MoneyEntry:
    """A line was wrong: append one that takes it back, with the document that says so. Refused: ``money.taken_back``
    twice, ``money.still_used`` for a contract with payments, ``money.below_contracts`` for a budget."""
    with transaction.atomic():
        wrong = MoneyEntry.objects.filter(pk=entry_id).first()
        if wrong is None:
            raise Refused("common.not_found")
        campaign = locked(wrong.campaign_id)
        allow(actor, "campaigns.report", campaign.lead)
        _open(campaign)
        if wrong.takes_back_id or MoneyEntry.objects.filter(takes_back=wrong).exists():
            raise Refused("money.taken_back")
        contract_id = wrong.pk if wrong.kind == "contract" else wrong.contract_id
        row = MoneyEntry(campaign=campaign, kind=wrong.kind, fen=wrong.fen, day=entry_day or clock.today().date(),
                         document=tidy(document)[:60], contract_id=contract_id, takes_back=wrong,
                         made_by_id=actor.person_id, recorded_at=clock.now())  # fmt: skip
        _said(row)
        _judge(campaign, row)
        _append(actor, campaign, row, "campaign.money_taken_back")
    return row


def _row(campaign: Campaign, given: MoneyInput, actor: Actor) -> MoneyEntry:
    try:
        amount = money.fen(given.amount)
    except ValueError:
        raise Refused("common.invalid", fields=(
            wrong("amount", "amount"),
        )) from None  # fmt: skip
    row = MoneyEntry(
        id=given.id, campaign=campaign, kind=given.kind, fen=amount, day=given.day, document=tidy(given.document)[:60],
        source=tidy(given.source)[:60], party=tidy(given.party)[:100], contract_id=given.contract,
        made_by_id=actor.person_id, recorded_at=clock.now(),
    )  # fmt: skip
    _said(row)
    return row


def _said(row: MoneyEntry) -> None:
    problems = []
    needs = {"budget": "source", "contract": "party"}
    if row.kind not in money.KINDS:
        problems.append(wrong("kind", "choice"))
    if not row.document:
        problems.append(wrong("document", "required"))
    if row.day > clock.today().date():
        problems.append(wrong("day", "future"))
    name = needs.get(row.kind, "")
    if name and not getattr(row, name) and row.takes_back_id is None:
        problems.append(wrong(name, "required"))
    if row.kind in ("paid", "accepted") and row.contract_id is None:
        problems.append(wrong("contract", "required"))
    if problems:
        raise Refused("common.invalid", fields=tuple(problems))


def _open(campaign: Campaign) -> None:
    """Bills come after the end too; only a cancelled campaign's books are shut."""
    if campaign.state == "cancelled":
        raise Refused("money.shut", state=CAMPAIGN.state(campaign.state).label)


def _judge(campaign: Campaign, row: MoneyEntry) -> None:
    listed = list(MoneyEntry.objects.filter(campaign=campaign))
    contracts = {each.pk for each in listed if each.kind == "contract" and each.takes_back_id is None}
    if row.contract_id is not None and row.contract_id not in contracts:
        raise Refused("money.no_contract")
    entries, new = [entry_of(each) for each in listed], entry_of(row)
    found = money.objection(entries, new, strict=campaign.overrun == Overrun.REFUSE)
    after = money.totals([*entries, new])
    if found:
        contract = money.of_contract(entries, new.contract)
        raise Refused(f"money.{found}", amount=money.written(row.fen), contract=money.written(contract.contract),
                      over=money.written(after.over_budget))  # fmt: skip
    row.flagged = row.kind == "contract" and not new.back and after.over_budget > 0


def _append(actor: Actor, campaign: Campaign, row: MoneyEntry, action: str) -> None:
    facts = {
        "id": str(row.pk), "kind": row.kind, "fen": row.fen, "day": row.day.isoformat(), "flagged": row.flagged,
        "contract": str(row.contract_id) if row.contract_id else None,
        "document": digest_of("campaign.document", row.document),
    }  # fmt: skip
    row.save(force_insert=True)
    write(campaign, settle(campaign, {}, actor, FACTS, action=action, more={"money": facts}))


def _same(known: MoneyEntry, given: MoneyEntry) -> MoneyEntry:
    names = ("campaign_id", "kind", "fen", "day", "document", "source", "party", "contract_id")
    if any(getattr(known, name) != getattr(given, name) for name in names):
        raise Refused("common.different_body")
    return known
