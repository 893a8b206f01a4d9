"""Selects and inputs are written as Django's own templates write them."""

from __future__ import annotations

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from anyuan.core.forms import QuickRenderer


class Everything(forms.Form):
    name = forms.CharField(
        max_length=9, widget=forms.TextInput(attrs={"class": "x", "autofocus": True})
    )
    number = forms.IntegerField(required=False, min_value=0)
    hidden = forms.CharField(widget=forms.HiddenInput, required=False)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    choice = forms.ChoiceField(
        choices=[("", "全部"), ("a<", "甲&乙"), ("组", [("b", "丙"), ("c", "丁")])]
    )
    grade = forms.TypedChoiceField(choices=[(1, "一"), (2, "二")], coerce=int, disabled=True)


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"name": '"><script>', "number": "3", "choice": "a<", "grade": "2", "day": "2026-01-01"},
        {"name": "", "choice": "c", "hidden": "&"},
    ],
)
def test_the_same_as_djangos_templates(data):
    ours = Everything(data, renderer=QuickRenderer())
    theirs = Everything(data, renderer=DjangoTemplates())
    for name in ours.fields:
        assert parse_html(str(ours[name])) == parse_html(str(theirs[name])), name
