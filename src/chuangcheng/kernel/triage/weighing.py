"""From counted features to numbers: tf-idf, each part of a message of length one before the parts are weighed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chuangcheng.kernel.triage.wording import LONGEST, PARTS, features, is_longer, part_of

if TYPE_CHECKING:
    Sparse = Any

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is chosen by trying: the longest n-gram, the weight of the dictionary beside it (0: plain n-grams), and how
    little the classifier is held back (LinearSVC's ``C``)."""

    order: int = 2
    dictionary: float = 0.8
    c: float = 0.3

    def weights(self) -> Floats:
        """The weight of each part, in the order of :data:`PARTS`; single words count a little less than groups."""
        return np.array([1, 1, self.dictionary, self.dictionary, self.dictionary * 0.7, self.dictionary * 0.7])


@dataclass(frozen=True, slots=True)
class Counts:
    """Counted texts: ``matrix`` is rows × terms (SciPy CSR)."""

    terms: list[str]
    parts: NDArray[np.intp]
    matrix: Sparse

    def usable(self, recipe: Recipe) -> NDArray[np.bool_]:
        """Which terms a recipe looks at."""
        weights = recipe.weights()[self.parts] > 0
        if recipe.order >= LONGEST:
            return np.asarray(weights)
        return np.asarray(weights & ~np.array([is_longer(term, recipe.order) for term in self.terms], dtype=bool))


def count(texts: Sequence[str]) -> Counts:
    """Count every feature of every text."""
    from scipy import sparse

    places: dict[str, int] = {}
    columns: list[int] = []
    values: list[int] = []
    ends = [0]
    for text in texts:
        for name, times in features(text).items():
            columns.append(places.setdefault(name, len(places)))
            values.append(times)
        ends.append(len(columns))
    matrix = sparse.csr_matrix((np.array(values, dtype=float), columns, ends), shape=(len(texts), len(places)))
    terms = list(places)
    return Counts(terms, np.array([part_of(term) for term in terms], dtype=np.intp), matrix)


def rarity(matrix: Sparse) -> Floats:
    """The smoothed idf of each column of counts."""
    rows = matrix.shape[0]
    holding = np.asarray((matrix > 0).sum(axis=0)).ravel()
    return np.asarray(np.log((1 + rows) / (1 + holding)) + 1)


def weigh(matrix: Sparse, idf: Floats, parts: NDArray[np.intp], recipe: Recipe) -> Sparse:
    """Counts as weighted tf-idf: sublinear, each part of each row of length one, times the recipe's weights."""
    from scipy import sparse

    damped = matrix.copy()
    damped.data = 1 + np.log(damped.data)
    scaled = (damped @ sparse.diags(idf)).tocsr()
    rows = np.repeat(np.arange(scaled.shape[0]), np.diff(scaled.indptr))
    slots = rows * len(PARTS) + parts[scaled.indices]
    lengths = np.sqrt(np.bincount(slots, scaled.data**2, scaled.shape[0] * len(PARTS)))
    scaled.data *= recipe.weights()[parts[scaled.indices]] / lengths[slots]
    return scaled


def weigh_one(counts: Floats, idf: Floats, parts: NDArray[np.intp], recipe: Recipe) -> Floats:
    """The same for the terms that one text has (all arrays side by side); needs no SciPy."""
    scaled = (1 + np.log(counts)) * idf
    lengths = np.sqrt(np.bincount(parts, scaled**2, len(PARTS)))
    return np.asarray(scaled * recipe.weights()[parts] / lengths[parts])
