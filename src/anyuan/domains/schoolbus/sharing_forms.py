"""What people write of a shared bus."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.domains.schoolbus.models import Bus, BusDriver, Supervisor
from anyuan.domains.schoolbus.queries import choosable
from anyuan.org.actor import Actor

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class OfferForm(OnceForm):
    bus: Any = forms.ModelChoiceField(Bus.raw.none(), label=_("校车"), empty_label=_("请选择"))
    seats = forms.IntegerField(label=_("可提供座位"), min_value=1, max_value=99)
    since = forms.DateField(label=_("起始日期"), widget=DATE)
    until = forms.DateField(label=_("截止日期"), widget=DATE)
    times = forms.CharField(
        label=_("可用时段"), max_length=80, help_text=_("如：周一至周五 7:40 以后")
    )
    area = forms.CharField(
        label=_("可到区域"), max_length=80, help_text=_("如：天宁区青龙、茶山一带")
    )
    terms = forms.CharField(label=_("费用和条件"), max_length=200, required=False)

    def __init__(self, *args: Any, by: Actor, unit_key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bus"].queryset = choosable(Bus, by, unit_key)  # type: ignore[attr-defined]


class AskForm(OnceForm):
    pupils = forms.IntegerField(label=_("乘车人数"), min_value=1, max_value=99)
    since = forms.DateField(label=_("起始日期"), widget=DATE)
    until = forms.DateField(label=_("截止日期"), widget=DATE)
    line = forms.CharField(
        label=_("线路和时间"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("从哪里到哪里，几点上车，几点到校。"),
    )  # fmt: skip


class AcceptForm(forms.Form):
    driver: Any = forms.ModelChoiceField(
        BusDriver.raw.none(), label=_("驾驶人"), empty_label=_("请选择")
    )
    fee = forms.CharField(label=_("费用约定"), max_length=120, required=False)
    duty = forms.CharField(
        label=_("安全责任约定"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("如：车辆和驾驶人由提供方负责，照管员和学生交接由使用方负责。"),
    )  # fmt: skip

    def __init__(self, *args: Any, by: Actor, unit_key: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["driver"].queryset = choosable(BusDriver, by, unit_key)  # type: ignore[attr-defined]
        dress(self)


class PermitForm(forms.Form):
    permit_no = forms.CharField(label=_("临时许可文号"), max_length=40)
    since = forms.DateField(label=_("许可起始日期"), widget=DATE)
    until = forms.DateField(label=_("许可截止日期"), widget=DATE)
    supervisor = forms.ChoiceField(label=_("运行由谁监管"), choices=Supervisor.choices)
    files = FilesField(label=_("许可文件照片"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs.update({"accept": "image/*,.pdf", "multiple": True})
        dress(self)


class CostForm(forms.Form):
    month = forms.DateField(label=_("月份（选这个月的任意一天）"), widget=DATE)
    trips = forms.IntegerField(label=_("趟次"), min_value=0, max_value=999)
    amount = forms.DecimalField(label=_("金额（元）"), min_value=0, max_digits=9, decimal_places=2)
    paid_on = forms.DateField(label=_("支付日期"), widget=DATE, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
