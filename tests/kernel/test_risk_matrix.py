"""The 5 × 5 matrix."""

from __future__ import annotations

import itertools

import pytest

from chuangcheng.kernel.risk_matrix import LEVELS, LIKELIHOOD, SEVERITY, STEPS, bounds_of, level_of

#: Rows: severity 1 to 5; columns: likelihood 1 to 5. l low, m medium, h high, g grave.
DRAWN = ["lllmm", "lmmhh", "lmhhg", "mhhgg", "mhggg"]
WORD = {"l": "low", "m": "medium", "h": "high", "g": "grave"}


@pytest.mark.parametrize("severity", STEPS)
def test_the_matrix_as_drawn(severity: int) -> None:
    row = "".join(next(c for c, w in WORD.items() if w == level_of(severity, likely)) for likely in STEPS)
    assert row == DRAWN[severity - 1].replace(" ", "")


def test_it_never_falls_with_either_side() -> None:
    order = list(reversed(LEVELS))
    for severity in STEPS:
        for likelihood in STEPS:
            here = order.index(level_of(severity, likelihood))
            if severity < 5:
                assert order.index(level_of(severity + 1, likelihood)) >= here
            if likelihood < 5:
                assert order.index(level_of(severity, likelihood + 1)) >= here


@pytest.mark.parametrize("cell", [(0, 1), (1, 0), (6, 1), (1, 6), (-1, 3)])
def test_outside_of_it(cell: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="outside"):
        level_of(*cell)


def test_bounds_cover_every_product_once() -> None:
    spans = sorted(bounds_of(level) for level in LEVELS)
    assert spans[0][0] == 1 and spans[-1][1] == 25
    assert all(one[1] + 1 == two[0] for one, two in itertools.pairwise(spans))
    for severity in STEPS:
        for likelihood in STEPS:
            least, most = bounds_of(level_of(severity, likelihood))
            assert least <= severity * likelihood <= most


def test_steps_have_words() -> None:
    assert set(SEVERITY) == set(LIKELIHOOD) == set(STEPS)
    assert all(label.zh and label.en for table in (SEVERITY, LIKELIHOOD, LEVELS) for label in table.values())
