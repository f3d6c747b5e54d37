"""Relapse 反弹: the same trouble at the same place, not long after a case about it was closed as fixed.

It is told apart from a reopened case: there somebody found that the work was not done; here it was done, was accepted,
and did not last. It counts against the unit that fixed the first. How near and how long are settings of the city.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from chuangcheng.cases.models import Case, Outcome
from chuangcheng.cases.states import UNCOUNTED
from chuangcheng.framework.models import Category
from chuangcheng.kernel.geometry import around, metres

#: Of a spot where very much was fixed the latest so many are measured.
LOOKED_AT = 200
#: What a case is asked to tell whether it is one.
ASKED = ("category", "lon", "lat", "filed_at", "origin_kind", "site", "relapse_of", "relapse_denied")


def window() -> timedelta:
    """How long after its closure a case can relapse."""
    return timedelta(days=settings.CITY.relapse_days)


def window_of_spot() -> timedelta:
    """As :func:`window`, for what was fixed on the spot 即知即改, without a case."""
    return timedelta(days=settings.CITY.relapse_days_on_spot)


def found_near(
    category: Category | UUID | None, lon: float | None, lat: float | None, since: datetime,
    *, until: datetime | None = None,
) -> Case | None:  # fmt: skip
    """The case closed as fixed last between ``since`` and ``until`` (half open), of this very category, within the
    city's ``relapse_metres`` of the WGS-84 place; None without category or place. Two queries at most."""
    if category is None or lon is None or lat is None:
        return None
    radius = settings.CITY.relapse_metres
    lons, lats = around(lon, lat, radius)
    rows = Case.objects.filter(
        state="closed", outcome=Outcome.FIXED, category=category, closed_at__gte=since, lat__range=lats,
        lon__range=lons,
    )  # fmt: skip
    if until is not None:
        rows = rows.filter(closed_at__lt=until)
    places = rows.order_by("-closed_at", "-id").values_list("pk", "lon", "lat")[:LOOKED_AT]
    near = (pk for pk, its_lon, its_lat in places if metres(lon, lat, its_lon or 0.0, its_lat or 0.0) <= radius)
    found = next(near, None)
    return Case.objects.get(pk=found) if found else None


def first_of(case: Case) -> Case | None:
    """The case of which this one is a relapse by category and place. Two checks at one site are left to whoever knows
    their items."""
    first = found_near(case.category_id, case.lon, case.lat, case.filed_at - window(), until=case.filed_at)
    if first is None or first.pk == case.pk:
        return None
    by_checks = case.origin_kind == first.origin_kind == "check" and case.site_id == first.site_id
    return None if by_checks else first


def relapsed() -> Q:
    """Cases whose trouble came back: some case that counts points to them."""
    return Q(Exists(Case.objects.filter(relapse_of=OuterRef("pk")).exclude(state__in=UNCOUNTED)))
