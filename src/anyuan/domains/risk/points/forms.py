"""Forms of risk points: what is asked, with what is known filled in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.domains.risk.points.content import Step, colour_choices, scoring
from anyuan.domains.risk.points.models import ControlLevel, Every, Exposed, Measure, Method
from anyuan.domains.risk.points.scoring import text as plain
from anyuan.engines.checks.categories import Category

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def words(label: Any, *, rows: int = 2, limit: int = 300, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )  # fmt: skip


def photos(label: Any) -> FilesField:
    field = FilesField(label=label, required=False)
    field.widget.attrs.update({"accept": "image/*", "multiple": True})
    return field


def steps(table: Iterable[Step]) -> list[tuple[str, str]]:
    return [("", "请选择"), *((plain(one.score), f"{plain(one.score)} — {one.words}") for one in table)]  # fmt: skip


class StepForm(forms.Form):
    """A form of one step, its widgets dressed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class NoteForm(StepForm):
    note = words(_("意见"), required=False)


class ReasonForm(StepForm):
    note = words(_("原因"))


class GradeForm(StepForm):
    """One method with its scores; the page shows the arithmetic as they are chosen."""

    method = forms.ChoiceField(label=_("评估方法"), choices=Method.choices)
    lec_l = forms.ChoiceField(label=_("可能性 L"), required=False)
    lec_e = forms.ChoiceField(label=_("暴露频次 E"), required=False)
    lec_c = forms.ChoiceField(label=_("后果 C"), required=False)
    ls_l = forms.ChoiceField(label=_("可能性 L"), required=False)
    ls_s = forms.ChoiceField(label=_("严重程度 S"), required=False)
    direct = forms.ChoiceField(label=_("直接定为红色的情形"), required=False)
    responsible = forms.CharField(label=_("谁负责管控"), max_length=40)
    control_level = forms.ChoiceField(
        label=_("管控层级"), choices=[("", "按颜色确定"), *ControlLevel.choices], required=False
    )
    note = words(_("评估理由"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = scoring()
        tables = {
            "lec_l": known.lec["likelihood"], "lec_e": known.lec["exposure"], "lec_c": known.lec["consequence"],
            "ls_l": known.ls["likelihood"], "ls_s": known.ls["severity"],
        }  # fmt: skip
        for name, table in tables.items():
            self.fields[name].choices = steps(table)  # type: ignore[attr-defined]
        self.fields["direct"].choices = [("", "请选择"), *known.direct.items()]  # type: ignore[attr-defined]


class PointForm(OnceForm):
    """A risk point that is not among the usual ones, or a correction."""

    name = forms.CharField(label=_("名称"), max_length=60)
    zone = forms.CharField(label=_("在哪里"), max_length=60)
    category = forms.ChoiceField(label=_("类别"), choices=Category.choices)
    hazard = words(_("危险源：什么会伤人"), limit=200)
    accidents = forms.CharField(label=_("可能的事故"), max_length=100)
    people = forms.MultipleChoiceField(
        label=_("哪些人会受影响"), choices=Exposed.choices, widget=forms.CheckboxSelectMultiple
    )
    people_count = forms.IntegerField(
        label=_("大约多少人"), min_value=0, max_value=30000, required=False
    )
    phone = forms.RegexField(
        r"^[0-9 +()-]{3,20}$", label=_("值班电话（写在告知卡上）"), max_length=20, required=False,
        error_messages={"invalid": _("电话只能填数字和 + - ( )，3 到 20 位。")},
    )  # fmt: skip
    lon = forms.DecimalField(
        label=_("经度（可不填）"), max_digits=9, decimal_places=6, min_value=-180, max_value=180, required=False
    )  # fmt: skip
    lat = forms.DecimalField(
        label=_("纬度（可不填）"), max_digits=9, decimal_places=6, min_value=-90, max_value=90, required=False
    )  # fmt: skip
    files = photos(_("照片"))  # type: ignore[assignment]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("lon") is None) != (data.get("lat") is None):
            self.add_error("lat", _("经度和纬度要一起填写。"))
        return data

    def facts(self) -> dict[str, Any]:
        """What the services take."""
        left_out = {"form_id", "files"}
        facts = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        return {**facts, "people_count": facts.get("people_count") or 0}


class ControlForm(StepForm):
    kind = forms.ChoiceField(label=_("种类"), choices=Measure.choices)
    text = words(_("措施"), limit=200)
    owner = forms.CharField(label=_("落实人"), max_length=40, required=False)
    every = forms.TypedChoiceField(
        label=_("多久检查一次"), choices=[("", "按颜色确定"), *Every.choices], required=False, coerce=int,
        empty_value=None,
    )  # fmt: skip


class PlanForm(StepForm):
    name = forms.CharField(
        label=_("名称"), max_length=40, help_text=_("例如：总平面图、一号楼一层。")
    )
    file = forms.FileField(label=_("平面图"), help_text=_("照片或图片；拍墙上的平面图也可以。"))


class CheckForm(OnceForm):
    """In order or not; what is not is ticked."""

    ok = forms.ChoiceField(label=_("结果"), choices=[("1", "全部有效"), ("0", "有问题")])
    failed = forms.MultipleChoiceField(
        label=_("哪些措施没有落实"), widget=forms.CheckboxSelectMultiple, required=False
    )
    note = words(_("问题说明"), required=False)
    on = forms.DateField(widget=forms.HiddenInput, required=False)
    files = photos(_("照片"))  # type: ignore[assignment]

    def __init__(self, *args: Any, controls: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["failed"].choices = [(str(one.pk), one.text) for one in controls]  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate


class FilterForm(StepForm):
    """The list's filter, kept in the address."""

    q = forms.CharField(label=_("查找"), required=False, max_length=60)
    colour = forms.ChoiceField(required=False)
    category = forms.ChoiceField(choices=[("", "全部类别"), *Category.choices], required=False)
    state = forms.CharField(required=False, max_length=12)
    due = forms.ChoiceField(
        choices=[("", "全部"), ("overdue", "检查逾期"), ("week", "七天内要检查"), ("proposed", "建议重评")], required=False
    )  # fmt: skip
    unit = forms.CharField(required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colour"].choices = [("", "全部颜色"), *colour_choices(), ("none", "未评估")]  # type: ignore[attr-defined]
