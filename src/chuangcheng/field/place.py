"""The place that a page's script wrote into a form or an address."""

from __future__ import annotations


def read_place(lat: str | None, lon: str | None) -> tuple[float, float] | None:
    """``(lat, lon)`` in WGS-84 degrees; None for nothing and for nonsense (NaN is neither above nor below)."""
    try:
        place = float(lat or ""), float(lon or "")
    except ValueError:
        return None
    return place if -90 <= place[0] <= 90 and -180 <= place[1] <= 180 else None
