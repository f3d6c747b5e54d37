"""Codes of divisions: GB/T 2260 six digits down to the district, statistical nine and twelve digits below.

Sources: GB/T 2260 (行政区划代码), 国家统计局《统计用区划代码和城乡划分代码编制规则》. A grid's 单元网格标识码 is its
community's twelve digits and three of its own.
"""

from __future__ import annotations

import re

from chuangcheng.kernel.problems import Refused
from chuangcheng.places.models import DivisionLevel

DIGITS = {
    DivisionLevel.CITY: 6,
    DivisionLevel.DISTRICT: 6,
    DivisionLevel.STREET: 9,
    DivisionLevel.COMMUNITY: 12,
}
GRID_DIGITS = 15
#: The first two digits of GB/T 2260: provinces, regions and municipalities; 99 is free for made-up cities.
PROVINCES = frozenset(
    str(number)
    for block in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82),
    )
    for number in block
) | {"99"}
_ORDER = list(DIGITS)


def normal_code(code: str, level: str) -> str:
    """The code without the zeros that statistics append (``131002001000`` is the street ``131002001``); checks its
    length. Refuses ``places.bad_code``."""
    digits, text = DIGITS[DivisionLevel(level)], code.strip()
    if re.fullmatch(r"[0-9]{12}", text) and text[digits:].strip("0") == "":
        text = text[:digits]
    fits = re.fullmatch(rf"[1-9][0-9]{{{digits - 1}}}", text)
    if not fits or (digits == 6 and text.endswith("00") != (level == DivisionLevel.CITY)):
        raise Refused("places.bad_code", level=DivisionLevel(level).label, given=code, digits=digits)
    return text


def check_structure(code: str) -> None:
    """Refuse (``places.bad_structure``) a code of the right length that no office can have issued: an unknown province,
    or a street or community numbered 000."""
    part = code[:2] if code[:2] not in PROVINCES else ""
    for end in (9, 12):
        if len(code) >= end and code[end - 3 : end] == "000":
            part = part or code[end - 3 : end]
    if part:
        raise Refused("places.bad_structure", given=code, part=part)


def level_of(code: str) -> DivisionLevel | None:
    """The level that a code's digits say, the zeros of statistics aside; None for no such length."""
    text = code.strip()
    if re.fullmatch(r"[0-9]{12}", text):
        for digits in (6, 9):
            if text[digits:].strip("0") == "":
                text = text[:digits]
                break
    if len(text) == DIGITS[DivisionLevel.CITY]:
        return DivisionLevel.CITY if text.endswith("00") else DivisionLevel.DISTRICT
    return {9: DivisionLevel.STREET, 12: DivisionLevel.COMMUNITY}.get(len(text))


def code_above(code: str, level: str) -> str:
    """The code of the division above by the digits alone: ``131002001`` → ``131002``; none above a city."""
    text = code.strip()
    if level == DivisionLevel.COMMUNITY:
        return text[:9]
    if level == DivisionLevel.STREET:
        return text[:6]
    return f"{text[:4]}00" if level == DivisionLevel.DISTRICT else ""


def grid_code(code: str, community: str) -> str:
    """A grid's code, which begins with its community's. Refuses ``places.bad_code`` and ``places.foreign_code``."""
    text = code.strip()
    if not re.fullmatch(rf"[0-9]{{{GRID_DIGITS}}}", text):
        raise Refused("places.bad_code", level="网格", given=code, digits=GRID_DIGITS)
    if not text.startswith(community):
        raise Refused("places.foreign_code", given=text, parent=community)
    return text


def stem(code: str) -> str:
    """The digits that every code below begins with: ``131000`` → ``1310``, a street's nine digits whole."""
    return re.sub(r"(00){1,2}$", "", code) if len(code) == 6 else code


def check_under(code: str, level: str, parent_code: str, parent_level: str) -> None:
    """Refuse a parent that is no higher level (``places.wrong_level``) or of another stem (``places.foreign_code``).

    A level may be missing: some cities have streets without districts between.
    """
    if _ORDER.index(DivisionLevel(parent_level)) >= _ORDER.index(DivisionLevel(level)):
        upper, lower = DivisionLevel(parent_level).label, DivisionLevel(level).label
        raise Refused("places.wrong_level", parent=parent_code, parent_level=upper, level=lower)
    if not code.startswith(stem(parent_code)):
        raise Refused("places.foreign_code", given=code, parent=parent_code)
