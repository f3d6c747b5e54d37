"""负面清单: occurrences of the national list with evidence and their effect; confirmed by the office alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk import choices
from chuangcheng.desk.files import stream
from chuangcheng.desk.moving import Step, take
from chuangcheng.desk.pictures import of_owner
from chuangcheng.desk.risks.moves import Said, day, wording
from chuangcheng.desk.story import story
from chuangcheng.framework import selectors as framework
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.sanctions import KINDS
from chuangcheng.kernel.states import Move
from chuangcheng.people import selectors as people
from chuangcheng.photos import papers
from chuangcheng.risks import actions, selectors
from chuangcheng.risks.facts import said
from chuangcheng.risks.models import Sanction
from chuangcheng.risks.states import SANCTION
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing
from chuangcheng.web.tables.export import disposition

RECORD = Move("record", (), None, "sanctions.record", Label("登记事项", "Record an occurrence"))


def sanction_url(row: Sanction) -> str:
    """The page of an occurrence."""
    return reverse("desk:sanction", args=[row.pk])


def _states(_request: Any) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in SANCTION.states]


def _effect(row: Sanction) -> str:
    found = selectors.effect(row)
    word = KINDS[found.kind].text(language())
    return f"{word} {float(found.points):g}" if found.points else word


LISTING = Listing(
    "sanctions",
    _("负面清单"),
    columns=(
        Column("number", _("编号"), lambda row: row.number, sort="number", url=sanction_url),
        Column("item", _("清单事项"), lambda row: f"{row.item.code} {row.item.zh}", wide=True),
        Column("happened", _("发生日期"), lambda row: row.happened_on, sort="happened_on"),
        Column("unit", _("单位"), lambda row: row.unit.short_name if row.unit else gettext("全市")),
        Column("effect", _("后果"), _effect),
        Column("state", _("状态"), lambda row: gettext(row.get_state_display()), template="desk/cells/task_state.html",
               corner=True),
    ),
    filters=(Filter("state", _("状态"), lambda rows, value: rows.filter(state=value), _states),),
    sort="-happened",
)  # fmt: skip


class Record(forms.Form):
    """What happened."""

    item = forms.ChoiceField(label=_("清单事项"))
    happened_on = day(_("发生日期"))
    words = wording(_("经过"))
    unit = forms.ChoiceField(label=_("单位"), required=False)
    evidence = forms.FileField(label=_("证据"), required=False, help_text=_("图片或 PDF"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        edition = framework.current_edition()
        items = [(str(row.pk), f"{row.code} {row.zh}") for row in (edition.negative_items.all() if edition else [])]
        self.fields["item"].choices = items  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", gettext("全市")), *choices.units()]  # type: ignore[attr-defined]


@page("sanctions.view")
def sanction_list(request: StaffRequest) -> HttpResponseBase:
    """Every occurrence in sight, and what the confirmed ones would cost the city."""
    context = {"may_record": holds(request, "sanctions.record"), "cost": selectors.cost()}
    rows = selectors.sanctions_visible_to(request.actor)
    return LISTING.respond(request, rows, "desk/sanctions.html", context)


@page("sanctions.view")
def sanction_page(request: StaffRequest, sanction_id: UUID) -> HttpResponse:
    """One occurrence: the line of the list, what happened, the evidence, the effect, and the decision."""
    row = selectors.get_sanction_for(request.actor, sanction_id)
    found = selectors.effect(row)
    context = {
        "row": row, "effect": found, "effect_word": KINDS[found.kind],
        "pictures": of_owner("sanction", [row.pk], "desk:sanction_photo").get(row.pk, []),
        "moves": [move for move in SANCTION.moves_from(row.state) if holds(request, move.permission)],
        "entries": story("sanction", row.pk, said("sanction", row.pk)),
    }  # fmt: skip
    return render(request, "desk/sanction.html", context)


@page("sanctions.record")
def sanction_new(request: StaffRequest) -> HttpResponse:
    """Record an occurrence."""
    edition = framework.current_edition()

    def run(given: dict[str, Any]) -> object:
        if edition is None:
            raise Refused("common.not_found")
        unit = people.units().filter(pk=given["unit"]).first() if given["unit"] else None
        file = given["evidence"].read() if given["evidence"] else None
        return actions.record_sanction(
            actor=request.actor, item=edition.negative_items.get(pk=given["item"]), unit=unit, evidence=file,
            happened_on=given["happened_on"], matter=given["words"],
        )  # fmt: skip

    url, back = reverse("desk:sanction_new"), reverse("desk:sanctions")
    return take(request, Step(RECORD, Record, run, url, back, gettext("负面清单")))


@page("sanctions.confirm")
def sanction_move(request: StaffRequest, sanction_id: UUID, name: str) -> HttpResponse:
    """Confirm, reject or withdraw, with a reason."""
    row = selectors.get_sanction_for(request.actor, sanction_id)
    if name not in {move.name for move in SANCTION.moves}:
        raise Refused("common.not_found")
    run = lambda given: actions.decide_sanction(actor=request.actor, sanction_id=row.pk, move=name, **given)  # noqa: E731
    url = reverse("desk:sanction_move", args=[row.pk, name])
    return take(request, Step(SANCTION.move(name), Said, run, url, sanction_url(row), row.number))


@page("sanctions.view")
def sanction_photo(request: StaffRequest, sanction_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """The evidence as a picture, or its thumbnail."""
    return stream(request, ("sanction", selectors.get_sanction_for(request.actor, sanction_id).pk), photo_id)


@page("sanctions.view")
def sanction_paper(request: StaffRequest, sanction_id: UUID) -> HttpResponseBase:
    """The evidence as a PDF: to be saved, never shown by the browser."""
    row = selectors.get_sanction_for(request.actor, sanction_id)
    paper = papers.of(("sanction", row.pk))
    if paper is None:
        raise Refused("common.not_found")
    response = FileResponse(papers.path_of(paper.sha256).open("rb"), content_type="application/pdf")
    response.headers["Content-Disposition"] = disposition(row.number, "pdf")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
