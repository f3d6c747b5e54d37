"""The few forms of the citizens' pages; the report itself goes through the API."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from chuangcheng.cases.actions.citizens import MAX_WORDS

_CODE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class CodeForm(forms.Form):
    """The code from the receipt, for what only its holder may do."""

    code = forms.CharField(label=_("查询码"), max_length=12, widget=forms.TextInput(attrs=_CODE))


class RatingForm(CodeForm):
    """How it went, 1 to 5, and a word about it."""

    stars = forms.ChoiceField(
        label=_("您满意吗"), widget=forms.RadioSelect,
        choices=[("5", _("很满意")), ("4", _("满意")), ("3", _("一般")), ("2", _("不满意")), ("1", _("很不满意"))],
    )  # fmt: skip
    words = forms.CharField(
        label=_("想说的话（可不填）"), max_length=MAX_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ("stars", "words", "code")


class PleaForm(CodeForm):
    """What is still wrong."""

    words = forms.CharField(label=_("哪里还没解决"), max_length=MAX_WORDS, widget=forms.Textarea(attrs={"rows": 3}))
    field_order = ("words", "code")


class FindForm(forms.Form):
    """Number and code from the receipt."""

    number = forms.CharField(
        label=_("编号"), max_length=24, widget=forms.TextInput(attrs={**_CODE, "placeholder": "SB20261122-000001"})
    )
    code = forms.CharField(label=_("查询码"), max_length=12, widget=forms.TextInput(attrs=_CODE))

    def clean_number(self) -> str:
        """Letters large, no blanks."""
        return str(self.cleaned_data["number"]).upper().replace(" ", "")
