"""周期: where the city stands, the timeline of years and phases, what each phase demands, freezes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from chuangcheng.cycle import actions, selectors
from chuangcheng.cycle.models import Cycle, Phase
from chuangcheng.cycle.selectors import Line
from chuangcheng.cycle.states import COVERS, CYCLE
from chuangcheng.desk.story import story
from chuangcheng.kernel import clock
from chuangcheng.kernel.states import Move
from chuangcheng.web.pages import holds, opens, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

TONES = {"past": "off", "now": "working", "ahead": "waiting"}


def cycle_url(cycle: Cycle) -> str:
    """The page of a cycle."""
    return reverse("desk:cycle_of", args=[cycle.pk])


@page("cycle.view")
def cycle_page(request: StaffRequest, cycle_id: UUID | None = None) -> HttpResponse:
    """The cycle that runs (or an earlier one): position, years with their phases, checklist of today, freezes."""
    cycles = list(selectors.visible_to(request.actor))
    if not cycles:
        return render(request, "desk/cycle.html", {"cycle": None, "may_edit": holds(request, "cycle.edit")})
    cycle = selectors.get_cycle_for(request.actor, cycle_id) if cycle_id else selectors.current() or cycles[0]
    phases = list(cycle.phases.all())
    lists = selectors.checklist(phases)
    position = selectors.position() if cycle == selectors.current() else None
    now = position.phase if position else None
    context = {
        "cycle": cycle, "others": [other for other in cycles if other.pk != cycle.pk], "position": position,
        "years": _years(phases, lists), "stood": selectors.stood(cycle),
        "lines": _shown(request, lists.get(now.pk, []) if now else []), "phase": now,
        "freezes": cycle.freezes.select_related("lifted_by"), "day": clock.today().date(),
        "moves": _moves(request, cycle), "may_edit": holds(request, "cycle.edit"),
        "entries": story("cycle", cycle.pk),
    }  # fmt: skip
    return render(request, "desk/cycle.html", context)


def _moves(request: StaffRequest, cycle: Cycle) -> list[Move]:
    return [move for move in CYCLE.moves_from(cycle.state) if holds(request, move.permission)]


def _years(phases: Iterable[Phase], lists: dict[UUID, list[Line]]) -> list[dict[str, Any]]:
    """One row a year: its weight, and its phases with how much of what they demand is done."""
    day, weights = clock.today().date(), selectors.weights()
    found: dict[int, dict[str, Any]] = {}
    for phase in phases:
        weight = weights[phase.year - 1] if phase.year <= len(weights) else None
        row = found.setdefault(phase.year, {"year": phase.year, "weight": weight, "phases": []})
        when = phase.span.when(day)
        # A figure speaks of today: of a phase that is over, only what was ticked then counts.
        lines = [line for line in lists.get(phase.pk, []) if when != "past" or line.figure is None]
        row["phases"].append((phase, when, TONES[when], sum(line.is_done for line in lines), len(lines)))
    return [found[year] for year in sorted(found)]


def _shown(request: StaffRequest, lines: Iterable[Line]) -> list[tuple[Line, str, bool]]:
    """Each line with the address of the page that shows it, and whether the reader may tick it."""
    return [
        (line, link(request, line), line.figure is None and actions.may_tick(actor=request.actor, demand=line.demand))
        for line in lines
    ]


def link(request: StaffRequest, line: Line) -> str:
    """Where the rows behind a figure are; "" without one, and for whom that page would refuse."""
    if line.figure is None:
        return ""
    try:
        address = reverse(line.figure.page) + line.figure.query
    except NoReverseMatch:
        return ""
    return address if opens(request, address) else ""


@page("cycle.view")
def phase_page(request: StaffRequest, phase_id: UUID) -> HttpResponse:
    """One phase: its days, its goal, and its checklist."""
    phase = selectors.get_phase_for(request.actor, phase_id)
    when = phase.span.when(clock.today().date())
    lines = selectors.checklist([phase]).get(phase.pk, [])
    context = {
        "phase": phase, "cycle": phase.cycle, "when": when, "tone": TONES[when], "lines": _shown(request, lines),
        "may_edit": holds(request, "cycle.edit"), "entries": story("phase", phase.pk),
    }  # fmt: skip
    return render(request, "desk/phase.html", context)


def covers() -> list[tuple[str, str]]:
    """What a freeze can cover, for forms."""
    return [(code, label.text(language())) for code, label in COVERS.items()]
