"""Coverage of plain values: every lack is named, and the loads sum to the points."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel.coverage import HEAVY, KINDS, PARTS, Asked, Bond, Member, measure, shares

STANDARDS = [
    Asked("A", Fraction(10), ("onsite",), ("site",), has_date=True),
    Asked("B", Fraction(6), ("material",), ("report",), has_date=False),
    Asked("C", Fraction(4), ("material", "observation"), (), has_date=True),
]
UNITS = [Member("U1"), Member("U2"), Member("OLD", is_retired=True), Member("D1", is_district=True)]


def bonds(*texts: str) -> list[Bond]:
    """``A U1 lead`` and so on."""
    return [Bond(*text.split()) for text in texts]


@pytest.mark.parametrize(
    ("given_bonds", "name", "expected"),
    [
        ((), "orphans", ["A", "B", "C"]),
        (("A U1 lead", "B U2 support", "C U1 territory"), "orphans", ["B", "C"]),
        (("A U1 lead", "A U2 lead", "B U1 lead"), "double_leads", [("A", ["U1", "U2"])]),
        (("A U1 lead", "A U1 support"), "double_leads", []),
        ((), "without_evidence", ["C"]),
        ((), "without_date", ["B"]),
        ((), "idle", ["U1", "U2", "D1"]),
        (("A U2 support",), "idle", ["U1", "D1"]),
        (("A OLD lead", "B OLD support"), "retired", [("OLD", 2)]),
        ((), "bare", [("A", "D1"), ("C", "D1")]),
        (("A D1 territory",), "bare", [("C", "D1")]),
        (("A D1 lead", "C D1 support"), "bare", []),
        (("A NOBODY lead", "Z U1 lead"), "duties", 0),
    ],
)
def test_every_lack_is_named(given_bonds: tuple[str, ...], name: str, expected: object) -> None:
    assert getattr(measure(STANDARDS, UNITS, bonds(*given_bonds)), name) == expected


def test_a_lead_carries_twice_a_supporting_unit_and_four_times_a_territory() -> None:
    some = bonds("A U1 lead", "A U2 support", "A D1 territory")
    assert shares(some, Fraction(14)) == [8, 4, 2]
    found = measure(STANDARDS, UNITS, [*some, *bonds("B U2 lead")])
    assert [(load.unit, load.points) for load in found.loads] == [
        ("U2", Fraction(6) + Fraction(20, 7)), ("U1", Fraction(40, 7)), ("D1", Fraction(10, 7)),
    ]  # fmt: skip
    assert found.loads[0].counts == {"lead": 1, "support": 1, "territory": 0}
    assert found.median == Fraction(40, 7)
    assert [load.unit for load in found.over_median] == ["U2"]
    assert found.heavy == []


def test_nothing_at_all() -> None:
    found = measure([], [], [])
    assert (found.standards, found.duties, found.loads, found.median, found.over_median) == (0, 0, [], 0, [])


def test_units_nobody_expects_are_not_idle_and_do_not_move_the_median() -> None:
    members = [Member("U1"), Member("U2"), Member("U3"), *(Member(f"C{n}", is_expected=False) for n in range(9))]
    rows = bonds("A U1 lead", "B U2 lead", "C U3 lead", *(f"A C{n} support" for n in range(9)))
    found = measure(STANDARDS, members, rows)
    assert found.median == 4  # of U1 with 20/11, U3 with 4, U2 with 6
    assert [load.unit for load in found.over_median] == ["U2"]
    assert len(found.loads) == 12
    assert measure(STANDARDS, members, []).idle == ["U1", "U2", "U3"]


def test_a_retired_district_lacks_nothing() -> None:
    assert measure(STANDARDS, [Member("D9", is_retired=True, is_district=True)], []).bare == []


BONDS = st.sets(st.tuples(st.sampled_from("ABC"), st.sampled_from(["U1", "U2", "OLD", "D1"]), st.sampled_from(KINDS)))


@given(BONDS)
def test_loads_sum_to_the_points_of_what_has_a_duty(rows: set[tuple[str, str, str]]) -> None:
    found = measure(STANDARDS, UNITS, [Bond(*row) for row in sorted(rows)])
    held = {standard for standard, _unit, _kind in rows}
    assert sum(load.points for load in found.loads) == sum(one.points for one in STANDARDS if one.code in held)
    assert sum(sum(load.counts.values()) for load in found.loads) == found.duties == len(rows)
    assert [load.points for load in found.loads] == sorted((load.points for load in found.loads), reverse=True)
    assert all(load.points > HEAVY * found.median for load in found.heavy)
    led = {standard for standard, _unit, kind in rows if kind == "lead"}
    assert set(found.orphans) == {"A", "B", "C"} - led
    assert len(found.over_median) <= len(found.loads) / 2


@given(st.lists(st.sampled_from(KINDS), min_size=1), st.fractions(0, 100, max_denominator=60))
def test_shares_are_the_whole(kinds: list[str], points: Fraction) -> None:
    some = [Bond("A", f"U{n}", kind) for n, kind in enumerate(kinds)]
    parts = shares(some, points)
    assert sum(parts) == points
    for one, part in zip(kinds, parts, strict=True):
        assert part * sum(PARTS[kind] for kind in kinds) == points * PARTS[one]
