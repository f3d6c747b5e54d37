"""Addresses under ``/open311/``: the discovery, and GeoReport v2. Every resource ends in the form of its answer."""

from __future__ import annotations

from django.urls import re_path

from chuangcheng.api.open311.creation import create_request
from chuangcheng.api.open311.endpoint import endpoint, no_such_path
from chuangcheng.api.open311.openapi import serve_openapi
from chuangcheng.api.open311.requests import get_request, get_token, list_requests
from chuangcheng.api.open311.services import discover, get_service, list_services

_FORM = r"\.(?P<form>xml|json)$"

app_name = "open311"
urlpatterns = [
    re_path(r"^discovery" + _FORM, endpoint(GET=discover), name="discovery"),
    re_path(r"^v2/openapi\.json$", serve_openapi, name="openapi"),
    re_path(r"^v2/services" + _FORM, endpoint(GET=list_services), name="services"),
    re_path(r"^v2/services/(?P<code>[^/]+)" + _FORM, endpoint(GET=get_service), name="service"),
    re_path(r"^v2/requests" + _FORM, endpoint(GET=list_requests, POST=create_request), name="requests"),
    re_path(r"^v2/requests/(?P<request_id>[^/]+)" + _FORM, endpoint(GET=get_request), name="request"),
    re_path(r"^v2/tokens/(?P<token>[^/]+)" + _FORM, endpoint(GET=get_token), name="token"),
    re_path(r"^.*$", no_such_path, name="no-such-path"),
]
