"""Close pairs told apart by rule: data in ``pairs.toml``, read once, each decision with its reason."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from chuangcheng.kernel.label import Label
from chuangcheng.kernel.text import normalise

_SENTENCES = re.compile(r"[。！？；!?;\n]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a pair: each list of ``all_of`` must have a word in a sentence in which no word of ``none_of`` is."""

    code: str
    reason: Label
    all_of: tuple[tuple[str, ...], ...]
    none_of: tuple[str, ...]

    def words(self, sentence: str) -> tuple[str, ...]:
        """The words by which a sentence fits; empty if it does not."""
        if any(word in sentence for word in self.none_of):
            return ()
        found = [max((word for word in words if word in sentence), key=len, default="") for words in self.all_of]
        return tuple(found) if all(found) else ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Categories that are easily taken for each other, with ordered rules."""

    name: Label
    codes: tuple[str, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """The category that a rule names, the pair it was judged in, the reason and the words that it was read from."""

    code: str
    pair: Pair
    reason: Label
    words: tuple[str, ...]


@cache
def pairs() -> tuple[Pair, ...]:
    """The pairs of ``pairs.toml``."""
    text = files("chuangcheng.cases.triage").joinpath("pairs.toml").read_text(encoding="utf-8")
    return tuple(
        Pair(
            Label(pair["zh"], pair["en"]),
            tuple(pair["codes"]),
            tuple(
                Rule(rule["code"], Label(rule["zh"], rule["en"]), tuple(map(tuple, rule["all"])), tuple(rule["none"]))
                for rule in pair["rule"]
            ),
        )
        for pair in tomllib.loads(text)["pair"]
    )


def tell_apart(text: str, codes: tuple[str, ...] = ()) -> Told | None:
    """What the rules say of a text that is thought to be of one of ``codes`` (of anything, when empty); None where no
    rule fits. The pair of the first code is asked first."""
    sentences = [sentence for sentence in _SENTENCES.split(normalise(text)) if sentence]
    asked = [pair for code in codes for pair in pairs() if code in pair.codes] if codes else list(pairs())
    for pair in dict.fromkeys(asked):
        for rule in pair.rules:
            for sentence in sentences:
                if words := rule.words(sentence):
                    return Told(rule.code, pair, rule.reason, words)
    return None
