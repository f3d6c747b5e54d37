"""Telephone numbers of the mainland, in one form."""

from __future__ import annotations

import re

from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.text import normalise


def phone_text(phone: str) -> str:
    """The number as it is kept: digits, ``+`` and one hyphen. Refused: ``people.bad_phone`` for what no telephone of
    the mainland has (11 digits of a mobile, 7 to 8 with an area code of a landline, short service numbers)."""
    text = re.sub(r"[\s()（）]", "", normalise(phone)).removeprefix("+86")
    digits = text.replace("-", "")
    if not re.fullmatch(r"1[3-9]\d{9}|0[1-9]\d{1,2}[2-9]\d{6,7}|[2-9]\d{6,7}|1\d{4,5}", digits):
        raise Refused("people.bad_phone")
    return digits if digits.startswith("1") else text
