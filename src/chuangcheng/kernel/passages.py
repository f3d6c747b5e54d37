"""Two texts compared sentence by sentence, and the passages of a text in which words stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_SENTENCE = re.compile(r"[^\n。！？；!?;]*[。！？；!?;]+[”’」』）)]*|[^\n。！？；!?;]+")
AROUND = 2  # equal sentences shown before and after a change
MANY = 2_000  # from here on sentences that stand everywhere do not join the texts
ALIKE = 0.5  # two sentences that have less in common are not one that was reworded
NEAR = 30  # sentences among which the reworded one is sought
SHOWN = 3  # passages of one text
_Piece = tuple[str, bool]  # words, and whether they are marked


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence: ``kind`` is same, removed or added; marked pieces are what differs within."""

    kind: str
    pieces: tuple[_Piece, ...]

    @property
    def words(self) -> str:
        """All of it."""
        return "".join(piece for piece, _marked in self.pieces)


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring lines: a change, equal lines that stand beside one, or (``folded``) equal ones far from any."""

    lines: tuple[Line, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """The whole of both texts in order, and how many sentences were added and removed."""

    blocks: tuple[Block, ...]
    added: int
    removed: int


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, without blanks around."""
    return [found for match in _SENTENCE.finditer(text) if (found := match.group().strip())]


def compare(old: str, new: str) -> Difference:
    """What became of a text."""
    before, after = sentences(old), sentences(new)
    matcher = SequenceMatcher(None, before, after, autojunk=max(len(before), len(after)) > MANY)
    blocks: list[Block] = []
    added = removed = 0
    codes = matcher.get_opcodes()
    for number, (kind, i, j, k, m) in enumerate(codes):
        if kind == "equal":
            blocks += _equal(before[i:j], first=number == 0, last=number == len(codes) - 1)
        else:
            blocks.append(Block(tuple(_changed(before[i:j], after[k:m]))))
            removed, added = removed + j - i, added + m - k
    return Difference(tuple(blocks), added, removed)


def _equal(found: Sequence[str], *, first: bool, last: bool) -> Iterator[Block]:
    """Folded but for those beside a change."""
    lines = tuple(Line("same", ((words, False),)) for words in found)
    head, tail = 0 if first else AROUND, 0 if last else AROUND
    if len(lines) <= head + tail + 1:
        yield Block(lines)
        return
    parts = (Block(lines[:head]), Block(lines[head : len(lines) - tail], True), Block(lines[len(lines) - tail :]))
    yield from (part for part in parts if part.lines)


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Removed before added; sentences that were reworded stand in pairs, with what differs marked. Of very long changes
    no pairs are sought."""
    at = 0
    for words in old:
        end = min(len(new), at + NEAR) if len(old) <= NEAR else at
        for place in range(at, end):
            inner = SequenceMatcher(None, words, new[place], autojunk=False)
            if inner.quick_ratio() >= ALIKE and inner.ratio() >= ALIKE:
                yield from (Line("added", ((other, False),)) for other in new[at:place])
                yield from _reworded(words, new[place], inner)
                at = place + 1
                break
        else:
            yield Line("removed", ((words, False),))
    yield from (Line("added", ((words, False),)) for words in new[at:])


def _reworded(one: str, other: str, inner: SequenceMatcher[str]) -> Iterator[Line]:
    codes = inner.get_opcodes()
    yield Line("removed", tuple((one[i:j], kind != "equal") for kind, i, j, _k, _m in codes if j > i))
    yield Line("added", tuple((other[k:m], kind != "equal") for kind, _i, _j, k, m in codes if m > k))


def passages(text: str, words: Sequence[str], around: int = 28, most: int = SHOWN) -> list[list[_Piece]]:
    """Where the words stand: up to ``most`` passages in order, in each the words marked; none if none stands
    there. Passages that touch are one; ``…`` shows that the text goes on."""
    wanted = [re.escape(word) for word in sorted(words, key=len, reverse=True) if word]
    if not wanted:
        return []
    spans: list[list[int]] = []
    hits: list[tuple[int, int]] = []
    for match in re.finditer("|".join(wanted), text, re.IGNORECASE):  # a long text is not read to its end
        start, end = match.span()
        low, high = max(start - around, 0), min(end + around, len(text))
        if spans and low <= spans[-1][1]:
            spans[-1][1] = high
        elif len(spans) == most:
            break
        else:
            spans.append([low, high])
        hits.append((start, end))
    return [_marked(text, low, min(high, low + 8 * around), hits) for low, high in spans]


def _marked(text: str, low: int, high: int, hits: Sequence[tuple[int, int]]) -> list[_Piece]:
    pieces: list[_Piece] = [("…", False)] if low else []
    at = low
    for start, end in hits:
        if low <= start and end <= high:
            pieces += [(text[at:start].replace("\n", " "), False), (text[start:end], True)]
            at = end
    pieces.append((text[at:high].replace("\n", " ") + ("…" if high < len(text) else ""), False))
    return [piece for piece in pieces if piece[0]]
