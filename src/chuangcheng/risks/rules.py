"""Watch rules and rules of laggards, typed: data with a version, set in the browser, or of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

from chuangcheng.history.versions import Cached
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.lagging import Cut
from chuangcheng.kernel.own_file import OwnFile
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.risk_matrix import level_of
from chuangcheng.kernel.watching import Bounds
from chuangcheng.risks.measures import MEASURES
from chuangcheng.risks.models import RiskKind, Rulebook

NAME = "risks.rules"
BUILT_IN = Path(__file__).with_name("rules.toml")
GROUPS: dict[str, Label] = {
    "street": Label("街道", "Streets"),
    "city": Label("市直单位", "City departments"),
    "district": Label("县（区）", "Districts"),
    "all": Label("全部参评单位", "All ranked units"),
}
PERIODS: dict[str, Label] = {"month": Label("每月", "Monthly"), "quarter": Label("每季", "Quarterly")}


@dataclass(frozen=True, slots=True)
class Rule:
    """One watch rule."""

    code: str
    label: Label
    measure: str
    by: str
    bounds: Bounds
    kind: str
    severity: int
    likelihood: int
    on: bool = True


@dataclass(frozen=True, slots=True)
class ListRule:
    """How a list of laggards is drawn."""

    code: str
    label: Label
    measure: str
    group: str
    period: str
    cut: Cut


@dataclass(frozen=True, slots=True)
class Rules:
    """All of one version."""

    version: int
    rules: tuple[Rule, ...]
    lists: tuple[ListRule, ...]

    def rule(self, code: str) -> Rule:
        """The watch rule of that code, or ``common.not_found``."""
        return _one(self.rules, code)

    def list_rule(self, code: str) -> ListRule:
        """The rule of laggards of that code, or ``common.not_found``."""
        return _one(self.lists, code)


Found = TypeVar("Found", Rule, ListRule)


def _one(rows: tuple[Found, ...], code: str) -> Found:
    for row in rows:
        if row.code == code:
            return row
    raise Refused("common.not_found")


def parse(document: Mapping[str, Any]) -> Rules:
    """Rules from their document; raises ``risk.bad_rules`` with what is wrong."""
    try:
        rules = tuple(_rule(row) for row in document["rules"])
        lists = tuple(_list(row) for row in document.get("lists", ()))
        found = Rules(int(document["version"]), rules, lists)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise Refused("risk.bad_rules", what=f"{type(error).__name__} {error}") from error
    codes = [*(rule.code for rule in rules), *(rule.code for rule in lists)]
    if len(set(codes)) != len(codes):
        raise Refused("risk.bad_rules", what="two rules of one code")
    return found


def _rule(row: Mapping[str, Any]) -> Rule:
    threshold, below = Fraction(row["threshold"]), bool(row.get("below", False))
    bounds = Bounds(
        threshold, Fraction(row.get("clear", threshold)), not below, int(row.get("base", 0)), int(row["days"])
    )  # fmt: skip
    rule = Rule(
        str(row["code"]), Label(row["zh"], row["en"]), str(row["measure"]), str(row["by"]), bounds,
        RiskKind(row["kind"]).value, int(row["severity"]), int(row["likelihood"]), bool(row.get("on", True)),
    )  # fmt: skip
    level_of(rule.severity, rule.likelihood)
    if rule.measure not in MEASURES or rule.by not in MEASURES[rule.measure].by:
        raise ValueError(f"{rule.code}: no measure {rule.measure} by {rule.by}")
    if not 1 <= bounds.days <= 366 or not 1 <= len(rule.code) <= 32:
        raise ValueError(f"{rule.code}: days are 1 to 366, a code has 1 to 32 letters")
    if (bounds.clear > threshold) if bounds.at_least else (bounds.clear < threshold):
        raise ValueError(f"{rule.code}: it cannot recover where it fires")
    return rule


def _list(row: Mapping[str, Any]) -> ListRule:
    share, floor = (Fraction(row[name]) if name in row else None for name in ("share", "floor"))
    measure, group, period = str(row["measure"]), str(row["group"]), str(row["period"])
    known = measure in MEASURES and "unit" in MEASURES[measure].by
    if not known or group not in GROUPS or period not in PERIODS:
        raise ValueError(f"{row['code']}: unknown measure, group or period")
    if (share is None and floor is None) or (share is not None and not 0 < share <= Fraction(1, 2)):
        raise ValueError(f"{row['code']}: a share up to a half, or a floor")
    cut = Cut(share, floor, MEASURES[measure].high, int(row.get("base", 0)), int(row.get("most", 10)))
    return ListRule(str(row["code"]), Label(row["zh"], row["en"]), measure, group, period, cut)


_FILE = OwnFile(BUILT_IN, parse, name="risks.toml")


def of_file() -> Rules:
    """The city's ``risks.toml``, else the built-in rules."""
    return _FILE.current(settings.CITY.home)


def _load() -> Rules | None:
    book = Rulebook.objects.order_by("-version").first()
    return parse(book.document) if book else None


_stored = Cached(NAME, _load)


def current() -> Rules:
    """What is in force: the set that was made in the browser, unless the file says a higher version."""
    return _higher(_stored.get())


def newest() -> Rules:
    """As :func:`current`, read from the database: for the one who is about to change it."""
    return _higher(_load())


def _higher(stored: Rules | None) -> Rules:
    file = of_file()
    return stored if stored is not None and stored.version >= file.version else file
