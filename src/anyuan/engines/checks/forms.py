"""The inspection's form: built from a version's items, read back into answers by item key."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import OnceForm, dress
from anyuan.engines.checks.models import CheckItem, Inspection
from anyuan.engines.checks.scoring import FAIL, NA, PASS, Given

RESULTS = {"pass": PASS, "fail": FAIL, "na": NA}


class HeadForm(OnceForm):
    """When, where, who."""

    happened_on = forms.DateField(
        label=_("检查日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=timezone.localdate,
    )
    place = forms.CharField(label=_("地点（可不填）"), max_length=60, required=False)
    people = forms.CharField(label=_("检查人员"), max_length=120, required=False)
    mode = forms.ChoiceField(
        label=_("方式"), required=False,
        choices=[("", "监督抽查"), (Inspection.Mode.CROSS, Inspection.Mode.CROSS.label)],
    )  # fmt: skip


class FilterForm(forms.Form):
    checklist = forms.CharField(required=False)
    mode = forms.ChoiceField(choices=[("", "全部方式"), *Inspection.Mode.choices], required=False)
    ok = forms.ChoiceField(
        choices=[("", "全部结果"), ("0", "有不合格"), ("1", "全部合格")], required=False
    )
    unit = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def read_answers(
    items: list[CheckItem], post: QueryDict
) -> tuple[dict[str, Given], dict[str, str]]:
    """Answers by item key, and the sentence for each number that is none."""
    answers: dict[str, Given] = {}
    errors: dict[str, str] = {}
    for item in items:
        number: Decimal | None = None
        typed = post.get(f"n_{item.key}", "").strip().replace("，", "").replace(",", "")
        if typed:
            try:
                number = Decimal(typed)
            except InvalidOperation:
                errors[item.key] = str(_("请填写数字。"))
        answers[item.key] = Given(
            result=RESULTS.get(post.get(f"r_{item.key}", "")),
            number=number,
            choice=post.get(f"c_{item.key}", ""),
            text=post.get(f"t_{item.key}", "").strip(),
        )
    return answers, errors


def read_files(items: list[CheckItem], files: Any) -> dict[str, list[UploadedFile]]:
    """Photos by item key."""
    return {
        item.key: files.getlist(f"f_{item.key}") for item in items if files.getlist(f"f_{item.key}")
    }
