"""Learning a classifier from examples: recipes tried on inner folds, margins calibrated on rows not learned from."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chuangcheng.kernel.triage import measures
from chuangcheng.kernel.triage.folding import Fold, cuts
from chuangcheng.kernel.triage.measures import Codes, Floats, Heat
from chuangcheng.kernel.triage.model import Model
from chuangcheng.kernel.triage.weighing import Counts, Recipe, count, rarity, weigh

#: Of the suggestions made at least this share is to be right; below the threshold for that the model is silent.
PROMISE = 0.9
FOLDS = 5
SEED = 20260915
#: What is tried where there is time for it; with more rows the choice hardly matters and the default is taken.
GRID = tuple(Recipe(order, weight, c) for order in (2, 3) for weight in (0.5, 0.8) for c in (0.1, 0.3, 1.0))
PLAIN_GRID = tuple(Recipe(order, 0.0, c) for order in (2, 3) for c in (0.3, 1.0, 3.0))
TRIED_UP_TO = 1500  # rows
#: From so many rows on a feature seen in one row only is noise (and may be a name).
COMMON_FROM = 500
#: With fewer messages than this nothing could be said of a model by them alone.
STAND_IN_BELOW = 50
#: Bounds of a label's weight: a label of one message must not outweigh a hundred of another.
EVENED = (0.5, 4.0)
PRIOR = 0.5  # weight of a definition beside a message


@dataclass(frozen=True, slots=True)
class Example:
    """A text whose label is known. ``group``: texts that repeat each other; ``prior``: a definition instead of a
    message: learned from, never tested on."""

    text: str
    label: str
    group: int | str = ""
    prior: bool = False
    weight: float = 1.0


class TooFew(ValueError):
    """Not enough examples, or only one label."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights over the columns in use; ``classes`` are the labels' codes that were learned."""

    columns: NDArray[np.intp]
    idf: Floats
    weights: Floats  # columns × all labels; an unlearned label lies below every other
    bias: Floats


@dataclass(frozen=True, slots=True)
class Table:
    """Examples counted once: every fold and recipe is cut out of it."""

    labels: tuple[str, ...]
    codes: Codes
    weight: Floats
    tested: NDArray[np.bool_]
    groups: tuple[int | str, ...]
    counts: Counts

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Table:
        """Count the examples; :class:`TooFew` unless there are two labels."""
        labels = tuple(sorted({one.label for one in examples}))
        if len(labels) < 2:
            raise TooFew(f"{len(examples)} examples of {len(labels)} labels")
        places = {label: place for place, label in enumerate(labels)}
        groups = tuple(one.group or f"row{number}" for number, one in enumerate(examples))
        return cls(
            labels=labels,
            codes=np.array([places[one.label] for one in examples], dtype=np.intp),
            weight=np.array([one.weight * (PRIOR if one.prior else 1.0) for one in examples]),
            tested=np.array([not one.prior for one in examples], dtype=bool),
            groups=groups,
            counts=count([one.text for one in examples]),
        )

    def cuts(self, rows: NDArray[np.intp], seed: int) -> list[Fold]:
        """Folds over the messages among ``rows``; definitions stand on the learning side of each."""
        messages, priors = rows[self.tested[rows]], rows[~self.tested[rows]]
        labels = [self.labels[code] for code in self.codes[messages]]
        pairs = cuts(labels, [self.groups[row] for row in messages], FOLDS, seed)
        return [(np.concatenate([messages[learn], priors]), messages[test]) for learn, test in pairs]


def fit(table: Table, rows: NDArray[np.intp], recipe: Recipe) -> Fitted:
    """A linear support vector machine, one label against the rest."""
    matrix = table.counts.matrix[rows]
    least = 2 if len(rows) >= COMMON_FROM else 1
    held = np.asarray((matrix > 0).sum(axis=0)).ravel()
    columns = np.flatnonzero((held >= least) & table.counts.usable(recipe))
    matrix = matrix[:, columns]
    idf = rarity(matrix)
    learned, weights, bias = _separate(
        weigh(matrix, idf, table.counts.parts[columns], recipe), table.codes[rows], table.weight[rows],
        _evened(table.codes[rows[table.tested[rows]]]), recipe,
    )  # fmt: skip
    every_weight = np.zeros((len(columns), len(table.labels)))
    every_bias = np.full(len(table.labels), float(bias.min()) - 2.0)
    every_weight[:, learned], every_bias[learned] = weights.T, bias
    return Fitted(columns, idf, every_weight, every_bias)


def _evened(codes: Codes) -> dict[int, float]:
    """The weight of each label that messages have, rare ones heavier than common ones, within :data:`EVENED`."""
    found, times = np.unique(codes, return_counts=True)
    weights = np.clip(times.mean() / times, *EVENED) if len(found) else times
    return {int(code): float(weight) for code, weight in zip(found, weights, strict=True)}


def _separate(
    values: Any, codes: Codes, weight: Floats, evened: dict[int, float], recipe: Recipe
) -> tuple[Codes, Floats, Floats]:
    from sklearn.svm import LinearSVC

    learned = np.unique(codes)
    if len(learned) < 2:
        raise TooFew("one label in a fold")
    heavy = {int(code): evened.get(int(code), 1.0) for code in learned}
    machine = LinearSVC(C=recipe.c, class_weight=heavy, random_state=SEED, max_iter=20_000)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)  # a row a label is how it starts
        machine.fit(values, codes, sample_weight=weight)
    if len(learned) == 2:  # one row of weights tells two labels apart
        return learned, np.vstack([-machine.coef_, machine.coef_]), np.r_[-machine.intercept_, machine.intercept_]
    return learned, machine.coef_, machine.intercept_


def margins(table: Table, fitted: Fitted, rows: NDArray[np.intp], recipe: Recipe) -> Floats:
    """Rows × labels: how far on a label's side each row lies."""
    matrix = table.counts.matrix[rows][:, fitted.columns]
    values = weigh(matrix, fitted.idf, table.counts.parts[fitted.columns], recipe)
    return np.asarray(values @ fitted.weights + fitted.bias)


def unseen_margins(table: Table, rows: NDArray[np.intp], recipe: Recipe, seed: int) -> tuple[NDArray[np.intp], Floats]:
    """Margins of the messages among ``rows``, each from a model that did not learn from it; and which rows they are."""
    where: list[NDArray[np.intp]] = []
    found: list[Floats] = []
    for learn, test in table.cuts(rows, seed):
        if len(np.unique(table.codes[learn])) > 1:
            where.append(test)
            found.append(margins(table, fit(table, learn, recipe), test, recipe))
    if not where:
        raise TooFew("no fold can be learned from")
    return np.concatenate(where), np.vstack(found)


@dataclass(frozen=True, slots=True)
class Settled:
    """A recipe with the calibration that goes with it."""

    recipe: Recipe
    heat: Heat
    threshold: float


def settle(table: Table, rows: NDArray[np.intp], seed: int, grid: Sequence[Recipe] = GRID) -> Settled:
    """The recipe with the best macro-F1 on inner folds of ``rows``, calibrated on the same unseen margins."""
    tried = grid if int(table.tested[rows].sum()) <= TRIED_UP_TO else grid[:1] if grid is not GRID else (Recipe(),)
    best: tuple[float, Recipe, Codes, Floats] | None = None
    for recipe in tried:
        where, found = unseen_margins(table, rows, recipe, seed)
        table_of = measures.confusion(table.codes[where], found.argmax(axis=1), len(table.labels))
        score = measures.macro_f1(table_of)
        if best is None or score > best[0]:
            best = (score, recipe, where, found)
    if best is None:
        raise TooFew("no recipe")
    _, recipe, where, found = best
    heat = measures.calibrate(found, table.codes[where])
    sure = heat.probabilities(found).max(axis=1)
    right = found.argmax(axis=1) == table.codes[where]
    return Settled(recipe, heat, measures.threshold(sure, right, PROMISE))


def train(examples: Sequence[Example], *, about: dict[str, Any] | None = None, seed: int = SEED) -> Model:
    """A model of all examples. One that cannot be tested on anything is silent about everything (but ranks the labels).
    Raises :class:`TooFew` unless there are two labels."""
    table = Table.of(_testable(examples))
    rows = np.arange(len(table.codes))
    try:
        settled = settle(table, rows, seed)
    except TooFew:
        settled = Settled(Recipe(), Heat(), measures.NEVER)
    fitted = fit(table, rows, settled.recipe)
    told = {"rows": sum(not one.prior for one in examples), "definitions": sum(one.prior for one in examples)}
    return Model(
        terms=tuple(table.counts.terms[column] for column in fitted.columns), labels=table.labels,
        idf=fitted.idf.astype(np.float32), weights=fitted.weights.astype(np.float32),
        bias=fitted.bias.astype(np.float32), recipe=settled.recipe, heat=settled.heat,
        threshold=settled.threshold, about={**told, **(about or {})},
    )  # fmt: skip


def _testable(examples: Sequence[Example]) -> list[Example]:
    """With few messages definitions stand in for them in the folds, as far as their label has others to learn from."""
    if sum(not one.prior for one in examples) >= STAND_IN_BELOW:
        return list(examples)
    often = Counter(one.label for one in examples)
    return [
        replace(one, prior=False, group=one.group or one.text) if one.prior and often[one.label] > 2 else one
        for one in examples
    ]
