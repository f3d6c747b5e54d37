"""Public money, exact to the fen 分: amounts as offices write them, and what entries in the books add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from chuangcheng.kernel.label import Label

#: 9,999 亿元: more is a slip of the pen.
MOST = 99_990_000_000_000
KINDS: dict[str, Label] = {
    "budget": Label("预算", "Budget"),
    "contract": Label("合同", "Contract"),
    "paid": Label("支付", "Payment"),
    "accepted": Label("验收", "Acceptance"),
}


def fen(amount: Decimal | str | int) -> int:
    """Yuan as whole fen; ValueError for what is no amount above 0, has parts of a fen or is out of all reason."""
    try:
        exact = Decimal(str(amount).replace(",", "").replace("，", "").strip())
    except InvalidOperation:
        raise ValueError("no amount") from None
    if not exact.is_finite() or not 0 < exact * 100 <= MOST or exact != round(exact, 2):
        raise ValueError("no amount")
    return int(exact * 100)


def yuan(amount: int) -> Decimal:
    """Fen as yuan with two places."""
    return Decimal(amount).scaleb(-2)


def written(amount: int) -> str:
    """``231,000,000.00``: fen as yuan."""
    return f"{yuan(amount):,.2f}"


def in_wan(amount: int) -> str:
    """``23,100`` or ``1.2345``: fen in 万元, exact, without idle zeros."""
    wan = Decimal(amount).scaleb(-6)
    whole, _, rest = f"{wan:,f}".partition(".")
    rest = rest.rstrip("0")
    return f"{whole}.{rest}" if rest else whole


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the books: ``contract`` names the contract that a payment or acceptance belongs to (a contract's
    own key for itself); ``back`` takes an earlier line back."""

    kind: str
    fen: int
    contract: object = None
    back: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums in fen."""

    budget: int = 0
    contract: int = 0
    paid: int = 0
    accepted: int = 0

    @property
    def over_budget(self) -> int:
        """By how much contracts exceed the budget; 0 if they do not."""
        return max(self.contract - self.budget, 0)

    def share(self, kind: str) -> float | None:
        """A sum as a share of the budget; None without one."""
        return getattr(self, kind) / self.budget if self.budget else None


def totals(entries: Iterable[Entry]) -> Totals:
    """What the entries add up to."""
    sums = dict.fromkeys(KINDS, 0)
    for entry in entries:
        sums[entry.kind] += -entry.fen if entry.back else entry.fen
    return Totals(**sums)


def of_contract(entries: Iterable[Entry], contract: object) -> Totals:
    """What stands behind one contract."""
    return totals(entry for entry in entries if entry.kind != "budget" and entry.contract == contract)


def objection(entries: Iterable[Entry], new: Entry, *, strict: bool) -> str:
    """What speaks against one more entry: ``no_contract``, ``paid_above``, ``accepted_above``, ``over_budget`` (with
    ``strict``), and for one that takes back ``still_used`` (its contract is paid or accepted beyond what would stay)
    or ``below_contracts`` (the budget would no longer cover them, ``strict`` only); "" for nothing."""
    listed = [*entries, new]
    if new.kind in ("paid", "accepted"):
        after = of_contract(listed, new.contract)
        if not after.contract:
            return "no_contract"
        if not new.back and getattr(after, new.kind) > after.contract:
            return f"{new.kind}_above"
        return ""
    if new.kind == "contract" and new.back:
        after = of_contract(listed, new.contract)
        return "still_used" if max(after.paid, after.accepted) > after.contract else ""
    is_over = strict and totals(listed).over_budget > 0
    if new.kind == "contract":
        return "over_budget" if is_over else ""
    return "below_contracts" if new.back and is_over else ""
