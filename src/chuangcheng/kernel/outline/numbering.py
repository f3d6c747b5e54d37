"""The numbers that Chinese offices put before lines: 一、（一） 1. 1.1 (1) ① 第一部分 Ⅰ A CIV-07-01 0101."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_CN = "一二三四五六七八九十百零"
_STYLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"第[{_CN}\d]+[部篇编]分?")),
    ("chapter", re.compile(rf"第[{_CN}\d]+章")),
    ("section", re.compile(rf"第[{_CN}\d]+[节条款]")),
    ("(cn)", re.compile(rf"\([{_CN}]+\)")),
    ("cn", re.compile(rf"[{_CN}]+(?=[、.\s]|$)")),
    ("circled", re.compile(r"[①-⑳]")),
    ("(num)", re.compile(r"\(\d+\)|\d+\)")),
    ("roman", re.compile(r"(?:[Ⅰ-Ⅻ]+|[IVX]+)(?=[、.\s-]|$)")),
    ("alpha", re.compile(r"[A-Za-z](?=[、.\s]|$)")),
)
_PARTED = re.compile(r"[A-Za-zⅠ-Ⅻ]*\d*[A-Za-z]*(?:[-.—_·/][A-Za-z]*\d+[A-Za-z]*)+")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number before a line: its ``style`` (lines of one level share it), the number itself, its parts where it has
    some, and what follows it."""

    style: str
    code: str
    parts: tuple[str, ...]
    rest: str


def numbering(text: str) -> Numbered:
    """The number that a line begins with; style and code are empty when there is none."""
    line = text.strip(" \t\u3000\xa0")
    for style, pattern in _STYLES[:6]:
        probe = line if style == "circled" else _half(line)
        if match := pattern.match(probe):
            return Numbered(style, match[0], (), _rest(line, match.end()))
    half = _half(line)
    if match := _PARTED.match(half):
        parts = tuple(re.split(r"[-.—_·/]", match[0]))
        return Numbered(f"parts{len(parts)}", match[0], parts, _rest(line, match.end()))
    for style, pattern in _STYLES[6:]:
        if match := pattern.match(half):
            return Numbered(style, match[0], (), _rest(line, match.end()))
    if match := _DIGITS.match(half):
        digits = match[0]
        style = "parts1" if len(digits) <= 2 else f"digits{len(digits)}"
        return Numbered(style, digits, (digits,), _rest(line, match.end()))
    return Numbered("", "", (), line)


def _half(line: str) -> str:
    """Full-width digits, letters and brackets as half-width ones; never longer or shorter than the line."""
    return "".join(ch if len(plain := unicodedata.normalize("NFKC", ch)) != 1 or ch in "①Ⅰ" else plain for ch in line)


def _rest(line: str, end: int) -> str:
    return line[end:].lstrip(" \t\u3000\xa0、.．,，:：)）")


def depths(styles: list[str]) -> dict[str, int]:
    """How deep each style stands, 1 for the outermost: parted numbers by their parts where all are, else in the order
    in which styles first turn up."""
    known = list(dict.fromkeys(style for style in styles if style))
    sizes = sorted(int(style[5:]) for style in known if style.startswith("parts"))
    if sizes and len(sizes) == len(known):
        return {style: int(style[5:]) - sizes[0] + 1 for style in known}
    lengths = sorted(int(style[6:]) for style in known if style.startswith("digits"))
    if lengths and len(lengths) + len(sizes) == len(known):
        return {
            style: rank
            for rank, style in enumerate([*(f"parts{n}" for n in sizes), *(f"digits{n}" for n in lengths)], 1)
        }
    return {style: rank for rank, style in enumerate(known, 1)}


def indent(text: str) -> int:
    """How far a line stands in; a full-width blank counts for two."""
    blanks = text[: len(text) - len(text.lstrip(" \t\u3000\xa0"))]
    return sum({"\u3000": 2, "\t": 4}.get(ch, 1) for ch in blanks)
