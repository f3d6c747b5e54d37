"""Every address, gathered from the doors."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from chuangcheng.config import health
from chuangcheng.web.account import forgotten

#: Door and the prefix of its addresses.
DOORS = (
    ("api", "api/v1/"),
    ("api.open311", "open311/"),
    ("field", "field/"),
    ("desk", "desk/"),
    ("web", ""),
    ("portal", ""),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("account/password/reset/", forgotten, name="account_reset_password"),  # stands before allauth's
    path("account/", include("allauth.account.urls")),
    path("account/mfa/", include("allauth.mfa.urls")),
    *[
        path(prefix, include(f"chuangcheng.{door}.urls"))
        for door, prefix in DOORS
        if find_spec(f"chuangcheng.{door}.urls")
    ],
]

handler400 = "chuangcheng.web.errors.bad_request"
handler403 = "chuangcheng.web.errors.forbidden"
handler404 = "chuangcheng.web.errors.not_found"
handler500 = "chuangcheng.web.errors.server_error"
handler429 = "chuangcheng.web.errors.too_many"  # allauth's
