"""What a cell says: text, times and numbers as offices really type them.

Each reader answers None (or "") for an empty cell and raises :class:`Refused` with a ``tables.*`` code for nonsense.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation

from chuangcheng.kernel.problems import Refused

_TRIMMED = " \t\r\n\f\v\u3000\xa0\ufeff\u200b\u200c\u200d\u2060"
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  a wall-clock value; the caller's zone is set below
_EXCEL_DAYS = (20_000.0, 80_000.0)  # 1954 to 2119: a bare number in this range in a time column is a serial day
_EXACT = 2**53  # beyond it a float no longer tells neighbouring whole numbers apart
#: Digits before or after the point; what is longer is a slip, and would fill the memory when written out.
_DIGITS = 30
_SHOWN = 20  # how much of a bad value a message repeats

_DAY = r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?"
_US_DAY = r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})"
_COMPACT_DAY = r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
_WEEKDAY = r"(?:\s*[((]?\s*(?:星期|周|礼拜)[一二三四五六日天]\s*[))]?)?"
_TIME = (
    r"(?:[\sT]*(?P<half>上午|下午|凌晨|早上|中午|晚上)?\s*(?P<H>\d{1,2})\s*[:时点]\s*(?:(?P<M>\d{1,2})\s*(?:[:分]\s*"
    r"(?:(?P<S>\d{1,2})(?:\.(?P<f>\d{1,9}))?\s*秒?)?)?)?\s*(?P<ampm>[AaPp][Mm])?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_COMPACT_TIME = r"(?:[\sT]?(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?)?"
_PATTERNS = (re.compile(_DAY + _WEEKDAY + _TIME), re.compile(_COMPACT_DAY + _COMPACT_TIME))
_US_PATTERN = re.compile(_US_DAY + _TIME)


def as_text(value: object) -> str:
    """The cell as trimmed text; a whole number that arrives as a float loses its ``.0``.

    Raises ``tables.lost_digits`` when a float is so large that its last digits are gone already.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip(_TRIMMED)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M:%S")
    return str(value)


def as_datetime(value: object, zone: tzinfo, *, month_first: bool = False) -> datetime | None:
    """The instant in UTC that the cell's wall-clock value means in ``zone``; None for an empty cell.

    Understands real dates, Excel's serial days, ``2019-11-3``, ``2019/11/3 14:05:01``, ``2019.11.3``,
    ``2019年11月3日 14时05分``, ``20191103 140501`` and a zone suffix; ``month_first`` adds ``11/03/2019 02:05:01 PM``.
    Raises ``tables.not_a_time``.
    """
    local = _local_time(value, month_first)
    if local is None:
        return None
    try:
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        raise Refused("tables.not_a_time", value=str(value)[:_SHOWN]) from error


def as_int(value: object) -> int | None:
    """The cell as a whole number; None when empty. Raises ``tables.not_a_number`` or ``tables.not_whole``."""
    number = as_decimal(value)
    if number is None:
        return None
    if number != number.to_integral_value():
        raise Refused("tables.not_whole", value=as_text(value)[:_SHOWN])
    return int(number)


def as_decimal(value: object) -> Decimal | None:
    """The cell as an exact number; ``93.1%`` is 0.931, ``1,234.5`` is 1234.5. Raises ``tables.not_a_number``."""
    if isinstance(value, float):
        value = repr(value)
    text = unicodedata.normalize("NFKC", as_text(value))
    if not text:
        return None
    bare = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    percent = bare.endswith("%")
    try:
        number = Decimal(bare.removesuffix("%").strip())
    except InvalidOperation as error:
        raise Refused("tables.not_a_number", value=text[:_SHOWN]) from error
    if not number.is_finite() or isinstance(value, bool) or abs(number.adjusted()) > _DIGITS:
        raise Refused("tables.not_a_number", value=text[:_SHOWN])
    return number / 100 if percent else number


def _float_text(value: float) -> str:
    if not value.is_integer():
        return repr(value)
    if abs(value) >= _EXACT:
        raise Refused("tables.lost_digits", value=f"{value:.0f}"[:6])
    return str(int(value))


def _local_time(value: object, month_first: bool) -> datetime | None:
    """The wall-clock time, aware only if the text itself named a zone."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, int | float) and not isinstance(value, bool) and _EXCEL_DAYS[0] <= value <= _EXCEL_DAYS[1]:
        return _EXCEL_EPOCH + timedelta(seconds=round(value * 86_400))
    if isinstance(value, float | int | bool | time | timedelta):
        value = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    text = unicodedata.normalize("NFKC", as_text(value))
    if not text:
        return None
    for pattern in (*_PATTERNS, _US_PATTERN) if month_first else _PATTERNS:
        if match := pattern.fullmatch(text):
            return _from_parts(match.groupdict(), text)
    raise Refused("tables.not_a_time", value=text[:_SHOWN])


def _from_parts(parts: dict[str, str | None], text: str) -> datetime:
    hour = int(parts.get("H") or 0)
    half = parts.get("half") or (parts.get("ampm") or "").upper()
    if half in {"下午", "晚上", "PM"} and hour < 12:
        hour += 12
    elif half in {"AM", "上午", "凌晨"} and hour == 12:
        hour = 0
    try:
        moment = datetime(  # noqa: DTZ001  the caller's zone is set in as_datetime
            int(parts["y"] or 0), int(parts["m"] or 0), int(parts["d"] or 0),
            hour, int(parts.get("M") or 0), int(parts.get("S") or 0),
            int((parts.get("f") or "").ljust(6, "0")[:6] or 0),
        )  # fmt: skip
    except ValueError as error:
        raise Refused("tables.not_a_time", value=text[:_SHOWN]) from error
    zone = parts.get("zone")
    return moment if not zone else datetime.fromisoformat(f"{moment.isoformat()}{zone}")
