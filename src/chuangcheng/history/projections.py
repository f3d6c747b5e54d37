"""Projections: what is computed from facts, declared with a way to check it and a way to compute it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Progress = Callable[[str, int, int], None]
"""Told what is going on, how much of it is done and how much there is."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree: ``where`` names the row, ``what`` says how it differs."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class Projection:
    """A registered projection. ``check`` names the differences and changes nothing; ``rebuild`` computes it again
    from the facts and says how many rows it wrote."""

    name: str
    check: Callable[[], Iterable[Difference]]
    rebuild: Callable[[], int]


_projections: dict[str, Projection] = {}


def register(name: str, check: Callable[[], Iterable[Difference]], rebuild: Callable[[], int]) -> None:
    """Declare a projection, from the room's ``projections.py``."""
    _projections[name] = Projection(name, check, rebuild)


def registered() -> dict[str, Projection]:
    """Every projection by name, in the order of their registration: lower rooms first."""
    return dict(_projections)


def quiet(what: str, done: int, total: int) -> None:
    """Progress that tells nobody."""
