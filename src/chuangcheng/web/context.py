"""What every template may use."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import CITIZEN
from chuangcheng.notices import selectors as notices
from chuangcheng.notices.models import Notice
from chuangcheng.web.preferences import chosen
from chuangcheng.web.rail import rail


def page(request: HttpRequest) -> dict[str, Any]:
    """The city's name, the signed-in actor and post, the rail, unread notices and the visitor's choices."""
    return {
        "city_name": settings.CITY.city_name,
        "by_mail": bool(settings.CITY.mail_url),
        "actor": getattr(request, "actor", None),
        "post": getattr(request, "post", None),
        "posts": getattr(request, "posts", []),
        "rail": SimpleLazyObject(lambda: rail(request)),
        "notices": SimpleLazyObject(lambda: unread(request)),
        "own_names": [name for _code, name in settings.LANGUAGES],  # each in its own language, never translated
        "theme": chosen(request, "theme"),
        "density": chosen(request, "density"),
        "now": clock.now(),
        "progress": SimpleLazyObject(progress),
    }


def unread(request: HttpRequest) -> list[Notice]:
    """The newest ten unread notices of the person who is signed in."""
    actor = getattr(request, "actor", CITIZEN)
    return list(notices.visible_to(actor).filter(read_at=None)[:10]) if actor.person_id else []


def progress() -> dict[str, Any] | None:
    """How far the demo city's history has come while it is still being made: ``{"share": 0..1, "text": ...}``."""
    path = settings.CITY.home / "demo-progress.json"
    if not path.exists():
        return None
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # finished or half written between the two lines above: nothing to show
        return None
    return found
