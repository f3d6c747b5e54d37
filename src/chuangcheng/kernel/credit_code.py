"""The unified social credit code 统一社会信用代码 of GB 32100-2015: 18 characters, the last one a check."""

from __future__ import annotations

#: No I, O, S, V, Z: they look like figures (GB 32100-2015, table 1).
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH = 18


def check_character(first: str) -> str:
    """The 18th character after the 17 given ones; ValueError for a character that no code holds."""
    weights = (pow(3, place, 31) for place in range(len(first)))
    total = sum(_ALPHABET.index(letter) * weight for letter, weight in zip(first, weights, strict=True))
    return _ALPHABET[-total % 31]


def is_sound(code: str) -> bool:
    """Whether the code has the form and its check holds."""
    if len(code) != _LENGTH or any(letter not in _ALPHABET for letter in code):
        return False
    return check_character(code[:-1]) == code[-1]
