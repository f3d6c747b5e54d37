"""What is done with documents: entering one, new versions, issuing, withdrawing."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk import choices
from chuangcheng.desk.forms import DayInput
from chuangcheng.desk.library.pages import document_url, kinds, unit_choices
from chuangcheng.desk.moving import Given, Moves, Step, plainly, take
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.library import actions, selectors
from chuangcheng.library.models import Audience, Document
from chuangcheng.library.states import DOCUMENT, EDIT
from chuangcheng.people import selectors as people
from chuangcheng.web.pages import leave, page
from chuangcheng.web.signed_in import StaffRequest

ENTER = Move("enter", (), None, EDIT, Label("登记文件", "Enter a document"))
_FILE = _("PDF、Word（docx）或纯文本，最大 20 MB。文字会自动提取，供全文检索和版本比较。")
_PLAIN = ("title", "kind", "reference", "issued_on", "from_on", "to_on", "audience", "remarks")


def _day(label: Any, hint: Any = "") -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DayInput(), help_text=hint)


class Amend(forms.Form):
    """What is said of a document."""

    title = forms.CharField(label=_("标题"), max_length=200)
    kind = forms.ChoiceField(label=_("类别"))
    unit = forms.ChoiceField(label=_("印发单位"))
    reference = forms.CharField(label=_("文号"), required=False, max_length=60)
    issued_on = _day(_("印发日期"), _("不填则为发布当天"))
    from_on = _day(_("生效日期"))
    to_on = _day(_("有效期至"), _("不填则长期有效"))
    replaces = forms.CharField(
        label=_("替代的文件"), required=False, max_length=600,
        help_text=_("填原文件的编号或文号，多份用空格分开；发布时原文件自动转为“已被替代”。"),
    )  # fmt: skip
    audience = forms.ChoiceField(label=_("阅读范围"))
    units = forms.MultipleChoiceField(
        label=_("指定单位"), required=False, widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("阅读范围为“指定单位”时填写。"),
    )  # fmt: skip
    standards = forms.CharField(
        label=_("关联的测评标准"), required=False, max_length=400, help_text=_("标准编号，用空格分开")
    )
    remarks = forms.CharField(
        label=_("备注"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, issuers: Any = (), **options: Any) -> None:
        super().__init__(*args, **options)
        offered = {
            "kind": kinds(), "unit": list(issuers), "units": choices.units(),
            "audience": [(code, gettext(str(label))) for code, label in Audience.choices],
        }  # fmt: skip
        for name, some in offered.items():
            self.fields[name].choices = some  # type: ignore[attr-defined]


class Enter(Amend):
    """The same with the file."""

    field_order = ("title", "file")
    file = forms.FileField(label=_("文件"), required=False, help_text=_FILE)


class NewVersion(forms.Form):
    """A file and what is new in it."""

    file = forms.FileField(label=_("文件"), help_text=_FILE)
    note = forms.CharField(label=_("修改说明"), required=False, max_length=200)


class Why(forms.Form):
    """The reason."""

    note = forms.CharField(label=_("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def _input(actor: Actor, given: Given) -> actions.DocumentInput:
    """The form's words as rows."""
    units = {str(unit.pk): unit for unit in people.units()}
    replaces = tuple(dict.fromkeys(selectors.named(actor, each) for each in given["replaces"].split()))
    standards = dict.fromkeys(row for code in given["standards"].split() if (row := choices.standard(code)))
    plain = {name: given[name] for name in _PLAIN}
    return actions.DocumentInput(**plain, unit=units[given["unit"]], units=tuple(units[pk] for pk in given["units"]),
                                 standards=tuple(standards), replaces=replaces)  # fmt: skip


@page(EDIT)
def document_new(request: StaffRequest) -> HttpResponse:
    """Enter a document; with its file it can be issued at once."""
    issuers, made = unit_choices(request, EDIT), list[Document]()
    own = str(request.post.unit_id) if request.post else ""

    def form(*args: Any, **options: Any) -> forms.Form:
        return Enter(*args, issuers=issuers, **options)

    def run(given: dict[str, Any]) -> object:
        data = given["file"].read() if given["file"] else None
        made.append(actions.create_document(actor=request.actor, given=_input(request.actor, given), data=data)[0])
        return made

    url, back = reverse("desk:document_new"), reverse("desk:documents")
    answer = take(request, Step(ENTER, form, run, url, back, gettext("文件库"), {"unit": own}))
    return leave(request, document_url(made[0])) if made else answer


def _version(actor: Actor, row: Document, given: Given) -> object:
    data = given["file"].read()
    version, new = actions.add_version(actor=actor, document_id=row.pk, data=data, note=given["note"])
    if not new:
        raise Refused("library.same_file", place=version.place)
    return version


def _amend(actor: Actor, row: Document, given: Given) -> object:
    return actions.amend_document(actor=actor, document_id=row.pk, given=_input(actor, given))


MOVES = Moves(DOCUMENT.move, "desk:document_move", document_url, {
    **plainly("document_id", {
        "issue": (forms.Form, actions.issue_document),
        "withdraw": (Why, actions.withdraw_document),
        "revive": (Why, actions.revive_document),
    }),
    "version": (NewVersion, _version),
    "amend": (Amend, _amend),
})  # fmt: skip


@page(EDIT)
def document_move(request: StaffRequest, document_id: UUID, name: str) -> HttpResponse:
    """The form of one move."""
    document, more = selectors.get_document_for(request.actor, document_id), dict[str, Any]()
    if name == "amend":
        more = {"form": partial(Amend, issuers=unit_choices(request, EDIT)), "initial": _initial(document)}
    return MOVES.take(request, document, name, **more)


def _numbers(document: Document) -> str:
    return " ".join(document.replaces.order_by("number").values_list("number", flat=True))


def _initial(document: Document) -> dict[str, Any]:
    plain = {name: getattr(document, name) for name in _PLAIN}
    return {
        **plain, "unit": str(document.unit_id), "replaces": _numbers(document),
        "units": [str(pk) for pk in document.units.values_list("pk", flat=True)],
        "standards": " ".join(document.standards.values_list("code", flat=True)),
    }  # fmt: skip
