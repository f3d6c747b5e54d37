"""The demo's further editions load, and next year's draft differs from this year's in just what its maker says."""

from __future__ import annotations

from typing import Any

import pytest

from chuangcheng.demo import editions
from chuangcheng.framework import sample
from chuangcheng.framework.comparing import compare_sides, side_of_document
from chuangcheng.framework.documents import normalise


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    this = side_of_document(normalise({**sample.document(), "categories": [], "time_rules": []}))
    return compare_sides(this, side_of_document(normalise(editions.next_document()))).as_json()


def test_next_years_draft_has_a_known_diff(told: dict[str, Any]) -> None:
    assert (told["moved"], told["reworded"], told["reweighted"]) == (
        len(editions.MOVED), len(editions.REWORDED), len(editions.REWEIGHTED)
    )  # fmt: skip
    assert told["removed"] == len(editions.REMOVED) + len(editions.SPLIT)
    assert told["added"] == len(editions.ADDED) + 2 * len(editions.SPLIT)
    assert told["unsure"] == len(editions.SPLIT)
    assert told["carried_share"] >= 0.95


def test_the_minors_edition_is_sound() -> None:
    document = normalise(editions.minors_document())
    assert document["family"] == "minors"
    assert len(side_of_document(document).clauses) > 20
