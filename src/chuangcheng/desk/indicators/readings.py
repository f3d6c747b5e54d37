"""Readings: what is asked of a unit, all that were handed in, the doubtful ones, and those that are late."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chuangcheng.desk import choices
from chuangcheng.desk.indicators.pages import tabs
from chuangcheng.desk.indicators.reading_form import FigureField, ReadingForm
from chuangcheng.desk.moving import Step, take
from chuangcheng.indicators import actions, selectors
from chuangcheng.indicators.measures import RATIO
from chuangcheng.indicators.models import Channel, Doubt, Reading
from chuangcheng.indicators.owed import Owed, owed
from chuangcheng.indicators.periods import due_on, start_of
from chuangcheng.indicators.states import DOUBT
from chuangcheng.kernel import clock
from chuangcheng.kernel.plausible import DOUBTS
from chuangcheng.kernel.problems import Refused
from chuangcheng.places import selectors as places
from chuangcheng.web.pages import holds, leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.scored import period_words, tongue
from chuangcheng.web.signed_in import StaffRequest
from chuangcheng.web.tables import Choice, Column, Filter, Listing, export, offer

MOST = 100  # rows of the form at once
FIGURES = ("value", "numerator", "denominator")


def _part(name: str) -> Any:
    return lambda row: "" if getattr(row, name) is None else f"{getattr(row, name).normalize():f}"


def _period(row: Any) -> str:
    return period_words(row.indicator.frequency, row.period_start)


def _value(row: Any) -> str:
    return selectors.written(row.indicator, row.value)


def _in_division(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(division=None) if value == "city" else rows.filter(division__code=value)


def _areas(_request: HttpRequest) -> list[Choice]:
    return [("city", _("全市")), *((row.code, row.name) for row in places.at_level("district"))]


def _channels(_request: HttpRequest) -> list[Choice]:
    return [(code, _(str(label))) for code, label in Channel.choices]


def _doubt_states(_request: HttpRequest) -> list[Choice]:
    return [(state.code, state.label.text(language())) for state in DOUBT.states]


def _where(row: Any) -> str:
    return row.division.name if row.division else _("全市")


def _by_code(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(indicator__code=value)


def _by_unit(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(indicator__source_unit=value)


READINGS = Listing(
    "readings",
    gettext_lazy("指标读数"),
    columns=(
        Column("code", gettext_lazy("编号"), lambda row: row.indicator.code),
        Column("name", gettext_lazy("指标"), lambda row: tongue(row.indicator), wide=True,
               url=lambda row: reverse("desk:indicator", args=[row.indicator.code])),
        Column("period", gettext_lazy("期间"), _period, sort="period_start"),
        Column("division", gettext_lazy("区域"), _where),
        Column("value", gettext_lazy("数值"), _value, sort="value", number=True, corner=True),
        Column("numerator", gettext_lazy("分子"), _part("numerator"), number=True),
        Column("denominator", gettext_lazy("分母"), _part("denominator"), number=True),
        Column("reason", gettext_lazy("更正原因"), lambda row: row.reason),
        Column("source", gettext_lazy("来源"), lambda row: row.source, shown=False),
        Column("channel", gettext_lazy("渠道"), lambda row: _(row.get_channel_display())),
        Column("by", gettext_lazy("填报人"), lambda row: row.recorded_by.name if row.recorded_by else ""),
        Column("recorded", gettext_lazy("记录时间"), lambda row: row.recorded_at, sort="recorded_at"),
    ),
    filters=(
        Filter("code", gettext_lazy("指标编号"), _by_code),
        Filter("unit", gettext_lazy("填报单位"), _by_unit, choices.units),
        Filter("area", gettext_lazy("区域"), _in_division, _areas),
        Filter("channel", gettext_lazy("渠道"), lambda rows, value: rows.filter(channel=value), _channels),
    ),
    sort="-recorded",
)  # fmt: skip


def reading_rows(request: StaffRequest) -> QuerySet[Reading]:
    """The readings in sight."""
    return selectors.visible_readings(request.actor)


offer(READINGS, rows=reading_rows, permission="indicators.view", url_name="desk:readings")


@page("indicators.view")
def reading_list(request: StaffRequest) -> HttpResponseBase:
    """Every reading, corrected ones too: the newest of a period counts."""
    return READINGS.respond(request, reading_rows(request), "desk/readings.html", {"views": tabs(request)})


DOUBTFUL = Listing(
    "doubts",
    gettext_lazy("存疑读数"),
    columns=(
        Column("name", gettext_lazy("指标"), lambda row: tongue(row.indicator), wide=True,
               url=lambda row: reverse("desk:indicator", args=[row.indicator.code])),
        Column("period", gettext_lazy("期间"), _period, sort="period_start"),
        Column("division", gettext_lazy("区域"), _where),
        Column("value", gettext_lazy("数值"), _value, number=True),
        Column("numerator", gettext_lazy("分子"), _part("numerator"), number=True, shown=False),
        Column("denominator", gettext_lazy("分母"), _part("denominator"), number=True, shown=False),
        Column("why", gettext_lazy("疑点"),
               lambda row: "、".join(DOUBTS[code].text(language()) for code in row.codes), wide=True),
        Column("unit", gettext_lazy("填报单位"),
               lambda row: row.indicator.source_unit.short_name if row.indicator.source_unit else ""),
        Column("by", gettext_lazy("填报人"), lambda row: row.raised_by.name if row.raised_by else "", shown=False),
        Column("raised", gettext_lazy("填报时间"), lambda row: row.raised_at, sort="raised_at"),
        Column("state", gettext_lazy("状态"), lambda row: _(row.get_state_display()),
               template="desk/cells/doubt_state.html", corner=True),
        Column("words", gettext_lazy("核定说明"), lambda row: row.words),
    ),
    filters=(
        Filter("state", gettext_lazy("状态"), lambda rows, value: rows.filter(state=value), _doubt_states),
        Filter("unit", gettext_lazy("填报单位"), _by_unit, choices.units),
        Filter("code", gettext_lazy("指标编号"), _by_code, quiet=True),
    ),
    sort="-raised",
)  # fmt: skip


def doubt_rows(request: StaffRequest) -> QuerySet[Doubt]:
    """The doubtful readings in sight."""
    return selectors.visible_doubts(request.actor)


offer(DOUBTFUL, rows=doubt_rows, permission="indicators.view", url_name="desk:doubts")


@page("indicators.view")
def doubt_list(request: StaffRequest) -> HttpResponseBase:
    """Doubtful readings; those that wait stand above with what may be done about them."""
    waiting = doubt_rows(request).filter(state="waiting").order_by("raised_at")[:MOST]
    context = {
        "views": tabs(request),
        "waiting": [(row, selectors.doubt_moves(request.actor, row), _value(row), _period(row)) for row in waiting],
    }
    return DOUBTFUL.respond(request, doubt_rows(request), "desk/doubts.html", context)


class Words(forms.Form):
    """A word that must be said."""

    words = forms.CharField(label=gettext_lazy("说明"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


@page("indicators.view")
def doubt_move(request: StaffRequest, doubt_id: UUID, name: str) -> HttpResponse:
    """Confirm, correct or withdraw a doubtful reading."""
    doubt = selectors.get_doubt_for(request.actor, doubt_id)
    move = next((move for move in DOUBT.moves if move.name == name), None)
    if move is None:
        raise Refused("common.not_found")
    actor, indicator = request.actor, doubt.indicator
    runs: dict[str, Any] = {
        "confirm": lambda data: actions.confirm_doubt(actor=actor, doubt_id=doubt_id, words=data["words"]),
        "withdraw": lambda data: actions.withdraw_doubt(actor=actor, doubt_id=doubt_id, words=data["words"]),
    }
    form: Any = Words
    initial: dict[str, Any] = {}
    if name == "correct":
        made: list[ReadingForm] = []

        def form(*args: Any, **more: Any) -> ReadingForm:
            made.append(ReadingForm(indicator, *args, fixed=doubt, **more))
            return made[-1]

        def correct(_data: dict[str, Any]) -> None:
            actions.correct_doubt(actor=actor, doubt_id=doubt_id, given=made[-1].given())

        runs["correct"] = correct
        initial = {"source": doubt.source, "reason": doubt.reason}
    lead = "、".join(DOUBTS[code].text(language()) for code in doubt.codes)
    url = reverse("desk:doubt_move", args=[doubt_id, name])
    return take(request, Step(
        move, form, runs[name], url, reverse("desk:doubts"),
        f"{tongue(indicator)} {_period(doubt)} {_value(doubt)}", initial, lead,
    ))  # fmt: skip


@page("indicators.edit")
def mine(request: StaffRequest) -> HttpResponse:
    """What is asked of the own unit and by when; several are handed in at once, each taken by itself."""
    today, reported = clock.today().date(), list(selectors.reported_by(request.actor))
    due = owed(reported, today)
    errors: dict[str, str] = {}
    if request.method == "POST":
        errors = _hand_in(request, due[:MOST])
        if not errors:
            return leave(request, reverse("desk:readings_mine"))
    rows = [
        (one, key, period_words(one.indicator.frequency, one.period_start), errors.get(key, ""),
         {name: request.POST.get(f"{name}-{key}", "") for name in FIGURES})
        for one in due[:MOST] for key in (_key(one),)
    ]  # fmt: skip
    upcoming = [
        (row, period_words(row.frequency, start), due_on(row.frequency, start, row.due_days))
        for row in reported if row.source_unit_id and (row.valid_to is None or row.valid_to >= today)
        for start in (start_of(row.frequency, today),)
    ]  # fmt: skip
    context = {
        "views": tabs(request), "rows": rows, "more": max(len(due) - MOST, 0), "share": RATIO,
        "upcoming": sorted(upcoming, key=lambda each: (each[2], each[0].code))[:MOST],
        "late": sum(one.is_late for one in due), "owed": len(due),
    }  # fmt: skip
    return render(request, "desk/readings_mine.html", context, status=422 if errors else 200)


def _key(one: Owed) -> str:
    place = f"-{one.division.code}" if one.division else ""
    return f"{one.indicator.pk.hex}-{one.period_start:%Y%m%d}{place}"


def _hand_in(request: StaffRequest, due: list[Owed]) -> dict[str, str]:
    """Every row that was filled, through the action; what was refused, by the row's key."""
    errors: dict[str, str] = {}
    counted = doubtful = 0
    for one in due:
        key, row = _key(one), one.indicator
        typed = {name: request.POST.get(f"{name}-{key}", "").strip() for name in FIGURES}
        if not any(typed.values()):
            continue
        try:
            share = row.unit_of_measure == RATIO
            figures = {
                name: FigureField(is_share=share and name == "value", required=False).clean(text)
                for name, text in typed.items()
            }
            given = actions.ReadingInput(
                indicator_code=row.code, period_start=one.period_start, division=one.division, **figures
            )
            taken = actions.submit_reading(actor=request.actor, given=given)
        except forms.ValidationError as error:
            errors[key] = " ".join(error.messages)
        except Refused as refused:
            errors[key] = refused.message(language())
        else:
            counted += taken.reading is not None
            doubtful += taken.reading is None
    if counted:
        messages.success(request, _("已记录 %(n)s 个读数。") % {"n": counted})
    if doubtful:
        messages.warning(request, _("%(n)s 个读数存疑，已单独存放，核定后才计入。") % {"n": doubtful})
    return errors


LATE = (
    Column("unit", gettext_lazy("填报单位"), lambda one: one.indicator.source_unit.short_name),
    Column("code", gettext_lazy("编号"), lambda one: one.indicator.code),
    Column("name", gettext_lazy("指标"), lambda one: tongue(one.indicator)),
    Column("period", gettext_lazy("期间"), _period),
    Column("division", gettext_lazy("区域"), _where),
    Column("due", gettext_lazy("时限"), lambda one: one.due_on),
    Column("late", gettext_lazy("逾期天数"), lambda one: one.late),
    Column("doubt", gettext_lazy("说明"), lambda one: _("存疑待核") if one.in_doubt else ""),
)


@page("indicators.view")
def late(request: StaffRequest) -> HttpResponseBase:
    """Readings past their day, the longest first, for all units or one; also as a file."""
    rows = [one for one in owed(selectors.visible_to(request.actor), clock.today().date()) if one.late > 0]
    units = sorted({one.indicator.source_unit for one in rows if one.indicator.source_unit},
                   key=lambda unit: (unit.official_order, unit.code))  # fmt: skip
    counts = [(unit, sum(one.indicator.source_unit_id == unit.pk for one in rows)) for unit in units]
    chosen = next((unit for unit in units if unit.code == request.GET.get("unit")), None)
    if chosen is not None:
        rows = [one for one in rows if one.indicator.source_unit_id == chosen.pk]
    kind = request.GET.get("export", "")
    if kind:
        if not holds(request, "exports.run"):
            raise Refused("web.no_export")
        if kind not in ("csv", "xlsx"):
            raise Refused("web.unknown_format", kind=kind[:20])
        return export.respond(rows, LATE, kind, _("逾期未报指标"))
    context = {
        "views": tabs(request), "rows": [(one, _period(one)) for one in rows], "counts": counts, "chosen": chosen,
        "as_of": clock.now(), "may_export": holds(request, "exports.run"),
    }  # fmt: skip
    return render(request, "desk/readings_late.html", context)
