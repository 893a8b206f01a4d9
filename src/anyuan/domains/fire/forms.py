"""What a person writes of ways, the station, wiring and hot work."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


def area(label: Any, limit: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=limit, widget=forms.Textarea(attrs={"rows": 2})
    )


def whole(label: Any, most: int, *, required: bool = True, initial: int | None = None) -> Any:
    return forms.IntegerField(
        label=label, min_value=0, max_value=most, required=required, initial=initial
    )


class WrittenForm(OnceForm):
    """A record of a day, with photos."""

    on = forms.DateField(label=_("日期"), widget=DATE, initial=timezone.localdate)

    def facts(self) -> dict[str, Any]:
        skip = {"on", "files", "form_id", "way"}
        return {name: value for name, value in self.cleaned_data.items() if name not in skip}


class WayForm(WrittenForm):
    way = forms.ChoiceField(label=_("哪条通道"))
    clear = forms.ChoiceField(
        label=_("现在"), choices=[("", _("请选择")), ("1", _("畅通")), ("0", _("占用或堵塞"))]
    )
    width = forms.DecimalField(
        label=_("实测净宽（米）"), min_value=0, max_value=99, max_digits=4, decimal_places=1, required=False
    )  # fmt: skip
    found = area(_("发现的问题（会转为隐患）"), 300)
    files = FilesField(label=_("照片"))  # type: ignore[assignment]
    field_order = ["way", "on", "clear", "width", "found", "files"]

    def __init__(self, *args: Any, ways: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["way"]
        field.choices = [("", _("请选择")), *ways]
        self.fields["files"].widget.attrs.update({"accept": "image/*", "multiple": True})

    def clean_clear(self) -> bool:
        return bool(self.cleaned_data["clear"] == "1")


class StationForm(WrittenForm):
    place = forms.CharField(label=_("地点"), max_length=60)
    people = whole(_("到位人数"), 200)
    seconds = whole(_("从发出信号到到位（秒）"), 7200)
    note = area(_("训练内容和问题"), 500)
    files = FilesField(label=_("照片"), required=False)  # type: ignore[assignment]


class ElectricForm(WrittenForm):
    circuits = whole(_("检查回路（条）"), 9999)
    problems = whole(_("发现问题（个）"), 9999, initial=0)
    fixed = whole(_("已整改（个）"), 9999, initial=0)
    rewired = whole(_("改造线路（米）"), 999_999, initial=0)
    money = forms.DecimalField(
        label=_("投入经费（元）"), min_value=0, max_digits=12, decimal_places=2, initial=0
    )
    charging = whole(_("电动车充电点（处）"), 999, initial=0)
    found = area(_("没整改的问题（每行一个，会转为隐患）"), 2000)
    note = area(_("说明"), 500)
    files = FilesField(label=_("照片"), required=False)  # type: ignore[assignment]

    def left(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["found"].splitlines() if line.strip()]

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in super().facts().items() if name != "found"}


class HotWorkForm(OnceForm):
    place = forms.CharField(label=_("动火地点"), max_length=60)
    what = area(_("动火内容，如“焊接食堂排烟管”"), 200, required=True)
    contractor = forms.CharField(label=_("施工单位"), max_length=60, required=False)
    worker = forms.CharField(label=_("动火人"), max_length=40)
    certificate_no = forms.CharField(label=_("动火人的特种作业证号"), max_length=40)
    watcher = forms.CharField(label=_("现场监护人"), max_length=40)
    begins_at = forms.DateTimeField(label=_("开始时间"), widget=MOMENT, input_formats=MOMENTS)
    ends_at = forms.DateTimeField(label=_("结束时间"), widget=MOMENT, input_formats=MOMENTS)
    measures = area(_("安全措施（清理可燃物、灭火器、隔离）"), 500, required=True)
    files = FilesField(label=_("照片和附件"), required=False)  # type: ignore[assignment]

    def facts(self) -> dict[str, Any]:
        return {n: v for n, v in self.cleaned_data.items() if n not in {"files", "form_id"}}


class StepForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class NoteForm(StepForm):
    note = area(_("说明"), 200)


class ReasonForm(StepForm):
    note = area(_("原因"), 200, required=True)


class ClosingForm(StepForm):
    note = area(_("现场检查情况"), 200, required=True)
    files = FilesField(label=_("照片"), required=False)  # type: ignore[assignment]
