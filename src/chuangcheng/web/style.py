"""The living style page: every component in every state. Pages are composed from it, none invents its own."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.states import CASE, REPORT
from chuangcheng.kernel import clock
from chuangcheng.kernel.label import Label
from chuangcheng.kernel.states import StateTable
from chuangcheng.web import tones
from chuangcheng.web.pages import page
from chuangcheng.web.signed_in import StaffRequest


class Sample(forms.Form):
    """One field of each kind."""

    text = forms.CharField(label=_("问题描述"), widget=forms.Textarea, help_text=_("写明位置和现象，不写个人信息。"))
    place = forms.CharField(label=_("地址"), required=False)
    choice = forms.ChoiceField(label=_("严重程度"), choices=[("1", _("一般")), ("2", _("较重")), ("3", _("危险"))])
    found = forms.ChoiceField(
        label=_("核实结果"), widget=forms.RadioSelect, choices=[("yes", _("属实")), ("no", _("未发现"))]
    )
    sure = forms.BooleanField(label=_("已到现场"), required=False)
    photo = forms.FileField(label=_("照片"), required=False)


def _states(table: StateTable) -> tuple[str, list[tuple[str, Label]]]:
    return table.name, [(tones.of(table.name, state.code), state.label) for state in table.states]


@page("desk.enter")
def style_page(request: StaffRequest) -> HttpResponse:
    """Every component in every state, with made-up content."""
    now = clock.now()
    steps = [
        SimpleNamespace(title=_("立案"), who="创城办", at=now - timedelta(days=2), note="", current=False),
        SimpleNamespace(title=_("派遣"), who="创城办 → 河东街道", at=now - timedelta(days=1), note="", current=False),
        SimpleNamespace(title=_("处置中"), who="河东街道", at=now, note=_("已联系责任人"), current=True),
    ]
    for level, text in ((messages.SUCCESS, _("已派遣。")), (messages.ERROR, _("还缺处置后的照片。"))):
        messages.add_message(request, level, text)
    context = {
        "states": [_states(table) for table in (CASE, REPORT)],
        "grades": ["A", "B", "C", "C#", "NA"],
        "dues": [
            (now + timedelta(days=3, hours=2), False, None),
            (now + timedelta(hours=2), False, None),
            (now - timedelta(hours=30), False, None),
            (now, True, True),
            (now, True, False),
            (None, False, None),
        ],
        "trend": [61, 64, 63, 68, 70, 69, 74, 78],
        "moves": CASE.moves_from("dispatched"),
        "boxes": [
            SimpleNamespace(pk=n, number=f"AJ20261122-00020{n}", state="filed", checked=n == 1) for n in range(3)
        ],
        "picks": SimpleNamespace(url="#", back="", moves=CASE.moves_from("filed")),
        "form": Sample(),
        "wrong": Sample({"text": "", "choice": "9"}),
        "steps": steps,
        "facts": [(_("编号"), "AJ20261122-000123"), (_("位置"), "河东街道永安社区朝阳路 12 号东侧")],
        "chart": {"kind": "line", "names": ["9-1", "9-8", "9-15", "9-22"], "unit": "%",
                  "series": [{"name": "%", "values": [71, 74, 79, 83]}]},
    }  # fmt: skip
    return render(request, "web/style.html", context)
