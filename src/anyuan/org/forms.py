"""Forms of units and people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import dress
from anyuan.org.actor import Actor
from anyuan.org.models import Profile, Stage, Unit
from anyuan.org.permissions import ROLES_AT, Role

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PersonForm(forms.Form):
    """A new person with a first post."""

    name = forms.CharField(label=_("姓名"), max_length=40)
    username = forms.CharField(
        label=_("用户名"), max_length=40, help_text=_("登录时用，可用字母和数字。")
    )
    phone = forms.CharField(
        label=_("手机号"),
        max_length=11,
        required=False,
        help_text=_("填了以后也可以用手机号登录。"),
    )
    role = forms.ChoiceField(label=_("岗位"))
    until = forms.DateField(
        label=_("截止日期"), widget=DATE, required=False, help_text=_("评估人员必须填写。")
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, Role(role).label) for role in ROLES_AT[unit.kind]]  # type: ignore[attr-defined]
        dress(self)


class UnitForm(forms.Form):
    """A new unit."""

    name = forms.CharField(label=_("名称"), max_length=80)
    short_name = forms.CharField(label=_("简称"), max_length=30, required=False)
    code = forms.CharField(label=_("代码"), max_length=20, help_text=_("学校填 10 位学校标识码。"))
    kind = forms.ChoiceField(label=_("类别"), choices=Unit.Kind.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class MoveForm(forms.Form):
    """Where a school goes."""

    target = forms.ModelChoiceField(
        label=_("新的主管单位"),
        queryset=Unit.raw.none(),
        empty_label=_("请选择"),
        error_messages={
            "required": _("请选择新的主管单位。"),
            "invalid_choice": _("请选择另一个主管单位。"),
        },
    )

    def __init__(self, *args: Any, unit: Unit, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = (  # type: ignore[attr-defined]
            Unit.objects.within(by.units)
            .filter(kind__in=[Unit.Kind.CITY, Unit.Kind.DISTRICT])
            .exclude(key=unit.parent_id)
            .order_by("key")
        )
        dress(self)


class CloseForm(forms.Form):
    """Whether a school is merged and into which; it cannot be taken back."""

    target = forms.ModelChoiceField(
        label=_("并入哪所学校（停办不选）"),
        queryset=Unit.raw.none(),
        empty_label=_("停办"),
        required=False,
        error_messages={"invalid_choice": _("请选择另一所正常办学的学校。")},
    )
    sure = forms.BooleanField(
        label=_("已核对，知道办理后不能撤回"),
        error_messages={"required": _("请核对后勾选。")},
    )

    def __init__(self, *args: Any, unit: Unit, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = (  # type: ignore[attr-defined]
            Unit.objects.within(by.units)
            .filter(kind=Unit.Kind.SCHOOL, state=Unit.State.ACTIVE)
            .exclude(key=unit.key)
            .order_by("key")
        )
        dress(self)


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """A school's or campus's facts; rules apply by them."""

    stages = forms.MultipleChoiceField(
        label=_("学段"), choices=Stage.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Profile
        fields = (
            "stages", "is_public", "boarding", "boarders", "pupils", "staff", "classes", "buildings",
            "has_bus", "has_canteen", "has_lab", "high_rise", "key_fire_unit", "address", "lon", "lat", "datum",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
