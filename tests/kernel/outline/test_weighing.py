"""Weights as offices write them, and the laws of sharing them out: exact sums, and no part that depends on its unit."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chuangcheng.kernel.outline.mapping import Mapping
from chuangcheng.kernel.outline.tree import Entry, Tree
from chuangcheng.kernel.outline.weighing import parse, weigh

SCALED = Mapping(sums="scale")
WEIGHTS = st.tuples(st.integers(1, 400), st.integers(1, 20)).map(lambda pair: Fraction(*pair))


@pytest.mark.parametrize(
    ("text", "number", "is_percent"),
    [
        ("5", Fraction(5), False), ("5分", Fraction(5), False), ("（5分）", Fraction(5), False), ("５ 分", Fraction(5), False),
        ("2.5", Fraction(5, 2), False), ("2/3", Fraction(2, 3), False), ("0.4", Fraction(2, 5), False),
        ("40%", Fraction(40), True), ("４０％", Fraction(40), True), ("12.5 %", Fraction(25, 2), True),
        ("3 points", Fraction(3), False), ("1 Point", Fraction(1), False),
    ],
)  # fmt: skip
def test_a_weight_reads_as_it_is_written(text: str, number: Fraction, is_percent: bool) -> None:
    assert parse(text) == (number, is_percent)


@pytest.mark.parametrize(
    "text", ["", "五分", "5-10", "5分/项", "-5", "5.", ".5", "1/0", "5%分", "5,5", "1e3", "满分", "%", "分"]
)
def test_what_is_no_weight_is_none(text: str) -> None:
    assert parse(text) is None


@given(WEIGHTS, st.sampled_from(["{}", "{}分", " {} 分", "（{}分）", "({})", "{}\u3000"]))
def test_a_fraction_is_read_exactly_in_any_dress(weight: Fraction, dress: str) -> None:
    assert parse(dress.format(weight)) == (weight, False)


@given(st.decimals("0.01", "999", places=2))
def test_decimals_are_taken_as_they_look(number: Any) -> None:
    assert parse(f"{number}%") == (Fraction(str(number)), True)


def entry(text: str, weight: object = "", *below: Entry) -> Entry:
    """A line with its weight as a text; the row is told by the order of making."""
    return Entry("表", 0, text, cells={"weight": str(weight)} if weight != "" else {}, children=list(below))


def grown(*roots: Entry) -> Tree:
    """A tree with its rows counted."""
    tree = Tree(roots=list(roots), headers={"weight": "分值"})
    for row, one in enumerate(tree.entries(), 2):
        one.row = row
    return tree


def problems(tree: Tree) -> list[tuple[str, str, int | None]]:
    """What stands in the way, without the words."""
    return [(problem.field, problem.code, problem.row) for problem in tree.problems]


def weighed(tree: Tree, mapping: Mapping = SCALED) -> dict[str, Fraction]:
    """The weights of a tree of projects, by text."""
    weights = weigh(tree, [(None, tree.roots)], mapping)
    return {one.text: weights[one] for one in tree.entries() if id(one) in weights.of}


#: Projects of contents of standards; None where a content or a project has no weight of its own.
Numbers = list[tuple[Fraction | None, list[tuple[Fraction | None, list[Fraction]]]]]
MAYBE = st.none() | WEIGHTS
SYSTEMS = st.lists(
    st.tuples(MAYBE, st.lists(st.tuples(MAYBE, st.lists(WEIGHTS, min_size=1, max_size=3)), min_size=1, max_size=3)),
    min_size=1, max_size=4,
)  # fmt: skip


def built(system: Numbers, times: Fraction = Fraction(1)) -> Tree:
    """The tree of these numbers, each ``times`` as large."""

    def written(number: Fraction | None) -> object:
        return "" if number is None else number * times

    return grown(*(
        entry(f"P{p}", written(own), *(
            entry(f"P{p}C{c}", written(above), *(entry(f"P{p}C{c}S{s}", written(w)) for s, w in enumerate(below)))
            for c, (above, below) in enumerate(contents)
        ))
        for p, (own, contents) in enumerate(system)
    ))  # fmt: skip


def by_hand(system: Numbers) -> Iterator[tuple[str, Fraction]]:
    """The same by the rule in words: points are shared by what is written, or by the sum of what stands below."""
    points = [
        own if own is not None else sum((a if a is not None else sum(b) for a, b in contents), Fraction())
        for own, contents in system
    ]
    for p, (_, contents) in enumerate(system):
        yield f"P{p}", points[p] * 100 / sum(points, Fraction())
        for c, (above, below) in enumerate(contents):
            worth = above if above is not None else sum(below, Fraction())
            for s, weight in enumerate(below):
                yield f"P{p}C{c}S{s}", worth * weight / sum(below, Fraction())


@given(SYSTEMS)
@settings(max_examples=30)
def test_points_are_shared_as_the_rule_in_words_says(system: Numbers) -> None:
    tree = built(system)
    found = weighed(tree)
    if not any(code == "wrong_sum" for _, code, _ in problems(tree)):
        assert found == dict(by_hand(system))


@given(SYSTEMS)
@settings(max_examples=30)
def test_projects_sum_to_a_hundred_and_every_weight_is_above_nothing(system: Numbers) -> None:
    found = weighed(built(system))
    assert sum(found[f"P{p}"] for p in range(len(system))) == 100
    assert min(found.values()) > 0


@given(SYSTEMS, WEIGHTS)
@settings(max_examples=30)
def test_a_system_of_ten_points_and_one_of_a_thousand_weigh_the_same(system: Numbers, times: Fraction) -> None:
    one, other = weighed(built(system)), weighed(built(system, times))
    for p in range(len(system)):
        assert one[f"P{p}"] == other[f"P{p}"]
        below = [text for text in one if text.startswith(f"P{p}C")]
        assert {other[text] / one[text] for text in below} == {times}


@given(st.lists(WEIGHTS, min_size=1, max_size=8))
def test_shares_that_are_written_below_a_weight_are_parts_of_it(weights: list[Fraction]) -> None:
    tree = grown(entry("市容", "", entry("街道", 30, *(entry(f"S{n}", weight) for n, weight in enumerate(weights)))))
    found = weighed(tree)
    assert sum(found[f"S{n}"] for n in range(len(weights))) == 30


@given(st.integers(1, 9), st.integers(1, 4))
def test_a_file_without_weights_counts_everything_alike(projects: int, standards: int) -> None:
    tree = grown(*(entry(f"P{p}", "", *(entry(f"P{p}S{s}") for s in range(standards))) for p in range(projects)))
    found = weighed(tree, Mapping())
    assert {found[f"P{p}"] for p in range(projects)} == {Fraction(100, projects)}
    assert {found[f"P{p}S{s}"] for p in range(projects) for s in range(standards)} == {Fraction(1)}
    assert problems(tree) == []
    assert [(remark.code, remark.row) for remark in tree.remarks] == [("evened", 2)]


@given(st.lists(st.integers(1, 99), min_size=2, max_size=6))
def test_per_cent_decimals_and_points_of_one_level_mean_the_same(points: list[int]) -> None:
    """40 % beside 0.6 is 60 %; points beside points stay what they are."""
    as_points = weighed(grown(*(entry(f"P{n}", f"{p}分") for n, p in enumerate(points))))
    as_percent = weighed(grown(*(entry(f"P{n}", f"{p}%") for n, p in enumerate(points))))
    mixed = grown(*(entry(f"P{n}", f"{p}%" if n == 0 else p / 100) for n, p in enumerate(points)))
    assert as_points == as_percent == weighed(mixed)
    told = [(remark.row, remark.code) for remark in mixed.remarks if remark.code == "percent"]
    assert told == [(n + 2, "percent") for n in range(1, len(points))]


@pytest.mark.parametrize(
    ("roots", "named"),
    [
        ((entry("甲", "六十"), entry("乙", 40)), [("not_fraction", 2), ("missing", 2)]),
        ((entry("甲", 0), entry("乙", 100)), [("out_of_range", 2), ("missing", 2)]),
        ((entry("甲", 10**6), entry("乙", 40)), [("out_of_range", 2), ("missing", 2)]),
        ((entry("甲", 60), entry("乙", 41)), [("wrong_sum", 2)]),
        ((entry("甲", 100, entry("一", 3), entry("二")),), [("missing", 4)]),
        ((entry("甲", 60, entry("一", 20), entry("二", 40)), entry("乙", 30, entry("三", 30)), entry("丙", 10, entry("四", 9))),
         [("wrong_sum", 7)]),  # most of its level sum up, so this one is a slip
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_its_row(roots: tuple[Entry, ...], named: list[tuple[str, int]]) -> None:
    tree = grown(*roots)
    weigh(tree, [(None, tree.roots)], Mapping())
    assert problems(tree) == [("表.分值", code, row) for code, row in named]


def test_shares_of_the_entry_above_are_not_taken_for_slips() -> None:
    """Where no level's parts sum up to their entry, they are shares of it, not points."""
    tree = grown(*(entry(name, 50, entry(f"{name}一", 1), entry(f"{name}二", 3)) for name in "甲乙"))
    found = weighed(tree, Mapping())
    assert problems(tree) == []
    assert found == {
        "甲": 50, "甲一": 1, "甲二": 3, "乙": 50, "乙一": 1, "乙二": 3
    }  # fmt: skip


@pytest.mark.parametrize(("sums", "blamed"), [("refuse", [("表.分值", "wrong_sum", 2)]), ("scale", [])])
def test_a_wrong_sum_is_refused_or_brought_to_a_hundred(sums: str, blamed: list[tuple[str, str, int]]) -> None:
    tree = grown(entry("甲", 30), entry("乙", 60))
    found = weighed(tree, Mapping(sums=sums))
    assert problems(tree) == blamed
    assert found == {"甲": Fraction(100, 3), "乙": Fraction(200, 3)}
    assert [remark.code for remark in tree.remarks] == ([] if blamed else ["scaled"])


@pytest.mark.parametrize("points", [(60, 40), (Fraction(3, 5), Fraction(2, 5))])
def test_points_of_a_hundred_and_shares_of_one_need_no_word(points: tuple[Fraction, Fraction]) -> None:
    tree = grown(entry("甲", points[0]), entry("乙", points[1]))
    assert weighed(tree, Mapping()) == {"甲": 60, "乙": 40}
    assert (tree.problems, tree.remarks) == ([], [])


@pytest.mark.parametrize(("missing", "blamed"), [("refuse", [("表.分值", "missing", 3)]), ("equal", [])])
def test_a_project_left_out_gets_the_mean_where_the_importer_says_so(
    missing: str, blamed: list[tuple[str, str, int]]
) -> None:
    tree = grown(entry("甲", 20), entry("乙"), entry("丙", 40))
    found = weighed(tree, Mapping(missing=missing))
    assert problems(tree) == blamed
    if not blamed:
        assert found == {"甲": Fraction(200, 9), "乙": Fraction(300, 9), "丙": Fraction(400, 9)}


def frameworks(*tops: tuple[str, object]) -> dict[str, Fraction]:
    """The shares of frameworks of one project each."""
    tree = grown(*(entry(name, weight, entry(f"{name}项目", 100)) for name, weight in tops))
    weights = weigh(tree, [(top, top.children) for top in tree.roots], Mapping())
    return {top.text: weights[top] for top in tree.roots}


@pytest.mark.parametrize(
    ("tops", "shares"),
    [
        ((("甲", 90), ("乙", 30)), (Fraction(3, 4), Fraction(1, 4))),
        ((("全国文明城市", ""), ("未成年人思想道德建设", "")), (Fraction(4, 5), Fraction(1, 5))),
        ((("未成年人", ""), ("文明城市", "")), (Fraction(1, 5), Fraction(4, 5))),
        ((("甲", ""), ("乙", "")), (Fraction(1, 2), Fraction(1, 2))),
        ((("甲", ""), ("乙", ""), ("未成年人", "")), (Fraction(1, 3),) * 3),
        ((("甲", 90), ("乙", "")), (Fraction(1, 2), Fraction(1, 2))),  # one weight alone says nothing of the other
    ],
)  # fmt: skip
def test_frameworks_share_the_whole(tops: tuple[tuple[str, object], ...], shares: tuple[Fraction, ...]) -> None:
    found = frameworks(*tops)
    assert tuple(found.values()) == shares
    assert sum(found.values()) == 1
