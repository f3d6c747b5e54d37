"""Figures about a classifier, held against hand counts and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, f1_score

from chuangcheng.kernel.triage import measures
from chuangcheng.kernel.triage.measures import NEVER, Heat

LABELS = 4
ROWS = st.lists(st.tuples(st.integers(0, LABELS - 1), st.integers(0, LABELS - 1)), min_size=1, max_size=60)
ANSWERS = st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=1, max_size=60)


def _arrays(rows: list[tuple[int, int]]) -> tuple[measures.Codes, measures.Codes]:
    return np.array([one for one, _ in rows], dtype=np.intp), np.array([two for _, two in rows], dtype=np.intp)


@given(ROWS)
def test_confusion_and_f1_are_those_of_scikit_learn(rows: list[tuple[int, int]]) -> None:
    truth, answers = _arrays(rows)
    table = measures.confusion(truth, answers, LABELS)
    assert table.tolist() == confusion_matrix(truth, answers, labels=range(LABELS)).tolist()
    theirs = f1_score(truth, answers, labels=sorted(set(truth.tolist())), average="macro", zero_division=0.0)
    assert measures.macro_f1(table) == pytest.approx(theirs)


def test_f1_of_a_label_that_nobody_spoke_of_is_unknown() -> None:
    assert np.isnan(measures.f1(np.array([[1, 0], [0, 0]]))).tolist() == [False, True]


@settings(max_examples=8, deadline=None)
@given(ROWS)
def test_the_interval_lies_within_bounds_and_is_the_same_again(rows: list[tuple[int, int]]) -> None:
    truth, answers = _arrays(rows)
    low, high = measures.interval(truth, answers, LABELS, seed=1)
    assert 0 <= low <= high <= 1
    assert (low, high) == measures.interval(truth, answers, LABELS, seed=1)


def test_the_interval_of_a_perfect_answer_is_a_point() -> None:
    truth = np.array([0, 1, 2, 3] * 5)
    assert measures.interval(truth, truth, LABELS, seed=3) == (1.0, 1.0)


@given(
    st.lists(st.lists(st.floats(-5, 5), min_size=3, max_size=3), min_size=1, max_size=9),
    st.floats(0.3, 30),
    st.sampled_from([0.0, 0.02, 0.2]),
)
def test_probabilities_add_up_and_keep_the_order_of_margins(
    rows: list[list[float]], temperature: float, slip: float
) -> None:
    margins = np.array(rows)
    found = Heat(temperature, slip).probabilities(margins)
    assert np.allclose(found.sum(axis=1), 1)
    assert (found >= slip / 3 - 1e-12).all()
    best = margins.max(axis=1)
    assert np.allclose(found[np.arange(len(rows)), margins.argmax(axis=1)], found.max(axis=1))
    assert np.isfinite(best).all()


def test_calibration_makes_noisy_margins_modest_and_good_ones_sure() -> None:
    draw = np.random.default_rng(5)
    truth = draw.integers(0, 3, 400)
    good = np.eye(3)[truth] + draw.normal(0, 0.1, (400, 3))
    wrong = np.where(draw.random(400) < 0.3, draw.integers(0, 3, 400), truth)
    noisy = np.eye(3)[wrong] + draw.normal(0, 0.1, (400, 3))
    sure, modest = measures.calibrate(good, truth), measures.calibrate(noisy, truth)
    assert sure.probabilities(good).max(axis=1).mean() > 0.95
    share = (noisy.argmax(axis=1) == truth).mean()
    assert modest.probabilities(noisy).max(axis=1).mean() == pytest.approx(share, abs=0.05)


@given(ANSWERS, st.sampled_from([0.3, 0.5, 0.9]))
def test_from_the_threshold_on_enough_answers_are_right(answers: list[tuple[int, bool]], promise: float) -> None:
    sure = np.array([value / 100 for value, _ in answers])
    right = np.array([value for _, value in answers])
    least = measures.threshold(sure, right, promise)
    heard = sure >= least
    if heard.any():
        assert right[heard].mean() >= promise
    for lower in {value for value in sure.tolist() if value < least}:
        taken = right[sure >= lower]
        assert measures.least_share(np.array([taken.sum()]), np.array([len(taken)]))[0] < promise


@pytest.mark.parametrize(
    ("hits", "rows", "bound"),
    [(0, 10, 0.0), (10, 10, 0.787), (95, 100, 0.9008), (950, 1000, 0.9374)],
)
def test_the_bound_is_wilsons(hits: int, rows: int, bound: float) -> None:
    found = measures.least_share(np.array([hits], dtype=float), np.array([rows], dtype=float))
    assert found[0] == pytest.approx(bound, abs=5e-4)


@given(st.integers(1, 500), st.data())
def test_more_rows_of_the_same_share_are_more_certain(rows: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, rows))
    once = measures.least_share(np.array([float(hits)]), np.array([float(rows)]))[0]
    twice = measures.least_share(np.array([2.0 * hits]), np.array([2.0 * rows]))[0]
    assert -1e-12 <= once <= twice + 1e-12 <= hits / rows + 2e-12


def test_a_threshold_that_cannot_be_reached() -> None:
    few = measures.threshold(np.array([0.9, 0.8]), np.array([True, True]), 0.9)
    assert few == NEVER
    assert measures.threshold(np.array([0.9] * 50), np.array([False] * 50), 0.9) == NEVER
    assert measures.threshold(np.array([]), np.array([], dtype=bool), 0.9) == NEVER


def test_where_all_was_right_the_promise_is_the_threshold() -> None:
    assert measures.threshold(np.full(60, 0.97), np.full(60, True), 0.9) == 0.9
    assert measures.threshold(np.full(60, 0.7), np.full(60, True), 0.9) == 0.7


@given(ANSWERS)
def test_the_calibration_curve_holds_every_answer_once(answers: list[tuple[int, bool]]) -> None:
    sure = np.array([value / 100 for value, _ in answers])
    right = np.array([value for _, value in answers])
    bins = measures.calibration(sure, right)
    assert sum(one.rows for one in bins) == len(answers)
    assert all(one.low - 1e-9 <= one.promised <= one.high + 1e-9 for one in bins)
    assert sum(one.rows * one.right for one in bins) == pytest.approx(right.sum())
    assert 0 <= measures.calibration_error(bins) <= 1


def test_no_rows_no_error() -> None:
    assert measures.calibration_error([]) == 0.0
