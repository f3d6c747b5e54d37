"""The page of the triage help: when and on what the suggestion was learned, how good it was then, how good it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from chuangcheng.cases.models import Report
from chuangcheng.cases.triage import quality, store
from chuangcheng.kernel import clock
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice
from chuangcheng.web.templatetags.judge import category_word

SHOWN = 12  # categories of the confusion table by name; the others are folded into one
SIDE = 200  # of the calibration curve, in its own units
REST = ""
_PAIR = re.compile(r"(\w{1,12})-(\w{1,12})")


@dataclass(frozen=True)
class Cell:
    """One count of the confusion table; ``right`` on the diagonal."""

    count: int
    right: bool


@dataclass(frozen=True)
class Line:
    """A row of the confusion table: what it truly was, how often it was answered as what, and its F1."""

    code: str
    cells: list[Cell]
    rows: int
    f1: float | None


def rows_behind(rows: QuerySet[Report], figure: str) -> QuerySet[Report]:
    """The filter of the list of reports that the page's figures lead to."""
    return quality.behind(rows, figure, clock.now())


def figures(request: HttpRequest) -> list[Choice]:
    """What that filter offers: the figures, and the pair of categories that was asked for."""
    offered: list[Choice] = [
        ("filed", _("已立案")),
        ("advised", _("有建议")),
        ("taken", _("采用建议")),
        ("turned", _("改为其他类别")),
    ]
    asked = _PAIR.fullmatch(request.GET.get("advice", ""))
    if asked:
        offered.append((asked[0], " → ".join(category_word(code) for code in asked.groups())))
    return offered


@page("reports.triage")
def overview(request: StaffRequest) -> HttpResponse:
    """Model, measured quality, and what became of the suggestions."""
    now = clock.now()
    live = quality.live(now)
    context: dict[str, Any] = {"live": live, "days": quality.DAYS, "as_of": now, "urls": _urls()}
    context["turned"] = [(*line, _url(f"{line[0]}-{line[1]}")) for line in live.turned]
    try:
        model = store.current()
    except ValueError:
        context["damaged"] = True
        model = None
    if model:
        about = model.about
        context |= {
            "about": about, "source": about["from"], "threshold": min(model.threshold, 1.0),
            "silent": model.threshold > 1, "trained_at": datetime.fromisoformat(about["trained_at"]),
            "labels": len(model.labels), "measured": about["quality"],
        }  # fmt: skip
        if about["quality"]:
            heads, lines = confusion(about["quality"])
            context |= {"heads": heads, "lines": lines, "curve": curve(about["quality"]["calibration"])}
    return render(request, "desk/triage.html", context)


def _url(figure: str) -> str:
    return f"{reverse('desk:reports')}?{urlencode({'advice': figure})}"


def _urls() -> dict[str, str]:
    return {name: _url(name) for name in ("filed", "advised", "taken", "turned")}


def confusion(measured: dict[str, Any]) -> tuple[list[str], list[Line]]:
    """The confusion table with the :data:`SHOWN` commonest categories by name and the others as one, :data:`REST`: its
    heads (codes) and lines."""
    labels: list[str] = measured["labels"]
    table: list[list[int]] = measured["confusion"]
    common = sorted(range(len(labels)), key=lambda place: (-sum(table[place]), labels[place]))[:SHOWN]
    shown = sorted((place for place in common if sum(table[place])), key=lambda place: labels[place])
    rest = [place for place in range(len(labels)) if place not in shown]
    groups = [[place] for place in shown] + ([rest] if any(_touched(table, place) for place in rest) else [])
    heads = [labels[group[0]] if len(group) == 1 and group[0] in shown else REST for group in groups]
    lines = [
        _line(table, group, groups, head, measured["f1"][group[0]] if head else None)
        for group, head in zip(groups, heads, strict=True)
    ]
    return heads, lines


def _touched(table: Sequence[Sequence[int]], place: int) -> bool:
    return any(table[place]) or any(row[place] for row in table)


def _line(
    table: Sequence[Sequence[int]], group: list[int], groups: list[list[int]], code: str, f1: float | None
) -> Line:
    counts = [sum(table[row][column] for row in group for column in other) for other in groups]
    cells = [Cell(count, other is group and bool(code)) for count, other in zip(counts, groups, strict=True)]
    return Line(code, cells, sum(counts), f1)


def curve(bins: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The calibration curve: a line of points (promised to the right, right upwards) in a square of :data:`SIDE`."""
    points = [(one["promised"] * SIDE, (1 - one["right"]) * SIDE) for one in bins]
    return {
        "line": " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        "points": [{"x": f"{x:.1f}", "y": f"{y:.1f}"} for x, y in points],
        "side": SIDE,
        "bins": bins,
    }
