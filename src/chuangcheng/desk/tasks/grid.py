"""任务表格: the ledger as fast to edit as a spreadsheet. Rows come as a stream, edits go row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chuangcheng.desk.tasks.pages import LISTING, task_rows
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import selectors as people
from chuangcheng.tasks import selectors
from chuangcheng.tasks.ledger import grid
from chuangcheng.tasks.ledger.cells import CELLS
from chuangcheng.tasks.models import TaskSource
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Listing, offer
from chuangcheng.web.tables.columns import narrow, read

GRID = Listing("taskgrid", LISTING.title, LISTING.columns, LISTING.filters, LISTING.sort)
offer(GRID, rows=task_rows, permission="tasks.view", url_name="desk:task_grid")
ORDER = ("lead__official_order", "lead_id", "place", "id")
LINES = 500  # in one piece of the stream
LONGEST = 512 * 1024


@page("tasks.view")
def task_grid(request: StaffRequest) -> HttpResponse:
    """The page; its script fetches the rows. A phone is led to the list."""
    filters = read(GRID.filters, request)
    context = {
        "filters": filters, "saved": GRID.saved(request), "query": request.GET.urlencode(), "most": grid.MOST,
        "narrowed": any(shown.value for shown in filters), "may_add": holds(request, "tasks.edit"), "words": _words(),
    }  # fmt: skip
    return render(request, "desk/task_grid.html", context)


def _words() -> dict[str, str]:
    """What the script says; ``{}`` holds a number, a name or a list."""
    return {
        "saving": _("正在保存…"), "saved": _("已保存"), "failed": _("网络不通，没有保存，已还原"),
        "report": _("已保存 {} 行"), "refused": _("{} 行没有保存"), "row": _("第 {} 行"), "theirs": _("现在是：{}"),
        "yours": _("您填的：{}"), "take": _("用我的"), "missing": _("尚缺：{}"), "count": _("共 {} 行"),
        "nothing": _("没有可以撤销的"), "read_only": _("此列只供查看"), "fill": _("请先选中要填的几行"),
        "label": _("任务台账表格"),
    }  # fmt: skip


@page("tasks.view")
def task_grid_rows(request: StaffRequest) -> HttpResponseBase:
    """The rows as JSON lines: first the columns with what may be chosen in them, then rows by the hundred."""
    rows = narrow(selectors.visible_to(request.actor), read(GRID.filters, request))
    found = list(grid.grid_rows(rows.order_by(*ORDER)[: grid.MOST]))
    response = StreamingHttpResponse(_lines(_head(request), found), content_type="application/x-ndjson; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _head(request: HttpRequest) -> dict[str, Any]:
    tongue = language()
    units = list(people.units().order_by("official_order", "code").values_list("short_name", flat=True))
    offered = {"source": [str(label) for _code, label in TaskSource.choices], "lead": units, "supports": units}
    columns = [
        {"key": cell.key, "label": cell.label.text(tongue), "width": cell.width, "edited": cell.edited,
         "kind": cell.kind, "choices": offered.get(cell.key, [])}
        for cell in CELLS
    ]  # fmt: skip
    return {"columns": columns, "may_edit": holds(request, "tasks.report"), "may_add": holds(request, "tasks.edit")}


def _lines(head: dict[str, Any], rows: Sequence[list[str]]) -> Iterator[str]:
    yield json.dumps({**head, "count": len(rows)}, ensure_ascii=False) + "\n"
    for start in range(0, len(rows), LINES):
        yield json.dumps(rows[start : start + LINES], ensure_ascii=False, separators=(",", ":")) + "\n"


class EditIn(BaseModel):
    """One edited row: cells by key, each with what was seen and what it shall say."""

    model_config = ConfigDict(extra="forbid")
    id: UUID
    kind: str = Field("changed", pattern="^(changed|new|missing)$")
    cells: dict[str, tuple[str, str]] = Field({}, max_length=len(CELLS))


class EditsIn(BaseModel):
    """What the grid sends."""

    model_config = ConfigDict(extra="forbid")
    rows: list[EditIn] = Field(min_length=1)


@page("tasks.view")
@require_POST
def task_grid_save(request: StaffRequest) -> HttpResponse:
    """Edits of any number of cells; the answer says of each row what became of it and how it reads now. The actions
    judge who may."""
    if len(request.body) > LONGEST:
        raise Refused("common.too_large", limit=f"{LONGEST // 1024} KB")
    try:
        given = EditsIn.model_validate_json(request.body.replace(b"\\u0000", b""))
    except ValidationError:
        raise Refused("common.invalid") from None
    edits = [grid.RowEdit(row.id, row.cells, row.kind) for row in given.rows]
    done = grid.save_rows(actor=request.actor, edits=edits)
    rows = selectors.visible_to(request.actor).filter(pk__in=[each.id for each in done])
    fresh = {row[0]: row for row in grid.grid_rows(rows)}
    return JsonResponse({"rows": [_answer(each, fresh.get(str(each.id))) for each in done]})


def _answer(done: grid.Saved, row: list[str] | None) -> dict[str, Any]:
    said = ""
    if done.refused is not None:
        said = done.refused.message(language())
        if done.refused.fields:
            said = "；".join(field.message for field in done.refused.fields)
    code = done.refused.code if done.refused else ""
    return {"id": str(done.id), "code": code, "said": said, "others": dict(done.cells), "row": row}
