"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """The city's name and the signed-in actor and post."""
    return {
        "city_name": settings.CITY.city_name,
        "actor": getattr(request, "actor", None),
        "post": getattr(request, "post", None),
    }
