"""What a person writes of rounds, faults and repairs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
YES_NO = [("", _("请选择")), ("1", _("有回应")), ("0", _("没有回应"))]


def area(label: Any, limit: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=limit, widget=forms.Textarea(attrs={"rows": 2})
    )


class RoundForm(OnceForm):
    """The month's round, as one walks it."""

    on = forms.DateField(label=_("检查日期"), widget=DATE, initial=timezone.localdate)
    alarm_answered = forms.ChoiceField(label=_("按一次一键报警，公安或监控中心"), choices=YES_NO)
    alarm_seconds = forms.IntegerField(
        label=_("几秒内有回应"), min_value=0, max_value=3600, required=False
    )
    cameras_dark = forms.IntegerField(
        label=_("黑屏或看不清的摄像机（台）"), min_value=0, max_value=2000, initial=0
    )
    days_kept = forms.IntegerField(
        label=_("录像最少能看到几天前"), min_value=0, max_value=3650, required=False
    )
    gear_missing = forms.CharField(
        label=_("缺少或失效的器材"), max_length=200, required=False, help_text=_("没有就不填；填写的会转为隐患。")
    )  # fmt: skip
    service_score = forms.IntegerField(
        label=_("本月保安服务评分（0–100）"), min_value=0, max_value=100, required=False
    )
    note = area(_("说明"), 500)
    files = FilesField(label=_("照片"), required=False)  # type: ignore[assignment]

    def clean_alarm_answered(self) -> bool:
        return bool(self.cleaned_data["alarm_answered"] == "1")

    def facts(self) -> dict[str, Any]:
        skip = {"on", "files", "form_id"}
        return {name: value for name, value in self.cleaned_data.items() if name not in skip}


class FaultForm(OnceForm):
    """A device that does not work."""

    device = forms.ChoiceField(label=_("哪台设备"), required=False)
    what = forms.CharField(
        label=_("不在台账里的设备"),
        max_length=80,
        required=False,
        help_text=_("选了设备就不用填。"),
    )
    wrong = area(_("故障情况"), 200, required=True)
    found_at = forms.DateTimeField(
        label=_("发现时间"), widget=MOMENT, initial=timezone.localtime,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )  # fmt: skip
    files = FilesField(label=_("照片"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, devices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["device"]
        field.choices = [("", _("请选择")), *devices]


class StepForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class DispatchForm(StepForm):
    repairer = forms.CharField(label=_("维修单位或人员"), max_length=60)


class RepairForm(StepForm):
    repaired_at = forms.DateTimeField(
        label=_("修复时间"), widget=MOMENT, initial=timezone.localtime,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )  # fmt: skip
    remedy = area(_("维修情况"), 200, required=True)
    files = FilesField(label=_("照片"), required=False)  # type: ignore[assignment]


class NoteForm(StepForm):
    note = area(_("说明"), 200)


class ReasonForm(StepForm):
    note = area(_("原因"), 200, required=True)


class CheckForm(OnceForm):
    note = area(_("对缺口的说明和打算"), 500)
