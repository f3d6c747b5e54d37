"""The comparison of two editions: known changes are told apart, and what must hold of any two."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chuangcheng.kernel import editions
from chuangcheng.kernel.editions import Clause, Heading, Side, compare

WORDS = "街道社区背街小巷农贸市场公共厕所垃圾分类志愿服务宣传教育文明交通绿化管护消防安全学校医院公园广场公交窗口审批法治诚信环境噪声河流"


def side(seed: int = 7, projects: int = 4, contents: int = 3, standards: int = 4) -> Side:
    """An edition of random sentences."""
    rng = random.Random(seed)

    def text(length: int) -> str:
        return "".join(rng.choice(WORDS) for _ in range(length))

    headings, clauses = [Heading("F", "全国文明城市测评体系")], []
    for p in range(1, projects + 1):
        headings.append(Heading(f"{p}", text(8), "F"))
        for c in range(1, contents + 1):
            headings.append(Heading(f"{p}-{c}", text(10), f"{p}"))
            clauses += [
                Clause(f"{p}-{c}-{s}", text(24), Fraction(rng.randint(1, 4)), ("F", f"{p}", f"{p}-{c}"))
                for s in range(1, standards + 1)
            ]
    return Side(tuple(headings), tuple(clauses))


def changed(base: Side, **by_code: Clause) -> Side:
    """The edition with some clauses in place of others (keys: code with ``_`` for ``-``)."""
    swap = {code.strip("c").replace("_", "-"): clause for code, clause in by_code.items()}
    return Side(base.headings, tuple(swap.get(clause.code, clause) for clause in base.clauses))


def test_each_change_is_told_by_its_name() -> None:
    old = side()
    at = old.by_code
    new = changed(
        old,
        c1_1_1=replace(at["1-1-1"], text=at["1-1-1"].text[:-3] + "不少于三处"),
        c1_1_2=replace(at["1-1-2"], place=("F", "2", "2-1")),
        c1_1_3=replace(at["1-1-3"], weight=Fraction(9, 2)),
        c1_1_4=replace(at["1-1-4"], text="，".join(at["1-1-4"].text) + "。"),  # punctuation alone is no change
    )
    new = Side(
        new.headings, (*new.clauses[:-1], Clause("9-9-9", "全新的一条标准甲乙丙丁", Fraction(1), ("F", "4", "4-3")))
    )
    diff = compare(old, new)
    assert diff.counts() == {
        "same": 44, "moved": 1, "reworded": 1, "reweighted": 1, "added": 1, "removed": 1, "unsure": 0
    }  # fmt: skip
    assert [pair.old.code for kind in editions.CHANGES for pair in diff.of(kind)] == ["1-1-2", "1-1-1", "1-1-3"]
    assert (diff.added[0].code, diff.removed[0].code) == ("9-9-9", "4-3-4")


def test_a_renumbered_and_retitled_edition_is_the_same() -> None:
    """New codes in another order of parts, every heading with the year in it: nothing became of the standards."""
    old = side()
    codes = {heading.code: f"X{number}" for number, heading in enumerate(reversed(old.headings))}
    headings = tuple(Heading(codes[h.code], h.text + "2027", codes.get(h.above, "")) for h in old.headings)
    clauses = [replace(c, code=f"S{n}", place=tuple(codes[p] for p in c.place)) for n, c in enumerate(old.clauses)]
    diff = compare(old, Side(headings, tuple(reversed(clauses))))
    assert diff.counts()["same"] == len(old.clauses)
    assert diff.pairs[3].new.code == "S3"


def test_codes_that_moved_on_by_one_do_not_mislead() -> None:
    """A standard put in before the others shifts all codes: the texts win."""
    old = side()
    shifted = [replace(c, code=f"{c.place[-1]}-{int(c.code[-1]) + 1}") for c in old.clauses]
    extra = [Clause(f"{h.code}-1", f"新增要求第{h.code}号之规定内容", Fraction(1), ("F", h.above, h.code)) for h in
             old.headings if h.code.count("-") == 1]  # fmt: skip
    diff = compare(old, Side(old.headings, (*extra, *shifted)))
    assert (diff.counts()["same"], diff.counts()["added"], diff.counts()["unsure"]) == (48, 12, 0)


def test_two_alike_are_left_to_a_person_who_decides() -> None:
    """A text that was split in two halves of equal likeness is a doubt; a decision takes it out of the doubts."""
    base = side()
    first = base.by_code["1-1-1"]
    halves = [replace(first, code="N1", text=first.text[:14] + "甲乙丙丁戊己庚辛"),
              replace(first, code="N2", text=first.text[:14] + "子丑寅卯辰巳午未")]  # fmt: skip
    new = Side(base.headings, (*halves, *base.clauses[1:]))
    diff = compare(base, new)
    assert [(d.old.code, {c.code for c, _ in d.choices}) for d in diff.doubts] == [("1-1-1", {"N1", "N2"})]
    assert (len(diff.removed), len(diff.added)) == (1, 2)
    chosen = compare(base, new, {"1-1-1": "N2"})
    assert (chosen.of("reworded")[0].new.code, chosen.doubts, len(chosen.removed)) == ("N2", (), 0)
    none = compare(base, new, {"1-1-1": "", "gone": "N1", "1-1-2": "nowhere"})
    assert (none.doubts, [clause.code for clause in none.removed]) == ((), ["1-1-1"])
    merged = compare(base, new, {"1-1-1": "N1", "1-1-2": "N1"})
    assert ([p.old.code for p in merged.pairs if p.new.code == "N1"], merged.removed) == (["1-1-1", "1-1-2"], ())


def test_an_heir_by_decision_is_not_taken_from_its_own_text() -> None:
    """1-1-1 is merged into 1-1-2, whose text stands unchanged: both go to the one heir."""
    base = side()
    new = Side(base.headings, base.clauses[1:])
    diff = compare(base, new, {"1-1-1": "1-1-2"})
    assert [p.old.code for p in diff.pairs if p.new.code == "1-1-2"] == ["1-1-1", "1-1-2"]
    assert (diff.counts()["same"], diff.removed, diff.added) == (47, (), ())


def test_equal_texts_under_one_heading_are_paired_by_code_then_order() -> None:
    place = ("F",)
    twins = [Clause(code, "同样的一句话", Fraction(1), place) for code in ("a", "b", "c")]
    renamed = [replace(twins[0], code="x"), replace(twins[1], code="b"), replace(twins[2], code="y")]
    diff = compare(Side((Heading("F", "体系"),), tuple(twins)), Side((Heading("F", "体系"),), tuple(renamed)))
    assert [(pair.old.code, pair.new.code, pair.kind) for pair in diff.pairs] == [
        ("a", "x", "same"), ("b", "b", "same"), ("c", "y", "same")
    ]  # fmt: skip


def realistic(old: Side, seed: int) -> Side:
    """A new edition as cities get them: all codes new, a tenth reworded, a tenth moved, a twentieth new."""
    rng = random.Random(seed)
    contents = [h for h in old.headings if h.code.count("-") == 1]
    clauses = []
    for number, clause in enumerate(old.clauses):
        text, place, weight = clause.text, clause.place, clause.weight
        if number % 10 == 1:
            at = rng.randrange(len(text) - 4)
            text = text[:at] + rng.choice(["并长期坚持", "达到规定要求", "不低于90%"]) + text[at + 3 :]
        if number % 10 == 2:
            target = rng.choice(contents)
            place = ("F", target.above, target.code)
        if number % 10 == 3:
            weight += 1
        clauses.append(Clause(f"N{number}", text, weight, place))
    clauses += [Clause(f"Z{n}", f"第{n}条全新要求" + "".join(rng.sample(WORDS, 18)), Fraction(1), ("F", "1", "1-1"))
                for n in range(len(old.clauses) // 20)]  # fmt: skip
    rng.shuffle(clauses)
    return Side(old.headings, tuple(clauses))


@pytest.mark.parametrize("seed", range(3))
def test_nearly_everything_of_a_realistic_edition_goes_over_by_itself(seed: int) -> None:
    old = side(seed, projects=5, contents=9, standards=4)
    new = realistic(old, seed)
    diff = compare(old, new)
    assert all(pair.new.code == f"N{old.clauses.index(pair.old)}" for pair in diff.pairs)
    assert editions.carried(diff.pairs, {c.code: 3 for c in old.clauses}, len(old.clauses)) >= Fraction(95, 100)
    assert len(diff.added) >= 9


def test_the_share_is_of_duties_and_of_standards_without_any() -> None:
    old = side(projects=1, contents=1)
    pairs = compare(old, old).pairs
    assert editions.carried(pairs[:1], {"1-1-1": 3, "1-1-2": 1}, 4) == Fraction(3, 4)
    assert editions.carried(pairs[:1], {}, 4) == Fraction(1, 4)
    assert editions.carried((), {}, 0) == 1


TEXTS = st.text("城市街道卫生志愿", min_size=1, max_size=9)


@st.composite
def sides(draw: st.DrawFn) -> Side:
    titles = draw(st.lists(TEXTS, min_size=1, max_size=3))
    headings = (Heading("F", "体系"), *(Heading(f"h{n}", text, "F") for n, text in enumerate(titles)))
    rows = draw(st.lists(st.tuples(TEXTS, st.integers(0, len(titles) - 1), st.integers(1, 3)), max_size=8))
    codes = draw(st.permutations([f"s{n}" for n in range(10)]))
    return Side(headings, tuple(Clause(codes[n], text, Fraction(w), ("F", f"h{at}"))
                                for n, (text, at, w) in enumerate(rows)))  # fmt: skip


@given(sides(), sides())
def test_every_standard_is_counted_once_and_both_ways_agree(old: Side, new: Side) -> None:
    diff = compare(old, new)
    counts = diff.counts()
    matched = sum(counts[kind] for kind in ("same", *editions.CHANGES))
    assert matched == len(diff.pairs) == len({p.old.code for p in diff.pairs}) == len({p.new.code for p in diff.pairs})
    assert matched + counts["removed"] == len(old.clauses)
    assert matched + counts["added"] == len(new.clauses)
    assert {doubt.old.code for doubt in diff.doubts} <= {clause.code for clause in diff.removed}
    back = compare(new, old)
    assert {(p.old.code, p.new.code) for p in diff.pairs} == {(p.new.code, p.old.code) for p in back.pairs}


@given(sides())
def test_an_edition_is_the_same_as_itself(one: Side) -> None:
    assert compare(one, one).counts()["same"] == len(one.clauses)


@given(TEXTS, TEXTS)
def test_likeness_is_a_share_and_symmetric(one: str, other: str) -> None:
    assert 0 <= editions.likeness(one, other) == editions.likeness(other, one) <= 1
    assert editions.likeness(one, one) == 1
