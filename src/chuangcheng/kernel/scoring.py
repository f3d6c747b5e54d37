"""How a fact becomes a share of a standard's points, as exact fractions.

状态描述法: A = 100 %, B = 66 %, C = 33 %, C# = 0; usually 0, 1, 2 or 3 and more defects decide. Other kinds come from
the same published sheets (binary, quota, threshold, criteria, ratio, deduct) or are our own reconstruction (graded
material, satisfaction). A rule is data: a checklist item carries a string, a standard or an indicator a dict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from chuangcheng.kernel.label import Label

GRADE_SHARES: dict[str, Fraction] = {
    "A": Fraction(1),
    "B": Fraction(66, 100),
    "C": Fraction(33, 100),
    "C#": Fraction(0),
}
DEFAULT_DEFECTS = {"A": 0, "B": 1, "C": 2, "C#": 3}

KINDS: dict[str, Label] = {
    "abc_state": Label("状态描述", "State description"),
    "defect_count": Label("缺陷计数", "Count of defects"),
    "binary": Label("符合性", "Conforms or not"),
    "quota": Label("数量要求", "Quota"),
    "threshold": Label("指标阈值", "Threshold"),
    "criteria_count": Label("达标项数", "Number of criteria met"),
    "ratio": Label("比例得分", "Ratio"),
    "deduct": Label("扣分", "Deduction"),
    "material_graded": Label("材料评级", "Graded material"),
    "satisfaction": Label("满意度", "Satisfaction"),
}

Number = int | float | str | Decimal | Fraction
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The grade shown to people and the exact share of the points."""

    grade: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class ItemRule:
    """A checklist item's scoring string, understood.

    ``bound`` is the quota or threshold (None: the sheet leaves it to the site), ``metres`` the stretch a quota is for,
    ``unit`` what the bound is measured in, ``at_most`` whether smaller is better, ``levels`` the most defects a grade
    forgives.
    """

    kind: str
    bound: Fraction | None = None
    metres: int | None = None
    unit: str = ""
    at_most: bool = False
    levels: Mapping[str, int] = field(default_factory=lambda: DEFAULT_DEFECTS)

    @property
    def asks_value(self) -> bool:
        """Whether the inspector writes a number (found, measured) rather than counts defects."""
        return self.bound is not None


_ITEM = re.compile(r"(?P<kind>[a-z_]+)(?::(?P<rest>.+))?")
_QUOTA = re.compile(r"(\d+)(?:/(\d+)m)?")
_THRESHOLD = re.compile(r"(\d+(?:\.\d+)?)([a-z%]*)")
_LEVEL = re.compile(r"(A|B|C#|C)(\d+)")


@cache
def parse_item(scoring: str) -> ItemRule:
    """Understand ``defect_count``, ``binary``, ``quota``, ``quota:3``, ``quota:3/500m``, ``threshold``,
    ``threshold:0.4``, ``threshold:15min`` (a waiting time: at most) or ``abc:A0,B1,C2,C#3``; ValueError otherwise."""
    match = _ITEM.fullmatch(scoring)
    kind, rest = (match["kind"], match["rest"]) if match else ("", None)
    if rest is None and kind in {"defect_count", "binary", "quota", "threshold", "abc"}:
        return ItemRule("defect_count" if kind == "abc" else kind)
    if kind == "quota" and (quota := _QUOTA.fullmatch(rest or "")) and int(quota[1]) > 0:
        return ItemRule("quota", Fraction(int(quota[1])), int(quota[2]) if quota[2] else None)
    if kind == "threshold" and (bound := _THRESHOLD.fullmatch(rest or "")):
        return ItemRule("threshold", Fraction(bound[1]), unit=bound[2], at_most=bound[2] in {"min", "h", "s"})
    if kind == "abc":
        levels = [_LEVEL.fullmatch(part) for part in (rest or "").split(",")]
        found = {level[1]: int(level[2]) for level in levels if level}
        if len(found) == len(levels) and found.get("A") == 0:
            return ItemRule("defect_count", levels=found)
    raise ValueError(f"unknown scoring: {scoring}")


def judge_item(scoring: str, *, defects: int = 0, value: Number | None = None, metres: Number | None = None) -> Verdict:
    """The verdict on one checklist item.

    ``defects`` counts what is wrong (for a quota: what is missing). ``value`` is the number found or measured; with it
    quota and threshold judge by their bound. ``metres`` is the stretch walked, for quotas a length. Raises ValueError
    for an unknown scoring or a negative count.
    """
    rule = parse_item(scoring)
    if defects < 0:
        raise ValueError("a count of defects cannot be negative")
    if rule.kind == "binary":
        return _graded("C#" if defects else "A")
    if rule.kind == "quota" and value is not None:
        return _quota(rule, _exact(value), defects, metres)
    if rule.kind == "threshold":
        return _graded("A" if _passes(rule, value, defects) else "C#")
    return _graded(_by_defects(rule.levels, defects))


def _quota(rule: ItemRule, found: Fraction, defects: int, metres: Number | None) -> Verdict:
    """Nothing found is C#; else each missing one is a defect."""
    required = rule.bound or Fraction(1)
    if rule.metres and metres is not None:
        required = max(Fraction(1), Fraction(-(-required * _exact(metres) // rule.metres)))
    missing = max(-(-(required - found) // 1), 0)
    return _graded("C#" if found <= 0 else _by_defects(rule.levels, max(missing, defects)))


def _passes(rule: ItemRule, value: Number | None, defects: int) -> bool:
    if value is None or rule.bound is None:
        return defects == 0
    return defects == 0 and (_exact(value) <= rule.bound if rule.at_most else _exact(value) >= rule.bound)


def judge_standard(scoring: Mapping[str, Any], **facts: Any) -> Verdict:
    """The verdict on a standard or an indicator by its ``scoring`` dict.

    Facts by kind: abc_state and defect_count ``defects``; binary ``conforms`` or ``defects``; threshold and ratio
    ``value``; deduct ``missing`` or ``value`` (how many there are); criteria_count ``met``; material_graded ``level``
    or ``levels`` (one for each part); satisfaction ``answers`` (option → count) or ``value`` (a share). Raises
    ValueError for an unknown kind, a missing fact, or no valid answers at all.
    """
    kind = scoring.get("kind", "")
    judge = _STANDARDS.get(kind)
    if judge is None:
        raise ValueError(f"unknown scoring kind: {kind}")
    return judge(scoring, facts)


def weighted(parts: Iterable[tuple[Fraction, Fraction]]) -> Fraction | None:
    """The mean of (weight, share) pairs; None when nothing has weight."""
    total = points = Fraction(0)
    for weight, share in parts:
        total += weight
        points += weight * share
    return points / total if total else None


def grade_of(share: Fraction) -> str:
    """The best grade whose share is reached."""
    return next(grade for grade, least in GRADE_SHARES.items() if share >= least)


def _graded(grade: str) -> Verdict:
    return Verdict(grade, GRADE_SHARES[grade])


def _shared(share: Fraction) -> Verdict:
    share = min(max(share, Fraction(0)), Fraction(1))
    return Verdict(grade_of(share), share)


def _by_defects(levels: Mapping[str, int], defects: int) -> str:
    """The best grade that forgives so many defects; C# when none does."""
    return next((grade for grade in ("A", "B", "C") if grade in levels and defects <= levels[grade]), "C#")


def _exact(value: Number) -> Fraction:
    """A float means the number it prints as: 0.66 is 66/100."""
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)


def _fact(facts: Facts, *names: str) -> Any:
    for name in names:
        if facts.get(name) is not None:
            return facts[name]
    raise ValueError(f"this scoring needs {' or '.join(names)}")


def _abc_state(scoring: Facts, facts: Facts) -> Verdict:
    grade = _by_defects(scoring.get("defects", DEFAULT_DEFECTS), int(_fact(facts, "defects")))
    shares = scoring.get("map", {})
    return Verdict(grade, _exact(shares[grade])) if grade in shares else _graded(grade)


def _binary(_: Facts, facts: Facts) -> Verdict:
    conforms = facts["conforms"] if facts.get("conforms") is not None else not _fact(facts, "defects")
    return _graded("A" if conforms else "C#")


_OPERATORS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}


def _threshold(scoring: Facts, facts: Facts) -> Verdict:
    """A and B by their bounds; C is whatever is left above the bound of C#, if there is one."""
    value, better = _exact(_fact(facts, "value")), _OPERATORS[scoring.get("op", ">=")]
    bounds = {grade: _exact(scoring[grade]) for grade in GRADE_SHARES if grade in scoring}
    if "A" not in bounds:
        bounds["A"] = _exact(_fact(scoring, "target"))
    for grade in ("A", "B"):
        if grade in bounds and better(value, bounds[grade]):
            return _graded(grade)
    if "C#" in bounds:
        return _graded("C" if better(value, bounds["C#"]) else "C#")
    return _graded("C" if "C" in bounds else "C#")


def _ratio(scoring: Facts, facts: Facts) -> Verdict:
    return _shared(min(_exact(_fact(facts, "value")) / _exact(scoring["required"]), _exact(scoring.get("cap", 1))))


def _deduct(scoring: Facts, facts: Facts) -> Verdict:
    """Full score less a fixed amount for each missing one; by default nothing is left when all are missing."""
    required, each = _exact(scoring["required"]), _exact(scoring["deduct_per_missing"])
    full = _exact(scoring.get("full") or required * each)
    missing = facts.get("missing")
    if missing is None:
        missing = max(required - _exact(_fact(facts, "value")), Fraction(0))
    return _shared(1 - _exact(missing) * each / full)


def _criteria_count(scoring: Facts, facts: Facts) -> Verdict:
    met, levels = _exact(_fact(facts, "met", "value")), scoring["levels"]
    return _graded(next((g for g in ("A", "B", "C") if g in levels and met >= _exact(levels[g])), "C#"))


def _material_graded(scoring: Facts, facts: Facts) -> Verdict:
    """A report and its pictures count alike."""
    levels = facts.get("levels") or [_fact(facts, "level")]
    unknown = set(levels) - set(scoring["levels"])
    if unknown:
        raise ValueError(f"unknown levels: {sorted(unknown)}")
    return _shared(sum((_exact(scoring["levels"][level]) for level in levels), Fraction(0)) / len(levels))


def _satisfaction(scoring: Facts, facts: Facts) -> Verdict:
    """Options without a value (不清楚) are left out of the mean."""
    if facts.get("answers") is None:
        return _shared(_exact(_fact(facts, "value")))
    values = scoring["option_values"]
    valid = {option: count for option, count in facts["answers"].items() if values[option] is not None}
    total = sum(valid.values())
    if not total:
        raise ValueError("no valid answers")
    return _shared(sum((_exact(values[option]) * count for option, count in valid.items()), Fraction(0)) / total)


_STANDARDS: dict[str, Callable[[Facts, Facts], Verdict]] = {
    "abc_state": _abc_state,
    "defect_count": _abc_state,
    "binary": _binary,
    "threshold": _threshold,
    "ratio": _ratio,
    "deduct": _deduct,
    "criteria_count": _criteria_count,
    "material_graded": _material_graded,
    "satisfaction": _satisfaction,
}
