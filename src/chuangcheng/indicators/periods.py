"""Periods of readings: months, quarters, years."""

from __future__ import annotations

from datetime import date


def start_of(frequency: str, day: date) -> date:
    """The first day of the period that ``day`` lies in; ValueError for an unknown frequency."""
    if frequency == "month":
        return day.replace(day=1)
    if frequency == "quarter":
        return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    if frequency == "year":
        return date(day.year, 1, 1)
    raise ValueError(f"unknown frequency: {frequency}")


def name_of(frequency: str, start: date) -> str:
    """How offices write the period: 2026年9月, 2026年第3季度, 2026年."""
    if frequency == "month":
        return f"{start.year}年{start.month}月"
    if frequency == "quarter":
        return f"{start.year}年第{(start.month + 2) // 3}季度"
    return f"{start.year}年"
