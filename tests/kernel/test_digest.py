"""Equal content, equal bytes; a changed row, another chain."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.digest import GENESIS, canonical, chain, keyed, merkle_root, sha256

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
LEAVES = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), min_size=1, max_size=20)


@given(st.dictionaries(st.text(), JSON))
def test_the_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    turned = dict(reversed(list(value.items())))
    assert canonical(turned) == canonical(value)
    assert json.loads(canonical(value)) == value


def test_times_ids_and_fractions_have_one_form() -> None:
    moment = datetime(2026, 9, 15, 4, tzinfo=UTC)
    assert canonical([moment, UUID(int=1), Fraction(1, 3)]) == (
        b'["2026-09-15T04:00:00+00:00","00000000-0000-0000-0000-000000000001","1/3"]'
    )


@pytest.mark.parametrize(
    ("value", "error"),
    [(datetime(2026, 1, 1), ValueError), (float("nan"), ValueError), (object(), TypeError), ({1, 2}, TypeError)],
)
def test_what_has_no_canonical_form(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        canonical([value])


@given(st.binary(min_size=1), st.text(), st.text(), JSON)
def test_keyed_digests_keep_purposes_apart(key: bytes, one: str, other: str, value: object) -> None:
    purposes = (one.replace("\0", ""), other.replace("\0", ""))
    assert (keyed(key, purposes[0], value) == keyed(key, purposes[1], value)) is (purposes[0] == purposes[1])
    assert keyed(key, "x", value) != keyed(key + b"1", "x", value)


@given(st.lists(st.dictionaries(st.text(max_size=3), st.integers(), max_size=3), min_size=1, max_size=8), st.data())
def test_changing_any_row_changes_the_head(rows: list[dict[str, int]], data: st.DataObject) -> None:
    def head(of: list[dict[str, int]]) -> str:
        digest = GENESIS
        for row in of:
            digest = chain(digest, row)
        return digest

    place = data.draw(st.integers(0, len(rows) - 1))
    changed = [*rows[:place], {**rows[place], "changed": 1}, *rows[place + 1 :]]
    assert head(changed) != head(rows)
    assert head(rows[:-1]) != head(rows)


def test_a_known_root() -> None:
    a, b, c = (sha256(bytes([n])) for n in range(3))
    leaf = [hashlib.sha256(b"\0" + x.encode()).digest() for x in (a, b, c)]
    pair = hashlib.sha256(b"\1" + leaf[0] + leaf[1]).digest()
    assert merkle_root([a, b, c]) == hashlib.sha256(b"\1" + pair + leaf[2]).hexdigest()
    assert merkle_root([]) == sha256(b"")
    assert merkle_root([a]) == leaf[0].hex()


@given(LEAVES, st.data())
def test_changing_moving_or_dropping_a_leaf_changes_the_root(leaves: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(leaves) - 1))
    other = sha256(leaves[place].encode())
    assert merkle_root([*leaves[:place], other, *leaves[place + 1 :]]) != merkle_root(leaves)
    assert merkle_root(leaves[:-1]) != merkle_root(leaves)
    if leaves != leaves[::-1]:
        assert merkle_root(leaves[::-1]) != merkle_root(leaves)
