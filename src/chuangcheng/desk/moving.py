"""One way to take a move: show its form on a page or in a dialog, run the action, come back with what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.web.pages import leave
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

GRAVE = frozenset({"void", "refuse", "decline", "fraud", "decline_removal", "object"})

Given = dict[str, Any]
#: What is done with a row, by whom, and what the form says.
Run = Callable[[Actor, Any, Given], object]


@dataclass(frozen=True)
class Step:
    """A move with its form, what it does, and where it leads afterwards."""

    move: Move
    form: Callable[..., forms.Form]
    run: Callable[[Given], object]
    url: str
    back: str
    subject: str
    initial: Given | None = None
    lead: str = ""


def take(request: StaffRequest, step: Step) -> HttpResponse:
    """GET shows the form; POST runs the action. A refusal comes back as an error in the form, with status 422 or its
    own, and everything that was filled still in it. A button ``look`` asks for the form again with what was filled,
    for choices that hang on other choices."""
    if request.method != "POST" or "look" in request.POST:
        return _show(request, step, step.form(initial={**(step.initial or {}), **request.POST.dict()}), 200)
    # A browser does not send a field that is switched off: its value is the one it was shown with.
    form = step.form(request.POST, request.FILES, initial=step.initial)
    status = 422
    if form.is_valid():
        try:
            step.run(form.cleaned_data)
        except Refused as refused:
            status = refused.problem.status if refused.problem.status == 409 else 422
            _blame(form, refused)
        else:
            label = step.move.label.text(language())
            messages.success(request, _("%(subject)s：已办理“%(move)s”。") % {"subject": step.subject, "move": label})
            return leave(request, step.back)
    return _show(request, step, form, 422 if "HX-Request" in request.headers else status)


def _blame(form: forms.Form, refused: Refused) -> None:
    for problem in refused.fields:
        form.add_error(problem.field if problem.field in form.fields else None, problem.said(language()))
    if not refused.fields:
        form.add_error(None, refused.message(language()))


def _show(request: StaffRequest, step: Step, form: forms.Form, status: int) -> HttpResponse:
    label = step.move.label.text(language())
    context = {
        "form": form,
        "action": step.url,
        "submit": label,
        "title": f"{label} · {step.subject}",
        "lead": step.lead,
        "grave": step.move.name in GRAVE,
        "back": step.back,
    }
    template = "web/parts/dialog.html" if "HX-Request" in request.headers else "desk/move.html"
    return render(request, template, context, status=status)


def plainly(
    key: str,
    known: Mapping[str, tuple[type[forms.Form], Callable[..., object]]],
    asked: Callable[[Given], Given] = dict,
) -> dict[str, tuple[type[forms.Form], Run]]:
    """Forms with actions that want nothing but the row's id, by the name ``key``, and the form's fields (as ``asked``
    reads them)."""

    def plain(action: Callable[..., object]) -> Run:
        return lambda actor, row, given: action(actor=actor, **{key: row.pk}, **asked(given))

    return {name: (form, plain(action)) for name, (form, action) in known.items()}


@dataclass(frozen=True, slots=True)
class Moves:
    """The moves that a row's page offers. ``move`` gives one by its name, as a state table does; ``url_name`` is the
    address of the forms, by the row's id and the move's name; ``page`` the row's own address; ``known`` what is asked
    and done."""

    move: Callable[[str], Move]
    url_name: str
    page: Callable[[Any], str]
    known: Mapping[str, tuple[type[forms.Form], Run]]

    def take(self, request: StaffRequest, row: Any, name: str, **more: Any) -> HttpResponse:
        """Take one (:func:`take`), with ``more`` in place of what a :class:`Step` holds as a rule. The action itself
        judges rights and state. Refused: ``common.not_found``."""
        if name not in self.known:
            raise Refused("common.not_found")
        form, run = self.known[name]
        usual = {
            "move": self.move(name), "form": form, "run": lambda given: run(request.actor, row, given),
            "url": reverse(self.url_name, args=[row.pk, name]), "back": self.page(row),
        }  # fmt: skip
        return take(request, Step(**{"subject": more.get("subject") or row.number, **usual, **more}))
