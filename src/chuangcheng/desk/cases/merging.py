"""Forms of merge, split and denied relapse: what can be chosen hangs on the case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases import actions, selectors
from chuangcheng.cases.models import Case, Report
from chuangcheng.cases.reading import masked
from chuangcheng.cases.states import DENIALS
from chuangcheng.desk import choices
from chuangcheng.desk.forms import Reasoned
from chuangcheng.desk.pictures import Picture, of_case
from chuangcheng.kernel.actor import Actor

Given = dict[str, Any]


class Merge(forms.Form):
    """Into which case."""

    number = forms.CharField(
        label=_("并入案件编号"),
        max_length=24,
        help_text=_("对方案件继续办理，时限不变；本案上报、照片和关注者一并转去，可以撤销。"),
    )
    note = forms.CharField(label=_("说明"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class Deny(Reasoned):
    """Why it is no relapse."""

    labels = DENIALS


class Split(forms.Form):
    """Which reports are about something else, and what kind of case they make."""

    reports = forms.MultipleChoiceField(label=_("拆出的上报"), widget=forms.CheckboxSelectMultiple)
    photos = forms.MultipleChoiceField(
        label=_("一并带去的照片"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("上报自带的照片会跟着上报走；这里是案件的照片，带去的是副本。"),
    )  # fmt: skip
    category = forms.ChoiceField(label=_("新案件的类别"))
    severity = forms.ChoiceField(
        label=_("严重程度"), widget=forms.RadioSelect, initial="1",
        choices=[("1", _("一般")), ("2", _("较重")), ("3", _("危险"))],
    )  # fmt: skip
    note = forms.CharField(label=_("说明"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


def merge(actor: Actor, case: Case, given: Given) -> object:
    """Merge the case into the one of that number."""
    target = selectors.case_by_number(actor, given["number"])
    return actions.merge_case(actor=actor, case_id=case.pk, target_id=target.pk, note=given.get("note", ""))


def split(actor: Actor, case: Case, given: Given) -> object:
    """Make a case of the chosen reports."""
    return actions.split_case(
        actor=actor, case_id=case.pk, report_ids=[UUID(pk) for pk in given["reports"]],
        photo_ids=[UUID(pk) for pk in given["photos"]], category_code=given["category"],
        severity=int(given["severity"]), note=given["note"],
    )  # fmt: skip


def split_form(actor: Actor, case: Case) -> type[forms.Form]:
    """The form of a split with this case's reports and photos to choose from."""
    reports = selectors.visible_reports(actor).filter(case=case).order_by("received_at")
    pictures = [picture for picture in of_case(case) if picture.photo.stored_at and picture.photo.role != "after"]

    class Choice(Split):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.fields["reports"].choices = [(str(one.pk), _line(one)) for one in reports]  # type: ignore[attr-defined]
            self.fields["category"].choices = choices.categories()  # type: ignore[attr-defined]
            self.fields["category"].initial = case.category.code if case.category else ""
            if pictures:
                shown = [(str(one.photo.pk), _thumb(one)) for one in pictures]
                self.fields["photos"].choices = shown  # type: ignore[attr-defined]
            else:
                del self.fields["photos"]

        def clean(self) -> Given:
            """Without photos to choose from none is chosen."""
            return {"photos": [], **(super().clean() or {})}

    return Choice


def _line(report: Report) -> str:
    return f"{report.number} · {gettext(str(report.get_source_display()))} · {masked(report.text)[:50]}"


def _thumb(picture: Picture) -> str:
    return format_html('<img src="{}" alt="" width="120" height="90" loading="lazy">', picture.thumb_url)
