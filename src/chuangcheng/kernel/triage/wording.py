"""What a message says, as countable features: character n-grams, words of the trade, and the groups they belong to.

The title of a message is counted apart from its body, because a title says in ten characters what a body of three
hundred buries. Numbers become ``0`` and persons' numbers are masked first, so that no model can repeat them.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from chuangcheng.kernel.text import mask, normalise

#: Longest n-gram counted; a recipe may use shorter ones only.
LONGEST = 3
#: Kinds of features by the first character of their name: n-grams, groups of words and words, of title and of body.
PARTS = "tbTBuv"
_GRAMS, _GROUPS, _WORDS = ("t", "b"), ("T", "B"), ("u", "v")
_DIGITS = re.compile(r"\d[\d*]*|\*+")
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}\Z")


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it is counted. A message of one line is its own title."""

    title: str
    body: str


@cache
def groups() -> dict[str, tuple[str, ...]]:
    """The words of the trade by the group they belong to, from ``words.toml``."""
    text = files("chuangcheng.kernel.triage").joinpath("words.toml").read_text(encoding="utf-8")
    return {name: tuple(words) for name, words in tomllib.loads(text)["groups"].items()}


def prepare(text: str) -> Said:
    """Masked, in normal form, in lower case, without numbers; the first of several lines is the title."""
    clean = _DIGITS.sub("0", mask(normalise(text)).casefold())
    first, _, rest = clean.partition("\n")
    return Said(first.strip(), " ".join(rest.split()) or first.strip())


def features(text: str) -> Counter[str]:
    """How often each feature occurs. A name is its part's letter and the term: ``t垃圾``, ``Brefuse``, ``u垃圾桶``."""
    said = prepare(text)
    found: Counter[str] = Counter()
    for place, content in enumerate((said.title, said.body)):
        for length in range(1, LONGEST + 1):
            for start in range(len(content) - length + 1):
                found[_GRAMS[place] + content[start : start + length]] += 1
        for name, words in groups().items():
            for word in words:
                if times := content.count(word):
                    found[_WORDS[place] + word] += times
                    found[_GROUPS[place] + name] += times
    return found


def part_of(feature: str) -> int:
    """The number of the part (place in :data:`PARTS`) that a feature belongs to."""
    return PARTS.index(feature[0])


def is_longer(feature: str, order: int) -> bool:
    """Whether it is an n-gram of more than ``order`` characters."""
    return feature[0] in _GRAMS and len(feature) > order + 1


def telling(shares: dict[str, float], most: int = 4) -> tuple[str, ...]:
    """The words that a person would name as the reason, from the share that each feature has in a decision.

    Words of the trade come first, each with what it adds in title and body; n-grams fill up where too few remain. None
    is part of another.
    """
    words: dict[str, float] = {}
    grams: dict[str, float] = {}
    for feature, share in shares.items():
        term = feature[1:]
        if share > 0 and (feature[0] in _WORDS or (feature[0] in _GRAMS and _HAN.match(term))):
            kind = words if feature[0] in _WORDS else grams
            kind[term] = kind.get(term, 0.0) + share
    chosen: list[str] = []
    for ranked in (words, grams):
        # A longer word says all that the shorter ones in it say.
        whole = {word: sum(share for part, share in ranked.items() if part in word) for word in ranked}
        for word in sorted(whole, key=lambda one: (-whole[one], -len(one), one)):
            if len(chosen) < most and not any(word in other or other in word for other in chosen):
                chosen.append(word)
    return tuple(chosen)
