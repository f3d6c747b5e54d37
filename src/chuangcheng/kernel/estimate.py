"""Shares from samples, with the interval within which the truth lies."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

#: Two-sided, 95 %.
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """A share of 1 found in a sample, and its bounds."""

    share: float
    low: float
    high: float


def wilson(found: int, of: int, z: float = Z) -> Interval:
    """Wilson's score interval of ``found`` among ``of`` (Wilson 1927): sound for small samples and for shares of 0 and
    1, where the usual one is not. ValueError for no sample, or for more found than looked at."""
    if of <= 0 or not 0 <= found <= of:
        raise ValueError("no share of nothing")
    share = found / of
    widened = 1 + z * z / of
    middle = (share + z * z / (2 * of)) / widened
    half = z / widened * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return Interval(share, 0.0 if found == 0 else middle - half, 1.0 if found == of else middle + half)
