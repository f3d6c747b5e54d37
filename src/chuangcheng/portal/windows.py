"""What the code at a service window opens: praise, or a complaint that never goes to the window's own people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from chuangcheng.cases.actions import code_of
from chuangcheng.cases.complaints import told_to_sender
from chuangcheng.cases.window_work import receive_voice
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.portal import privacy
from chuangcheng.portal.words import words
from chuangcheng.sites.windows import selectors
from chuangcheng.sites.windows.actions import MOST
from chuangcheng.sites.windows.models import Aspect, Tone
from chuangcheng.web import limits
from chuangcheng.web.pages import public
from chuangcheng.web.problems import language, problem_response

#: A complaint about a person: it leaves for those in charge and never reaches the unit.
STAFF = "staff"


class VoiceForm(forms.Form):
    """Praise or complaint, what about, and the words."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    tone = forms.ChoiceField(label=_("您的评价"), widget=forms.RadioSelect)
    aspect = forms.ChoiceField(label=_("哪个方面"), widget=forms.RadioSelect)
    about = forms.ChoiceField(label=_("是否反映某位工作人员"), widget=forms.RadioSelect, initial="service")
    text = forms.CharField(
        label=_("想说的话"), required=False, max_length=MOST, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("不满意的请写清楚，不要写他人的姓名和电话。"),
    )  # fmt: skip
    name = forms.CharField(label=_("怎么称呼您"), required=False, max_length=60)
    phone = forms.CharField(label=_("手机号"), required=False, max_length=24,
                            widget=forms.TextInput(attrs={"inputmode": "tel"}))  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field, model in (("tone", Tone), ("aspect", Aspect)):
            offered = [(code, gettext(str(label))) for code, label in model.choices]
            self.fields[field].choices = offered  # type: ignore[attr-defined]
        self.fields["about"].choices = [  # type: ignore[attr-defined]
            ("service", gettext("不是，说的是服务和设施")), (STAFF, gettext("是，涉及具体的人")),
        ]  # fmt: skip


@public
@require_http_methods(["GET", "POST"])
def window(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """The page at a window."""
    try:
        limits.check(request, "read")
        site = selectors.public_window(site_id)
    except Refused as refused:
        return problem_response(refused, request)
    form = VoiceForm(request.POST or None, initial={"id": new_id()})
    context: dict[str, Any] = {"here": "window", "site": site, "form": form, "words": words(),
                               "above": selectors.superior_of(site.unit), "notice": privacy.current()}  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            limits.check(request, "create")
            _voice, report = receive_voice(
                voice_id=given["id"], site=site, tone=given["tone"], aspect=given["aspect"], text=given["text"],
                contact_name=given["name"], contact_phone=given["phone"], privacy_version=context["notice"].version,
                about_person=given["about"] == STAFF,
            )  # fmt: skip
        except Refused as refused:
            _blame(form, refused)
        else:
            code = code_of(report.pk) if report else ""
            told = told_to_sender(report) if report else None
            return render(
                request, "portal/window_thanks.html", {**context, "report": report, "code": code, "told": told}
            )
    return render(request, "portal/window.html", context, status=422 if form.errors else 200)


def _blame(form: VoiceForm, refused: Refused) -> None:
    for problem in refused.fields:
        name = {"contact.name": "name", "contact.phone": "phone"}.get(problem.field, problem.field)
        form.add_error(name if name in form.fields else None, problem.message)
    if not refused.fields:
        form.add_error("text" if refused.code.startswith("sites.") else None, refused.message(language()))
