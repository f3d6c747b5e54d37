"""The edition: its tree, a standard with its duties and items, its site kinds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from chuangcheng.desk.framework.editions import about
from chuangcheng.framework import selectors
from chuangcheng.framework.models import Duty, DutyKind, Edition
from chuangcheng.kernel.problems import Refused
from chuangcheng.people.rights import can
from chuangcheng.scoring.selectors import Branch, by_project, by_standard, points_of
from chuangcheng.tasks.selectors import of_standard
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest


@page("framework.view")
def tree(request: StaffRequest) -> HttpResponse:
    """The main published edition's tree."""
    edition = selectors.current_edition()
    if edition is None:
        return render(request, "desk/framework.html", {"edition": None})
    return _tree(request, edition)


@page("framework.view")
def edition_page(request: StaffRequest, edition_id: UUID) -> HttpResponse:
    """Any edition's tree."""
    return _tree(request, selectors.get_edition(edition_id))


def _tree(request: StaffRequest, edition: Edition) -> HttpResponse:
    """The tree with weights, scores and source flags; what matches a search alone, if there is one."""
    words = request.GET.get("q", "").strip()[:100]
    branches = by_project(edition)
    if words:
        branches = [kept for branch in branches if (kept := _matching(branch, words))]
    counts = {
        "projects": sum(len(branch.branches) for branch in branches),
        "standards": sum(_size(branch) for branch in branches),
        "kinds": edition.site_kinds.count(),
    }
    context = {"edition": edition, "branches": branches, "counts": counts, "q": words, **about(request, edition)}
    return render(request, "desk/framework.html", context)


def _size(branch: Branch) -> int:
    return len(branch.lines) + sum(_size(below) for below in branch.branches)


def _matching(branch: Branch, words: str) -> Branch | None:
    """The branch cut down to the standards that contain ``words``; None if it has none."""
    lines = [line for line in branch.lines if words in line.standard.zh or words.lower() in _latin(line.standard)]
    below = [kept for one in branch.branches if (kept := _matching(one, words))]
    return Branch(branch.node, branch.total, below, lines) if lines or below else None


def _latin(standard: Any) -> str:
    return f"{standard.code} {standard.en}".lower()


@page("framework.view")
def standard_page(request: StaffRequest, standard_id: UUID) -> HttpResponse:
    """One standard: what it asks, who answers for it, where it is looked for, what it scores."""
    standard = selectors.get_standard(standard_id)
    items = standard.items.select_related("site_kind").order_by("site_kind__order", "order")
    duties = selectors.duties_of(standard)
    line = None
    if can(request.actor, "scores.view"):
        line = next(line for line in by_standard(standard.edition) if line.standard.pk == standard.pk)
    context = {
        "standard": standard,
        "worth": points_of(standard),
        "duties": duties,
        "shared": [(label, some) for kind, label in DutyKind.choices if (some := _of_kind(duties, kind))],
        "items": items,
        "line": line,
        "tasks": of_standard(request.actor, standard)[:10],
    }
    return render(request, "desk/standard.html", context)


def _of_kind(duties: list[Duty], kind: str) -> list[Duty]:
    return [duty for duty in duties if duty.kind == kind]


@page("framework.view")
def kinds(request: StaffRequest) -> HttpResponse:
    """The kinds of sites with the size of their checklists."""
    edition = selectors.current_edition()
    rows = selectors.kinds_of(edition).prefetch_related("items") if edition else []
    return render(request, "desk/kinds.html", {"edition": edition, "kinds": rows})


@page("framework.view")
def kind_page(request: StaffRequest, code: str) -> HttpResponse:
    """One kind's checklist with the sources of its lines."""
    edition = selectors.current_edition()
    kind = selectors.kind_by_code(edition, code) if edition else None
    if kind is None:
        raise Refused("common.not_found")
    return render(request, "desk/kind.html", {"kind": kind, "items": selectors.items_of(kind)})
