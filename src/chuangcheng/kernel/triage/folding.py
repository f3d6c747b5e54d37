"""Cutting examples into folds: every label spread evenly, and messages that repeat each other never on both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]


def assign(labels: Sequence[str], groups: Sequence[Hashable], count: int, seed: int) -> list[int]:
    """The fold (0 to ``count`` - 1) of each row. Rows of one group share a fold; the seed decides every tie.

    Each group goes where its commonest label is rarest so far, then where there are fewest rows, the big ones first.
    """
    members: dict[Hashable, list[int]] = {}
    for row, group in enumerate(groups):
        members.setdefault(group, []).append(row)
    order = np.random.default_rng(seed).permutation(len(members))
    blocks = [list(members.values())[place] for place in order]
    blocks.sort(key=len, reverse=True)
    held: list[Counter[str]] = [Counter() for _ in range(count)]
    folds = [0] * len(labels)
    for block in blocks:
        label = Counter(labels[row] for row in block).most_common(1)[0][0]
        fold = min(range(count), key=lambda one: (held[one][label], held[one].total(), one))
        for row in block:
            folds[row] = fold
            held[fold][labels[row]] += 1
    return folds


def cuts(labels: Sequence[str], groups: Sequence[Hashable], count: int, seed: int) -> list[Fold]:
    """Rows to learn from and to test on, fold by fold; folds that would test or learn from nothing are left out."""
    folds = np.array(assign(labels, groups, count, seed))
    pairs = [(np.flatnonzero(folds != one), np.flatnonzero(folds == one)) for one in range(count)]
    return [(learn, test) for learn, test in pairs if len(learn) and len(test)]
