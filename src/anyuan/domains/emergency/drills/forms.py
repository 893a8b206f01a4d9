"""What a person writes of a drill."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.domains.emergency.drills.models import Kind, Mode, State

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def area(label: Any, rows: int = 2, limit: int = 1000) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=limit, widget=forms.Textarea(attrs={"rows": rows})
    )


class HeldPart(forms.Form):
    """The figures of a drill that was held."""

    on = forms.DateField(label=_("演练日期"), widget=DATE, initial=timezone.localdate)
    expected = forms.IntegerField(label=_("应到人数"), min_value=0, max_value=30000, required=False)
    present = forms.IntegerField(label=_("实到人数"), min_value=0, max_value=30000, required=False)
    seconds = forms.IntegerField(
        label=_("疏散用时（秒）"), min_value=0, max_value=7200, required=False
    )
    injured = forms.IntegerField(label=_("受伤人数"), min_value=0, max_value=1000, initial=0)
    absent_why = forms.CharField(label=_("未到原因"), max_length=200, required=False)
    buildings = forms.CharField(label=_("演练楼宇"), max_length=120, required=False)
    evaluation = area(_("评估意见"), 3, 2000)
    rating = forms.IntegerField(
        label=_("评分（0–100）"), min_value=0, max_value=100, required=False
    )
    plan_changes = area(_("预案需要修改的地方"))
    problems = forms.CharField(
        label=_("发现的问题（每行一个，会转为隐患）"), required=False, max_length=3000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    files = FilesField(label=_("照片"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs.update({"accept": "image/*", "multiple": True})
        dress(self)

    def problem_list(self) -> list[dict[str, str]]:
        return [
            {"text": line.strip()}
            for line in self.cleaned_data["problems"].splitlines()
            if line.strip()
        ]

    def facts(self) -> dict[str, Any]:
        """Fields of the drill itself; what was left empty keeps its default."""
        skip = {"on", "problems", "files", "form_id"}
        return {name: value for name, value in self.cleaned_data.items() if name not in skip}


class RecordForm(OnceForm, HeldPart):
    """A drill that was held and had not been planned here."""

    kind = forms.ChoiceField(label=_("种类"), choices=Kind.choices)
    mode = forms.ChoiceField(label=_("形式"), choices=Mode.choices)
    scenario = area(_("情景"))
    field_order = ["kind", "mode", "on", "expected", "present", "seconds"]


class PlanForm(OnceForm):
    kind = forms.ChoiceField(label=_("种类"), choices=Kind.choices)
    mode = forms.ChoiceField(label=_("形式"), choices=Mode.choices)
    on = forms.DateField(label=_("计划日期"), widget=DATE)
    announced = forms.BooleanField(label=_("事先通知师生"), required=False, initial=True)
    at_night = forms.BooleanField(label=_("夜间（宿舍）"), required=False)
    plan = forms.CharField(label=_("依据的预案"), max_length=120, required=False)
    scenario = area(_("情景"))


class FilterForm(forms.Form):
    kind = forms.ChoiceField(choices=[("", "全部种类"), *Kind.choices], required=False)
    state = forms.ChoiceField(choices=[("", "全部状态"), *State.choices], required=False)
    unit = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
