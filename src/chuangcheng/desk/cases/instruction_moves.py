"""Entering a leader's instruction, and what becomes of it: replies, judgements, withdrawal, the leader's objection."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import actions, instructions
from chuangcheng.cases.instruction_inputs import MAX_TEXT
from chuangcheng.cases.models import Instruction
from chuangcheng.cases.states import INSTRUCTION, INSTRUCTION_REPLY
from chuangcheng.desk import choices, forms
from chuangcheng.desk.cases.instructions import instruction_url
from chuangcheng.desk.moving import Moves, Step, plainly, take
from chuangcheng.kernel import clock
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

#: Which field a refusal speaks of.
_FIELDS = {
    "instruction.no_leader": "leader", "instruction.no_unit": "units", "instruction.nobody_to_reply": "units",
    "instruction.unknown_link": "link", "instruction.unit_cannot_see": "link",
}  # fmt: skip


def _words(label: Any, hint: Any = "") -> django_forms.CharField:
    area = django_forms.Textarea(attrs={"rows": 5})
    return django_forms.CharField(label=label, max_length=MAX_TEXT, widget=area, help_text=hint)


def _day(label: Any, hint: Any = "") -> django_forms.DateField:
    return django_forms.DateField(
        label=label, help_text=hint, widget=django_forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class Entry(django_forms.Form):
    """What the leader ordered, as the secretary has it before them."""

    id = django_forms.UUIDField(widget=django_forms.HiddenInput)
    leader = django_forms.ChoiceField(label=_("领导"))
    form = django_forms.ChoiceField(label=_("形式"), widget=django_forms.RadioSelect, initial="written")
    text = _words(_("批示内容"), _("照原话录入。领导本人会看到，可以否认。"))
    scan = django_forms.FileField(
        label=_("扫描件"), required=False, help_text=_("照片或 PDF，不超过 20 MB。"),
        widget=django_forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )  # fmt: skip
    given_on = _day(_("批示日期"))
    due_on = _day(_("答复日期"), _("承办单位在这一天之内回复。"))
    units = django_forms.MultipleChoiceField(
        label=_("交办单位"), widget=django_forms.SelectMultiple(attrs={"size": 10}),
        help_text=_("可选多个；每个单位各自回复。"),
    )  # fmt: skip
    link = django_forms.CharField(
        label=_("关联案件或上报"), required=False, max_length=24,
        help_text=_("填编号。承办单位原本看不到的案件，会向它开放。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        persons = [(str(person.pk), person.name) for person in instructions.leaders()]
        shapes = [(code, gettext(str(label))) for code, label in Instruction._meta.get_field("form").choices or ()]
        first = [("", _("请选择"))] if len(persons) != 1 else []
        for name, offered in (("leader", [*first, *persons]), ("form", shapes), ("units", choices.units())):
            self.fields[name].choices = offered  # type: ignore[attr-defined]


@page("instructions.enter")
def instruction_new(request: StaffRequest) -> HttpResponse:
    """The form; sending it twice enters one instruction."""
    if request.method != "POST":
        today = clock.today().date()
        initial = {"id": new_id(), "given_on": today, "link": request.GET.get("link", "")[:24]}
        return _show(request, Entry(initial=initial), 200)
    form = Entry(request.POST, request.FILES)
    if form.is_valid():
        try:
            row, created = _enter(request, form.cleaned_data)
        except Refused as refused:
            _blame(form, refused)
        else:
            fresh, again = (
                gettext("%(number)s：已录入，通知承办单位和领导本人。"),
                gettext("%(number)s：此前已经录入。"),
            )
            messages.success(request, (fresh if created else again) % {"number": row.number})
            return HttpResponseRedirect(instruction_url(row))
    return _show(request, form, 422)


def _enter(request: StaffRequest, given: dict[str, Any]) -> tuple[Instruction, bool]:
    return actions.enter_instruction(
        actor=request.actor,
        given=actions.InstructionInput(
            id=given["id"], leader_id=UUID(given["leader"]), text=given["text"],
            unit_ids=tuple(UUID(unit) for unit in given["units"]), given_on=given["given_on"],
            due_on=given["due_on"], form=given["form"], link=given["link"],
        ),
        scan=given["scan"].read() if given["scan"] else None,
    )  # fmt: skip


def _blame(form: django_forms.Form, refused: Refused) -> None:
    for problem in refused.fields:
        form.add_error(problem.field if problem.field in form.fields else None, problem.said(language()))
    if not refused.fields:
        name = "scan" if refused.code.startswith("photos.") else _FIELDS.get(refused.code)
        form.add_error(name, refused.message(language()))


def _show(request: StaffRequest, form: Entry, status: int) -> HttpResponse:
    sides = (
        ((_("批示"), ("leader", "form", "text", "scan")),),
        ((_("交办"), ("units", "given_on", "due_on", "link")),),
    )
    shown = [[(title, [form[name] for name in names]) for title, names in side] for side in sides]
    return render(request, "desk/instruction_new.html", {"form": form, "sides": shown}, status=status)


class Reasoned(django_forms.Form):
    """A move that says why."""

    note = _words(_("理由"))


class Postponed(Reasoned):
    """The new last day, and why."""

    due_on = _day(_("新的答复日期"), _("只改还没有回复的单位；此后按新日期计是否按时，原定日期留在记录里。"))
    field_order = ("due_on", "note")


class Reply(django_forms.Form):
    """The unit's reply."""

    text = _words(_("办理情况"), _("写明办了什么、结果如何；未办完的，写明下一步。"))
    photos = forms.PhotosField(label=_("照片"), required=False)


def _reply(request: StaffRequest, pk: UUID, given: dict[str, Any]) -> object:
    pictures = [photo.read() for photo in given["photos"]]
    return actions.reply_instruction(actor=request.actor, instruction_id=pk, text=given["text"], pictures=pictures)


MOVES = Moves(INSTRUCTION.move, "desk:instruction_move", instruction_url, plainly("instruction_id", {
    "postpone": (Postponed, actions.postpone_instruction),
    "withdraw": (Reasoned, actions.withdraw_instruction),
    "object": (Reasoned, actions.object_to_instruction),
}))  # fmt: skip
REPLY_MOVES: dict[str, type[django_forms.Form]] = {"reply": Reply, "accept": forms.Nothing, "send_back": Reasoned}


@page("instructions.view")
def instruction_move(request: StaffRequest, instruction_id: UUID, name: str) -> HttpResponse:
    """The form of one move of an instruction."""
    return MOVES.take(request, instructions.get_for(request.actor, instruction_id), name)


@page("instructions.view")
def reply_move(request: StaffRequest, reply_id: UUID, name: str) -> HttpResponse:
    """The same of what one unit owes."""
    reply = instructions.replies_to(request.actor).select_related("instruction", "unit").filter(pk=reply_id).first()
    if reply is None or name not in REPLY_MOVES:
        raise Refused("common.not_found")
    row = reply.instruction

    def run(given: dict[str, Any]) -> object:
        if name == "reply":
            if request.post is None or request.post.unit_id != reply.unit_id:
                raise Refused("instruction.not_addressed")
            return _reply(request, row.pk, given)
        return actions.judge_reply(
            actor=request.actor, reply_id=reply.pk, accepted=name == "accept", note=given.get("note", "")
        )

    step = Step(
        move=INSTRUCTION_REPLY.move(name), form=REPLY_MOVES[name], run=run,
        url=reverse("desk:instruction_reply_move", args=[reply.pk, name]), back=instruction_url(row),
        subject=f"{row.number} {reply.unit.short_name}",
    )  # fmt: skip
    return take(request, step)
