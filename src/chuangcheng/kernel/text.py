"""Chinese text: one normal form, tokens for search, and masks over what names a person."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"[^\S\n]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINES = re.compile(r" ?\n[ \n]*")

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKENS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")

#: Provinces' short names, and the letters of a plate (no I, no O).
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = re.compile(
    rf"[{_PROVINCES}][A-HJ-NP-Z][·.・\s-]?(?:[A-HJ-NP-Z0-9]{{6}}|[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳])(?![A-Z0-9])",
    re.IGNORECASE,
)
_ID_NUMBER = re.compile(r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[-\s]?)?1[3-9]\d(?:[-\s]?\d{4}){2}(?!\d)")
# A landline has an area code, or stands behind a word that says it is a telephone.
_LANDLINE = re.compile(r"(?<!\d)(?:\(0\d{2,3}\)\s?|0\d{2,3}[-\s]?)[2-9]\d{6,7}(?:[-转]\d{1,5})?(?!\d)")
_NAMED_LANDLINE = re.compile(r"(?:(?<=电话)|(?<=座机)|(?<=号码)|(?<=方式))[是为:\s]{0,3}[2-9]\d{6,7}(?!\d)")
_MASKS = ((_ID_NUMBER, 3, 4), (_PLATE, 2, 1), (_MOBILE, 3, 4), (_LANDLINE, 0, 2), (_NAMED_LANDLINE, 0, 2))
_LETTER_OR_DIGIT = re.compile(r"[A-Za-z\d]")  # in all that is covered; most texts have none
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def normalise(text: str) -> str:
    """NFKC, no invisible or control characters, runs of blanks folded to one, empty lines dropped, trimmed.

    Full-width letters, digits and punctuation become half-width; idempotent.
    """
    text = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n")
    # Taking characters out may bring together what NFKC composes, so it is applied once more.
    text = unicodedata.normalize("NFKC", _CONTROL.sub("", _INVISIBLE.sub("", text)))
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def tidy(text: str) -> str:
    """What somebody wrote, kept in their own letters and punctuation: NFC, no invisible or control characters, runs
    of blanks folded to one, empty lines dropped, trimmed. Idempotent. Search and comparison use :func:`normalise`."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", _CONTROL.sub("", _INVISIBLE.sub("", text)))
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def bigrams(text: str) -> list[str]:
    """Tokens for the search index, in order: every pair of neighbouring Chinese characters, Latin words and numbers
    whole and in lower case; a lone Chinese character stands for itself.

    A query is cut the same way, so a word of two characters finds itself (an index of trigrams would not).
    """
    tokens: list[str] = []
    for run in _TOKENS.findall(normalise(text)):
        if not re.match(rf"[{_HAN}]", run):
            tokens.append(run.casefold())
        elif len(run) == 1:
            tokens.append(run)
        else:
            tokens += [run[i : i + 2] for i in range(len(run) - 1)]
    return tokens


def mask(text: str) -> str:
    """Cover telephone numbers, identity numbers and car plates (new-energy plates of eight characters too).

    A few characters stay so that a clerk can tell two apart: 138****5678, 110***********1234, 冀R****5.
    """
    folded = text.translate(_HALF_WIDTH)
    if not _LETTER_OR_DIGIT.search(folded):
        return text
    shown = list(text)
    for pattern, head, tail in _MASKS:
        for match in list(pattern.finditer(folded)):
            start, end = match.start() + head, match.end() - tail
            shown[start:end] = "*" * (end - start)
            folded = folded[:start] + "*" * (end - start) + folded[end:]
    return "".join(shown)
