"""Addresses under ``/api/v1/``."""

from __future__ import annotations

from django.urls import URLPattern, include, path, re_path

from chuangcheng.api.app import api, in_our_form, no_such_path, serve_openapi

_routes, _, _ = api.urls
for _route in _routes:
    if isinstance(_route, URLPattern):
        _route.callback = in_our_form(_route.callback)

app_name = "api-v1"
urlpatterns = [
    path("openapi.json", serve_openapi, name="openapi"),
    path("", include(_routes)),
    re_path(r"^.*$", no_such_path, name="no-such-path"),
]
