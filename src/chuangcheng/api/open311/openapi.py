"""The OpenAPI document of this door.

GeoReport names its resources by their form (``requests.json``), which no generator would make from the code, so it is
written here, and tests hold every answer against it.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse

from chuangcheng import __version__
from chuangcheng.api.open311.query import FARTHEST, LAST_PAGE, MOST, STATUSES
from chuangcheng.api.open311.requests import MOST_TEXT
from chuangcheng.cases.inputs import MAX_PHOTOS

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
_OR_NULL: Json = {"type": ["string", "null"]}
_TIME: Json = {"type": "string", "format": "date-time"}
_TIME_OR_NULL: Json = {"type": ["string", "null"], "format": "date-time"}
_NUMBER_OR_NULL: Json = {"type": ["number", "null"]}


def _object(properties: Json, *, required: list[str] | None = None) -> Json:
    wanted = [*properties] if required is None else required
    return {"type": "object", "properties": properties, "required": wanted, "additionalProperties": False}


def _list(schema: str) -> Json:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}


SCHEMAS: Json = {
    "Service": _object(
        {
            "service_code": TEXT, "service_name": TEXT, "description": TEXT, "metadata": {"type": "boolean"},
            "type": {"enum": ["realtime", "batch", "blackbox"]}, "keywords": TEXT, "group": TEXT,
        }
    ),
    "ServiceDefinition": _object({"service_code": TEXT, "attributes": {"type": "array", "items": {"type": "object"}}}),
    "Request": _object(
        {
            "service_request_id": TEXT, "status": {"enum": [*STATUSES]}, "status_notes": TEXT,
            "service_name": _OR_NULL, "service_code": _OR_NULL,
            "description": {**_OR_NULL, "maxLength": MOST_TEXT, "description": "null before review; numbers masked"},
            "agency_responsible": _OR_NULL, "service_notice": _OR_NULL, "requested_datetime": _TIME,
            "updated_datetime": _TIME, "expected_datetime": _TIME_OR_NULL, "address": _OR_NULL,
            "address_id": _OR_NULL, "zipcode": _OR_NULL, "lat": _NUMBER_OR_NULL, "long": _NUMBER_OR_NULL,
            "media_url": _OR_NULL,
        }
    ),
    "Created": _object({"service_request_id": TEXT, "service_notice": TEXT, "account_id": {"type": "null"}}),
    "Token": _object({"service_request_id": TEXT, "token": TEXT}),
    "Error": _object({"code": {"type": "integer"}, "description": TEXT}),
    "NewRequest": _object(
        {
            "api_key": {**TEXT, "description": "made by `chuangcheng token USERNAME --use open311`"},
            "jurisdiction_id": TEXT, "service_code": TEXT,
            "lat": {"type": "number", "minimum": -90, "maximum": 90},
            "long": {"type": "number", "minimum": -180, "maximum": 180},
            "address_string": {**TEXT, "maxLength": 200}, "address_id": TEXT,
            "description": {**TEXT, "maxLength": MOST_TEXT}, "first_name": {**TEXT, "maxLength": 29},
            "last_name": {**TEXT, "maxLength": 30}, "phone": TEXT, "email": TEXT, "device_id": TEXT,
            "account_id": TEXT, "media_url": {**TEXT, "description": "not fetched; send the photo as `media`"},
            "requested_datetime": {**_TIME, "description": "extension: when it was seen"},
            "id": {"type": "string", "format": "uuid", "description": "extension: the client's own id"},
        },
        required=["api_key", "service_code"],
    ) | {"additionalProperties": True},
}  # fmt: skip
_PHOTOS: Json = {
    "type": "array", "maxItems": MAX_PHOTOS, "items": {"type": "string", "format": "binary"},
    "description": "extension: photos",
}  # fmt: skip


def _query(name: str, schema: Json, about: str) -> Json:
    return {"name": name, "in": "query", "schema": schema, "description": about}


JURISDICTION = _query("jurisdiction_id", TEXT, "the city's code or web address; need not be given")
FILTERS = [
    JURISDICTION,
    _query("service_request_id", TEXT, "ids parted by commas; overrides everything else"),
    _query("service_code", TEXT, "codes parted by commas"),
    _query("start_date", _TIME, "W3C time with a zone; the range spans 90 days at most, by default the last 90"),
    _query("end_date", _TIME, "as start_date"),
    _query("status", TEXT, "open, closed, or both parted by a comma"),
    _query("page", {"type": "integer", "minimum": 1, "maximum": LAST_PAGE}, "extension"),
    _query("page_size", {"type": "integer", "minimum": 1, "maximum": MOST}, "extension"),
    _query("lat", {"type": "number", "minimum": -90, "maximum": 90}, "extension: middle of a circle"),
    _query("long", {"type": "number", "minimum": -180, "maximum": 180}, "extension"),
    _query("radius", {"type": "number", "minimum": 1, "maximum": FARTHEST}, "extension: metres"),
]
#: (path, method, operation, what it does, query, schema of the answer, is it a list)
OPERATIONS: tuple[tuple[str, str, str, str, list[Json], str, bool], ...] = (
    ("/services", "get", "list_services", "Services", [JURISDICTION], "Service", True),
    ("/services/{service_code}", "get", "get_service", "A service's definition", [JURISDICTION],
     "ServiceDefinition", False),
    ("/requests", "get", "list_requests", "Reviewed requests, newest first", FILTERS, "Request", True),
    ("/requests", "post", "create_request", "Report a problem", [], "Created", True),
    ("/requests/{service_request_id}", "get", "get_request", "One request", [JURISDICTION], "Request", True),
    ("/tokens/{token}", "get", "get_token", "The id of a request by its token", [JURISDICTION], "Token", True),
)  # fmt: skip


@cache
def openapi() -> bytes:
    """The document: every operation once for each form."""
    paths: Json = {}
    for path, method, name, summary, query, schema, many in OPERATIONS:
        for form in ("json", "xml"):
            answer = _list(schema) if many else {"$ref": f"#/components/schemas/{schema}"}
            operation = {
                "operationId": f"{name}_{form}", "summary": summary, "tags": ["open311"],
                "parameters": [*_in_path(path), *query], "responses": _responses(form, answer, method),
            }  # fmt: skip
            if method == "post":
                operation["requestBody"] = {"required": True, "content": _bodies()}
            paths.setdefault(f"/open311/v2{path}.{form}", {})[method] = operation
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Open311 GeoReport v2", "version": __version__},
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }
    return json.dumps(document, ensure_ascii=False).encode()


def serve_openapi(_request: HttpRequest) -> HttpResponse:
    """``GET /open311/v2/openapi.json``."""
    headers = {"Cache-Control": "max-age=3600", "Content-Length": str(len(openapi()))}
    return HttpResponse(openapi(), content_type="application/json", headers=headers)


def _in_path(path: str) -> list[Json]:
    name = path.partition("{")[2].rstrip("}")
    return [{"name": name, "in": "path", "required": True, "schema": {**TEXT, "minLength": 1}}] if name else []


def _responses(form: str, answer: Json, method: str) -> Json:
    """XML is documented by the same shapes: the Spark convention makes the one from the other."""
    kind = {"json": "application/json", "xml": "text/xml"}[form]
    good = {"description": "OK", "content": {kind: {"schema": answer if form == "json" else {}}}}
    bad = {"description": "Errors", "content": {kind: {"schema": _list("Error") if form == "json" else {}}}}
    codes = {"200": good, "201": {**good, "description": "Created"}} if method == "post" else {"200": good}
    return {**codes, "default": bad}


def _bodies() -> Json:
    plain = {"$ref": "#/components/schemas/NewRequest"}
    with_photos = {"allOf": [plain, {"type": "object", "properties": {"media": _PHOTOS}}]}
    return {
        "application/x-www-form-urlencoded": {"schema": plain},
        "multipart/form-data": {"schema": with_photos},
    }
