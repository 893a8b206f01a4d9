"""What each step asks of a person; everything that can be known is filled in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.domains.hazards.models import Category, Level, Source

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
PHOTO = {"accept": "image/*", "multiple": True}


class StepForm(forms.Form):
    """Base of the steps' forms: widgets dressed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def photos(label: Any, *, required: bool = False, help_text: Any = "") -> FilesField:
    field = FilesField(label=label, required=required, help_text=help_text)
    field.widget.attrs.update(PHOTO)
    return field


def text(
    label: Any, *, required: bool = True, rows: int = 3, limit: int = 2000, **more: Any
) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows}),
        **more,
    )


class ReportForm(OnceForm):
    """Where, what, photo; the rest has a default."""

    place = forms.CharField(label=_("在哪里"), max_length=60)
    description = text(_("什么问题"))
    files = photos(_("照片"), help_text=_("拍一张看得清问题的照片。"))  # type: ignore[assignment]
    category = forms.ChoiceField(
        label=_("类别"), choices=[("", "自动判断"), *Category.choices], required=False
    )
    level = forms.ChoiceField(label=_("等级"), choices=Level.choices, initial=Level.GENERAL)
    found_on = forms.DateField(label=_("发现日期"), widget=DATE, initial=timezone.localdate)
    fixed = forms.BooleanField(label=_("已经当场整改"), required=False)
    after_files = photos(_("整改后的照片"), help_text=_("当场整改的，请拍整改后的照片。"))

    def clean_found_on(self) -> Any:
        day = self.cleaned_data["found_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("发现日期不能晚于今天。"))
        return day


class GradeForm(StepForm):
    level = forms.ChoiceField(label=_("等级"), choices=Level.choices)
    category = forms.ChoiceField(label=_("类别"), choices=Category.choices)
    basis = forms.CharField(
        label=_("依据"),
        max_length=200,
        required=False,
        help_text=_("定为重大隐患的，请写明判定依据。"),
    )
    note = text(_("说明"), required=False, rows=2)


class AssignForm(StepForm):
    """The five settled; for a major hazard all of them are asked."""

    responsible = forms.CharField(label=_("责任：谁负责整改"), max_length=60)
    measures = text(_("措施：怎样整改"))
    funds = forms.DecimalField(
        label=_("资金（元）"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        required=False,
        initial=0,
    )
    due_on = forms.DateField(label=_("时限：整改到哪一天"), widget=DATE)
    interim_plan = text(_("预案：整改期间怎样防范"), required=False, rows=2)
    note = text(_("说明"), required=False, rows=2)


class RectifyForm(StepForm):
    rectification = text(_("整改情况"))
    cause = forms.CharField(label=_("成因"), max_length=200, required=False)
    files = photos(_("整改后的照片"))  # type: ignore[assignment]


class NoteForm(StepForm):
    note = text(_("意见"), required=False, rows=2)


class ReasonForm(StepForm):
    note = text(_("原因"), rows=2)


class PostponeForm(StepForm):
    until = forms.DateField(label=_("申请延期到"), widget=DATE)
    note = text(_("原因"), rows=2)


class FilterForm(forms.Form):
    """The list's filter, kept in the address."""

    q = forms.CharField(label=_("查找"), required=False, max_length=60)
    state = forms.CharField(required=False)
    level = forms.ChoiceField(choices=[("", "全部等级"), *Level.choices], required=False)
    category = forms.ChoiceField(choices=[("", "全部类别"), *Category.choices], required=False)
    source = forms.ChoiceField(choices=[("", "全部来源"), *Source.choices], required=False)
    due = forms.ChoiceField(
        choices=[("", "全部期限"), ("overdue", "已逾期"), ("week", "七天内到期")], required=False
    )
    listed = forms.ChoiceField(choices=[("", "全部"), ("1", "挂牌督办")], required=False)
    unit = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
