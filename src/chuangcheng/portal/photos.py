"""Photos that anybody may see: the covered copy of what was released, never the original."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_GET

from chuangcheng.cases import publishing
from chuangcheng.kernel.problems import Refused
from chuangcheng.photos.release import public_path
from chuangcheng.web import limits
from chuangcheng.web.pages import public
from chuangcheng.web.problems import problem_response


@public
@require_GET
def photo(request: HttpRequest, photo_id: UUID) -> HttpResponseBase:
    """One released photo, or its small copy with ``?thumb=1``. It is asked for anew each time: it may be taken back."""
    try:
        limits.check(request, "read")
        path = public_path(publishing.public_photo(photo_id), thumb=bool(request.GET.get("thumb")))
    except Refused as refused:
        return problem_response(refused, request)
    return FileResponse(path.open("rb"), content_type="image/jpeg", headers={"Cache-Control": "no-cache"})
