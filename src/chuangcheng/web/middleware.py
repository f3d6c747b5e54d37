"""Middleware that wraps only the pages of staff. The public API pays for no session, no sign-in, no CSRF look-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

GetResponse = Callable[[HttpRequest], HttpResponse]

#: Paths served without session and sign-in.
PUBLIC = ("/api/v1/", "/open311/", "/healthz", "/readyz", "/static/")


def _tiles() -> str:
    """The base map's host with a blank before it, if the city has one: its pictures are fetched, then drawn."""
    address = urlsplit(settings.CITY.tile_url)
    return f" {address.scheme}://{address.netloc}".replace("{s}", "*") if address.netloc else ""


CSP = (
    f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{_tiles()}; "
    f"media-src 'self' blob:; font-src 'self'; connect-src 'self'{_tiles()}; worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HOOKS = ("process_view", "process_exception", "process_template_response")


class PagesOnly:
    """A middleware that stands aside for :data:`PUBLIC` paths, its hooks included."""

    def __init__(self, inner: Callable[[GetResponse], Any], get_response: GetResponse) -> None:
        self._plain = get_response
        self._inner = inner(get_response)
        for hook in _HOOKS:
            if hasattr(self._inner, hook):
                setattr(self, hook, self._unless_public(getattr(self._inner, hook)))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        handler = self._plain if request.path_info.startswith(PUBLIC) else self._inner
        response: HttpResponse = handler(request)
        return response

    @staticmethod
    def _unless_public(hook: Callable[..., Any]) -> Callable[..., Any]:
        def call(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return None if request.path_info.startswith(PUBLIC) else hook(request, *args, **kwargs)

        return call


def pages_only(path: str) -> Callable[[GetResponse], PagesOnly]:
    """The middleware at ``path``, for pages only."""
    inner = import_string(path)
    return lambda get_response: PagesOnly(inner, get_response)


session = pages_only("django.contrib.sessions.middleware.SessionMiddleware")
locale = pages_only("django.middleware.locale.LocaleMiddleware")
common = pages_only("django.middleware.common.CommonMiddleware")
csrf = pages_only("django.middleware.csrf.CsrfViewMiddleware")
authentication = pages_only("django.contrib.auth.middleware.AuthenticationMiddleware")
messages = pages_only("django.contrib.messages.middleware.MessageMiddleware")
htmx = pages_only("django_htmx.middleware.HtmxMiddleware")
actor = pages_only("chuangcheng.web.signed_in.ActorMiddleware")


def guard(get_response: GetResponse) -> GetResponse:
    """Headers that every answer carries."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        return response

    return respond
