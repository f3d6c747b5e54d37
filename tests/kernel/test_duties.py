"""Changes of a matrix of plain values: what each plan does, and that every step can be taken back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel import duties
from chuangcheng.kernel.duties import CYCLE, NONE, RANK, Step

#: Two standards, three units.
CELLS = {("A", "U"): "lead", ("A", "V"): "support", ("B", "U"): "territory", ("B", "W"): "lead"}


def said(steps: list[Step]) -> list[str]:
    return [f"{s.standard}{s.unit} {s.before or '-'}>{s.after or '-'}" for s in steps]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (duties.give(CELLS, ["A", "B"], ["V"], "lead"), ["AV support>lead", "BV ->lead"]),
        (duties.give(CELLS, ["A", "B"], ["U"], "lead"), ["BU territory>lead"]),
        (duties.give(CELLS, ["A", "B"], ["U", "V"], NONE), ["AU lead>-", "AV support>-", "BU territory>-"]),
        (duties.give(CELLS, [], ["U"], "lead"), []),
        (duties.fill(CELLS, ["A", "B"], ["U", "V", "W"], "territory"), ["AW ->territory", "BV ->territory"]),
        (duties.fill(CELLS, ["A", "B"], ["U"], "support"), ["BU territory>support"]),
        (duties.copy(CELLS, "U", "V"), ["BV ->territory"]),  # the lead would be support, which V has
        (duties.copy(CELLS, "U", "W"), ["AW ->support"]),
        (duties.copy(CELLS, "U", "U"), []),
        (duties.move(CELLS, "U", "V"), ["AU lead>-", "AV support>lead", "BU territory>-", "BV ->territory"]),
        (duties.move(CELLS, "U", "W"), ["AU lead>-", "AW ->lead", "BU territory>-"]),
        (duties.move(CELLS, "U", "U"), []),
        (duties.differences(CELLS, {("A", "U"): NONE, ("B", "V"): "support", ("B", "W"): "lead"}),
         ["AU lead>-", "BV ->support"]),
    ],
)  # fmt: skip
def test_what_a_plan_changes(steps: list[Step], expected: list[str]) -> None:
    assert said(steps) == expected


def test_a_cell_goes_round_by_strength_and_shows_the_strongest() -> None:
    kind, seen = NONE, []
    for _ in range(4):
        kind = CYCLE[kind]
        seen.append(kind)
    assert seen == ["lead", "support", "territory", NONE]
    assert duties.strongest(["territory", "lead", "support"]) == "lead"
    assert duties.strongest([]) == NONE
    assert sorted(RANK, key=RANK.__getitem__) == [NONE, "territory", "support", "lead"]


def test_a_step_that_saw_another_state_is_refused() -> None:
    with pytest.raises(ValueError, match="A"):
        duties.applied(CELLS, [Step("A", "U", "support", "lead")])


KIND = st.sampled_from(["lead", "support", "territory"])
PLACE = st.tuples(st.sampled_from("ABC"), st.sampled_from("UVW"))
ANY = st.dictionaries(PLACE, KIND)
UNITS = st.sampled_from("UVW")


@given(ANY, st.lists(st.sampled_from("ABC"), unique=True), st.lists(UNITS, unique=True), st.one_of(KIND, st.just(NONE)))
def test_giving_makes_all_cells_the_same_and_nothing_else(
    cells: dict[tuple[str, str], str], standards: list[str], units: list[str], kind: str
) -> None:
    after = duties.applied(cells, duties.give(cells, standards, units, kind))
    for place in {(s, u) for s in "ABC" for u in "UVW"}:
        inside = place[0] in standards and place[1] in units
        assert after.get(place, NONE) == (kind if inside else cells.get(place, NONE))
    if kind:
        filled = duties.applied(cells, duties.fill(cells, standards, units, kind))
        assert all(RANK[filled.get(place, NONE)] >= RANK[before] for place, before in cells.items())
        assert all(RANK[filled[s, u]] >= RANK[kind] for s in standards for u in units)


@given(ANY, UNITS, UNITS)
def test_moving_leaves_nothing_behind_and_loses_no_standard(
    cells: dict[tuple[str, str], str], source: str, target: str
) -> None:
    after = duties.applied(cells, duties.move(cells, source, target))
    if source != target:
        assert not any(unit == source for _standard, unit in after)
    for (standard, unit), kind in cells.items():
        if unit in (source, target):
            assert RANK[after[standard, target]] >= RANK[kind] or unit == target
    leads = sum(kind == "lead" for kind in cells.values())
    assert sum(kind == "lead" for kind in after.values()) <= leads  # no lead is doubled


@given(ANY, UNITS, UNITS)
def test_copying_adds_no_lead_and_weakens_nothing(cells: dict[tuple[str, str], str], source: str, target: str) -> None:
    after = duties.applied(cells, duties.copy(cells, source, target))
    assert {p for p, k in after.items() if k == "lead"} == {p for p, k in cells.items() if k == "lead"}
    assert all(RANK[after[place]] >= RANK[kind] for place, kind in cells.items())
    assert {s for s, u in cells if u == source} <= {s for s, u in after if u == target}


@given(ANY, ANY, UNITS, UNITS)
def test_every_plan_can_be_taken_back(
    cells: dict[tuple[str, str], str], wanted: dict[tuple[str, str], str], source: str, target: str
) -> None:
    for steps in (duties.move(cells, source, target), duties.copy(cells, source, target),
                  duties.differences(cells, wanted), duties.give(cells, ["A", "B"], [source], "support")):  # fmt: skip
        after = duties.applied(cells, steps)
        assert duties.applied(after, duties.back(steps)) == cells
        assert len({(step.standard, step.unit) for step in steps}) == len(steps)  # one step a cell


@given(ANY, ANY)
def test_differences_make_what_is_wanted(
    cells: dict[tuple[str, str], str], wanted: dict[tuple[str, str], str]
) -> None:  # fmt: skip
    after = duties.applied(cells, duties.differences(cells, wanted))
    assert after == {**cells, **wanted}
    assert duties.differences(after, wanted) == []
