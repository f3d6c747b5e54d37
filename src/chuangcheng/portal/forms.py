"""The few forms of the citizens' pages; the report itself goes through the API."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

_CODE = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


class CodeForm(forms.Form):
    """The code from the receipt, for what only its holder may do."""

    code = forms.CharField(label=_("查询码"), max_length=12, widget=forms.TextInput(attrs=_CODE))


class FindForm(forms.Form):
    """Number and code from the receipt."""

    number = forms.CharField(
        label=_("编号"), max_length=24, widget=forms.TextInput(attrs={**_CODE, "placeholder": "SB20261122-000001"})
    )
    code = forms.CharField(label=_("查询码"), max_length=12, widget=forms.TextInput(attrs=_CODE))

    def clean_number(self) -> str:
        """Letters large, no blanks."""
        return str(self.cleaned_data["number"]).upper().replace(" ", "")
