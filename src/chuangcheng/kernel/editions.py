"""What became of each standard from one edition to the next: matched by code and text, unsure ones left to a person.

A pair is *sure* when both are each other's best likeness by a clear margin. What is only likely is a doubt with
its candidates; until somebody decides, both ends of a doubt count as removed and added.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

SURE = 0.7  #: likeness that is enough anywhere
SURE_IN_PLACE = 0.5  #: likeness that is enough under the same heading
DOUBT = 0.3  #: less is no candidate at all
MARGIN = 0.1  #: how much better than every other a sure pair must be
CHOICES = 5  #: most candidates that a doubt lists
_SAME_PLACE, _SAME_CODE = 0.1, 0.05

#: The classes of a pair in order of strength: a moved and reworded standard counts as moved.
CHANGES = ("moved", "reworded", "reweighted")


@dataclass(frozen=True, slots=True)
class Heading:
    """A row above the standards; ``above`` is the code of the row it stands under, empty for a framework."""

    code: str
    text: str
    above: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A standard: ``place`` are the codes of the headings it stands under, outermost first; ``weight`` as written."""

    code: str
    text: str
    weight: Fraction
    place: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One edition to compare. Codes are unique among its clauses and among its headings."""

    headings: tuple[Heading, ...]
    clauses: tuple[Clause, ...]

    @cached_property
    def by_code(self) -> dict[str, Clause]:
        """Its clauses by code."""
        return {clause.code: clause for clause in self.clauses}

    @cached_property
    def titles(self) -> dict[str, str]:
        """The folded text of each heading by code."""
        return {heading.code: fold(heading.text) for heading in self.headings}

    def spot(self, clause: Clause) -> tuple[str, ...]:
        """The folded texts above a clause."""
        return tuple(self.titles.get(code, "") for code in clause.place)


@dataclass(frozen=True, slots=True)
class Pair:
    """An old standard and the new one that takes over; ``changes`` of :data:`CHANGES`, none when it is the same."""

    old: Clause
    new: Clause
    changes: tuple[str, ...]
    likeness: float

    @property
    def kind(self) -> str:
        """``same``, or the strongest change."""
        return self.changes[0] if self.changes else "same"


@dataclass(frozen=True, slots=True)
class Doubt:
    """An old standard that somebody must decide on, its candidates best first with their likeness."""

    old: Clause
    choices: tuple[tuple[Clause, float], ...]


@dataclass(frozen=True)
class Diff:
    """Every old standard is in ``pairs`` or ``removed``, every new one in ``pairs`` or ``added``, once; only where a
    person decided so do several old ones share an heir."""

    pairs: tuple[Pair, ...]
    doubts: tuple[Doubt, ...]
    added: tuple[Clause, ...]
    removed: tuple[Clause, ...]

    def of(self, kind: str) -> list[Pair]:
        """The pairs of one class."""
        return [pair for pair in self.pairs if pair.kind == kind]

    def counts(self) -> dict[str, int]:
        """``same``, ``moved``, ``reworded``, ``reweighted`` and ``removed`` sum to the old edition, with ``added`` in
        place of ``removed`` to the new one; ``unsure`` are those of the removed that have candidates."""
        kinds = Counter(pair.kind for pair in self.pairs)
        return {
            **{kind: kinds[kind] for kind in ("same", *CHANGES)},
            "added": len(self.added),
            "removed": len(self.removed),
            "unsure": len(self.doubts),
        }


def fold(text: str) -> str:
    """A text without what does not change its meaning: width, case, blanks, punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def likeness(one: str, other: str) -> float:
    """Dice's coefficient of the pairs of characters of two folded texts, 0 to 1."""
    return _dice(_bigrams(one), _bigrams(other))


def _bigrams(text: str) -> Counter[str]:
    return Counter([text]) if len(text) < 2 else Counter(text[i : i + 2] for i in range(len(text) - 1))


def _dice(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


@dataclass
class _Matcher:
    """The state of one comparison: what is paired so far, by code, and which headings correspond."""

    old: Side
    new: Side
    pairs: dict[str, str] = field(default_factory=dict)
    none: set[str] = field(default_factory=set)  # decided by a person
    headings: dict[str, str] = field(default_factory=dict)

    def open_old(self) -> list[Clause]:
        return [c for c in self.old.clauses if c.code not in self.pairs and c.code not in self.none]

    def open_new(self) -> list[Clause]:
        taken = set(self.pairs.values())
        return [clause for clause in self.new.clauses if clause.code not in taken]

    def in_place(self, old: Clause, new: Clause) -> bool:
        """Whether everything above the old one corresponds to what is above the new one."""
        return tuple(self.headings.get(code) for code in old.place) == new.place

    def equal_texts(self, *, placed: bool) -> None:
        """Pair equal texts, under equal headings if ``placed``, where there are as many on either side."""

        def groups(side: Side, clauses: Iterable[Clause]) -> dict[object, list[Clause]]:
            found: dict[object, list[Clause]] = defaultdict(list)
            for clause in clauses:
                found[fold(clause.text), side.spot(clause) if placed else None].append(clause)
            return found

        news = groups(self.new, self.open_new())
        for key, olds in groups(self.old, self.open_old()).items():
            heirs = news.get(key, [])
            if len(olds) == len(heirs) and (placed or len(olds) == 1):
                self._by_code_then_order(olds, heirs)

    def _by_code_then_order(self, olds: list[Clause], news: list[Clause]) -> None:
        shared = {clause.code for clause in olds} & {clause.code for clause in news}
        self.pairs |= {code: code for code in shared}
        rest = [clause for clause in olds if clause.code not in shared]
        left = [clause for clause in news if clause.code not in shared]
        self.pairs |= {old.code: new.code for old, new in zip(rest, left, strict=True)}

    def match_headings(self) -> None:
        """Headings correspond by equal texts all the way up, else by most of what stands below both."""
        self.headings = _equal_headings(self.old, self.new)
        votes: Counter[tuple[str, str]] = Counter()
        for code, heir in self.pairs.items():
            old, new = self.old.by_code[code].place, self.new.by_code[heir].place
            votes.update(zip(old, new, strict=False))
        taken = set(self.headings.values())
        for (old_code, new_code), count in votes.items():
            if old_code in self.headings or new_code in taken:
                continue
            rivals = [n for (o, new), n in votes.items() if (o == old_code) != (new == new_code)]
            if all(count > n for n in rivals):
                self.headings[old_code] = new_code

    def scores(self) -> dict[tuple[str, str], tuple[float, float]]:
        """``(score, likeness)`` of each open pair that is likely at all."""
        news = [(clause, _bigrams(fold(clause.text))) for clause in self.open_new()]
        found = {}
        for old in self.open_old():
            grams = _bigrams(fold(old.text))
            for new, others in news:
                like = _dice(grams, others)
                placed = self.in_place(old, new)
                if like >= DOUBT or (placed and old.code == new.code):
                    bonus = _SAME_PLACE * placed + _SAME_CODE * (old.code == new.code)
                    found[old.code, new.code] = (like + bonus, like)
        return found

    def take_sure(self) -> dict[tuple[str, str], tuple[float, float]]:
        """Pair what is sure until nothing more is; the scores of what is left."""
        self.match_headings()
        scores = self.scores()
        while sure := self._sure(scores):
            self.pairs |= dict(sure)
            olds, news = {old for old, _ in sure}, {new for _, new in sure}
            scores = {key: value for key, value in scores.items() if key[0] not in olds and key[1] not in news}
        return scores

    def _sure(self, scores: Mapping[tuple[str, str], tuple[float, float]]) -> list[tuple[str, str]]:
        """The pairs that are alike enough and better, by the margin, than whatever else either side could take."""
        best: dict[tuple[int, str], list[float]] = defaultdict(lambda: [0.0, 0.0])  # the two best of each end
        for key, (score, _) in scores.items():
            for end in enumerate(key):
                best[end] = sorted([*best[end], score])[-2:]

        def stands_out(key: tuple[str, str]) -> bool:
            score = scores[key][0]
            return all(best[end][1] == score and score >= best[end][0] + MARGIN for end in enumerate(key))

        return [key for key in scores if self._is_alike(key, scores[key][1]) and stands_out(key)]

    def _is_alike(self, key: tuple[str, str], like: float) -> bool:
        if like >= SURE:
            return True
        return like >= SURE_IN_PLACE and self.in_place(self.old.by_code[key[0]], self.new.by_code[key[1]])

    def pair(self, code: str) -> Pair:
        """What the pair of an old code changed."""
        old, new = self.old.by_code[code], self.new.by_code[self.pairs[code]]
        one, other = fold(old.text), fold(new.text)
        changed = (not self.in_place(old, new), one != other, old.weight != new.weight)
        changes = tuple(name for name, is_so in zip(CHANGES, changed, strict=True) if is_so)
        return Pair(old, new, changes, 1.0 if one == other else likeness(one, other))


def _equal_headings(old: Side, new: Side) -> dict[str, str]:
    """Headings whose texts, and the texts above them, are equal and stand once on either side."""

    def lines(side: Side) -> dict[tuple[str, ...], list[str]]:
        above = {heading.code: heading.above for heading in side.headings}
        found: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for code in above:
            line, step, seen = [], code, set[str]()
            while step in above and step not in seen:
                seen.add(step)
                line.append(side.titles[step])
                step = above[step]
            found[tuple(line)].append(code)
        return found

    heirs = lines(new)
    return {
        codes[0]: heirs[line][0]
        for line, codes in lines(old).items()
        if len(codes) == 1 and len(heirs.get(line, ())) == 1
    }


def compare(old: Side, new: Side, decided: Mapping[str, str] | None = None) -> Diff:
    """What became of each standard. ``decided`` maps old codes to the new code somebody chose, or to ``""`` for none;
    codes that stand in neither side are passed over."""
    matcher = _Matcher(old, new)
    settled = {
        code: heir
        for code, heir in (decided or {}).items()
        if code in old.by_code and (not heir or heir in new.by_code)
    }
    matcher.none = set(settled)
    # First, so that a standard which a person gives to an heir besides does not take it from its own text.
    matcher.equal_texts(placed=True)
    matcher.equal_texts(placed=False)
    matcher.pairs |= {code: heir for code, heir in settled.items() if heir}
    scores = matcher.take_sure()
    matcher.match_headings()  # once more: what was paired by likeness votes too
    pairs = tuple(matcher.pair(clause.code) for clause in old.clauses if clause.code in matcher.pairs)
    taken = set(matcher.pairs.values())
    return Diff(
        pairs,
        _doubts(matcher, scores),
        tuple(clause for clause in new.clauses if clause.code not in taken),
        tuple(clause for clause in old.clauses if clause.code not in matcher.pairs),
    )


def _doubts(matcher: _Matcher, scores: Mapping[tuple[str, str], tuple[float, float]]) -> tuple[Doubt, ...]:
    found: dict[str, list[tuple[float, str, float]]] = defaultdict(list)
    for (old, new), (score, like) in scores.items():
        found[old].append((-score, new, like))
    return tuple(
        Doubt(clause, tuple((matcher.new.by_code[new], like) for _, new, like in sorted(found[clause.code])[:CHOICES]))
        for clause in matcher.open_old()
        if clause.code in found
    )


def carried(pairs: Sequence[Pair], duties: Mapping[str, int], total: int) -> Fraction:
    """The share of ``duties`` (old code → how many) that go over by these pairs; of standards where nobody has any."""
    held = sum(duties.values())
    if not held:
        return Fraction(len(pairs), total) if total else Fraction(1)
    return Fraction(sum(duties.get(pair.old.code, 0) for pair in pairs), held)
