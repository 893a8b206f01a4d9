"""The form of an aim."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _


class TargetForm(forms.Form):
    """An aim of one indicator in one year."""

    indicator = forms.CharField(max_length=80, widget=forms.HiddenInput)
    year = forms.IntegerField(min_value=2000, max_value=2200, widget=forms.HiddenInput)
    value = forms.DecimalField(
        label=_("目标值"),
        min_value=Decimal(0),
        max_digits=9,
        decimal_places=2,
        error_messages={
            "required": _("请填写目标值。"),
            "invalid": _("目标值应是一个数。"),
            "min_value": _("目标值不能小于 0。"),
            "max_digits": _("目标值过大。"),
            "max_decimal_places": _("目标值最多两位小数。"),
        },
    )
