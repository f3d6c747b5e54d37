"""后进名单: drafted by rule, open to objections, issued after approval; page, Word and PDF. Never public."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.bulletins.laggards import compose, written
from chuangcheng.desk.documents import as_file
from chuangcheng.desk.moving import Step, take
from chuangcheng.desk.risks.moves import Said, day, wording
from chuangcheng.desk.story import story
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import rights
from chuangcheng.risks import actions, rules, selectors
from chuangcheng.risks.actions.lists import WINDOW_DAYS
from chuangcheng.risks.facts import said
from chuangcheng.risks.measures import MEASURES
from chuangcheng.risks.models import LaggardList
from chuangcheng.risks.policies import reaches
from chuangcheng.risks.states import LIST, OBJECTION
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

NEW = Move("new", (), None, "laggards.draft", Label("草拟名单", "Draft a list"))


def list_url(row: LaggardList) -> str:
    """The page of a list."""
    return reverse("desk:laggard_list", args=[row.pk])


def _states(_request: Any) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in LIST.states]


LISTING = Listing(
    "laggards",
    _("后进名单"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, sort="number", url=list_url),
        Column("name", _("名称"), lambda row: row.rule["en" if language().startswith("en") else "zh"], wide=True),
        Column("from", _("开始"), lambda row: row.from_on),
        Column("to", _("结束"), lambda row: row.to_on, sort="to_on"),
        Column("until", _("异议截止"), lambda row: row.until_on or ""),
        Column("state", _("状态"), lambda row: gettext(row.get_state_display()), template="desk/cells/task_state.html",
               corner=True),
    ),
    filters=(Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), _states),),
    sort="-to",
)  # fmt: skip


class Draft(forms.Form):
    """Which rule, which period."""

    code = forms.ChoiceField(label=_("名单规则"))
    from_on = day(_("开始"))
    to_on = day(_("结束"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        listed = [(rule.code, rule.label.text(language())) for rule in rules.current().lists]
        self.fields["code"].choices = listed  # type: ignore[attr-defined]


class Until(forms.Form):
    """The last day for objections."""

    until_on = day(_("异议截止"))


class MaySay(forms.Form):
    """A word that may be said."""

    words = wording(_("说明"), required=False, rows=2)


@page("laggards.view")
def laggard_lists(request: StaffRequest) -> HttpResponseBase:
    """The lists that the reader may see."""
    context = {"may_draft": holds(request, "laggards.draft")}
    return LISTING.respond(request, selectors.lists_visible_to(request.actor), "desk/laggards.html", context)


@page("laggards.view")
def laggard_list(request: StaffRequest, list_id: UUID) -> HttpResponse:
    """One list: its lines in official order, objections with answers, and for those who draft everybody compared."""
    row = selectors.get_list_for(request.actor, list_id)
    lines = list(selectors.lines_for(request.actor, row))
    wide = holds(request, "laggards.draft") or holds(request, "laggards.approve")
    scope = rights.scope(request.actor, "laggards.object")
    context = {
        "row": row, "rule": row.rule, "wide": wide, "measure": MEASURES[row.rule["measure"]],
        "lines": [(line, written(row, line.value), list(said("laggard", line.pk).values()),
                   [move for move in OBJECTION.moves_from(line.state) if row.state == "objecting"
                    and holds(request, move.permission) and (move.name != "object" or reaches(scope, line.unit))])
                  for line in lines],
        "counted": [(each, written(row, each["value"])) for each in row.counted] if wide else [],
        "moves": [move for move in LIST.moves_from(row.state) if holds(request, move.permission)],
        "entries": story("laggardlist", row.pk, said("laggardlist", row.pk)) if wide else [],
    }  # fmt: skip
    return render(request, "desk/laggard_list.html", context)


@page("laggards.draft")
def laggard_new(request: StaffRequest) -> HttpResponse:
    """Let the system draft a list."""
    last = clock.today().date().replace(day=1) - timedelta(days=1)
    initial = {"from_on": last.replace(day=1), "to_on": last}
    run = lambda given: actions.draft_list(actor=request.actor, **given)  # noqa: E731
    url, back = reverse("desk:laggard_new"), reverse("desk:laggards")
    return take(request, Step(NEW, Draft, run, url, back, gettext("后进名单"), initial))


_FORMS: dict[str, type[forms.Form]] = {
    "announce": Until, "submit": forms.Form, "send_back": Said, "issue": MaySay, "drop": MaySay,
}  # fmt: skip


@page("laggards.view")
def laggard_list_move(request: StaffRequest, list_id: UUID, name: str) -> HttpResponse:
    """The form of one move of a list; the action asks for the right."""
    row = selectors.get_list_for(request.actor, list_id)
    if name not in _FORMS:
        raise Refused("common.not_found")

    def run(given: dict[str, Any]) -> object:
        whole = {"actor": request.actor, "list_id": row.pk, **given}
        if name in ("issue", "send_back"):
            return actions.approve(issued=name == "issue", **whole)
        if name == "announce":
            return actions.announce(**whole)
        return actions.submit(**whole) if name == "submit" else actions.drop_list(**whole)

    url = reverse("desk:laggard_list_move", args=[row.pk, name])
    initial = {"until_on": clock.today().date() + timedelta(days=WINDOW_DAYS + 1)}
    return take(request, Step(LIST.move(name), _FORMS[name], run, url, list_url(row), row.number, initial))


@page("laggards.view")
def laggard_move(request: StaffRequest, laggard_id: UUID, name: str) -> HttpResponse:
    """An objection, or the answer to one."""
    line = selectors.get_line_for(request.actor, laggard_id)
    if name not in {move.name for move in OBJECTION.moves}:
        raise Refused("common.not_found")

    def run(given: dict[str, Any]) -> object:
        if name == "object":
            return actions.object_to(actor=request.actor, laggard_id=line.pk, **given)
        return actions.answer(actor=request.actor, laggard_id=line.pk, upheld=name == "uphold", **given)

    url = reverse("desk:laggard_move", args=[line.pk, name])
    return take(request, Step(OBJECTION.move(name), Said, run, url, list_url(line.list), line.unit.short_name))


@page("laggards.view")
def laggard_file(request: StaffRequest, list_id: UUID, kind: str) -> HttpResponse:
    """The list as a Word or PDF file; a draft says that it is one. A unit gets it once it is issued."""
    row = selectors.get_list_for(request.actor, list_id)
    wide = holds(request, "laggards.draft") or holds(request, "laggards.approve")
    if not (wide or row.state == "issued"):
        raise Refused("common.not_found")
    return as_file(compose(row), kind, f"{row.rule['zh']}{row.number}", row.drafted_at)
