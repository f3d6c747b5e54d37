"""Figures that say by themselves whether something that a phase demands is done. Rooms above offer theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from chuangcheng.framework import selectors as framework
from chuangcheng.framework.models import DutyKind
from chuangcheng.kernel.label import Label

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """``read`` gives the value (None while nothing is known); done at ``bound`` or, where ``high``, from there on up.
    ``page`` is the name of the address that shows its rows, with a ``query``."""

    code: str
    label: Label
    read: Callable[[], Number | None]
    page: str
    query: str = ""
    bound: Number = 0
    high: bool = False

    def is_done(self, value: Number | None) -> bool:
        """Whether that value settles it."""
        return value is not None and (value >= self.bound if self.high else value <= self.bound)


_figures: dict[str, Figure] = {}


def offer(figure: Figure) -> Figure:
    """Make a figure known by its code."""
    _figures[figure.code] = figure
    return figure


def offered() -> dict[str, Figure]:
    """Every figure by code."""
    return dict(_figures)


def read(codes: Iterable[str]) -> dict[str, Number | None]:
    """The present values of those that are known; each is read once."""
    return {code: _figures[code].read() for code in dict.fromkeys(codes) if code in _figures}


def _orphans() -> int | None:
    """Standards of the edition in force that no unit leads."""
    edition = framework.current_edition()
    if edition is None:
        return None
    return edition.standards.exclude(duties__kind=DutyKind.LEAD).count()


offer(Figure("orphans", Label("无牵头单位的标准", "Standards that nobody leads"), _orphans, "desk:coverage"))
