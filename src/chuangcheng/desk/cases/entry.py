"""Entry on behalf 代录: what came by telephone, letter, newspaper or suggestion goes into the one inbox."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chuangcheng.cases import actions
from chuangcheng.cases.inputs import MAX_TEXT
from chuangcheng.cases.models import Source
from chuangcheng.cases.triage.advice import advise_text
from chuangcheng.desk import choices
from chuangcheng.desk.forms import CityTimeField, PhotosField
from chuangcheng.kernel.ids import new_id
from chuangcheng.kernel.problems import Refused
from chuangcheng.web.pages import page
from chuangcheng.web.problems import language
from chuangcheng.web.signed_in import StaffRequest

#: Fields of the refusals that go by another name in the form.
_FIELDS = {"contact.name": "contact_name", "contact.phone": "contact_phone", "external_number": "number"}


class Entry(django_forms.Form):
    """Everything that may be known; what is asked for is the source and the words."""

    id = django_forms.UUIDField(widget=django_forms.HiddenInput)
    source = django_forms.ChoiceField(label=_("来源"), widget=django_forms.RadioSelect, initial=Source.HOTLINE.value)
    number = django_forms.CharField(
        label=_("对方编号"), max_length=60, required=False, help_text=_("12345 工单编号，或建议提案编号。")
    )
    reply_due_at = CityTimeField(
        label=_("答复期限"), required=False, help_text=_("对方给了才填；填了编号或期限，就是一件要单独答复的工单。")
    )
    medium = django_forms.CharField(label=_("媒体名称"), max_length=60, required=False)
    published_on = django_forms.DateField(
        label=_("刊发日期"), required=False, widget=django_forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    link = django_forms.CharField(
        label=_("链接"), max_length=500, required=False, widget=django_forms.TextInput(attrs={"inputmode": "url"})
    )
    text = django_forms.CharField(
        label=_("反映的问题"), max_length=MAX_TEXT, widget=django_forms.Textarea(attrs={"rows": 6})
    )
    category = django_forms.ChoiceField(label=_("类别"), required=False)
    address = django_forms.CharField(label=_("地址"), max_length=200, required=False)
    lat = django_forms.FloatField(label=_("纬度"), required=False, widget=django_forms.HiddenInput)
    lon = django_forms.FloatField(label=_("经度"), required=False, widget=django_forms.HiddenInput)
    observed_at = CityTimeField(label=_("发现时间"), required=False)
    photos = PhotosField(label=_("照片"), required=False)
    contact_name = django_forms.CharField(
        label=_("姓名"), max_length=60, required=False, help_text=_("加密保存，查看会留下记录。")
    )
    contact_phone = django_forms.CharField(label=_("电话"), max_length=24, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(code, gettext(str(Source(code).label))) for code in actions.ON_BEHALF]
        self.fields["source"].choices = named  # type: ignore[attr-defined]
        category = self.fields["category"]
        category.choices = choices.categories()  # type: ignore[attr-defined]
        category.widget.attrs |= {
            "data-combobox": _("输入名称或编码查找"), "data-none": _("没有符合的类别"), "data-found": _("%n 个类别"),
        }  # fmt: skip
        self.fields["text"].widget.attrs |= {
            "hx-post": reverse("desk:report_advice"), "hx-target": "#advised", "hx-trigger": "change",
            "hx-include": "closest form", "hx-params": "text,csrfmiddlewaretoken,source",
        }  # fmt: skip

    def place_blamed(self) -> None:
        """A refused coordinate is a fault of the place: hidden fields show no errors of their own."""
        for name in ("lat", "lon"):
            for message in self.errors.pop(name, []):
                self.add_error("address", message)


@page("reports.triage")
def report_new(request: StaffRequest) -> HttpResponse:
    """The form; sending it twice makes one report."""
    if request.method != "POST":
        source = request.GET.get("source", "")
        chosen = source if source in actions.ON_BEHALF else Source.HOTLINE.value
        return _show(request, Entry(initial={"id": new_id(), "source": chosen}), 200)
    form = Entry(request.POST, request.FILES)
    if form.is_valid():
        try:
            report, created = _enter(request, form.cleaned_data)
        except Refused as refused:
            _blame(form, refused)
        else:
            said = gettext("%(number)s：已录入，待受理。") if created else gettext("%(number)s：此前已经录入。")
            messages.success(request, said % {"number": report.number})
            return HttpResponseRedirect(reverse("desk:report", args=[report.pk]))
    return _show(request, form, 422)


def _enter(request: StaffRequest, given: dict[str, Any]) -> tuple[Any, bool]:
    media = given["source"] == Source.MEDIA
    return actions.enter_report(
        actor=request.actor,
        given=actions.ReportInput(
            id=UUID(str(given["id"])), text=given["text"], source=given["source"],
            category_code=given["category"] or None, lat=given["lat"], lon=given["lon"], address=given["address"],
            observed_at=given["observed_at"], contact_name=given["contact_name"],
            contact_phone=given["contact_phone"],
        ),
        number=given["number"],
        provenance=actions.ProvenanceInput(given["medium"], given["published_on"], given["link"]) if media else None,
        reply_due_at=given["reply_due_at"],
        shots=[photo.read() for photo in given["photos"]],
    )  # fmt: skip


def _blame(form: Entry, refused: Refused) -> None:
    if refused.code == "report.external_taken":
        form.add_error("number", refused.message(language()))
    for problem in refused.fields:
        name = _FIELDS.get(problem.field, problem.field.partition(".")[0])
        form.add_error(name if name in form.fields else None, problem.said(language()))
    if not refused.fields and refused.code != "report.external_taken":
        form.add_error("photos" if refused.code.startswith("photos.") else None, refused.message(language()))


def _show(request: StaffRequest, form: Entry, status: int) -> HttpResponse:
    form.place_blamed()
    sides = (
        (
            (_("从哪里来"), "source", ("source", "number", "reply_due_at")),
            (_("刊发情况"), "media", ("medium", "published_on", "link")),
            (_("什么问题"), "trouble", ("text", "category", "observed_at", "photos")),
        ),
        (
            (_("在哪里"), "place", ("address",)),
            (_("联系方式"), "contact", ("contact_name", "contact_phone")),
        ),
    )
    shown = [[(title, key, [form[name] for name in names]) for title, key, names in side] for side in sides]
    hidden = [form[name] for name in ("id", "lat", "lon")]
    context = {"form": form, "sides": shown, "hidden": hidden, "tile_url": settings.CITY.tile_url}
    return render(request, "desk/report_new.html", context, status=status)


@page("reports.triage")
@require_POST
def report_advice(request: StaffRequest) -> HttpResponse:
    """What kind of case the words sound like, while the form is filled; nothing where nothing is sure enough."""
    text = request.POST.get("text", "")[:MAX_TEXT]
    advice = advise_text(text, source=request.POST.get("source", "")[:12]) if text.strip() else None
    return render(request, "desk/report_advice.html", {"advice": advice})
