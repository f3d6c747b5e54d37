"""The books of a campaign: appended, exact, never beyond a contract; beyond the budget by rule."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from chuangcheng.campaigns import actions, selectors
from chuangcheng.campaigns.models import Campaign, MoneyEntry
from chuangcheng.history.models import Event
from chuangcheng.kernel import money
from tests.campaigns.conftest import TODAY, Make
from tests.campaigns.test_lives import differences, refusal

USUAL: dict[str, dict[str, Any]] = {
    "budget": {"document": "市财建〔2026〕12号", "source": "市级财政"},
    "contract": {"document": "HT-2026-031", "party": "云岭市政工程有限公司"},
    "paid": {"document": "ZF-001"},
    "accepted": {"document": "YS-001"},
}


def enter(actor: Any, campaign: Campaign, kind: str, amount: str, **more: Any) -> MoneyEntry:
    values = {"kind": kind, "amount": Decimal(amount), "day": TODAY, **USUAL.get(kind, {"document": "x"}), **more}
    given = actions.MoneyInput(**values)
    return actions.enter_money(actor=actor, campaign_id=campaign.pk, given=given)[0]


def tried(*args: Any, **more: Any) -> str:
    return refusal(lambda: enter(*args, **more))


@pytest.mark.parametrize(
    ("kind", "amount", "more", "told"),
    [
        ("budget", "-5", {}, "amount:amount"),
        ("budget", "0", {}, "amount:amount"),
        ("budget", "1.005", {}, "amount:amount"),
        ("budget", "5", {"source": " "}, "source:required"),
        ("budget", "5", {"document": ""}, "document:required"),
        ("budget", "5", {"day": TODAY + timedelta(days=1)}, "day:future"),
        ("bribe", "5", {}, "kind:choice"),
        ("contract", "5", {"party": ""}, "party:required"),
        ("paid", "5", {}, "contract:required"),
        ("accepted", "5", {"document": "", "day": date(2027, 1, 1)}, "document:required day:future contract:required"),
    ],
)
def test_wrong_lines_are_refused_by_field(
    campaign: Make, personas: Any, kind: str, amount: str, more: dict[str, Any], told: str
) -> None:
    assert tried(personas["office"], campaign(), kind, amount, **more) == f"common.invalid {told}"
    assert not MoneyEntry.objects.exists()


def test_the_books(campaign: Make, personas: Any) -> None:
    office, unit = personas["office"], personas["department"]
    row = campaign()
    enter(office, row, "budget", "231000000")
    first = enter(unit, row, "contract", "100000000.55")
    second = enter(unit, row, "contract", "130999999.45")
    assert tried(unit, row, "contract", "0.01") == "money.over_budget"
    assert tried(unit, row, "paid", "1", contract=uuid4()) == "money.no_contract"
    enter(unit, row, "paid", "60000000", contract=first.pk)
    assert tried(unit, row, "paid", "40000000.56", contract=first.pk) == "money.paid_above"
    enter(unit, row, "paid", "40000000.55", contract=first.pk)
    assert tried(unit, row, "accepted", "130999999.46", contract=second.pk) == "money.accepted_above"
    enter(unit, row, "accepted", "130999999.45", contract=second.pk)
    found = selectors.line_for(row, TODAY).money
    assert [money.written(getattr(found, kind)) for kind in money.KINDS] == [
        "231,000,000.00",
        "231,000,000.00",
        "100,000,000.55",
        "130,999,999.45",
    ]
    one, two = selectors.contracts(row)
    assert (one.entry, one.left, two.drawn.accepted) == (first, 0, 13_099_999_945)
    assert tried(personas["street"], row, "paid", "1", contract=first.pk) == "campaign.other_unit"
    assert tried(personas["leader"], row, "budget", "1") == "common.not_allowed"
    assert "云岭" not in str(list(Event.objects.values_list("after", flat=True)))
    assert "HT-2026" not in str(list(Event.objects.values_list("after", flat=True)))
    assert differences("campaigns.campaign") == []
    assert refusal(lambda: selectors.get_entry_for(personas["street2"], first.pk)) == "common.not_found"
    assert selectors.get_entry_for(unit, first.pk) == first


def test_over_the_budget_by_rule(campaign: Make, personas: Any) -> None:
    row = campaign(overrun="flag")
    enter(personas["office"], row, "budget", "100")
    assert not enter(personas["office"], row, "contract", "100").flagged
    late = enter(personas["office"], row, "contract", "50")
    assert late.flagged and selectors.line_for(row, TODAY).money.over_budget == 50_00
    assert Event.objects.filter(action="campaign.money_entered", after__money__flagged=True).count() == 1


def test_once_by_its_id_and_taken_back(campaign: Make, personas: Any) -> None:
    office, row = personas["office"], campaign()
    budget = enter(office, row, "budget", "100", id=uuid4())
    assert enter(office, row, "budget", "100", id=budget.pk) == budget and MoneyEntry.objects.count() == 1
    assert tried(office, row, "budget", "101", id=budget.pk) == "common.different_body"
    contract = enter(office, row, "contract", "80")
    paid = enter(office, row, "paid", "80", contract=contract.pk)

    def back(entry: MoneyEntry, document: str = "更正-1") -> str:
        return refusal(lambda: actions.take_back(actor=office, entry_id=entry.pk, document=document))

    assert back(contract) == "money.still_used" and back(budget) == "money.below_contracts"
    assert back(paid, " ") == "common.invalid document:required"
    assert back(paid) == "" and back(paid) == "money.taken_back"
    wrong = MoneyEntry.objects.get(takes_back=paid)
    assert back(wrong) == "money.taken_back"
    assert back(contract) == "" and selectors.contracts(row) == []
    assert tried(office, row, "paid", "1", contract=contract.pk) == "money.no_contract"
    assert back(budget) == ""
    assert selectors.line_for(row, TODAY).money == money.Totals()
    assert back(MoneyEntry(pk=uuid4())) == "common.not_found"
    actions.move_campaign(actor=office, campaign_id=row.pk, move="cancel", words="x")
    assert tried(office, row, "budget", "1") == "money.shut"
