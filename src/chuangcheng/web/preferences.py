"""Language, theme, density and post: chosen by a form, so that they work without scripts."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from chuangcheng.web.pages import SIGNED_IN, back, page, public
from chuangcheng.web.signed_in import POST_KEY, StaffRequest

YEAR = 365 * 24 * 3600
#: Cookie name → the values it may hold. None of them tells anything about a person.
CHOICES = {"theme": ("auto", "light", "dark"), "density": ("normal", "compact")}


def chosen(request: HttpRequest, name: str) -> str:
    """The visitor's choice, or the first value."""
    value = request.COOKIES.get(name, "")
    return value if value in CHOICES[name] else CHOICES[name][0]


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie and return to the page."""
    response = HttpResponseRedirect(back(request))
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        _keep(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@public
@require_POST
def set_preference(request: HttpRequest) -> HttpResponse:
    """Keep theme or density in a cookie and return to the page."""
    response = HttpResponseRedirect(back(request))
    for name, values in CHOICES.items():
        if request.POST.get(name) in values:
            _keep(response, name, request.POST[name])
    return response


@page(SIGNED_IN)
@require_POST
def switch_post(request: StaffRequest) -> HttpResponse:
    """Act from another of one's own posts from now on."""
    wanted = request.POST.get("post", "")
    if any(str(post.pk) == wanted for post in request.posts):
        request.session[POST_KEY] = wanted
    return redirect("desk:home")


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR, samesite="Lax", httponly=True, secure=bool(settings.SESSION_COOKIE_SECURE)
    )
