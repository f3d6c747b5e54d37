"""Boundaries for the maps of the desk."""

from __future__ import annotations

from chuangcheng.people.rights import scope_of
from chuangcheng.places.models import Division, DivisionLevel
from chuangcheng.web.signed_in import StaffRequest


def boundaries(request: StaffRequest) -> dict[str, object]:
    """The city down to its streets, or all below the post's own division, as a GeoJSON feature collection."""
    rows = Division.objects.filter(boundary__isnull=False)
    scope = scope_of(request.post) if request.post else None
    if scope and scope.paths and not scope.everything:
        rows = rows.filter(path__startswith=scope.paths[0])
    else:
        rows = rows.filter(level__in=[DivisionLevel.CITY, DivisionLevel.DISTRICT, DivisionLevel.STREET])
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": boundary, "properties": {"name": name, "level": level}}
            for boundary, name, level in rows.values_list("boundary", "name", "level")
        ],
    }
