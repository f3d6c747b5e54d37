"""Forms of the moves: what the state table says must be filled, in the words of the office."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.models import Outcome
from chuangcheng.cases.states import NOBODYS, OWNER_ANSWERS, REFUSALS, REOPENINGS, RETURNS, VOIDS
from chuangcheng.desk import choices
from chuangcheng.framework.selectors import DEFAULT
from chuangcheng.kernel.clock import CITY_ZONE
from chuangcheng.kernel.label import Label
from chuangcheng.patrols.states import ABANDON_REASONS
from chuangcheng.web.problems import language


def _said(labels: dict[str, Label]) -> list[tuple[str, str]]:
    return [(code, label.text(language())) for code, label in labels.items()]


def _note(label: Any, *, required: bool = False, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=1000, help_text=hint, widget=forms.Textarea(attrs={"rows": 3})
    )


class _Photos(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Any number of photos."""

    widget = _Photos

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """The uploaded files, an empty list for none."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PhotosField, self).clean(file, initial) for file in files]


def one_photo(given: dict[str, Any]) -> dict[str, Any]:
    """What a form says, with the content of the first of its ``photos`` as ``photo``."""
    shots = given.get("photos")
    return {**{name: value for name, value in given.items() if name != "photos"},
            "photo": shots[0].read() if shots else None}  # fmt: skip


class NumberField(forms.DecimalField):
    """A number, shown again as people write it: 491, not 491.0000 as the database keeps it."""

    def prepare_value(self, value: Any) -> Any:
        """The text in the field; what was typed and cannot be read stays as it was typed."""
        return f"{value.normalize():f}" if isinstance(value, Decimal) and value.is_finite() else value


class CityTimeField(forms.DateTimeField):
    """A time as the browser's own picker writes it, in the city's zone."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        widget.input_type = "datetime-local"
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M"], **options)

    def to_python(self, value: Any) -> Any:
        """An aware time."""
        moment = super().to_python(value)
        return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=CITY_ZONE)


class DayInput(forms.DateInput):
    """The browser's own picker of days."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Nothing(forms.Form):
    """A move that needs no more than a yes."""


class Remark(forms.Form):
    """A move with a word that may be said."""

    note = _note(_("说明"))


class Dispatch(forms.Form):
    """To whom, and by when."""

    unit = forms.ChoiceField(label=_("承办单位"))
    co_units = forms.MultipleChoiceField(
        label=_("协办单位"), required=False, widget=forms.SelectMultiple(attrs={"size": 5})
    )
    due_at = CityTimeField(
        label=_("本级时限"), required=False, help_text=_("不填则与案件时限相同；只能提前，不能推后。")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        listed = choices.units()
        self._set("unit", [("", _("请选择")), *listed])
        self._set("co_units", listed)

    def _set(self, name: str, offered: list[Any]) -> None:
        if name in self.fields:
            self.fields[name].choices = offered  # type: ignore[attr-defined]


class PassOn(Dispatch):
    """To which unit below."""

    co_units = None  # type: ignore[assignment]


class Arbitrate(Dispatch):
    """Which unit it is to be, and why; the unit reads it and cannot give the case back."""

    co_units = None  # type: ignore[assignment]
    due_at = None  # type: ignore[assignment]
    note = _note(_("仲裁理由"), required=True, hint=_("仲裁决定对承办单位有约束力，不可再退回。"))


class AddCo(Dispatch):
    """Which unit supports the lead, and by when."""

    co_units = None  # type: ignore[assignment]


class ReleaseCo(forms.Form):
    """Which unit is not needed any more, and why."""

    unit = forms.ChoiceField(label=_("协办单位"))
    note = _note(_("解除理由"), required=True)

    def __init__(self, *args: Any, helpers: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = list(helpers)  # type: ignore[attr-defined]


class FinishCo(forms.Form):
    """What the supporting unit did, with photos if there are any."""

    note = _note(_("完成情况"), required=True)
    photos = PhotosField(label=_("照片"), required=False)


class Plan(forms.Form):
    """The steps, one a line: what, by whom, by when."""

    LINES = 6

    def __init__(self, *args: Any, units: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        for number in range(1, self.LINES + 1):
            self.fields[f"name{number}"] = forms.CharField(
                label=_("第 %(n)s 步") % {"n": number}, required=number == 1, max_length=60
            )
            self.fields[f"unit{number}"] = forms.ChoiceField(label=_("由谁完成"), required=False, choices=list(units))
            self.fields[f"due{number}"] = CityTimeField(label=_("完成时限"), required=False)


class FinishStep(forms.Form):
    """Which step is done, with a word and photos if there are any."""

    step = forms.ChoiceField(label=_("完成的步骤"), widget=forms.RadioSelect)
    note = _note(_("说明"))
    photos = PhotosField(label=_("照片"), required=False)

    def __init__(self, *args: Any, offered: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["step"].choices = list(offered)  # type: ignore[attr-defined]


class Flag(forms.Form):
    """Why the case is flagged, and until when an answer is expected."""

    note = _note(_("督办理由"), required=True)
    until = CityTimeField(label=_("要求办结或答复时间"))


class Unflag(forms.Form):
    """Why the flag is taken off."""

    note = _note(_("撤销理由"), required=True)


class Reasoned(forms.Form):
    """A move with a reason from a list."""

    labels: dict[str, Label] = {}
    reason_code = forms.ChoiceField(label=_("理由"), widget=forms.RadioSelect)
    note = _note(_("说明"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason_code"].choices = _said(self.labels)  # type: ignore[attr-defined]


class Return(Reasoned):
    """Why it is not ours."""

    labels = RETURNS


class Reopen(Reasoned):
    """Why it comes back."""

    labels = REOPENINGS


class Void(Reasoned):
    """Why it never was one."""

    labels = VOIDS


class AskOwner(forms.Form):
    """Which units may own it; those that handle the most of its kind stand first."""

    units = forms.MultipleChoiceField(
        label=_("询问哪些单位"), widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("可多选；最常办理同类案件的单位排在前面。每个单位在规定时间内答复是或不是。"),
    )  # fmt: skip
    note = _note(_("说明"), hint=_("写明现场情况和判断依据，例如井盖字样、线缆走向。"))

    def __init__(self, *args: Any, first: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        known = {code for code, _label in first}
        rest = [each for each in choices.units() if each[0] not in known]
        groups = [(_("可能的单位"), list(first)), (_("其他单位"), rest)] if first else rest
        self.fields["units"].choices = groups  # type: ignore[attr-defined]


class AnswerOwner(forms.Form):
    """Whether it is the unit's; a no needs its reason."""

    answer = forms.ChoiceField(label=_("答复"), widget=forms.RadioSelect)
    note = _note(_("理由"), hint=_("答复“不是”要写明理由，最好指出可能是谁的。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["answer"].choices = _said(OWNER_ANSWERS)  # type: ignore[attr-defined]


class NameOwner(forms.Form):
    """One of the units that said yes."""

    unit = forms.ChoiceField(label=_("认领权属的单位"), widget=forms.RadioSelect)
    note = _note(_("说明"))

    def __init__(self, *args: Any, offered: Sequence[tuple[str, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = list(offered)  # type: ignore[attr-defined]


class RuleOwner(Arbitrate):
    """Whose it is, and why."""

    note = _note(_("裁定理由"), required=True, hint=_("裁定对该单位有约束力，不可再退回。"))


class Nobodys(Reasoned):
    """Why it is nobody's."""

    labels = NOBODYS
    note = _note(_("依据"), required=True, hint=_("由所在街道办理，市级统筹经费。"))


class Handle(forms.Form):
    """What came of it, with proof."""

    outcome = forms.ChoiceField(label=_("处置结果"), widget=forms.RadioSelect, initial="fixed")
    photos = PhotosField(
        label=_("处置后照片"), required=False, help_text=_("“已整改”须有处置后的照片；现场拍摄带定位的证明力最强。")
    )
    note = _note(_("说明"), hint=_("没有照片的结果要写明情况。"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [(code, _(label)) for code, label in Outcome.choices if code]
        self.fields["outcome"].choices = offered  # type: ignore[attr-defined]


class Rework(forms.Form):
    """What is still wrong."""

    note = _note(_("哪里没有整改到位"), required=True)


class AskExtension(forms.Form):
    """Why more time is needed."""

    reason = _note(_("申请理由"), required=True)


class AskSuspension(AskExtension):
    """Why it cannot be done now, and until when."""

    until = CityTimeField(label=_("挂账至"))


class Found(forms.Form):
    """What the grid worker saw."""

    found = forms.ChoiceField(
        label=_("核实结果"), widget=forms.RadioSelect, choices=[("yes", _("属实")), ("no", _("现场未发现"))]
    )


class File(forms.Form):
    """What kind of case it is, and under which condition it is filed: both decide its limit.

    The conditions are those of the category that was sent or stands in ``initial``. A script fetches them anew when
    the category changes; without one the button ``look`` does.
    """

    category = forms.ChoiceField(label=_("案件类别"))
    condition = forms.ChoiceField(
        label=_("立案条件"),
        required=False,
        error_messages={"invalid_choice": _("该类别没有这个立案条件，请重新选择。")},
    )
    severity = forms.ChoiceField(
        label=_("严重程度"), widget=forms.RadioSelect, initial="1",
        choices=[("1", _("一般")), ("2", _("较重")), ("3", _("危险"))],
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        category, condition = self.fields["category"], self.fields["condition"]
        category.choices = choices.categories()  # type: ignore[attr-defined]
        category.widget.attrs |= {
            "data-combobox": _("输入名称或编码查找"), "data-none": _("没有符合的类别"), "data-found": _("%n 个类别"),
            "hx-get": reverse("desk:conditions"), "hx-target": "#id_condition", "hx-swap": "outerHTML",
            "hx-include": "#id_condition", "hx-trigger": "change",
        }  # fmt: skip
        chosen = (self.data if self.is_bound else self.initial).get("category") or ""
        condition.choices = choices.conditions(str(chosen))  # type: ignore[attr-defined]
        condition.help_text = format_html(
            '{}<noscript><br><button class="btn" name="look" value="1">{}</button></noscript>',
            _("类别和立案条件决定办理时限。"), _("按所选类别更新立案条件"),
        )  # fmt: skip

    def clean_condition(self) -> str:
        """The default where nothing was chosen."""
        return str(self.cleaned_data["condition"] or DEFAULT)


class Abandon(forms.Form):
    """Why a visit that had begun comes to nothing."""

    reason_code = forms.ChoiceField(
        label=_("理由"), widget=forms.RadioSelect, help_text=_("放弃的到访不计次数，不计分。")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason_code"].choices = _said(ABANDON_REASONS)  # type: ignore[attr-defined]


class Refuse(forms.Form):
    """Why it is not taken on; the citizen reads it."""

    reason_code = forms.ChoiceField(
        label=_("理由"), widget=forms.RadioSelect, help_text=_("会告知上报人，可提出一次异议。")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason_code"].choices = _said(REFUSALS)  # type: ignore[attr-defined]


class Link(forms.Form):
    """To which case."""

    number = forms.CharField(label=_("案件编号"), max_length=24, help_text=_("并入正在办理的同一问题的案件。"))
