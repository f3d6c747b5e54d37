"""What is done with training sessions: planning one, who came, materials, closing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk import choices
from chuangcheng.desk.forms import CityTimeField
from chuangcheng.desk.library.pages import unit_choices
from chuangcheng.desk.library.trainings import training_url
from chuangcheng.desk.moving import Given, Moves, Step, plainly, take
from chuangcheng.kernel import clock
from chuangcheng.kernel.actor import Actor
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import Move
from chuangcheng.library import actions
from chuangcheng.library import selectors as documents
from chuangcheng.library import training_selectors as trainings
from chuangcheng.library.models import Training
from chuangcheng.library.states import RUN, TRAINING
from chuangcheng.people import selectors as people
from chuangcheng.people.models import Person
from chuangcheng.tasks.persons import find_person
from chuangcheng.web.pages import leave, page
from chuangcheng.web.signed_in import StaffRequest

PLAN = Move("plan", (), None, RUN, Label("安排培训", "Plan a training"))


def _several(label: Any, hint: Any = "", size: int = 8) -> forms.MultipleChoiceField:
    widget = forms.SelectMultiple(attrs={"size": size})
    return forms.MultipleChoiceField(label=label, required=False, help_text=hint, widget=widget)


def _documents() -> forms.CharField:
    hint = _("文件库中文件的编号或文号，用空格分开")
    return forms.CharField(label=_("培训资料"), required=False, max_length=400, help_text=hint)


class Arrange(forms.Form):
    """What, when, where, who."""

    topic = forms.CharField(label=_("培训主题"), max_length=120)
    unit = forms.ChoiceField(label=_("组织单位"))
    starts_at = CityTimeField(label=_("开始时间"))
    ends_at = CityTimeField(label=_("结束时间"), help_text=_("开始前、结束后半小时内可扫码签到。"))
    place = forms.CharField(label=_("地点"), required=False, max_length=120)
    lecturer = forms.CharField(label=_("主讲人"), required=False, max_length=60)
    units = _several(_("参训单位"), _("保存后自动通知。"))
    persons = forms.CharField(label=_("参训人员"), required=False, max_length=400,
                              help_text=_("单位之外另请的人，姓名或用户名，用空格分开"))  # fmt: skip
    materials = _documents()
    code_minutes = forms.IntegerField(
        label=_("签到码有效（分钟）"), required=False, min_value=0, max_value=60,
        help_text=_("不填：整场用同一个码。填 2–10：屏幕上的码不断更换，拍照转发的码很快失效。"),
    )  # fmt: skip

    def __init__(self, *args: Any, organisers: Any = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = list(organisers)  # type: ignore[attr-defined]
        self.fields["units"].choices = choices.units()  # type: ignore[attr-defined]


class Equip(forms.Form):
    """Which documents."""

    materials = _documents()


class Mark(forms.Form):
    """Who was there by the list on paper."""

    persons = _several(_("到场人员"), _("扫码签到的人已自动登记，这里只登记纸质签到表上的人。"), 14)
    others = forms.CharField(label=_("其他人员"), required=False, max_length=400,
                             help_text=_("不在上面名单里的人，姓名或用户名，用空格分开"))  # fmt: skip

    def __init__(self, *args: Any, offered: Any = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["persons"].choices = list(offered)  # type: ignore[attr-defined]


class Guests(forms.Form):
    """Who came without an account."""

    words = forms.CharField(
        label=_("名单"), required=False, max_length=30000, widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("每行一个单位和姓名，可从表格粘贴；电话、序号不保存。保存后以这份名单为准。"),
    )  # fmt: skip


class Close(forms.Form):
    """A word on how it went."""

    note = forms.CharField(
        label=_("培训小结"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )


class Why(forms.Form):
    """The reason."""

    note = forms.CharField(label=_("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def _persons(words: str) -> tuple[Person, ...]:
    return tuple(dict.fromkeys(found for name in words.split() if (found := find_person(name)) is not None))


def _materials(actor: Actor, words: str) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(documents.named(actor, given) for given in words.split()))


def _input(actor: Actor, given: Given) -> actions.TrainingInput:
    units = {str(unit.pk): unit for unit in people.units()}
    return actions.TrainingInput(**{
        **given, "unit": units[given["unit"]], "units": tuple(units[pk] for pk in given["units"]),
        "code_minutes": given["code_minutes"] or 0,
        "persons": _persons(given["persons"]), "materials": _materials(actor, given["materials"]),
    })  # fmt: skip


@page(RUN)
def training_new(request: StaffRequest) -> HttpResponse:
    """Plan a session; the invited are told."""
    made, at = list[Training](), clock.today().replace(hour=9) + timedelta(days=7)

    def form(*args: Any, **options: Any) -> forms.Form:
        return Arrange(*args, organisers=unit_choices(request, RUN), **options)

    def run(given: dict[str, Any]) -> object:
        made.append(actions.plan_training(actor=request.actor, given=_input(request.actor, given))[0])
        return made

    initial = {"unit": str(request.post.unit_id) if request.post else "", "starts_at": at,
               "ends_at": at + timedelta(hours=2)}  # fmt: skip
    url, back = reverse("desk:training_new"), reverse("desk:trainings")
    answer = take(request, Step(PLAN, form, run, url, back, gettext("培训"), initial))
    return leave(request, training_url(made[0])) if made else answer


def _amend(actor: Actor, row: Training, given: Given) -> object:
    return actions.amend_training(actor=actor, training_id=row.pk, given=_input(actor, given))


def _equip(actor: Actor, row: Training, given: Given) -> object:
    materials = _materials(actor, given["materials"])
    return actions.equip_training(actor=actor, training_id=row.pk, materials=materials)


def _mark(actor: Actor, row: Training, given: Given) -> object:
    chosen = Person.objects.filter(pk__in=given["persons"])
    persons = list(dict.fromkeys([*chosen, *_persons(given["others"])]))
    return actions.mark_present(actor=actor, training_id=row.pk, persons=persons)


MOVES = Moves(TRAINING.move, "desk:training_move", training_url, {
    **plainly("training_id", {
        "hold": (forms.Form, actions.hold_training),
        "guests": (Guests, actions.list_guests),
        "close": (Close, actions.close_training),
        "cancel": (Why, actions.cancel_training),
    }),
    "mark": (Mark, _mark),
    "amend": (Arrange, _amend),
    "equip": (Equip, _equip),
})  # fmt: skip


@page(RUN)
def training_move(request: StaffRequest, training_id: UUID, name: str) -> HttpResponse:
    """The form of one move."""
    row, more = trainings.get_training_for(request.actor, training_id), dict[str, Any]()
    if name == "amend":
        more = {"form": partial(Arrange, organisers=unit_choices(request, RUN))}
    elif name == "mark":
        more = {"form": partial(Mark, offered=_offered(row))}
    return MOVES.take(request, row, name, initial=_initial(row, name), **more)


def _offered(row: Training) -> list[tuple[str, str]]:
    """The staff of the invited units, those invited by name and those listed before; not who signed in by the code."""
    signed = set(row.attendances.filter(by_code=True).values_list("person_id", flat=True))
    posts = people.valid_posts().filter(unit__in=row.units.all()).order_by("unit__official_order", "unit__code", "id")
    found = {post.person_id: f"{post.unit.short_name} · {post.person.name}" for post in posts}
    listed = Person.objects.filter(pk__in=row.attendances.values("person")) | row.persons.all()
    found |= {person.pk: person.name for person in listed.distinct() if person.pk not in found}
    return [(str(pk), name) for pk, name in found.items() if pk not in signed]


def _initial(row: Training, name: str) -> dict[str, Any] | None:
    """What stands in the row now."""
    materials = " ".join(row.materials.values_list("number", flat=True))
    if name == "equip":
        return {"materials": materials}
    if name == "mark":
        return {"persons": [str(pk) for pk in row.attendances.filter(by_code=False).values_list("person", flat=True)]}
    if name == "guests":
        rows = row.guests.order_by("unit__official_order", "unit__code", "name")
        return {"words": "\n".join("\t".join(each) for each in rows.values_list("unit__short_name", "name"))}
    if name != "amend":
        return None
    return {
        **{field: getattr(row, field) for field in ("topic", "place", "lecturer")},
        "code_minutes": row.code_minutes or None, "unit": str(row.unit_id),
        "starts_at": row.starts_at.astimezone(CITY_ZONE), "ends_at": row.ends_at.astimezone(CITY_ZONE),
        "units": [str(pk) for pk in row.units.values_list("pk", flat=True)], "materials": materials,
        "persons": " ".join(row.persons.values_list("username", flat=True)),
    }  # fmt: skip
