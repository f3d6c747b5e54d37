"""培训: the list, the page of one session with who came, the code to sign in, the figures of a year by unit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.desk import choices
from chuangcheng.desk.periods import days_of
from chuangcheng.desk.story import story
from chuangcheng.kernel import clock
from chuangcheng.kernel.problems import Refused
from chuangcheng.library import selectors as documents
from chuangcheng.library import sign_in
from chuangcheng.library import training_selectors as trainings
from chuangcheng.library.models import Attendance, Guest, Training
from chuangcheng.library.policies import handles
from chuangcheng.library.states import OPEN, RUN, TRAINING
from chuangcheng.web import qr
from chuangcheng.web.pages import holds, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing, offer


def training_url(row: Training) -> str:
    """The page of a session."""
    return reverse("desk:training", args=[row.pk])


def _states(_request: HttpRequest) -> list[Choice]:
    took_place = ("took_place", gettext("已开过"))
    return [took_place, *((state.code, state.label.text(language())) for state in TRAINING.states)]


def _in_state(rows: QuerySet[Training], value: str) -> QuerySet[Training]:
    return rows.filter(state__in=trainings.HELD if value == "took_place" else (value,))


def _with_unit(rows: QuerySet[Training], value: str) -> QuerySet[Training]:
    invited = Training.units.through.objects.filter(unit_id=value).values("training_id")
    return rows.filter(Q(unit=value) | Q(pk__in=invited))


LISTING = Listing(
    "trainings",
    _("培训"),
    columns=(
        Column("topic", _("培训主题"), lambda row: row.topic, wide=True, url=training_url),
        Column("starts", _("时间"), lambda row: row.starts_at, sort="starts_at"),
        Column("place", _("地点"), lambda row: row.place),
        Column("lecturer", _("主讲人"), lambda row: row.lecturer),
        Column("unit", _("组织单位"), lambda row: row.unit.short_name),
        Column("invited", _("参训单位"), lambda row: row.invited, number=True),
        Column("attended", _("到场人数"), lambda row: row.attended, number=True),
        Column("number", _("编号"), lambda row: row.number, shown=False),
        Column("state", _("状态"), lambda row: gettext(row.get_state_display()), corner=True,
               template="desk/cells/task_state.html"),
    ),
    filters=(
        Filter("q", _("搜索"), lambda rows, words: rows.filter(Q(topic__icontains=words) | Q(number__iexact=words)),
               kind="search"),
        Filter("state", _("状态"), _in_state, _states),
        Filter("unit", _("组织或参训"), _with_unit, choices.units),
        *days_of("starts", "starts_at", _("时间自"), _("时间至")),
    ),
    sort="-starts",
)  # fmt: skip


def training_rows(request: Any) -> QuerySet[Training]:
    """The sessions of the list, with how many units are invited and how many persons came."""
    came = Attendance.objects.filter(training=OuterRef("pk")).order_by().values("training").annotate(n=Count("pk"))
    rows = trainings.visible_to(request.actor).select_related("unit").annotate(invited=Count("units", distinct=True))
    listed = Guest.objects.filter(training=OuterRef("pk")).order_by().values("training").annotate(n=Count("pk"))
    guests = Coalesce(Subquery(listed.values("n")), 0)
    return rows.annotate(attended=Coalesce(Subquery(came.values("n")), 0) + guests)


offer(LISTING, rows=training_rows, permission="library.view", url_name="desk:trainings")


@page("library.view")
def training_list(request: StaffRequest) -> HttpResponseBase:
    """Sessions, the newest first."""
    return LISTING.respond(request, training_rows(request), "desk/trainings.html", {"may_run": holds(request, RUN)})


@page("library.view")
def training_page(request: StaffRequest, training_id: UUID) -> HttpResponse:
    """One session: what it is about, its materials, who came by unit; names are for who runs it."""
    training = trainings.get_training_for(request.actor, training_id)
    runs = handles(request.actor, training.unit, RUN)
    came = training.attendances.select_related("person", "unit").order_by("unit__official_order", "unit__code", "at")
    materials = documents.visible_to(request.actor).filter(trainings=training).order_by("created_at")
    named = {row.person_id for row in came}
    guests = training.guests.select_related("unit").order_by("unit__official_order", "unit__code", "name")
    context: dict[str, Any] = {
        "row": training, "moves": trainings.moves_for(request.actor, training), "runs": runs,
        "by_unit": trainings.by_unit(training), "came": came if runs else [], "count": len(named) + len(guests),
        "guests": guests if runs else [],
        "materials": materials.select_related("current"), "may_sign": runs and training.state in OPEN,
        "persons": [(person, person.pk in named) for person in training.persons.order_by("username")],
        "window": sign_in.window(training), "entries": story("training", training.pk),
    }  # fmt: skip
    return render(request, "desk/training.html", context)


@page(RUN)
def training_code(request: StaffRequest, training_id: UUID) -> HttpResponse:
    """The code for the screen or the door, and how many have signed in; with ``?part=count`` that number alone, with
    ``?part=code`` a fresh code where it changes."""
    training = trainings.get_training_for(request.actor, training_id)
    if not handles(request.actor, training.unit, RUN) or training.state not in OPEN:
        raise Refused("common.not_found")
    context: dict[str, Any] = {"row": training, "count": training.attendances.filter(by_code=True).count()}
    if request.GET.get("part") == "count":
        return render(request, "desk/training_count.html", context)
    if request.GET.get("part") == "code" and not training.code_minutes:
        raise Refused("common.not_found")
    path = reverse("field:training_sign", args=[sign_in.code_of(training)])
    code = SafeString(qr.svg(qr.public_address(request, path)))
    template = "desk/training_square.html" if request.GET.get("part") == "code" else "desk/training_code.html"
    return render(request, template, {**context, "code": code, "window": sign_in.window(training)})


@page("library.view")
def training_figures(request: StaffRequest) -> HttpResponse:
    """The year's sessions by unit: invited, somebody came, how many."""
    this_year = clock.today().year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and 2000 < int(asked) <= this_year else this_year
    days = f"starts_from={year}-01-01&starts_to={year}-12-31&state=took_place"
    rows = trainings.visible_to(request.actor)
    lines = [(row, f"{reverse('desk:trainings')}?{days}&unit={row.unit.pk}") for row in trainings.tallies(rows, year)]
    context = {"lines": lines, "year": year, "before": year - 1, "after": year + 1 if year < this_year else None}
    return render(request, "desk/training_figures.html", context)
