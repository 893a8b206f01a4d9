"""What people write of appraisals."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.domains.responsibility.appraisal.content import shipped
from anyuan.domains.responsibility.appraisal.models import Source

MONTH = re.compile(r"^(\d{4})-(\d{2})$")


class Dressed(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def _points(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_value=1000, decimal_places=2, **more)


class MonthField(forms.CharField):
    """A month as the browser's own picker gives it: its first day."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "month", "placeholder": "2026-01"})
        super().__init__(widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        found = MONTH.match(super().clean(value))
        if not found or not 1 <= int(found[2]) <= 12 or not 2000 <= int(found[1]) <= 2100:
            raise forms.ValidationError(_("请填写月份，例如 2026-01。"))
        return datetime.date(int(found[1]), int(found[2]), 1)


class TakeForm(Dressed):
    key = forms.ChoiceField(
        label=_("从哪个方案开始"), choices=lambda: [(s.key, s.title) for s in shipped().values()]
    )


class SchemeForm(Dressed):
    title = forms.CharField(label=_("方案名称"), max_length=80)
    excellent = _points(_("优秀（分及以上）"))
    good = _points(_("良好（分及以上）"))
    passing = _points(_("合格（分及以上）"))


class ItemForm(Dressed):
    """One item of a draft."""

    code = forms.CharField(label=_("编号"), max_length=10)
    group = forms.CharField(label=_("类别"), max_length=30)
    title = forms.CharField(label=_("考核内容"), max_length=80)
    full = _points(_("分值"))
    source = forms.ChoiceField(label=_("得分来源"), choices=Source.choices)
    indicators = forms.CharField(
        label=_("指标"), max_length=300, required=False, help_text=_("多个用逗号分开，例如 point:1,hazards.closed")
    )  # fmt: skip
    floor = _points(_("零分线（%）"), required=False)
    target = _points(_("满分线（%）"), required=False)
    steps = forms.CharField(label=_("分档"), max_length=120, required=False, help_text=_("例如 98=10;95=8"))  # fmt: skip
    each = _points(_("每件扣分"), required=False)
    advice = forms.CharField(label=_("怎样得分"), max_length=200, required=False)

    def facts(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        said.pop("DELETE", None)
        keys = said["indicators"].replace("，", ",").split(",")
        said["indicators"] = [key.strip() for key in keys if key.strip()]
        for name, empty in (("floor", 0), ("target", 100), ("each", 0)):
            said[name] = empty if said[name] is None else said[name]
        return said


class VetoForm(Dressed):
    key = forms.SlugField(required=False, max_length=30, widget=forms.HiddenInput)
    title = forms.CharField(label=_("一票否决情形"), max_length=80)
    indicator = forms.CharField(label=_("由哪个指标查出（可不填）"), max_length=80, required=False)


ItemSet = forms.formset_factory(ItemForm, extra=1, can_delete=True, max_num=60)
VetoSet = forms.formset_factory(VetoForm, extra=1, can_delete=True, max_num=20)


class RoundForm(OnceForm):
    title = forms.CharField(label=_("名称"), max_length=80)
    since = MonthField(label=_("从哪个月"))
    until = MonthField(label=_("到哪个月（含）"))
    units = forms.MultipleChoiceField(
        label=_("考核哪些单位"), required=False, widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text=_("不选就是全部。"),
    )  # fmt: skip

    def __init__(self, *args: Any, offered: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].choices = [(one.key, one.name) for one in offered]  # type: ignore[attr-defined]

    def after(self) -> datetime.date:
        """The month after the last one."""
        last: datetime.date = self.cleaned_data["until"]
        return (last.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)


class PointsForm(Dressed):
    points = _points(_("得分"))
    reason = forms.CharField(label=_("理由"), max_length=300)


class SelfForm(Dressed):
    points = _points(_("自评得分"))
    note = forms.CharField(
        label=_("做法和依据"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    files = FilesField(label=_("佐证材料"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs["multiple"] = True


class ObjectForm(Dressed):
    text = forms.CharField(
        label=_("申诉理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    files = FilesField(label=_("佐证材料"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs["multiple"] = True


class DecideForm(Dressed):
    upheld = forms.ChoiceField(
        label=_("处理"), choices=[("no", _("维持原分")), ("yes", _("申诉成立，改分"))]
    )
    new_points = _points(_("改为（分）"), required=False)
    answer = forms.CharField(
        label=_("答复"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class VetoDecisionForm(Dressed):
    holds = forms.ChoiceField(label=_("认定"), choices=[("yes", _("成立")), ("no", _("不成立"))])
    reason = forms.CharField(label=_("理由"), max_length=300)
