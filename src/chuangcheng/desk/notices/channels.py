"""Notice channels: a unit's group robots, the city's application; set up, tried and switched off here."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.desk.notices.pages import said_of
from chuangcheng.kernel.problems import Refused
from chuangcheng.notices import selectors, setup
from chuangcheng.notices.channels import ADAPTERS
from chuangcheng.notices.channels.base import Adapter
from chuangcheng.notices.delivering import config_of
from chuangcheng.notices.models import ROBOTS, Channel, ChannelKind
from chuangcheng.people import rights
from chuangcheng.people import selectors as people
from chuangcheng.web.pages import leave, page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

RIGHT = "notices.channels"


class Setup(forms.Form):
    """What a kind of channel asks; what is secret is asked anew and never shown."""

    name = forms.CharField(label=_("名称"), max_length=40)
    unit = forms.ChoiceField(label=_("单位"))

    def __init__(self, adapter: Adapter, units: list[tuple[str, str]], *args: object, known: bool = False) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        self.fields["unit"].required = adapter.kind in ROBOTS
        spoken = language()
        for asked in adapter.fields:
            hint = asked.hint.text(spoken) if asked.hint else ""
            if asked.secret and known:
                hint = now_said("留空表示不改。") + hint
            self.fields[asked.name] = forms.CharField(
                label=asked.label.text(spoken), max_length=setup.LONGEST, help_text=hint,
                required=asked.required and not (asked.secret and known),
                widget=forms.PasswordInput(attrs={"autocomplete": "off"}) if asked.secret else forms.TextInput(),
            )  # fmt: skip


@page(RIGHT)
def channel_list(request: StaffRequest) -> HttpResponse:
    """The channels one looks after, with what is wrong with them."""
    rows = [(channel, said_of(channel.trouble)) for channel in selectors.channels_for(request.actor)]
    kinds = [(kind, now_said(str(ChannelKind(kind).label))) for kind in ADAPTERS]
    return render(request, "desk/channels.html", {"rows": rows, "kinds": kinds})


@page(RIGHT)
def new_channel(request: StaffRequest, kind: str) -> HttpResponse:
    """Set a channel up."""
    return _edit(request, kind, None)


@page(RIGHT)
def edit_channel(request: StaffRequest, channel_id: UUID) -> HttpResponse:
    """Change a channel; its secrets stay unless new ones are typed in."""
    channel = selectors.get_channel_for(request.actor, channel_id)
    return _edit(request, channel.kind, channel)


@page(RIGHT)
@require_POST
def switch_channel(request: StaffRequest, channel_id: UUID) -> HttpResponse:
    """Switch a channel on or off."""
    setup.switch_channel(actor=request.actor, channel_id=channel_id, enabled=request.POST.get("enabled") == "yes")
    return leave(request, reverse("desk:channels"))


@page(RIGHT)
@require_POST
def try_channel(request: StaffRequest, channel_id: UUID) -> HttpResponse:
    """Send one line through it and say how that went."""
    code = setup.try_channel(actor=request.actor, channel_id=channel_id)
    if code:
        messages.error(request, now_said("测试未送达：%(reason)s") % {"reason": said_of(code)})
    else:
        messages.success(request, now_said("测试消息已送达。"))
    return leave(request, reverse("desk:channels"))


def _edit(request: StaffRequest, kind: str, channel: Channel | None) -> HttpResponse:
    adapter = ADAPTERS.get(kind)
    if adapter is None:
        raise Refused("common.not_found")
    form = Setup(adapter, _units(request, kind), request.POST or None, None, "id_%s", None, known=channel is not None)
    if channel:
        shown = config_of(channel)
        form.initial = {field.name: shown.get(field.name) for field in adapter.fields if not field.secret}
        form.initial |= {"name": channel.name, "unit": str(channel.unit_id or "")}
    else:
        form.initial = {field.name: field.default for field in adapter.fields}
    status = 200
    if request.method == "POST":
        if form.is_valid() and _save(request, kind, channel, form):
            messages.success(request, now_said("已保存。请用“测试”确认能够送达。"))
            return leave(request, reverse("desk:channels"))
        status = 422
    title = now_said(str(ChannelKind(kind).label))
    return render(request, "desk/channel.html", {"form": form, "title": title, "channel": channel}, status=status)


def _save(request: StaffRequest, kind: str, channel: Channel | None, form: Setup) -> bool:
    values = {name: str(value) for name, value in form.cleaned_data.items()}
    unit = values.pop("unit")
    try:
        setup.save_channel(
            actor=request.actor, kind=kind, name=values.pop("name"), unit_id=UUID(unit) if unit else None,
            values=values, channel_id=channel.pk if channel else None,
        )  # fmt: skip
    except Refused as refused:
        for problem in refused.fields:
            form.add_error(problem.field, problem.said(language()))
        if not refused.fields:
            form.add_error(None, refused.message(language()))
        return False
    return True


def _units(request: StaffRequest, kind: str) -> list[tuple[str, str]]:
    scope = rights.scope(request.actor, RIGHT)
    units = people.units() if scope.everything else people.units().filter(pk__in=scope.units)
    whole = [("", now_said("全市"))] if scope.everything and kind not in ROBOTS else []
    return whole + [(str(unit.pk), unit.short_name) for unit in units]
