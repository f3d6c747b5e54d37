"""What is done in a deliberation: each move with its form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.compound_work import file_item
from chuangcheng.desk import choices
from chuangcheng.desk.forms import DayInput, PhotosField
from chuangcheng.desk.moving import Moves, Step, plainly, take
from chuangcheng.desk.sites.deliberations import deliberation_url
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people.models import Unit
from chuangcheng.people.selectors import units
from chuangcheng.sites.compounds import selectors as compounds
from chuangcheng.sites.deliberations import actions, selectors, work
from chuangcheng.sites.deliberations.models import Absence, Party
from chuangcheng.sites.states import DELIBERATION, RETRACTIONS, SHELVINGS
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

CONVENE = Move("convene", (), None, actions.RUN, Label("召集议事", "Convene"))
ASSIGN = Move("assign", (), None, actions.RUN, Label("落实承办", "Assign"))
DONE = Move("done", (), None, actions.RUN, Label("登记完成", "Carried out"))
TO_CASE = Move("to_case", (), None, actions.RUN, Label("转为案件", "Make it a case"))


class Convene(forms.Form):
    """What is to be talked over."""

    title = forms.CharField(label=_("议题"), max_length=120)
    planned_on = forms.DateField(label=_("拟定日期"), required=False, widget=DayInput())
    items = forms.CharField(label=_("议事事项"), widget=forms.Textarea(attrs={"rows": 5}), max_length=3000,
                            help_text=_("一行一项"))  # fmt: skip
    notice_days = forms.IntegerField(label=_("公示天数"), required=False, help_text=_("不填为本市规定天数，只能延长"))


class Discuss(forms.Form):
    """When it was, and what was said."""

    held_on = forms.DateField(label=_("议事日期"), widget=DayInput())
    minutes = forms.CharField(
        label=_("议事记录"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )


class Sign(forms.Form):
    """A signature made on paper, or why there is none."""

    absence = forms.ChoiceField(label=_("情况"), required=False, help_text=_("没有签字的要写明原因，任何人不得代签。"))
    capacity = forms.CharField(label=_("职务"), required=False, max_length=40)
    signer = forms.CharField(label=_("签字人"), required=False, max_length=40)
    scan = forms.FileField(label=_("签字页扫描件或照片"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [
            ("", gettext("已在纸上签字")),
            *((code, gettext(str(label))) for code, label in Absence.choices if code),
        ]
        self.fields["absence"].choices = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A signature needs all three."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("absence"):
            for name in ("capacity", "signer", "scan"):
                if not given.get(name):
                    self.add_error(name, gettext("已签字的，职务、签字人和扫描件都要填。"))
        return given


class Vote(forms.Form):
    """The count."""

    votes_for = forms.IntegerField(label=_("赞成"), min_value=0)
    votes_against = forms.IntegerField(label=_("反对"), min_value=0)
    abstentions = forms.IntegerField(label=_("弃权"), min_value=0, initial=0)
    adopted = forms.BooleanField(label=_("通过"), required=False)


class Object(forms.Form):
    """What somebody objects to."""

    text = forms.CharField(label=_("异议内容"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
                           help_text=_("不写姓名和住址。"))  # fmt: skip
    received_on = forms.DateField(label=_("收到日期"), required=False, widget=DayInput(), help_text=_("不填为今天"))


class Answer(forms.Form):
    """What was answered."""

    text = forms.CharField(label=_("答复"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class _Reason(forms.Form):
    labels: dict[str, Label] = {}
    reason_code = forms.ChoiceField(label=_("理由"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [(code, label.text(language())) for code, label in self.labels.items()]
        self.fields["reason_code"].choices = offered  # type: ignore[attr-defined]


class Retract(_Reason):
    """Why it is taken back."""

    labels = RETRACTIONS


class Shelve(_Reason):
    """Why it is left alone."""

    labels = SHELVINGS


class Assign(forms.Form):
    """Who, and by when."""

    unit = forms.ChoiceField(label=_("承办单位"))
    due_on = forms.DateField(label=_("完成期限"), widget=DayInput())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = [("", gettext("请选择")), *choices.units()]  # type: ignore[attr-defined]

    def clean_unit(self) -> Unit:
        """The unit itself."""
        found: Unit = units().get(pk=self.cleaned_data["unit"])
        return found


class Done(forms.Form):
    """What it looks like now."""

    photos = PhotosField(label=_("完成后照片"))


class ToCase(forms.Form):
    """Which kind of case."""

    category = forms.ChoiceField(label=_("案件类别"), required=False, help_text=_("不选则不归类"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["category"].choices = choices.categories()  # type: ignore[attr-defined]


@page("deliberations.run")
def deliberation_new(request: StaffRequest, compound_id: UUID) -> HttpResponse:
    """Invite the five parties."""
    compound = compounds.get_compound_for(request.actor, compound_id)

    def run(given: dict[str, Any]) -> object:
        lines = [line.strip() for line in given["items"].splitlines() if line.strip()]
        items = [actions.ItemInput(line) for line in lines]
        return actions.convene(actor=request.actor, compound_id=compound.pk, title=given["title"], items=items,
                               planned_on=given["planned_on"], notice_days=given["notice_days"])  # fmt: skip

    url = reverse("desk:deliberation_new", args=[compound.pk])
    lead = gettext(
        "请党组织、居委会、业委会、物业企业和居民代表五方参加。依法应由业主共同决定的事项，不能以此代替业主表决。"
    )
    back = reverse("desk:compound", args=[compound.pk])
    return take(request, Step(CONVENE, Convene, run, url, back, compound.name, lead=lead))


MOVES = Moves(DELIBERATION.move, "desk:deliberation_move", deliberation_url, plainly("deliberation_id", {
    "discuss": (Discuss, actions.record_meeting),
    "publish": (forms.Form, actions.put_up_notice),
    "object": (Object, actions.record_objection),
    "retract": (Retract, actions.take_back),
    "decide": (forms.Form, actions.decide),
    "begin": (forms.Form, work.begin),
    "finish": (forms.Form, work.finish),
    "shelve": (Shelve, actions.shelve),
}))  # fmt: skip


@page("deliberations.run")
def deliberation_move(request: StaffRequest, deliberation_id: UUID, name: str) -> HttpResponse:
    """The form of one move."""
    row = selectors.get_deliberation_for(request.actor, deliberation_id)
    initial = {"held_on": row.planned_on or clock.today().date()} if name == "discuss" else None
    return MOVES.take(request, row, name, initial=initial)


@page("deliberations.run")
def sign(request: StaffRequest, deliberation_id: UUID, party: str) -> HttpResponse:
    """Enter what stands on the paper for one party."""
    row = selectors.get_deliberation_for(request.actor, deliberation_id)
    if party not in Party.values:
        raise Refused("common.not_found")

    def run(given: dict[str, Any]) -> object:
        whose: dict[str, Any] = {"actor": request.actor, "deliberation_id": row.pk, "party": party}
        if given["absence"]:
            return actions.note_absence(**whose, absence=given["absence"])
        scan = given["scan"].read()
        return actions.enter_signature(**whose, capacity=given["capacity"], signer=given["signer"], scan=scan)

    url = reverse("desk:deliberation_sign", args=[row.pk, party])
    subject = gettext(str(Party(party).label))
    return take(request, Step(DELIBERATION.move("sign"), Sign, run, url, deliberation_url(row), subject))


@page("deliberations.run")
def vote(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """The count of one matter."""
    item = selectors.get_item_for(request.actor, item_id)

    def run(given: dict[str, Any]) -> object:
        return actions.record_vote(actor=request.actor, item_id=item.pk, **given)

    names = ("votes_for", "votes_against", "abstentions", "adopted")
    initial = {name: value for name in names if (value := getattr(item, name)) is not None}
    url, back = reverse("desk:agenda_vote", args=[item.pk]), deliberation_url(item.deliberation)
    return take(request, Step(DELIBERATION.move("vote"), Vote, run, url, back, item.title, initial))


@page("deliberations.run")
def answer(request: StaffRequest, objection_id: UUID) -> HttpResponse:
    """What was said to an objection."""
    objection = selectors.get_objection_for(request.actor, objection_id)
    row = objection.deliberation

    def run(given: dict[str, Any]) -> object:
        return actions.answer_objection(actor=request.actor, objection_id=objection.pk, text=given["text"])

    url = reverse("desk:objection_answer", args=[objection.pk])
    step = Step(DELIBERATION.move("answer"), Answer, run, url, deliberation_url(row), row.number, lead=objection.text)
    return take(request, step)


def _assign(request: StaffRequest, item_id: UUID, given: dict[str, Any]) -> object:
    return work.assign_item(actor=request.actor, item_id=item_id, **given)


def _done(request: StaffRequest, item_id: UUID, given: dict[str, Any]) -> object:
    shots = tuple(file.read() for file in given["photos"])
    return work.finish_item(actor=request.actor, item_id=item_id, shots=shots)


def _to_case(request: StaffRequest, item_id: UUID, given: dict[str, Any]) -> object:
    return file_item(actor=request.actor, item_id=item_id, category_code=given["category"])


WORK: dict[str, tuple[Move, type[forms.Form], Callable[[StaffRequest, UUID, dict[str, Any]], object]]] = {
    "assign": (ASSIGN, Assign, _assign),
    "done": (DONE, Done, _done),
    "case": (TO_CASE, ToCase, _to_case),
}


@page("deliberations.run")
def item_work(request: StaffRequest, item_id: UUID, name: str) -> HttpResponse:
    """A decided matter: who carries it out, whether as a case, and that it is done."""
    item = selectors.get_item_for(request.actor, item_id)
    if name not in WORK:
        raise Refused("common.not_found")
    move, form, run = WORK[name]
    url = reverse("desk:agenda_work", args=[item.pk, name])
    initial = {"unit": str(item.unit_id or ""), "due_on": item.due_on} if name == "assign" else None
    back = deliberation_url(item.deliberation)
    return take(request, Step(move, form, lambda given: run(request, item.pk, given), url, back, item.title, initial))
