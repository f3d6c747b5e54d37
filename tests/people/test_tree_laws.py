"""Laws of the organisation chart, over units that no database has seen: whoever answers to whom, nobody is lost."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.people.models import Charge, ChargeKind, Person, Unit
from chuangcheng.people.structure import LINE, TERRITORY, Node, grow

SIZE = 8
#: For each unit its superior in both lines, by number; beyond the size: nobody, or somebody who no longer stands.
ABOVE = st.lists(
    st.tuples(st.integers(0, SIZE + 3), st.integers(0, SIZE + 3)),
    min_size=SIZE,
    max_size=SIZE,
)
LINES = st.sampled_from([LINE, TERRITORY])


def key(number: int) -> UUID:
    return UUID(int=number + 1)


def units(above: list[tuple[int, int]]) -> list[Unit]:
    """Unsaved units; number ``SIZE + 3`` stands for no superior at all."""

    def superior(number: int) -> UUID | None:
        return None if number == SIZE + 3 else key(number)

    return [
        Unit(
            id=key(number),
            code=f"U{number}",
            short_name=f"U{number}",
            official_order=number,
            parent_id=superior(parent),
            line_parent_id=superior(line),
        )
        for number, (parent, line) in enumerate(above)
    ]


def walk(nodes: list[Node]) -> list[Node]:
    found = list(nodes)
    for node in found:
        found.extend(node.children)
    return found


def tree(above: list[tuple[int, int]], by: str = LINE) -> list[Node]:
    return grow(units(above), by, {}, {})


@given(ABOVE, LINES)
def test_every_unit_stands_in_the_tree_exactly_once(above: list[tuple[int, int]], by: str) -> None:
    codes = [node.unit.code for node in walk(tree(above, by))]
    assert sorted(codes) == [f"U{number}" for number in range(SIZE)]


@given(ABOVE, LINES)
def test_who_stands_below_answers_to_the_one_above(above: list[tuple[int, int]], by: str) -> None:
    for node in walk(tree(above, by)):
        for child in node.children:
            assert node.unit.pk in {child.unit.parent_id, child.unit.line_parent_id}
            first = child.unit.line_parent_id if by == LINE else child.unit.parent_id
            known = {key(number) for number in range(SIZE)}
            assert first not in known or first == node.unit.pk, "the asked line comes first"


@given(ABOVE, LINES)
def test_siblings_and_roots_keep_the_official_order(above: list[tuple[int, int]], by: str) -> None:
    roots = tree(above, by)
    for group in [roots, *(node.children for node in walk(roots))]:
        orders = [node.unit.official_order for node in group]
        assert orders == sorted(orders)


@given(ABOVE, LINES)
def test_the_other_superior_is_known_and_another_one(above: list[tuple[int, int]], by: str) -> None:
    for node in walk(tree(above, by)):
        if node.other is not None:
            assert node.other.pk in {node.unit.parent_id, node.unit.line_parent_id}
            assert node.unit.parent_id != node.unit.line_parent_id


@given(ABOVE, LINES)
def test_sizes_add_up(above: list[tuple[int, int]], by: str) -> None:
    roots = tree(above, by)
    assert sum(1 + node.size for node in roots) == SIZE
    for node in walk(roots):
        assert node.size == len(walk(node.children))


@given(st.lists(st.integers(0, SIZE - 1), min_size=SIZE, max_size=SIZE))
def test_without_rings_there_is_one_root_and_all_hang_on_it(above: list[int]) -> None:
    """Each answers to one before it; the first to nobody."""
    pairs = [(SIZE + 3, SIZE + 3), *((above[number] % number, SIZE + 3) for number in range(1, SIZE))]
    for by in (LINE, TERRITORY):
        (root,) = tree(pairs, by)
        assert (root.unit.code, root.size) == ("U0", SIZE - 1)


NOBODY = SIZE + 3


@pytest.mark.parametrize(
    ("pairs", "by", "roots"),
    [
        # a ring of two in one line: both come up, who hangs on them stays below
        ([(1, NOBODY), (0, NOBODY), (0, NOBODY)], TERRITORY, ["U0", "U1"]),
        # a ring of the two lines mixed
        ([(NOBODY, 1), (0, NOBODY), (1, NOBODY)], LINE, ["U0", "U1"]),
        # the same, asked by territory: no ring
        ([(NOBODY, 1), (0, NOBODY), (1, NOBODY)], TERRITORY, ["U0", "U1"]),
        # its own superior
        ([(0, 0), (0, NOBODY)], LINE, ["U0"]),
        # a superior who no longer stands
        ([(SIZE, NOBODY), (0, SIZE + 1)], LINE, ["U0"]),
        # the line is gone, the territory stands
        ([(NOBODY, NOBODY), (0, SIZE)], LINE, ["U0"]),
        # nobody at all
        ([(NOBODY, NOBODY), (NOBODY, NOBODY)], LINE, ["U0", "U1"]),
        ([], LINE, []),
    ],
)
def test_rings_and_orphans(pairs: list[tuple[int, int]], by: str, roots: list[str]) -> None:
    assert [node.unit.code for node in tree(pairs, by)] == roots


def test_cards_and_communities_come_along() -> None:
    every = units([(NOBODY, NOBODY), (0, NOBODY)])
    head = Charge(unit=every[1], kind=ChargeKind.HEAD, person=Person(username="li", name="李某"), title="局长")
    liaison = Charge(unit=every[1], kind=ChargeKind.LIAISON_A, person=Person(username="wu", name="吴某"))
    held = {every[1].pk: {ChargeKind.HEAD.value: head, ChargeKind.LIAISON_A.value: liaison}}
    (root,) = grow(every, LINE, held, {every[1].pk: 7})
    (child,) = root.children
    assert (root.head, root.communities) == (None, 0)
    assert (child.head, child.communities) == (head, 7)
    assert child.card[ChargeKind.LIAISON_A].person.name == "吴某"
