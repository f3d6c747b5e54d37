"""The pages on which citizens report, and what those need without a network."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_GET

from chuangcheng.cases.camera import camera_pass
from chuangcheng.cases.inputs import MAX_PHOTOS
from chuangcheng.framework import selectors as framework
from chuangcheng.history.versions import Cached
from chuangcheng.kernel.complaints import PATTERN as COMPLAINT_RULE
from chuangcheng.kernel.digest import sha256
from chuangcheng.photos import films
from chuangcheng.places import selectors as places
from chuangcheng.portal import privacy
from chuangcheng.portal.hints import offers
from chuangcheng.portal.words import words
from chuangcheng.web.assets import BUILD, asset, parts
from chuangcheng.web.pages import public

SUGGESTED = 10
EMPTY = {"type": "FeatureCollection", "features": []}
#: Levels under the pin, the wider first.
LEVELS = ("street", "community")


def _load_areas() -> bytes:
    features = [feature for level in LEVELS for feature in places.boundaries(level)["features"]]
    return json.dumps({"areas": {**EMPTY, "features": features}, "points": EMPTY}, ensure_ascii=False).encode()


_areas: Cached[bytes] = Cached("places", _load_areas)


@public
@require_GET
def report(request: HttpRequest) -> HttpResponse:
    """随手拍: photo, kind of problem, send."""
    suggested = [category for category in framework.categories() if category.is_top][:SUGGESTED]
    context = {
        "here": "report",
        "categories": suggested,
        "offers": offers(),
        "most": MAX_PHOTOS,
        "max_mb": settings.CITY.photo_max_mb,
        "video": _video(),
        "text_max": settings.CITY.portal_text_max,
        "notice": privacy.current(),
        "camera_pass": camera_pass(),
        "complaint_rule": COMPLAINT_RULE,
        "tile_url": settings.CITY.tile_url if settings.CITY.tile_licence else "",
        "tile_licence": settings.CITY.tile_licence,
        "words": words(),
    }
    response = render(request, "portal/report.html", context)
    response["Cache-Control"] = "no-cache"  # it tells the time, and hands out a pass for the camera
    return response


def _video() -> dict[str, int] | None:
    """The limits of a video, or None where none is taken."""
    most = settings.CITY.video_bytes
    return {"bytes": most, "mb": most >> 20, "seconds": settings.CITY.video_seconds} if films.available() else None


@public
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The reports of this phone: where each of them is, and the receipts. The server knows nothing of the list."""
    return render(request, "portal/mine.html", {"here": "mine", "words": words()})


@public
@require_GET
def areas(_request: HttpRequest) -> HttpResponse:
    """The boundaries of streets and communities under the pin."""
    return HttpResponse(_areas.get(), content_type="application/json", headers={"Cache-Control": "max-age=3600"})


@public
@require_GET
def notice(request: HttpRequest, version: str = "") -> HttpResponse:
    """The privacy notice, in force or of an older version."""
    found = privacy.of_version(version) if version else privacy.current()
    if found is None:
        raise Http404
    return render(request, "portal/privacy.html", {"notice": found, "older": privacy.NOTICES[1:], "words": words()})


@public
@require_GET
def service_worker(_request: HttpRequest) -> HttpResponse:
    """The service worker at the root, so that its scope covers the portal, with the list of what it keeps. A changed
    build is a changed file, which is all that a browser needs to take the new one."""
    path = BUILD / asset("sw.js").removeprefix(static("build/"))
    if not path.is_file():
        raise Http404
    kept = [static(f"build/{part}") for part in parts("portal.ts", "portal.scss")]
    head = f"self.KEPT = {json.dumps(kept)};\nself.EDITION = {json.dumps(sha256(json.dumps(kept).encode())[:12])};\n"
    return HttpResponse(
        head + path.read_text(encoding="utf-8"),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )
