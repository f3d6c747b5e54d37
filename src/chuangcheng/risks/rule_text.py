"""A set of rules as the document it is kept and carried in, what an office may change of a rule, and how two sets
differ. Plain reckoning."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from chuangcheng.kernel.label import Label
from chuangcheng.risks.rules import ListRule, Rule, Rules

#: What an office may change of a rule; the rest is what makes it this rule.
FIELDS: dict[str, Label] = {
    "on": Label("执行", "In force"),
    "threshold": Label("触发", "Fires at"),
    "clear": Label("恢复", "Recovers beyond"),
    "base": Label("最小基数", "Rows at least"),
    "days": Label("窗口（天）", "Window, days"),
    "severity": Label("严重程度", "Severity"),
    "likelihood": Label("可能性", "Likelihood"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What may be set of a rule."""

    threshold: Fraction
    clear: Fraction
    base: int
    days: int
    severity: int
    likelihood: int
    on: bool = True

    @classmethod
    def of(cls, rule: Rule) -> Values:
        """Those of a rule."""
        bounds = rule.bounds
        return cls(threshold=bounds.threshold, clear=bounds.clear, base=bounds.base, days=bounds.days,
                   severity=rule.severity, likelihood=rule.likelihood, on=rule.on)  # fmt: skip

    def plain(self) -> dict[str, Any]:
        """As a document has them."""
        return {name: str(value) if isinstance(value := getattr(self, name), Fraction) else value for name in FIELDS}


def document(rules: Rules) -> dict[str, Any]:
    """The set as its document; ``rules.parse`` makes the same set of it."""
    lists = [_list(rule) for rule in rules.lists]
    return {"version": rules.version, "rules": [_rule(rule) for rule in rules.rules], "lists": lists}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code, "zh": rule.label.zh, "en": rule.label.en, "measure": rule.measure, "by": rule.by,
        "below": not rule.bounds.at_least, "kind": rule.kind, **Values.of(rule).plain(),
    }  # fmt: skip


def _list(rule: ListRule) -> dict[str, Any]:
    cut = {"share": rule.cut.share, "floor": rule.cut.floor}
    return {
        "code": rule.code, "zh": rule.label.zh, "en": rule.label.en, "measure": rule.measure, "group": rule.group,
        "period": rule.period, "base": rule.cut.base, "most": rule.cut.most,
        **{name: str(value) for name, value in cut.items() if value is not None},
    }  # fmt: skip


def with_values(rules: Rules, code: str, values: Values) -> dict[str, Any]:
    """The document of the same set with other values of one rule."""
    made = document(rules)
    return {**made, "rules": [row | values.plain() if row["code"] == code else row for row in made["rules"]]}


def toml(document: Mapping[str, Any]) -> str:
    """The document as a TOML file."""
    lines = [f"version = {document['version']}"]
    for name in ("rules", "lists"):
        for row in document[name]:
            lines += ["", f"[[{name}]]", *(f"{key} = {_written(row[key])}" for key in row)]
    return "\n".join(lines) + "\n"


def _written(value: Any) -> str:
    """TOML's basic strings, numbers and booleans are written as JSON's are, but for DEL, which must be escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


@dataclass(frozen=True, slots=True)
class Change:
    """One value that two sets hold differently; ``field`` is "" for a rule that one of them lacks."""

    rule: Rule
    field: str
    before: Any = None
    after: Any = None


def changes(before: Rules, after: Rules) -> list[Change]:
    """How the watch rules of two sets differ: values, then rules that came (``after`` true) or went."""
    old, new = ({rule.code: rule for rule in rules.rules} for rules in (before, after))
    found = []
    for code, rule in new.items():
        if code in old:
            was, now = Values.of(old[code]), Values.of(rule)
            found += [
                Change(rule, name, getattr(was, name), getattr(now, name))
                for name in FIELDS if getattr(was, name) != getattr(now, name)
            ]  # fmt: skip
    return [
        *found,
        *(Change(rule, "", None, True) for code, rule in new.items() if code not in old),
        *(Change(rule, "", True, None) for code, rule in old.items() if code not in new),
    ]
