"""责任矩阵: standards down, units across; a press changes a cell without a new page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chuangcheng.desk.framework.coverage import edition_asked, editions_offered
from chuangcheng.desk.workbooks import as_workbook
from chuangcheng.framework import matrix, matrix_sheets, matrix_view, selectors
from chuangcheng.framework.documents import why_frozen
from chuangcheng.framework.models import DutyBatch, Edition, Evidence, NodeKind, Standard
from chuangcheng.framework.named import waiting
from chuangcheng.kernel.duties import NONE, strongest
from chuangcheng.kernel.problems import Refused
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Unit, UnitGroup
from chuangcheng.web.pages import holds, leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

#: One letter a cell, in both languages.
MARKS = {"lead": "牵", "support": "配", "territory": "属"}
MARKS_EN = {"lead": "L", "support": "S", "territory": "T"}


def may_edit(request: HttpRequest, edition: Edition) -> bool:
    """Whether this reader may change this edition's duties."""
    return holds(request, "framework.edit") and why_frozen(edition) is None


def common(request: StaffRequest, edition: Edition) -> dict[str, Any]:
    """What every page of the decomposition shows: its tabs."""
    return {
        "edition": edition, "editions": editions_offered(), "may_edit": may_edit(request, edition),
        "unmatched": waiting(edition), "stopped": why_frozen(edition),
    }  # fmt: skip


@page("framework.view")
def matrix_page(request: StaffRequest) -> HttpResponse:
    """A page of the matrix."""
    edition = edition_asked(request)
    if edition is None:
        return render(request, "desk/matrix.html", {"edition": None})
    number = request.GET.get("page", "1")
    asked = matrix_view.Asked(
        request.GET.get("node", ""), request.GET.get("group", ""), bool(request.GET.get("line")),
        int(number) if number.isdecimal() and len(number) < 6 else 1,
    )  # fmt: skip
    view = matrix_view.shown(request.actor, edition, asked)
    context = common(request, edition)
    context |= {
        "view": view, "asked": view.asked, "rows": _rows(view, context["may_edit"]), "groups": _groups(),
        "nodes": _nodes(edition), "query": _query(edition, view.asked),
        "units": people.units().exclude(kind="community") if context["may_edit"] else (), "kinds": bulk_kinds(),
        "last": matrix.last_batch(request.actor, edition) if context["may_edit"] else None,
        "around": list(range(1, view.pages + 1)), "words": kind_words(),
        "evidence": [(code, _(str(label))) for code, label in Evidence.choices],
        "mine": request.post.unit_id if request.post else None,
    }  # fmt: skip
    return render(request, "desk/matrix.html", context)


def kind_words() -> list[tuple[str, str, str]]:
    """Kind, its mark in a cell, its word."""
    return [(kind, mark_of(kind), matrix.WORDS[kind].text(language())) for kind in MARKS]


def bulk_kinds() -> list[tuple[str, str]]:
    """Groups of units that are given a duty together."""
    words = {"street": _("全部街道（乡镇）"), "district": _("全部区县"), "outside": _("全部驻地单位")}
    return [(f"kind:{kind}", word) for kind, word in words.items()]


def mark_of(kind: str) -> str:
    """The letter of a kind in the reader's language; nothing for no duty."""
    return (MARKS_EN if language().startswith("en") else MARKS).get(kind, "")


def _groups() -> list[tuple[str, str]]:
    return [(code, _(str(label))) for code, label in UnitGroup.choices]


def _nodes(edition: Edition) -> list[tuple[str, str, bool]]:
    """Code, title and whether it is a project, in the tree's order."""
    rows = edition.nodes.exclude(kind=NodeKind.FRAMEWORK).order_by("order")
    return [(row.code, row.zh, row.kind == NodeKind.PROJECT) for row in rows]


def _query(edition: Edition, asked: matrix_view.Asked) -> str:
    given = {"edition": edition.code, "node": asked.node, "group": asked.group, "line": "1" if asked.line else ""}
    return urlencode({name: value for name, value in given.items() if value})


def _rows(view: matrix_view.Shown, editable: bool) -> list[tuple[Any, SafeString]]:
    """Blocks with their rows as ready HTML: two thousand cells are too many for a template's loop."""
    return [
        (block, mark_safe("".join(_row(view, standard, editable) for standard in block.standards)))  # noqa: S308 -- escaped
        for block in view.blocks
    ]


def _row(view: matrix_view.Shown, standard: Standard, editable: bool) -> SafeString:
    cells = "".join(cell(view.cells.get((standard.pk, unit.pk), NONE)) for unit in view.units)
    head = row_head(standard, view.leads[standard.pk], editable)
    return format_html('<tr data-standard="{}">{}{}</tr>', standard.pk, head, mark_safe(cells))  # noqa: S308 -- escaped


def cell(kind: str) -> SafeString:
    """One cell."""
    return format_html('<td data-kind="{}">{}</td>', kind, mark_of(kind)) if kind else mark_safe("<td></td>")


def row_head(standard: Standard, leads: int, editable: bool, *, swap: bool = False) -> SafeString:
    """Code and text of a standard, its box, and a mark where it has no lead or several."""
    box = SafeString("")
    if editable:
        said = _("选择 %(code)s") % {"code": standard.code}
        box = format_html(
            '<span class="pick"><input class="form-check-input" type="checkbox" name="ids" value="{}" form="picks" '
            'aria-label="{}"></span>', standard.pk, said,
        )  # fmt: skip
    flaw = _("无牵头") if not leads else _("%(n)s 个牵头") % {"n": leads} if leads > 1 else ""
    mark = format_html(' <span class="tag tag--red">{}</span>', flaw) if flaw else SafeString("")
    text = standard.en if language().startswith("en") and standard.en else standard.zh
    return format_html(
        '<th scope="row" id="s-{}"{}>{}<a href="{}">{}</a>{} <span class="matrix__text">{}</span></th>',
        standard.pk, SafeString(' hx-swap-oob="true"') if swap else "", box,
        reverse("desk:standard", args=[standard.pk]), standard.code, mark, text,
    )  # fmt: skip


@page("framework.edit")
@require_POST
def matrix_cell(request: StaffRequest, edition_id: UUID) -> HttpResponse:
    """Change one cell; the answer is the cell as it stands now, what was done, and how to undo it."""
    edition = selectors.get_edition(edition_id)
    standard, unit = _standard(edition, request), _unit(request)
    was, to = request.POST.get("was", ""), request.POST.get("to", "")
    batch, refusal = None, ""
    try:
        batch = matrix.set_duty(
            actor=request.actor, edition=edition, standard_id=standard.pk, unit_id=unit.pk, was=was, to=to
        )  # fmt: skip
    except Refused as refused:
        refusal = refused.message(language())
    return _answer(request, (standard, unit), batch, refusal)


@page("framework.edit")
@require_POST
def matrix_undo(request: StaffRequest, batch_id: UUID) -> HttpResponse:
    """Take a change back. Asked for one cell of the page, the answer is that cell; else the page anew."""
    batch = matrix.get_batch(batch_id)
    edition = batch.edition
    if "HX-Request" not in request.headers:
        done = matrix.undo_batch(actor=request.actor, batch_id=batch_id)
        left = sum(row[4] != matrix.DONE for row in done.steps)
        said = _("已撤销；有 %(n)s 处后来又改过，没有动。") % {"n": left} if left else _("已撤销。")
        messages.success(request, said)
        return leave(request, request.POST.get("next") or batch_url(batch))
    refusal = ""
    try:
        matrix.undo_batch(actor=request.actor, batch_id=batch_id)
    except Refused as refused:
        refusal = refused.message(language())
    return _answer(request, (_standard(edition, request), _unit(request)), None, refusal)


def batch_url(batch: DutyBatch) -> str:
    """The page of a change."""
    return reverse("desk:matrix_batch", args=[batch.pk])


def _standard(edition: Edition, request: HttpRequest) -> Standard:
    found = edition.standards.filter(pk=_uuid(request.POST.get("standard"))).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def _unit(request: HttpRequest) -> Unit:
    found = people.units().filter(pk=_uuid(request.POST.get("unit"))).first()
    if found is None:
        raise Refused("common.not_found")
    return found


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise Refused("common.not_found") from None


def _answer(
    request: StaffRequest, place: tuple[Standard, Unit], batch: DutyBatch | None, refusal: str
) -> HttpResponse:  # fmt: skip
    standard, unit = place
    kinds = list(standard.duties.values_list("unit_id", "kind"))
    now = strongest(kind for key, kind in kinds if key == unit.pk)
    head = row_head(standard, sum(kind == "lead" for _key, kind in kinds), editable=True, swap=True)
    said = refusal or _("%(unit)s · %(standard)s：%(kind)s") % {
        "unit": unit.short_name, "standard": standard.code, "kind": matrix.WORDS[now].text(language())}  # fmt: skip
    context = {"said": said, "refusal": refusal, "batch": batch, "standard": standard, "unit": unit,
               "csrf_token": get_token(request)}  # fmt: skip
    strip = render(request, "desk/matrix_said.html", context).content.decode()
    status = 422 if refusal else 200
    return HttpResponse(cell(now) + head + strip, status=status)


@page("exports.run")
def matrix_file(request: StaffRequest, edition_id: UUID) -> HttpResponseBase:
    """The whole matrix (of a group of units) as a workbook that can come back."""
    edition = selectors.get_edition(edition_id)
    units = matrix_view.columns(edition, request.GET.get("group", ""))
    name = f"{edition.name_zh}-{_('责任矩阵')}"
    return as_workbook(lambda path: matrix_sheets.write_matrix(edition, units, path), name)
