"""Times and figures as offices write them: 2026年11月22日 14:05, 还剩 2天3小时, 92.4%."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.web.problems import language

Number = int | float | Decimal | Fraction
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date | datetime | None) -> str:
    """``2026年11月22日`` or ``22 Nov 2026``; an em dash for nothing."""
    if value is None:
        return "—"
    local = _local(value)
    if language().startswith("en"):
        return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{local.year}年{local.month}月{local.day}日"


def moment(value: datetime | None) -> str:
    """The day and the minute."""
    return "—" if value is None else f"{day(value)} {value.astimezone(CITY_ZONE):%H:%M}"


def between(first: datetime, last: datetime) -> str:
    """From when to when: within one day of the city the day is said once."""
    one_day = first.astimezone(CITY_ZONE).date() == last.astimezone(CITY_ZONE).date()
    return f"{moment(first)}—{last.astimezone(CITY_ZONE):%H:%M}" if one_day else f"{moment(first)} — {moment(last)}"


def short_moment(value: datetime | None, now: datetime) -> str:
    """For tables: ``11-22 14:05``, with the year only when it is another."""
    if value is None:
        return "—"
    local = value.astimezone(CITY_ZONE)
    return f"{local:%m-%d %H:%M}" if local.year == now.astimezone(CITY_ZONE).year else f"{local:%Y-%m-%d}"


def span(length: timedelta) -> str:
    """The two largest parts of a length of time: ``2天3小时``, ``40分钟``. Never negative."""
    minutes = max(int(abs(length.total_seconds()) // 60), 0)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [
        (days, ngettext("%(n)d天", "%(n)d天", days)),
        (hours, ngettext("%(n)d小时", "%(n)d小时", hours)),
        (minutes, ngettext("%(n)d分钟", "%(n)d分钟", minutes)),
    ]
    first = next((index for index, (number, _text) in enumerate(parts) if number), 2)
    said = [text % {"n": number} for number, text in parts[first : first + 2] if number] or [parts[2][1] % {"n": 0}]
    return (" " if language().startswith("en") else "").join(said)


def time_left(due: datetime, now: datetime) -> str:
    """``还剩 2天3小时`` or ``超期 40分钟``."""
    return (_("还剩 %s") if due >= now else _("超期 %s")) % span(due - now)


def percent(share: Number | None, digits: int = 1) -> str:
    """A share of 1 as percent; an em dash where nothing is known."""
    return "—" if share is None else f"{float(share) * 100:.{digits}f}%"


def figure(value: Number | None, digits: int = 0) -> str:
    """A number with separators; large counts in 万 only where a page asks for it."""
    return "—" if value is None else f"{float(value):,.{digits}f}"


def _local(value: date | datetime) -> date:
    return value.astimezone(CITY_ZONE).date() if isinstance(value, datetime) else value
