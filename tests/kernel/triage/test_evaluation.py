"""Nested cross-validation tells the truth: good on what can be learned, bad on what cannot, the same every time."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from chuangcheng.kernel.triage.evaluation import Evaluation, evaluate
from chuangcheng.kernel.triage.learning import FOLDS, Example, TooFew
from chuangcheng.kernel.triage.weighing import Recipe
from tests.kernel.triage.town import definitions, messages

QUICK = (Recipe(2, 0.8, 0.3), Recipe(2, 0.5, 1.0))


@pytest.fixture(scope="module")
def judged() -> Evaluation:
    return evaluate([*messages(), *definitions()], grid=QUICK)


def test_what_can_be_learned_is_found(judged: Evaluation) -> None:
    assert judged.rows == 96
    assert judged.macro_f1 > 0.95
    assert judged.interval[0] <= judged.macro_f1 <= judged.interval[1]
    assert judged.coverage > 0.9
    assert judged.accuracy >= judged.accuracy_all > 0.95


def test_the_figures_fit_each_other(judged: Evaluation) -> None:
    table = np.array(judged.confusion)
    assert table.sum() == judged.rows
    assert np.diag(table).sum() / judged.rows == pytest.approx(judged.accuracy_all)
    assert np.nanmean(judged.f1) == pytest.approx(judged.macro_f1)
    assert sum(one.rows for one in judged.calibration) == judged.rows
    assert len(judged.chosen) == FOLDS
    assert all(one.recipe in QUICK for one in judged.chosen)


def test_the_same_rows_give_the_same_figures(judged: Evaluation) -> None:
    assert evaluate([*messages(), *definitions()], grid=QUICK) == judged


def test_json_holds_short_numbers(judged: Evaluation) -> None:
    plain = json.loads(json.dumps(judged.as_json()))
    assert plain["macro_f1"] == round(judged.macro_f1, 4)
    assert plain["interval"] == [round(one, 4) for one in judged.interval]
    assert plain["chosen"][0]["recipe"]["order"] == 2


def test_labels_drawn_by_lot_cannot_be_learned() -> None:
    draw = random.Random(4)
    luck = [Example(one.text, draw.choice("abc")) for one in messages()]
    judged = evaluate(luck, grid=QUICK[:1])
    assert judged.macro_f1 < 0.55
    assert judged.coverage < 0.5


def test_repeats_stand_on_one_side_of_a_fold() -> None:
    """Every text twice with labels by lot: who learns from the copy of what is tested would be always right."""
    draw = random.Random(4)
    pairs = [
        Example(one.text, label, group)
        for group, one in enumerate(messages(), 1)
        for label in [draw.choice("abc")]
        for _ in range(2)
    ]
    judged = evaluate(pairs, grid=QUICK[:1])
    assert judged.repeats == 96
    assert judged.accuracy_all < 0.6


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    evaluate(messages()[:60], grid=QUICK[:1], progress=lambda done, total: told.append((done, total)))
    assert told == [(number, FOLDS) for number in range(1, FOLDS + 1)]


@pytest.mark.parametrize("examples", [[], [Example("路灯", "a")], definitions()])
def test_nothing_to_test_is_said(examples: list[Example]) -> None:
    with pytest.raises(TooFew):
        evaluate(examples, grid=QUICK[:1])
