"""The API of version 1: its routes, its problems and its OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE
from pydantic import BaseModel

from chuangcheng import __version__
from chuangcheng.api import (
    campaigns,
    cases,
    documents,
    hotline,
    instructions,
    meetings,
    moves,
    nearby,
    problems,
    readings,
    reports,
    tasks,
)
from chuangcheng.api.schemas import ProblemOut, ReportIn, WatchIn
from chuangcheng.api.task_shapes import TaskIn
from chuangcheng.kernel.problems import Refused

api = NinjaAPI(
    title="chuangcheng",
    version=__version__,
    description="Reports of citizens, and what became of them. Staff read cases and reports with a post's token.",
    urls_namespace="api-v1",
    openapi_url=None,  # served below: kept in memory, since it never changes while the process runs
    docs_url=None,
)
problems.install(api)
api.add_router("/reports", reports.router)
api.add_router("/cases", cases.router)
api.add_router("/cases", moves.router)
api.add_router("/hotline", hotline.router)
api.add_router("/instructions", instructions.router)
api.add_router("/tasks", tasks.router)
api.add_router("/nearby", nearby.router)
api.add_router("/campaigns", campaigns.router)
api.add_router("/drives", campaigns.drive_router)
api.add_router("/readings", readings.router)
api.add_router("/documents", documents.router)
api.add_router("/meetings", meetings.router)

_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


@cache
def openapi() -> bytes:
    """The OpenAPI document: what the routes declare, the bodies they read themselves, and the common problems."""
    document = json.loads(json.dumps(api.get_openapi_schema(path_prefix="api/v1/")))
    schemas = document["components"]["schemas"]
    bodies: tuple[type[BaseModel], ...] = (ReportIn, TaskIn, WatchIn, readings.ReadingIn, *hotline.BODIES.values())
    models: tuple[type[BaseModel], ...] = (*bodies, campaigns.TargetReadingIn, ProblemOut)
    for model in models:
        schemas.update(_definitions(model))
    paths = document["paths"]
    _body(paths["/api/v1/reports"]["post"], {"application/json": {"schema": {"$ref": _ref("ReportIn")}}})
    _body(paths["/api/v1/reports/{report_id}/photos/{sha256}"]["put"], _BINARY)
    _body(paths["/api/v1/reports/{report_id}/videos/{sha256}"]["put"], _BINARY)
    _body(paths["/api/v1/cases/{case_id}/photos/{sha256}"]["put"], _BINARY)
    _body(paths["/api/v1/tasks/{task_id}/photos/{sha256}"]["put"], _BINARY)
    for path, model in hotline.BODIES.items():
        body = {"application/json": {"schema": {"$ref": _ref(model.__name__)}}}
        _body(paths[f"/api/v1/hotline{path}"]["put"], body)
    _body(paths["/api/v1/tasks"]["post"], {"application/json": {"schema": {"$ref": _ref("TaskIn")}}})
    _describe_moves(paths, schemas)
    _body(
        paths["/api/v1/nearby/{case_id}/watches"]["post"], {"application/json": {"schema": {"$ref": _ref("WatchIn")}}}
    )
    _body(paths["/api/v1/readings"]["post"], {"application/json": {"schema": {"$ref": _ref("ReadingIn")}}})
    reading = {"application/json": {"schema": {"$ref": _ref("TargetReadingIn")}}}
    _body(paths["/api/v1/campaigns/targets/{target_id}/readings"]["post"], reading)
    failure = {"$ref": _ref("ProblemOut")}
    for operation in (operation for path in paths.values() for operation in path.values()):
        operation["responses"]["default"] = {
            "description": "A problem (RFC 9457)",
            "content": {"application/problem+json": {"schema": failure}},
        }
    return json.dumps(document, ensure_ascii=False).encode()


def _describe_moves(paths: dict[str, Any], schemas: dict[str, Any]) -> None:
    """The bodies of moves, which the routes read themselves."""
    for name, (shape, _) in moves.MOVES.items():
        schemas.update(_definitions(shape))
        body = {"application/json": {"schema": {"$ref": _ref(shape.__name__)}}}
        _body(paths[f"/api/v1/cases/{{case_id}}/moves/{name}"]["post"], body)
    for name, (step, _) in tasks.MOVES.items():
        schemas.update(_definitions(step))
        body = {"application/json": {"schema": {"$ref": _ref(step.__name__)}}}
        _body(paths[f"/api/v1/tasks/{{task_id}}/moves/{name}"]["post"], body)


def serve_openapi(_request: HttpRequest) -> HttpResponse:
    """``GET /api/v1/openapi.json``."""
    headers = {"Cache-Control": "max-age=3600", "Content-Length": str(len(openapi()))}
    return HttpResponse(openapi(), content_type="application/json", headers=headers)


def no_such_path(request: HttpRequest) -> HttpResponse:
    """404 in the API's own form for everything that no route takes."""
    return problems.problem(request, Refused("api.no_such_path"))


def in_our_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a route answer HEAD as GET, and 405 as a problem."""

    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method = request.method or ""
        if method == "HEAD":
            request.method = "GET"
        response = view(request, *args, **kwargs)
        request.method = method
        if response.status_code != 405:
            return response
        refused = Refused("api.method_not_allowed", method=method[:12])
        return problems.problem(request, refused, headers={"Allow": response["Allow"]})

    respond.csrf_exempt = True  # type: ignore[attr-defined]
    return respond


def _body(operation: dict[str, Any], content: dict[str, Any]) -> None:
    operation["requestBody"] = {"required": True, "content": content}


def _definitions(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=REF_TEMPLATE)
    return {**schema.pop("$defs", {}), model.__name__: schema}


def _ref(name: str) -> str:
    return REF_TEMPLATE.format(model=name)
