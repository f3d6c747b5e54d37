"""What both printers, typst and Word, must agree on: how wide columns are and where a long title is cut."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LINE, WIDE_LINE = 156, 225  #: between the margins, in mm, upright and across
_HALF = 1.86  # mm that half a letter of 五号 (10.5 pt) takes
_SIDES = 3  # halves of a letter left free in a cell
_TITLE = 20  # letters of 二号 on a line
#: A title is cut behind such words only: 词意完整 (GB/T 9704-2012, 7.3.1).
_ENDS = re.compile("全国文明城市|指挥部办公室|街道办事处|人民政府|委员会|领导小组|办公室|市|区|局")


def breadth(text: str) -> int:
    """How many halves of a Chinese letter the text takes on one line."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def parts(headers: Sequence[str], rows: Sequence[Sequence[str]], line: int = LINE) -> tuple[int, ...]:
    """Each column's part of the line, by what stands in it: words that cannot be cut (codes, days, figures) stay whole,
    short columns are as wide as they need, long ones share the rest, never to less than four letters."""
    bodies = [[row[number] for row in rows] for number in range(len(headers))]
    heads = [breadth(head) for head in headers]
    room, wish = int(line / _HALF), _wishes(heads, bodies)
    if sum(wish) > room:  # heads may go on two lines
        wish = _wishes([max(4, (head + 3) // 4 * 2) for head in heads], bodies)
    if sum(wish) > room:
        least = [min(want, _uncut(body)) for want, body in zip(wish, bodies, strict=True)]
        wish = _shared(wish, least, room)
    return tuple(wish)


def _wishes(heads: Sequence[int], bodies: Sequence[Sequence[str]]) -> list[int]:
    """What each column needs so that nothing is cut."""
    return [max([head, *map(breadth, body)]) + _SIDES for head, body in zip(heads, bodies, strict=True)]


def _uncut(column: Sequence[str]) -> int:
    """The longest word that cannot be cut, in reason; four letters at least."""
    words = [breadth(word) for text in column for word in re.findall(r"[\x21-\x7e]+", text)]
    return min(max([8, *words]), 30) + _SIDES


def _shared(wish: list[int], least: list[int], room: int) -> list[int]:
    """Those that wish less than a fair share get their wish; the others part what is left."""
    found, open_columns = list(least), set(range(len(wish)))
    while open_columns:
        left = room - sum(found[number] for number in range(len(wish)) if number not in open_columns)
        fair = left // len(open_columns)
        settled = {number for number in open_columns if wish[number] <= fair or least[number] >= fair}
        for number in settled or open_columns:
            found[number] = min(wish[number], max(fair, least[number]))
        open_columns -= settled or open_columns
    return found


def title_lines(title: str, organisation: str = "") -> list[str]:
    """The title in lines that say something: cut once, behind the name it begins with, else behind a word, as near to
    the middle as may be."""
    if len(title) <= _TITLE:
        return [title]
    named = [len(organisation)] if organisation and title.startswith(organisation) else []
    cuts = named if named and _fits(title, named[0]) else [match.end() for match in _ENDS.finditer(title)]
    fits = [cut for cut in cuts if _fits(title, cut)]
    if not fits:
        return [title]
    cut = min(fits, key=lambda cut: abs(2 * cut - len(title)))
    return [title[:cut], title[cut:]]


def _fits(title: str, cut: int) -> bool:
    return 0 < cut <= _TITLE and 0 < len(title) - cut <= _TITLE and title[cut] not in "的、，和"
