"""Messages that are likely about the same trouble: alike in title, in body and in the names that they mention.

Three likenesses, each 0 to 1, are added with fixed weights: the cosine of the bodies' character pairs, that of the
titles', and how many rare strings of four characters (names of places, firms, projects) a title has in common with the
other message. Messages months apart count for a little less. Groups grow by average linkage, so that a message joins
what it is like on the whole and no chain of neighbours runs from one trouble to the next; at the end large groups take
in what speaks of the same rare name and is a little less alike.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chuangcheng.kernel.triage.wording import Said, prepare

#: From this mean likeness on messages stand in one group.
ALIKE = 0.35
#: A group of several messages takes in what speaks of the same name from this mean likeness on.
ALIKE_NAMED = 0.25
_MANY = 5  # messages; of a smaller group it is not known yet what makes them alike, the trouble or the place
#: Pairs below are taken for strangers (0) while groups grow.
_NEGLIGIBLE = 0.1
_BODY, _TITLE, _NAMES = 0.4, 0.35, 0.25
_NAME = 4  # characters of a string that may be (part of) a name
_RARE = 0.03  # of the messages have it at most
_ENOUGH = 15.0  # rarity (sum of logarithms) of shared names that counts as one
_BACKGROUND = 2000  # messages that a small file is thought to be part of: what all of ten say may still be rare
_FAR_DAYS, _FAR_LOSS = 365.0, 0.06  # so much less for messages a year or more apart
_BLOCK = 500  # rows compared with all others at once
_LONGEST_NAME = 10  # characters; a longer string is a copied sentence and nobody's business
_LEADING = "市区县镇的就在而把被请于和与及对"
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+")


#: Likeness by two rows, the lower first; what is not there is nothing.
Pairs = dict[tuple[int, int], float]


@dataclass(frozen=True, slots=True)
class Message:
    """What is compared. ``writer`` may be empty (unknown)."""

    text: str
    at: datetime | None = None
    writer: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Likely one trouble. ``rows`` are places in the list given, the oldest first; ``likeness`` the mean over all
    pairs; ``shared`` the longest strings that most of them have and few others; ``days`` from first to last."""

    rows: tuple[int, ...]
    likeness: float
    shared: tuple[str, ...]
    writers: int
    days: int | None


def find(messages: Sequence[Message], *, alike: float = ALIKE) -> list[Group]:
    """The groups of two and more, the largest first, then the most alike. Deterministic."""
    if len(messages) < 2:
        return []
    said = [prepare(message.text) for message in messages]
    names = [_names(f"{one.title}\n{one.body}") for one in said]
    known = Counter(name for held in names for name in held)
    most = max(10, int(_RARE * len(messages)))
    rare = {name for name, rows in known.items() if 2 <= rows <= most}
    names = [held & rare for held in names]
    pairs = _pairs(messages, said, names, known)
    clusters = _link(len(messages), pairs, names, alike)
    weight = {name: np.log(max(len(messages), _BACKGROUND) / known[name]) for name in rare}
    titles = [_names(one.title) for one in said]
    found = [
        _group(messages, rows, pairs, _shared([names[row] for row in rows], [titles[row] for row in rows], weight))
        for rows in clusters
    ]
    return sorted(found, key=lambda group: (-len(group.rows), -group.likeness, group.rows))


def _names(text: str) -> set[str]:
    return {run[i : i + _NAME] for run in _HAN_RUN.findall(text) for i in range(len(run) - _NAME + 1)}


def _pairs(messages: Sequence[Message], said: Sequence[Said], names: Sequence[set[str]], known: Counter[str]) -> Pairs:
    """The likeness of every pair (lower row first) that is not negligible."""
    bodies, titles = _cosines([one.body for one in said]), _cosines([one.title for one in said])
    held, spoken = _named(said, names, known)
    days = _days(messages)
    found: Pairs = {}
    for start in range(0, len(said), _BLOCK):
        rows = slice(start, start + _BLOCK)
        common = (spoken[rows] @ held.T).maximum(held[rows] @ spoken.T)
        common.data = np.minimum(1.0, common.data / _ENOUGH)
        sums = (_BODY * (bodies[rows] @ bodies.T) + _TITLE * (titles[rows] @ titles.T) + _NAMES * common).tocoo()
        keep = (sums.data >= _NEGLIGIBLE) & (sums.row + start < sums.col)
        for row, column, value in zip(sums.row[keep] + start, sums.col[keep], sums.data[keep], strict=True):
            apart = abs(days[row] - days[column])
            loss = _FAR_LOSS * min(1.0, apart / _FAR_DAYS) if np.isfinite(apart) else 0.0
            found[int(row), int(column)] = min(1.0, float(value)) - loss
    return found


def _days(messages: Sequence[Message]) -> NDArray[np.float64]:
    return np.array([one.at.timestamp() / 86400 if one.at else np.nan for one in messages])


def _cosines(texts: Sequence[str]) -> Any:
    """Rows of length one over the character pairs of the texts, rare pairs heavier."""
    matrix, _ = _table([Counter(text[i : i + 2] for i in range(len(text) - 1)) for text in texts])
    holding = np.asarray((matrix > 0).sum(axis=0)).ravel()
    matrix.data = (1 + np.log(matrix.data)) * np.log((1 + max(len(texts), _BACKGROUND)) / holding)[matrix.indices]
    # A pair that nearly every tenth message has says nothing about one trouble, but makes every product dense.
    matrix.data[(holding > max(10, 0.05 * len(texts)))[matrix.indices]] = 0.0
    matrix.eliminate_zeros()
    return _unit(matrix)


def _unit(matrix: Any) -> Any:
    from scipy import sparse

    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.where(lengths > 0, lengths, 1)) @ matrix).tocsr()


def _table(rows: Sequence[Counter[str]]) -> tuple[Any, dict[str, int]]:
    from scipy import sparse

    places: dict[str, int] = {}
    columns: list[int] = []
    values: list[int] = []
    ends = [0]
    for row in rows:
        columns += [places.setdefault(term, len(places)) for term in row]
        values += row.values()
        ends.append(len(columns))
    shape = (len(rows), len(places))
    return sparse.csr_matrix((np.array(values, dtype=float), columns, ends), shape=shape), places


def _named(said: Sequence[Said], names: Sequence[set[str]], known: Counter[str]) -> tuple[Any, Any]:
    """Two tables over the rare strings: what each message holds (1), and what its title says (the string's rarity)."""
    held, places = _table([Counter(sorted(one)) for one in names])
    rarity = np.zeros(len(places))
    for name, place in places.items():
        rarity[place] = np.log(max(len(said), _BACKGROUND) / known[name])
    titles = [_names(one.title) for one in said]
    spoken, order = _table([Counter(sorted(one & title)) for one, title in zip(names, titles, strict=True)])
    if not order:
        return held, held * 0
    spoken.indices = np.array([places[name] for name in order], dtype=spoken.indices.dtype)[spoken.indices]
    spoken = type(spoken)((spoken.data, spoken.indices, spoken.indptr), shape=held.shape)
    spoken.data = rarity[spoken.indices]
    return held, spoken


def _link(size: int, pairs: Pairs, names: Sequence[set[str]], alike: float) -> list[list[int]]:
    """Average linkage over sparse likenesses: the two clusters most alike on the whole join, as long as ``alike``; then
    those of one name as long as :data:`ALIKE_NAMED`."""
    forest = _Forest(size, pairs)
    forest.grow(lambda _one, _other, mean: mean >= alike)
    held: dict[int, set[str]] = {}

    def common(key: int) -> set[str]:
        if key not in held:
            held[key] = _common([names[row] for row in forest.members[key]])
        return held[key]

    def named(one: int, other: int, mean: float) -> bool:
        largest = max(len(forest.members[one]), len(forest.members[other]))
        return mean >= min(alike, ALIKE_NAMED) and largest >= _MANY and bool(common(one) & common(other))

    forest.grow(named)
    return [sorted(rows) for rows in forest.members.values() if len(rows) > 1]


class _Forest:
    """Clusters with the sum of likenesses between each two of them."""

    def __init__(self, size: int, pairs: Pairs) -> None:
        self.members: dict[int, list[int]] = {row: [row] for row in range(size)}
        self._sums: dict[int, dict[int, float]] = {row: {} for row in range(size)}
        self._fresh = size
        for (low, high), value in pairs.items():
            self._sums[low][high] = self._sums[high][low] = value

    def grow(self, may: Callable[[int, int, float], bool]) -> None:
        """Join the two most alike, again and again, as long as they ``may`` (cluster, cluster, mean likeness)."""
        heap = [
            (-mean, low, high)
            for low, row in self._sums.items()
            for high in row
            if low < high and may(low, high, mean := self._mean(low, high))
        ]
        heapq.heapify(heap)
        while heap:
            _, one, other = heapq.heappop(heap)
            if one in self.members and other in self.members:
                for third in self._join(one, other):
                    if may(third, self._fresh, mean := self._mean(third, self._fresh)):
                        heapq.heappush(heap, (-mean, third, self._fresh))
                self._fresh += 1

    def _mean(self, one: int, other: int) -> float:
        return self._sums[one][other] / (len(self.members[one]) * len(self.members[other]))

    def _join(self, one: int, other: int) -> list[int]:
        """Two clusters become the one called ``_fresh``; which clusters it is like."""
        self.members[self._fresh] = self.members.pop(one) + self.members.pop(other)
        joined: dict[int, float] = {}
        for gone in (one, other):
            for third, total in self._sums.pop(gone).items():
                if third not in (one, other):
                    joined[third] = joined.get(third, 0.0) + total
                    del self._sums[third][gone]
        self._sums[self._fresh] = joined
        for third, total in joined.items():
            self._sums[third][self._fresh] = total
        return sorted(joined)


def _group(messages: Sequence[Message], rows: list[int], pairs: Pairs, shared: tuple[str, ...]) -> Group:
    moments = [moment for row in rows if (moment := messages[row].at)]
    order = sorted(rows, key=lambda row: (messages[row].at is None, messages[row].at or datetime.min, row))  # noqa: DTZ901
    among = [pairs.get((low, high), 0.0) for low in rows for high in rows if low < high]
    writers = {messages[row].writer for row in rows if messages[row].writer}
    return Group(
        rows=tuple(order), likeness=sum(among) / len(among), shared=shared, writers=len(writers),
        days=(max(moments) - min(moments)).days if moments else None,
    )  # fmt: skip


def _common(names: Sequence[set[str]]) -> set[str]:
    """The rare strings that at least 60 % of some messages have."""
    times = Counter(name for held in names for name in held)
    return {name for name, rows in times.items() if rows >= 0.6 * len(names)}


def _shared(
    names: Sequence[set[str]], titles: Sequence[set[str]], weight: dict[str, float], most: int = 4
) -> tuple[str, ...]:
    """The strings that most of a group's messages have, overlapping ones laid together, those of titles before those of
    bodies and rare ones first. No whole sentence, and none that says again what another said."""
    common = _common(names)
    spoken = Counter(name for title in titles for name in title & common)
    strings = {string[string[0] in _LEADING and len(string) > _NAME :] for string in _laid(common & spoken.keys())}
    strings = strings or set(_laid(common))

    def told(string: str) -> float:
        return sum(weight[name] * (0.1 + spoken[name] / len(names)) for name in _names(string) & common)

    ranked = sorted(strings, key=lambda string: (-told(string), string))
    chosen: list[str] = []
    for string in ranked:
        if len(string) <= _LONGEST_NAME and not any(_names(string) & _names(other) for other in chosen):
            chosen.append(string)
    return tuple(chosen[:most])


def _laid(names: set[str]) -> Iterator[str]:
    """Strings laid together as long as one goes on where the other ends: 丽发新城 + 发新城小 → 丽发新城小."""
    follows: dict[str, list[str]] = {}
    for name in sorted(names):
        follows.setdefault(name[:-1], []).append(name)
    ends = {name[1:] for name in names}
    for start in sorted(name for name in names if name[:-1] not in ends):
        string, seen, last = start, {start}, start
        while following := [one for one in follows.get(last[1:], []) if one not in seen]:
            last = following[0]
            seen.add(last)
            string += last[-1]
        yield string
