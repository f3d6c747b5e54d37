"""The matrix of severity × likelihood, five steps each (consequence/likelihood matrix of GB/T 27921 and IEC 31010; the
bounds of the four levels are our own choice, as the standard leaves them to the user)."""

from __future__ import annotations

from chuangcheng.kernel.label import Label

STEPS = (1, 2, 3, 4, 5)
SEVERITY: dict[int, Label] = {
    1: Label("轻微", "Slight"),
    2: Label("一般", "Minor"),
    3: Label("较大", "Moderate"),
    4: Label("重大", "Major"),
    5: Label("特别重大", "Critical"),
}
LIKELIHOOD: dict[int, Label] = {
    1: Label("极少", "Rare"),
    2: Label("较少", "Unlikely"),
    3: Label("可能", "Possible"),
    4: Label("很可能", "Likely"),
    5: Label("几乎必然", "Almost certain"),
}
LEVELS: dict[str, Label] = {
    "grave": Label("极高", "Very high"),
    "high": Label("高", "High"),
    "medium": Label("中", "Medium"),
    "low": Label("低", "Low"),
}
_FROM = (("grave", 15), ("high", 8), ("medium", 4), ("low", 1))


def level_of(severity: int, likelihood: int) -> str:
    """The level of a cell; ValueError outside of the matrix."""
    if severity not in STEPS or likelihood not in STEPS:
        raise ValueError(f"outside of the matrix: {severity} × {likelihood}")
    return next(level for level, least in _FROM if severity * likelihood >= least)


def bounds_of(level: str) -> tuple[int, int]:
    """The products (both included) that make a level."""
    least = dict(_FROM)[level]
    return least, min((other - 1 for _name, other in _FROM if other > least), default=STEPS[-1] ** 2)
