"""Forms of assessments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.domains.risk.assessments.credit import is_valid
from anyuan.domains.risk.assessments.models import Rating
from anyuan.engines.checks.categories import Category

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def words(label: Any, *, rows: int = 2, limit: int = 300, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )  # fmt: skip


class StepForm(forms.Form):
    """A form of one step, its widgets dressed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class NoteForm(StepForm):
    note = words(_("说明"), required=False)


class ReasonForm(StepForm):
    note = words(_("原因"))


class ContractForm(StepForm):
    contract_no = forms.CharField(label=_("合同编号"), max_length=60)
    fee = forms.DecimalField(
        label=_("费用（元）"), min_value=0, max_digits=12, decimal_places=2, required=False
    )
    files = FilesField(label=_("合同文件"), required=False)  # type: ignore[assignment]
    note = words(_("说明"), required=False)


class PlanForm(OnceForm):
    """Firm, what is assessed, where and when."""

    title = forms.CharField(label=_("名称"), max_length=80)
    firm = forms.CharField(label=_("评估机构"), max_length=80)
    firm_code = forms.CharField(label=_("统一社会信用代码"), max_length=18)
    qualification = forms.CharField(label=_("资质"), max_length=120)
    topics = words(_("评估内容"))
    begins_on = forms.DateField(label=_("开始日期"), widget=DATE)
    ends_on = forms.DateField(label=_("结束日期"), widget=DATE)
    sites = forms.MultipleChoiceField(
        label=_("评估哪些学校"), widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("可选多所；评估人员只能看到选中的学校。"),
    )  # fmt: skip

    def __init__(self, *args: Any, units: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sites"].choices = [(one.key, one.name) for one in units]  # type: ignore[attr-defined]

    def clean_firm_code(self) -> str:
        code: str = self.cleaned_data["firm_code"].strip().upper()
        if not is_valid(code):
            raise ValidationError(_("统一社会信用代码不正确，请照营业执照核对 18 位数字和字母。"))
        return code


class InviteForm(StepForm):
    name = forms.CharField(label=_("姓名"), max_length=40)
    username = forms.RegexField(
        r"^[A-Za-z0-9_.@-]{3,40}$", label=_("用户名"), max_length=40,
        error_messages={"invalid": _("用户名可用字母、数字和 _ . @ -，3 到 40 位。")},
    )  # fmt: skip
    phone = forms.RegexField(
        r"^1[3-9]\d{9}$", label=_("手机号"), error_messages={"invalid": _("手机号应为 11 位数字，以 1 开头。")}
    )  # fmt: skip
    until = forms.DateField(label=_("可以使用到"), widget=DATE)


class FindingForm(OnceForm):
    """What is wrong, where, a photo."""

    place = forms.CharField(label=_("在哪里"), max_length=60)
    text = words(_("什么问题"), limit=500)
    category = forms.ChoiceField(label=_("类别"), choices=Category.choices)
    level = forms.ChoiceField(
        label=_("等级"), choices=[("general", "一般隐患"), ("major", "重大隐患")], initial="general"
    )
    basis = forms.CharField(label=_("依据（重大隐患必填）"), max_length=200, required=False)
    files = FilesField(label=_("照片"), required=False)  # type: ignore[assignment]


class HandInForm(StepForm):
    score = forms.DecimalField(
        label=_("得分（0 到 100）"), min_value=0, max_value=100, max_digits=5, decimal_places=1
    )
    rating = forms.ChoiceField(label=_("等次"), choices=Rating.choices)
    conclusion = words(_("结论"), rows=4, limit=2000)
    files = FilesField(label=_("评估报告（PDF 或 Word）"), required=False)  # type: ignore[assignment]


class AnswerForm(StepForm):
    answer = words(_("学校答复"), rows=4, limit=2000)
