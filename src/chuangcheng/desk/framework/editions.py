"""Editions: the list of all, one with its rules and life, and what became of its standards in another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.views.decorators.http import require_POST

from chuangcheng.desk.workbooks import as_workbook
from chuangcheng.framework import actions, carrying, selectors, uploads, workbook
from chuangcheng.framework.comparing import compare_editions
from chuangcheng.framework.documents import why_frozen
from chuangcheng.framework.models import Edition, EditionState, Family
from chuangcheng.framework.states import EDITION
from chuangcheng.kernel.editions import Clause, Diff
from chuangcheng.kernel.problems import Refused
from chuangcheng.web.pages import holds, leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

_NONE = "-"  # in the form of choices: no heir at all
_SHOWN = 300  # rows of one class on the page


@page("framework.view")
def edition_list(request: StaffRequest) -> HttpResponse:
    """Every edition, a table for each family; for who edits them also the files that wait."""
    rows = selectors.editions().exclude(state=EditionState.DROPPED).annotate(
        projects=Count("nodes", Q(nodes__kind="project"), distinct=True), size=Count("standards", distinct=True)
    )  # fmt: skip
    families = [(label, some) for family, label in Family.choices if (some := [r for r in rows if r.family == family])]
    waiting = list(uploads.uploads()[:20]) if holds(request, "framework.edit") else []
    return render(request, "desk/editions.html", {
        "families": families, "uploads": waiting, "stopped": why_frozen(None, "weights")})  # fmt: skip


def about(request: StaffRequest, edition: Edition) -> dict[str, Any]:
    """What the page of an edition shows beside its tree: rules in force, negative list, moves, editions to compare."""
    rules = selectors.rules_of(edition)
    possible = [move for move in EDITION.moves_from(edition.state) if move.name in _ENDS]
    stopped = why_frozen(edition, "editions") is not None
    moves = [move for move in possible if holds(request, move.permission) and not (stopped and move.name in _STOPPED)]
    every = selectors.editions().exclude(pk=edition.pk).exclude(state=EditionState.DROPPED)
    others = sorted(every, key=lambda other: other.family != edition.family)  # its own family first, the newest first
    return {
        "rules": rules,
        "shares": list(rules.method_shares.items()),
        "negative": edition.negative_items.all(),
        "moves": moves,
        "others": others,
        "is_scored": edition.state in (EditionState.PUBLISHED, EditionState.FROZEN),
    }


_STOPPED = ("publish", "freeze")  # while the cycle freezes editions
_ENDS = {
    "publish": actions.publish_edition,
    "freeze": actions.freeze_edition,
    "drop": actions.drop_edition,
}


@page("framework.view")
@require_POST
def edition_move(request: StaffRequest, edition_id: UUID, name: str) -> HttpResponse:
    """Publish, freeze or drop; the action asks for the right."""
    if name not in _ENDS:
        raise Refused("common.not_found")
    edition = _ENDS[name](actor=request.actor, edition=selectors.get_edition(edition_id))
    messages.success(request, now_said("“%(name)s”：%(state)s。") % {
        "name": edition.name_zh, "state": EDITION.state(edition.state).label.text(language())})  # fmt: skip
    gone = edition.state == EditionState.DROPPED
    return leave(request, reverse("desk:editions") if gone else reverse("desk:edition", args=[edition.pk]))


@page("framework.view")
def edition_file(_request: StaffRequest, edition_id: UUID) -> HttpResponseBase:
    """The edition as a workbook, which comes in again without loss."""
    edition = selectors.get_edition(edition_id)
    return as_workbook(lambda path: workbook.write_workbook(edition, path), edition.name_zh)


@page("framework.view")
def template_file(_request: StaffRequest) -> HttpResponseBase:
    """An empty workbook in our own form."""
    return as_workbook(workbook.write_template, now_said("测评体系模板"))


@page("framework.view")
def compare_to(request: StaffRequest, edition_id: UUID) -> HttpResponse:
    """From the choice of another edition to the page that compares."""
    if "old" not in request.GET:  # the address alone, without the choice
        return leave(request, reverse("desk:edition", args=[edition_id]))
    other = selectors.edition_by_code(request.GET["old"])
    if other is None:
        raise Refused("common.not_found")
    return leave(request, reverse("desk:edition_diff", args=[other.pk, edition_id]))


@dataclass(frozen=True)
class Doubtful:
    """One standard to decide on: its candidates with the texts marked where they differ."""

    old: Clause
    field: str
    duties: int
    choices: tuple[tuple[Clause, float], ...]


@page("framework.view")
def diff_page(request: StaffRequest, old_id: UUID, edition_id: UUID) -> HttpResponse:
    """What became of each standard; the unsure ones with what to choose from, for who may decide."""
    old, new = selectors.get_edition(old_id), selectors.get_edition(edition_id)
    found = compare_editions(old, new)
    diff = found.diff
    settled = set(selectors.heirs(new))
    doubts = [Doubtful(d.old, f"heir-{d.old.code}", found.duties.get(d.old.code, 0), d.choices) for d in diff.doubts]
    unsure = {doubt.old.code for doubt in diff.doubts}
    standards = {row.code: row.pk for row in (*old.standards.all(), *new.standards.all())}
    may_carry = holds(request, "framework.edit") and new.state in (EditionState.DRAFT, EditionState.PUBLISHED)
    context = {
        "old": old, "new": new, "counts": diff.counts(), "share": found.carried_share,
        "duties": sum(found.duties.values()), "doubts": doubts, "parts": _parts(diff),
        "added": [(clause, standards[clause.code]) for clause in diff.added],
        "removed": [clause for clause in diff.removed if clause.code not in unsure],
        "may_carry": may_carry, "carried": bool(settled & set(old.standards.values_list("pk", flat=True))),
        "labels": carrying.labels().values(),
    }  # fmt: skip
    return render(request, "desk/edition_diff.html", context)


def _parts(diff: Diff) -> list[tuple[str, list[Any]]]:
    titles = {"moved": now_said("移动"), "reworded": now_said("改写"), "reweighted": now_said("权重变化")}
    return [(title, some[:_SHOWN]) for kind, title in titles.items() if (some := diff.of(kind))]


@page("framework.edit")
@require_POST
def carry(request: StaffRequest, old_id: UUID, edition_id: UUID) -> HttpResponse:
    """Carry what is sure, and what was decided on the page."""
    old, new = selectors.get_edition(old_id), selectors.get_edition(edition_id)
    choices = {}
    for name, value in request.POST.items():
        code = name.removeprefix("heir-")
        typed = request.POST.get(f"code-{code}", "").strip()
        if name.startswith("heir-") and (typed or value):
            choices[code] = typed or ("" if value == _NONE else str(value))
    done = carrying.decide_successions(actor=request.actor, old=old, new=new, choices=choices)
    said = "，".join(f"{label.text(language())} {done.rows[name]}" for name, label in carrying.labels().items())
    messages.success(request, now_said("已承接：%(rows)s；还有 %(n)s 条待确认。") % {
        "rows": said, "n": len(done.comparison.diff.doubts)})  # fmt: skip
    return leave(request, reverse("desk:edition_diff", args=[old.pk, new.pk]))
