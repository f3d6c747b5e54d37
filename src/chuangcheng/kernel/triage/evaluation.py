"""Nested cross-validation: recipe, temperature and threshold are chosen without the rows that they are judged on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chuangcheng.kernel.triage import measures
from chuangcheng.kernel.triage.learning import (
    FOLDS,
    GRID,
    SEED,
    Example,
    Settled,
    Table,
    TooFew,
    fit,
    margins,
    settle,
)  # fmt: skip
from chuangcheng.kernel.triage.measures import Bin, Codes, Floats
from chuangcheng.kernel.triage.weighing import Recipe


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What rows that were not learned from say. ``accuracy`` is that of the answers given (at ``coverage``),
    ``accuracy_all`` that of all rows as if it never abstained."""

    rows: int
    labels: tuple[str, ...]
    macro_f1: float
    interval: tuple[float, float]
    coverage: float
    accuracy: float
    accuracy_all: float
    calibration: list[Bin]
    calibration_error: float
    confusion: list[list[int]]  # true label × answer, of all rows
    f1: list[float]
    chosen: list[Settled]
    repeats: int  # rows that share a fold with a row that they repeat
    seed: int

    def as_json(self) -> dict[str, Any]:
        """For a JSON answer: floats with four digits."""
        plain = asdict(self)
        for name in ("macro_f1", "coverage", "accuracy", "accuracy_all", "calibration_error"):
            plain[name] = round(plain[name], 4)
        plain["interval"] = [round(one, 4) for one in self.interval]
        plain["f1"] = [None if np.isnan(one) else round(one, 4) for one in self.f1]
        plain["calibration"] = [
            {**bin_, "promised": round(bin_["promised"], 4), "right": round(bin_["right"], 4)}
            for bin_ in plain["calibration"]
        ]
        return plain


@dataclass(slots=True)
class _Outer:
    """Answers of the outer folds, collected."""

    rows: list[NDArray[np.intp]]
    answers: list[Codes]
    sure: list[Floats]
    heard: list[NDArray[np.bool_]]
    chosen: list[Settled]


def evaluate(
    examples: Sequence[Example],
    *,
    seed: int = SEED,
    grid: Sequence[Recipe] = GRID,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Evaluation:
    """Judge what would be learned from ``examples``; the same seed gives the same figures. Raises :class:`TooFew`.

    :data:`FOLDS` outer folds; in each, inner folds over the other rows choose the recipe and fit temperature and
    threshold. The interval is a bootstrap over the answers, so it holds the chance of the rows, not of the folds.
    """
    table = Table.of(examples)
    every = np.arange(len(examples))
    outer = _Outer([], [], [], [], [])
    pairs = table.cuts(every, seed)
    for number, (learn, test) in enumerate(pairs):
        _answer(outer, table, learn, test, settle(table, learn, seed + 1 + number, grid))
        progress(number + 1, len(pairs))
    if not outer.rows:
        raise TooFew("no fold can be tested")
    return _judge(table, outer, seed)


def _answer(outer: _Outer, table: Table, learn: NDArray[np.intp], test: NDArray[np.intp], settled: Settled) -> None:
    found = margins(table, fit(table, learn, settled.recipe), test, settled.recipe)
    sure = settled.heat.probabilities(found).max(axis=1)
    outer.rows.append(test)
    outer.answers.append(found.argmax(axis=1))
    outer.sure.append(sure)
    outer.heard.append(sure >= settled.threshold)
    outer.chosen.append(settled)


def _judge(table: Table, outer: _Outer, seed: int) -> Evaluation:
    rows, answers = np.concatenate(outer.rows), np.concatenate(outer.answers)
    sure, heard = np.concatenate(outer.sure), np.concatenate(outer.heard)
    truth, size = table.codes[rows], len(table.labels)
    right = answers == truth
    counted = measures.confusion(truth, answers, size)
    bins = measures.calibration(sure, right)
    groups = [table.groups[row] for row in rows]
    return Evaluation(
        rows=len(rows), labels=table.labels, macro_f1=measures.macro_f1(counted),
        interval=measures.interval(truth, answers, size, seed), coverage=float(heard.mean()),
        accuracy=float(right[heard].mean()) if heard.any() else 0.0, accuracy_all=float(right.mean()),
        calibration=bins, calibration_error=measures.calibration_error(bins), confusion=counted.tolist(),
        f1=[float(one) for one in measures.f1(counted)], chosen=outer.chosen,
        repeats=len(groups) - len(set(groups)), seed=seed,
    )  # fmt: skip


__all__ = ["FOLDS", "Evaluation", "evaluate"]
