"""待办: what the unit must do, by when, and what comes next; the same page on a desk and on a phone."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from chuangcheng.cases.worklist import MOST, Group, Item, worklist
from chuangcheng.desk.cases.clockwork import amount_words
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest

_TONES = {"overdue": "overdue", "today": "soon"}


@dataclass(frozen=True)
class Line:
    """One case with its remaining working time in words."""

    item: Item
    left: str


@dataclass(frozen=True)
class Pile:
    """A group for the page."""

    name: str
    label: Label
    tone: str
    lines: list[Line]


@page("cases.handle")
def work(request: StaffRequest) -> HttpResponse:
    """The unit's work, the most urgent first."""
    found = worklist(request.actor, clock.now())
    unit = request.post.unit if request.post else None
    context = {
        "piles": [_pile(group) for group in found.groups],
        "found": found,
        "unit": unit,
        "most": MOST,
        "all": f"{reverse('desk:cases')}?unit={unit.pk if unit else ''}&sort=due",
    }
    return render(request, "desk/worklist.html", context)


def _pile(group: Group) -> Pile:
    lines = [Line(item, left_words(item)) for item in group.items]
    return Pile(group.name, group.label, _TONES.get(group.name, ""), lines)


def left_words(item: Item) -> str:
    """``还剩 3 工作时`` or ``超期 2 工作日``: in the clock by which the limit was set."""
    if item.left is None or item.due is None:
        return "—"
    said = _("超期 %s") if item.due < clock.now() else _("还剩 %s")
    return said % amount_words(abs(item.left), item.unit)
