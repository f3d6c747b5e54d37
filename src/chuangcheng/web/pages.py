"""What every staff page goes through: sign-in, a right, and refusals that end in a clear page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from chuangcheng.kernel.problems import Refused
from chuangcheng.people.rights import declared, roles
from chuangcheng.web.problems import language, problem_response, wants_json
from chuangcheng.web.signed_in import StaffRequest

#: The policy of pages that need no right of their own: sign-in, preferences, health.
PUBLIC = "public"
#: The policy of pages for anybody who is signed in, whatever the post.
SIGNED_IN = "signed_in"

View = Callable[..., HttpResponseBase]


class PolicyView(Protocol):
    """A view that says what it takes to see it."""

    permission: str

    def __call__(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer."""


def page(permission: str) -> Callable[[View], PolicyView]:
    """Deny by default: the view runs only for a post that holds ``permission`` (over whichever rows: the view asks
    selectors for those). Signed-out visitors go to the sign-in page; a :class:`Refused` becomes a page, a toast, or,
    after a pressed button, a message on the page it was pressed on."""

    def decorate(view: View) -> PolicyView:
        @wraps(view)
        def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if getattr(request.user, "pk", None) is None:  # nobody is signed in
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            try:
                if permission != SIGNED_IN and not holds(request, permission):
                    known = declared().get(permission)
                    label = known.label.text(language()) if known else permission
                    raise Refused("common.not_allowed", permission=label)
                return view(request, *args, **kwargs)
            except Refused as refused:
                return answer(refused, request)

        policy_view = cast(PolicyView, guarded)
        policy_view.permission = permission
        return policy_view

    return decorate


def public(view: View) -> PolicyView:
    """Marks a page that anybody may open, so that the test of policies finds no page without one."""
    policy_view = cast(PolicyView, view)
    policy_view.permission = PUBLIC
    return policy_view


def holds(request: HttpRequest, permission: str) -> bool:
    """Whether the post of this request holds the right; costs no query."""
    post = getattr(request, "post", None)
    return post is not None and permission in roles()[post.role].permissions


def opens(request: HttpRequest, address: str) -> bool:
    """Whether the right of the page at this address (with or without a query) is held, so that a link leads somewhere;
    the rows behind it are still the page's own matter. Costs no query."""
    needed = getattr(resolve(urlsplit(address).path).func, "permission", PUBLIC)
    return needed in (PUBLIC, SIGNED_IN) or holds(request, needed)


def answer(refused: Refused, request: HttpRequest) -> HttpResponse:
    """The refusal for this request: see :func:`page`."""
    is_button = request.method == "POST" and refused.problem.status in {409, 413, 422}
    if is_button and not wants_json(request):
        messages.error(request, refused.message(language()))
        return HttpResponseRedirect(back(request))
    return problem_response(refused, request)


def back(request: HttpRequest, default: str = "/") -> str:
    """The page to return to: the form's ``next``, else the referring page, if either is ours."""
    for target in (request.POST.get("next"), request.GET.get("next"), request.headers.get("Referer")):
        if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
            return target
    return default


def leave(request: HttpRequest, url: str) -> HttpResponse:
    """Go to ``url`` after a form was accepted, from a plain page or from a dialog."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
