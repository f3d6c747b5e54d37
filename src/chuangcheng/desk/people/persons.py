"""Persons: the list, what hangs on one, and handing it over."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk.moving import Step, take
from chuangcheng.desk.people.structure import views
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.problems import Refused
from chuangcheng.kernel.states import Move
from chuangcheng.people import handover, selectors
from chuangcheng.people.handover import Held
from chuangcheng.people.models import Handover, Person, Post
from chuangcheng.people.rights import is_valid
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing

HAND_OVER = Move("hand_over", (), None, "people.edit", Label("交接", "Hand over"))
RETIRE = Move("retire", (), None, "people.edit", Label("停用人员", "Close the sign-in"))


def person_url(person: Person) -> str:
    """The page of a person."""
    return reverse("desk:person", args=[person.pk])


def _standing(_request: HttpRequest) -> list[Choice]:
    return [("yes", _("在岗")), ("no", _("已离任"))]


def _units(row: Any) -> str:
    units = [post.unit for post in row.posts.all() if is_valid(post)] or [card.unit for card in row.charges.all()]
    return "、".join(dict.fromkeys(unit.short_name for unit in units))


def _stand() -> Q:
    """Who may sign in and has a post, or never had one: a leader who only stands on a unit's card has not left."""
    valid = Exists(selectors.valid_posts().filter(person=OuterRef("pk")))
    return Q(is_active=True) & (Q(valid) | ~Q(Exists(Post.objects.filter(person=OuterRef("pk")))))


def _stands(rows: QuerySet[Person], value: str) -> QuerySet[Person]:
    return rows.filter(_stand()) if value == "yes" else rows.exclude(_stand())


def _search(rows: QuerySet[Person], words: str) -> QuerySet[Person]:
    of_unit = Post.objects.filter(unit__short_name__icontains=words).values("person")
    return rows.filter(Q(name__icontains=words) | Q(username__istartswith=words) | Q(pk__in=of_unit))


LISTING = Listing(
    "persons",
    _("人员"),
    columns=(
        Column("name", _("姓名"), lambda row: row.name, sort="name", url=person_url),
        Column("username", _("用户名"), lambda row: row.username, sort="username"),
        Column("units", _("单位"), _units, wide=True),
        Column("state", _("状态"), lambda row: gettext("在岗") if row.stands else gettext("已离任"), corner=True),
    ),
    filters=(
        Filter("q", _("搜索"), _search, kind="search"),
        Filter("standing", _("状态"), _stands, _standing),
    ),
    sort="username",
)


@page("people.view")
def person_list(request: StaffRequest) -> HttpResponseBase:
    """The persons with posts in reach, and what was left behind by those who went."""
    posts = Post.objects.select_related("unit", "person")
    rows = selectors.visible_persons(request.actor).prefetch_related(
        Prefetch("posts", posts), "charges__unit"
    ).annotate(stands=Case(When(_stand(), then=True), default=False))  # fmt: skip
    context = {
        "views": views("persons"),
        "left": _groups(handover.left_behind()) if holds(request, "people.edit") else [],
        "may_import": holds(request, "people.edit"),
    }
    return LISTING.respond(request, rows, "desk/persons.html", context)


@page("people.view")
def person_page(request: StaffRequest, person_id: UUID) -> HttpResponse:
    """One person: posts, what hangs on them, what was handed over and taken over."""
    person = selectors.get_person_for(request.actor, person_id)
    posts = list(person.posts.select_related("unit", "division", "person").order_by("unit__official_order", "id"))
    changes = Handover.objects.filter(Q(person=person) | Q(successor=person)).select_related("person", "successor")
    context: dict[str, Any] = {
        "person": person,
        "appointments": [(post, is_valid(post)) for post in posts],
        "held": _groups(handover.held_by([person.pk])),
        "changes": [(row, _counted(row)) for row in changes[:20]],
        "may_edit": holds(request, "people.edit"),
    }
    return render(request, "desk/person.html", context)


def _counted(row: Handover) -> str:
    known = handover.labels()
    return "、".join(f"{known[name].text(language()) if name in known else name} {n}" for name, n in row.counts.items())


def _groups(held: dict[str, list[Held]]) -> list[tuple[str, list[tuple[Held, str, Person | None]]]]:
    """Each holding's word with its rows, each with its page and its person."""
    known = handover.labels()
    ids = {one.person_id for rows in held.values() for one in rows}
    persons = {person.pk: person for person in Person.objects.filter(pk__in=ids)}
    return [
        (known[name].text(language()), [(one, _page_of(one), persons.get(one.person_id)) for one in rows])
        for name, rows in held.items()
    ]


def _page_of(held: Held) -> str:
    if held.subject is None:
        return ""
    kind, pk = held.subject
    try:
        return reverse(f"desk:{kind}", args=[pk])
    except NoReverseMatch:
        return ""


class HandOver(forms.Form):
    """To whom, and which kinds."""

    successor = forms.CharField(label=_("接替人"), max_length=60, help_text=_("填用户名或姓名"))
    only = forms.MultipleChoiceField(label=_("移交内容"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, held: dict[str, list[Held]], **options: Any) -> None:
        super().__init__(*args, **options)
        known = handover.labels()
        offered = [(name, f"{known[name].text(language())}（{len(rows)}）") for name, rows in held.items()]
        self.fields["only"].choices = offered  # type: ignore[attr-defined]
        self.fields["only"].initial = [name for name, _rows in offered]


@page("people.edit")
def hand_over(request: StaffRequest, person_id: UUID) -> HttpResponse:
    """Give everything open to a successor in one go."""
    person = selectors.get_person_for(request.actor, person_id)
    held = handover.held_by([person.pk])

    def form(*args: Any, **more: Any) -> HandOver:
        return HandOver(*args, held=held, **more)

    def run(given: dict[str, Any]) -> object:
        successor = selectors.person_named(given["successor"].strip())
        if successor is None:
            raise Refused("people.unknown_person", given=given["successor"][:20])
        return handover.hand_over(
            actor=request.actor, person_id=person.pk, successor_id=successor.pk, only=given["only"]
        )

    url = reverse("desk:person_hand_over", args=[person.pk])
    return take(request, Step(HAND_OVER, form, run, url, person_url(person), person.name))


@page("people.edit")
def retire(request: StaffRequest, person_id: UUID) -> HttpResponse:
    """Close a sign-in, once nothing hangs on the person any more."""
    person = selectors.get_person_for(request.actor, person_id)
    lead = gettext("停用后不能登录，岗位同时结束。名下事项须先交接。")
    url = reverse("desk:person_retire", args=[person.pk])

    def run(_given: dict[str, Any]) -> object:
        return handover.retire(actor=request.actor, person_id=person.pk)

    return take(request, Step(RETIRE, forms.Form, run, url, person_url(person), person.name, lead=lead))
