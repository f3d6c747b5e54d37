"""A place as a client names it. Latitude and longitude are mixed up more often than anything else."""

from __future__ import annotations

from chuangcheng.places.locator import locate


def is_exchanged(lat: float, lon: float) -> bool:
    """Whether the first is no latitude while the second could be one."""
    return 90 < abs(lat) <= 180 and abs(lon) <= 90


def looks_swapped(lat: float, lon: float) -> bool:
    """Whether the two were given the wrong way round: no latitude at all, or outside of the city while the exchanged
    pair lies inside. Somewhere else in the world is no mix-up, and is accepted as outside of the city."""
    if abs(lat) > 90 or abs(lon) > 90:
        return is_exchanged(lat, lon)
    return not locate(lon, lat).inside and locate(lat, lon).inside
