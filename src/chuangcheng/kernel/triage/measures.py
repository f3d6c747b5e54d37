"""How good a classifier is: F1 with its interval, calibration, and accuracy at the coverage left by abstaining."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
#: A threshold that no probability reaches: abstain always.
NEVER = 2.0
BINS = 10
RESAMPLES = 2000
_CERTAIN = 1.645  # standard errors: 95 % one-sided
_WORTH = 0.001  # of surprise (nats a row): less is no reason to be surer


@dataclass(frozen=True, slots=True)
class Bin:
    """Of the answers whose probability lay between two bounds: how many, the mean promised, the share right."""

    low: float
    high: float
    rows: int
    promised: float
    right: float


def confusion(truth: Codes, answers: Codes, labels: int) -> NDArray[np.int64]:
    """Counts by true label (row) and answer (column)."""
    return np.bincount(truth * labels + answers, minlength=labels * labels).reshape(labels, labels).astype(np.int64)


def f1(table: NDArray[np.int64]) -> Floats:
    """F1 of each label; NaN for a label that neither occurs nor was answered."""
    hits = np.diag(table).astype(float)
    weight = table.sum(0) + table.sum(1).astype(float)
    return np.asarray(np.divide(2 * hits, weight, out=np.full(len(table), np.nan), where=weight > 0))


def macro_f1(table: NDArray[np.int64]) -> float:
    """The mean F1 over the labels that truly occur; 0 where none does."""
    occurring = f1(table)[table.sum(1) > 0]
    return float(occurring.mean()) if len(occurring) else 0.0


def interval(truth: Codes, answers: Codes, labels: int, seed: int) -> tuple[float, float]:
    """The middle 95 % of the macro-F1 over :data:`RESAMPLES` bootstrap samples of the answered rows."""
    draw = np.random.default_rng(seed)
    found = np.empty(RESAMPLES)
    for one in range(RESAMPLES):
        rows = draw.integers(0, len(truth), len(truth))
        found[one] = macro_f1(confusion(truth[rows], answers[rows], labels))
    low, high = np.percentile(found, (2.5, 97.5))
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Heat:
    """How margins become probabilities: a higher ``temperature`` makes them surer; ``slip`` is the share of rows that
    no margin explains (two clerks would have filed them differently), so that nothing is ever promised as certain."""

    temperature: float = 1.0
    slip: float = 0.0

    def probabilities(self, margins: Floats) -> Floats:
        """Rows of probabilities from rows of margins."""
        raised = margins * self.temperature
        raised = np.exp(raised - raised.max(axis=1, keepdims=True))
        shares = raised / raised.sum(axis=1, keepdims=True)
        return np.asarray((1 - self.slip) * shares + self.slip / margins.shape[1])


def calibrate(margins: Floats, truth: Codes) -> Heat:
    """The heat whose probabilities are least surprised by the truth. Two numbers, so that a few dozen rows suffice.

    n rows without a mistake do not exclude one in n + 2 (the rule of succession), so ``slip`` is never less; and of
    heats that explain the rows about equally well the most modest is taken.
    """
    rows = np.arange(len(truth))
    floor = 1 / (len(truth) + 2)
    best, least = Heat(), np.inf
    for temperature in np.geomspace(0.25, 32, 57):
        for slip in (0.0, 0.01, 0.02, 0.04, 0.06, 0.08, 0.12, 0.16, 0.2):
            heat = Heat(float(temperature), max(slip, floor))
            loss = -np.log(np.maximum(heat.probabilities(margins)[rows, truth], 1e-12)).mean()
            if loss < least - _WORTH:
                best, least = heat, loss
    return best


def least_share(hits: Floats, rows: Floats) -> Floats:
    """The lower bound of a share that holds with 95 % certainty (Wilson's score interval, one-sided)."""
    share, z2 = hits / rows, _CERTAIN**2
    spread = _CERTAIN * np.sqrt(share * (1 - share) / rows + z2 / (4 * rows**2))
    return np.asarray((share + z2 / (2 * rows) - spread) / (1 + z2 / rows))


def threshold(probability: Floats, right: NDArray[np.bool_], promise: float) -> float:
    """The lowest probability from which on the share of right answers is certainly (see :func:`least_share`) at least
    ``promise``; :data:`NEVER` where the rows do not bear that out anywhere."""
    order = np.argsort(-probability, kind="stable")
    rows = np.arange(1, len(order) + 1, dtype=float)
    # Answers of equal probability are taken or left together.
    last = np.append(np.diff(probability[order]) != 0, True)[: len(order)]
    good = np.flatnonzero((least_share(np.cumsum(right[order]), rows) >= promise) & last)
    if not len(good):
        return NEVER
    lowest = float(probability[order][good[-1]])
    # Where nothing was wrong too often, nothing is known below: then the calibrated probability itself decides.
    return min(lowest, promise) if good[-1] == len(order) - 1 else lowest


def calibration(probability: Floats, right: NDArray[np.bool_]) -> list[Bin]:
    """The calibration curve in :data:`BINS` bins of equal width; empty bins are left out."""
    places = np.minimum((probability * BINS).astype(int), BINS - 1)
    bins = []
    for place in range(BINS):
        held = places == place
        if held.any():
            mean, share = float(probability[held].mean()), float(right[held].mean())
            bins.append(Bin(place / BINS, (place + 1) / BINS, int(held.sum()), mean, share))
    return bins


def calibration_error(bins: list[Bin]) -> float:
    """The mean distance between promised and right, weighted by rows (ECE); 0 without rows."""
    rows = sum(one.rows for one in bins)
    return sum(one.rows * abs(one.promised - one.right) for one in bins) / rows if rows else 0.0
