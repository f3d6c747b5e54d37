"""The rules of an edition, typed. They are data of the edition: a city's own text may hold other shares and gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from chuangcheng.framework.weights import exact

#: What an edition without a rule of its own goes by (domain facts HY, YZW, AIP, ENT, TWG; deduction and budget CK).
DEFAULTS: dict[str, Any] = {
    "years": 3,
    "year_weights": ["3/20", "1/4", "3/5"],
    "method_shares": {"material": "2/5", "onsite": "2/5", "survey": "1/5"},
    "method_of_observation": "onsite",
    "minors_framework": "",
    "minors_share": "1/5",
    "minors_gate": "85",
    "grade_shares": {"A": "1", "B": "33/50", "C": "33/100", "C#": "0"},
    "grade_severity": {"B": 1, "C": 2, "C#": 2},  # a grade tells of no danger: that is for eyes to see
    "case_deduction": {"per_overdue_open": "1/50", "cap": "1/5"},
    "visit_budget": {"visits": 6, "days": 30},
}


@dataclass(frozen=True, slots=True)
class Budget:
    """At most so many visits to one site within so many days, all modes together."""

    visits: int
    days: int


@dataclass(frozen=True, slots=True)
class Rules:
    """Shares are fractions of 1, ``minors_gate`` is points of 100."""

    year_weights: tuple[Fraction, ...]
    method_shares: dict[str, Fraction]
    method_of_observation: str
    minors_framework: str
    minors_share: Fraction
    minors_gate: Fraction
    grade_shares: dict[str, Fraction]
    grade_severity: dict[str, int]
    per_overdue_open: Fraction
    deduction_cap: Fraction
    budget: Budget

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Rules:
        """The rules of an edition's ``rules``; ValueError, TypeError or KeyError when one cannot be read."""
        rules = {**DEFAULTS, **given}
        deduction, budget = rules["case_deduction"], rules["visit_budget"]
        return cls(
            year_weights=_whole(tuple(exact(weight) for weight in rules["year_weights"]), "year_weights"),
            method_shares=_shares(rules["method_shares"], "method_shares"),
            method_of_observation=str(rules["method_of_observation"]),
            minors_framework=str(rules["minors_framework"]),
            minors_share=exact(rules["minors_share"]),
            minors_gate=exact(rules["minors_gate"]),
            grade_shares={grade: exact(share) for grade, share in rules["grade_shares"].items()},
            grade_severity={grade: int(severity) for grade, severity in rules["grade_severity"].items()},
            per_overdue_open=exact(deduction["per_overdue_open"]),
            deduction_cap=exact(deduction["cap"]),
            budget=Budget(int(budget["visits"]), int(budget["days"])),
        )


def _shares(given: Mapping[str, Any], name: str) -> dict[str, Fraction]:
    shares = {method: exact(share) for method, share in given.items()}
    _whole(tuple(shares.values()), name)
    return shares


def _whole(parts: tuple[Fraction, ...], name: str) -> tuple[Fraction, ...]:
    if sum(parts, Fraction()) != 1:
        raise ValueError(f"{name} do not sum to 1")
    return parts
