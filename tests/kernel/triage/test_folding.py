"""Folds: even, whole groups, the same every time."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.triage.folding import assign, cuts

LABELLED = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30)), min_size=1, max_size=60)


@given(LABELLED, st.integers(2, 6), st.integers(0, 9))
def test_a_group_is_never_cut(rows: list[tuple[str, int]], count: int, seed: int) -> None:
    labels, groups = [label for label, _ in rows], [group for _, group in rows]
    folds = assign(labels, groups, count, seed)
    assert folds == assign(labels, groups, count, seed)
    assert set(folds) <= set(range(count))
    where: dict[int, set[int]] = {}
    for group, fold in zip(groups, folds, strict=True):
        where.setdefault(group, set()).add(fold)
    assert all(len(found) == 1 for found in where.values())


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60), st.integers(2, 6), st.integers(0, 9))
def test_labels_are_spread_evenly_where_every_row_stands_alone(labels: list[str], count: int, seed: int) -> None:
    folds = assign(labels, range(len(labels)), count, seed)
    for label, total in Counter(labels).items():
        held = Counter(fold for one, fold in zip(labels, folds, strict=True) if one == label)
        assert max(held.values()) - min(held[fold] for fold in range(count)) <= 1 or total < count


@given(LABELLED, st.integers(2, 5))
def test_every_row_is_tested_once_and_never_learned_from_then(rows: list[tuple[str, int]], count: int) -> None:
    labels, groups = [label for label, _ in rows], [group for _, group in rows]
    tested: list[int] = []
    for learn, test in cuts(labels, groups, count, 1):
        assert not set(learn) & set(test)
        assert not {groups[row] for row in learn} & {groups[row] for row in test}
        tested += test.tolist()
    assert sorted(tested) == (list(range(len(rows))) if len(set(groups)) > 1 else [])


def test_another_seed_cuts_elsewhere() -> None:
    labels = ["a"] * 40
    assert assign(labels, range(40), 5, 1) != assign(labels, range(40), 5, 2)
