"""Which requests are asked for: the standard's filters, pages, and a circle around a place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import ExpressionWrapper, F, FloatField, Q, QuerySet

from chuangcheng.api.open311.errors import Faults
from chuangcheng.api.open311.values import Values, second_after
from chuangcheng.cases.models import Report
from chuangcheng.cases.states import CASE

STATUSES = ("open", "closed")
#: "Default query limit is a span of 90 days or first 1000 requests returned, whichever is smallest."
SPAN = timedelta(days=90)
MOST = 1000
LAST_PAGE = 1000
RADIUS, FARTHEST = 1000.0, 20_000.0
_DEGREE = 111_320.0  # metres in a degree of latitude


@dataclass(frozen=True, slots=True)
class Circle:
    """Around a place (WGS-84 degrees), ``radius`` in metres."""

    lat: float
    lon: float
    radius: float

    def holds(self, rows: QuerySet[Report]) -> QuerySet[Report]:
        """The rows within. On a circle of at most 20 km a plane serves as well as the globe."""
        wide = _DEGREE * max(0.01, math.cos(math.radians(self.lat)))
        high, broad = self.radius / _DEGREE, self.radius / wide
        box = Q(lat__range=(self.lat - high, self.lat + high), lon__range=(self.lon - broad, self.lon + broad))
        north, east = (F("lat") - self.lat) * _DEGREE, (F("lon") - self.lon) * wide
        square = ExpressionWrapper(north * north + east * east, output_field=FloatField())
        return rows.filter(box).annotate(square=square).filter(square__lte=self.radius**2)


@dataclass(frozen=True, slots=True)
class Query:
    """What a client asks. ``ids`` overrides everything else, as the standard has it."""

    ids: tuple[str, ...]
    codes: tuple[str, ...]
    statuses: tuple[str, ...]
    start: datetime
    end: datetime
    circle: Circle | None
    page: int
    size: int

    def narrow(self, rows: QuerySet[Report]) -> QuerySet[Report]:
        """``rows`` that answer the question, newest first."""
        rows = rows.filter(received_at__gte=self.start, received_at__lt=second_after(self.end))
        if self.codes:
            rows = rows.filter(case__category__code__in=self.codes)
        if len(self.statuses) == 1:
            running = Q(case__state__in=CASE.open_states())
            rows = rows.filter(running if self.statuses[0] == "open" else ~running)
        if self.circle:
            rows = self.circle.holds(rows)
        return rows.order_by("-received_at", "-id")


def read(given: Mapping[str, str], now: datetime) -> Query:
    """The question in a query string; raises :class:`Faults` naming everything that is wrong."""
    values = Values(given)
    start, end = _period(values, now)
    statuses = values.several("status")
    if set(statuses) - set(STATUSES):
        values.note("open311.bad_status")
    query = Query(
        ids=tuple(values.several("service_request_id")),
        codes=tuple(values.several("service_code")),
        statuses=tuple(statuses),
        start=start,
        end=end,
        circle=_circle(values),
        page=int(values.number("page", 1, LAST_PAGE) or 1),
        size=int(values.number("page_size", 1, MOST) or MOST),
    )
    if values.faults:
        raise Faults(*values.faults)
    return query


def _period(values: Values, now: datetime) -> tuple[datetime, datetime]:
    """The range asked for; a missing end is filled so that it spans 90 days at most."""
    start, end = values.moment("start_date"), values.moment("end_date")
    if start and end:
        if end < start:
            values.note("open311.turned_round")
        elif end - start > SPAN:
            values.note("open311.span", days=SPAN.days)
        return start, end
    if start:
        return start, min(start + SPAN, max(now, start))
    end = end or now
    return end - SPAN, end


def _circle(values: Values) -> Circle | None:
    lat, lon = values.number("lat", -90, 90), values.number("long", -180, 180)
    radius = values.number("radius", 1, FARTHEST)
    if lat is None or lon is None:
        if (lat is None) != (lon is None):
            values.note("open311.half_a_place")
        return None
    return Circle(lat, lon, radius or RADIUS)
