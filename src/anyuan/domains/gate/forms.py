"""What the gate asks; everything that can be known is filled in."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import OnceForm, dress
from anyuan.domains.gate.models import Code, Kind, State
from anyuan.org.models.person import MOBILE

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def line(label: Any, limit: int, *, required: bool = False, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=required, widget=forms.TextInput(attrs=attrs)
    )


def mobile(label: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=11,
        required=required,
        validators=[MOBILE],
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


def heads() -> forms.IntegerField:
    return forms.IntegerField(label=_("人数"), min_value=1, max_value=200, initial=1)


class Examined(OnceForm):
    """The two questions of the epidemic checks; a form without them where the school has them off."""

    temperature = forms.DecimalField(
        label=_("体温（℃）"),
        max_digits=4,
        decimal_places=1,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.1"}),
    )
    code = forms.ChoiceField(
        label=_("健康码"), choices=[("", "请选择"), *Code.choices], required=False
    )

    def __init__(self, *args: Any, epidemic: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not epidemic:
            del self.fields["temperature"], self.fields["code"]

    def examined(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"temperature": data.get("temperature"), "code": data.get("code", "")}


class HostForm(OnceForm):
    """Whom the visitor wants to see: typed, with the school's names offered; an unknown name is refused."""

    host = line(_("找谁"), 40, list="staff", autocomplete="off")

    def __init__(self, *args: Any, staff: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff

    def clean_host(self) -> str:
        name: str = self.cleaned_data["host"].strip()
        if name and name not in self.staff:
            raise forms.ValidationError(_("学校人员里没有这个姓名，请从提示中选择。"))
        return name

    def host_id(self) -> int | None:
        return self.staff.get(self.cleaned_data.get("host", ""))


class DeskForm(HostForm, Examined):
    """At the gate: four things for most; the rest is folded away."""

    kind = forms.ChoiceField(
        label=_("类型"), choices=Kind.choices, initial=Kind.VISITOR, widget=forms.RadioSelect
    )
    name = line(_("姓名"), 40, autocomplete="off")
    purpose = line(_("事由"), 100, list="purposes", autocomplete="off")
    phone = mobile(_("手机号"))
    people = heads()
    organisation = line(_("来自单位"), 60)
    plate = line(_("车牌"), 12, autocapitalize="characters")
    goods = line(_("物品"), 100)
    why = line(_("不放行的原因"), 200)
    isolated = forms.BooleanField(label=_("已引导到临时隔离点"), required=False)

    field_order = ("kind", "name", "host", "purpose", "temperature", "code", "phone")

    def turned(self) -> dict[str, Any]:
        return {"why": self.cleaned_data["why"], "isolated": self.cleaned_data["isolated"]}

    def facts(self) -> dict[str, Any]:
        names = ("kind", "name", "purpose", "phone", "people", "organisation", "plate", "goods")
        return {name: self.cleaned_data[name] for name in names} | {"host_id": self.host_id()}


class BookForm(HostForm):
    """A member of the school expects somebody."""

    name = line(_("来访人姓名"), 40, required=True, autocomplete="off")
    on = forms.DateField(label=_("哪一天"), widget=DATE, initial=timezone.localdate)
    at = forms.TimeField(label=_("几点（可不填）"), widget=TIME, required=False)
    kind = forms.ChoiceField(label=_("类型"), choices=Kind.choices, initial=Kind.VISITOR)
    purpose = line(_("事由"), 100, list="purposes", autocomplete="off")
    people = heads()
    phone = mobile(_("来访人手机号（可不填）"))
    organisation = line(_("来自单位（可不填）"), 60)
    plate = line(_("车牌（开车来的请填）"), 12, autocapitalize="characters")

    field_order = ("name", "on", "at", "kind", "purpose", "host")

    def facts(self) -> dict[str, Any]:
        names = ("on", "at", "kind", "name", "purpose", "people", "phone", "organisation", "plate")
        return {name: self.cleaned_data[name] for name in names} | {"host_id": self.host_id()}


class PublicForm(OnceForm):
    """A visitor books: whom one wants to see is typed, and nothing says whether the name is known."""

    kind = forms.ChoiceField(
        label=_("您是"),
        choices=[("parent", "家长"), ("visitor", "来访人员"), ("worker", "维修施工人员")],
    )
    name = line(_("您的姓名"), 40, required=True, autocomplete="name")
    phone = mobile(_("您的手机号"), required=True)
    host_name = line(_("找哪位老师（写姓名）"), 40, required=True, autocomplete="off")
    on = forms.DateField(label=_("哪一天来"), widget=DATE, initial=timezone.localdate)
    at = forms.TimeField(label=_("大约几点（可不填）"), widget=TIME, required=False)
    purpose = line(_("什么事"), 100, required=True)
    people = heads()
    plate = line(_("车牌（开车来的请填）"), 12, autocapitalize="characters")
    agree = forms.BooleanField(label=_("我同意学校为来访登记使用以上信息"))
    # A person does not see this field; a machine that fills every field gives itself away.
    website = forms.CharField(required=False, label=_("请勿填写"))

    def facts(self) -> dict[str, Any]:
        names = ("kind", "name", "phone", "host_name", "on", "at", "purpose", "people", "plate")
        facts = {name: self.cleaned_data[name] for name in names}
        return facts | {"host_name": facts["host_name"].strip()}


class LeaveForm(OnceForm):
    """The class teacher: which pupil, who fetches."""

    pupil = line(_("学生姓名"), 40, required=True, autocomplete="off")
    class_name = line(_("班级"), 30, required=True, placeholder="如：三（2）班")
    reason = line(_("离校原因"), 100, required=True, list="reasons", autocomplete="off")
    fetcher = line(_("接送人姓名"), 40, required=True, autocomplete="off")
    relation = line(_("与学生关系"), 20, required=True, list="relations", autocomplete="off")
    phone = mobile(_("接送人手机号（可不填）"))
    on = forms.DateField(label=_("哪一天"), widget=DATE, initial=timezone.localdate)
    at = forms.TimeField(label=_("几点（可不填）"), widget=TIME, required=False)
    confirmed = forms.BooleanField(
        label=_("我已联系家长核实，由此人接走"),
        required=False,
        help_text=_("没有核实也可以先保存；核实之前门卫不能放行。"),
    )

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {name: given[name] for name in self.fields if name != "form_id"}


class CloseForm(OnceForm):
    """The day's check; the figures of pupils and staff only where epidemic checks are on."""

    on = forms.DateField(label=_("哪一天"), widget=DATE, initial=timezone.localdate)
    pupils_checked = forms.IntegerField(
        label=_("师生测温人数"), min_value=0, max_value=30000, required=False
    )
    pupils_unfit = forms.IntegerField(
        label=_("其中体温异常人数"), min_value=0, max_value=30000, required=False
    )
    pupils_isolated = forms.IntegerField(
        label=_("其中隔离观察人数"), min_value=0, max_value=30000, required=False
    )
    pupils_absent = forms.IntegerField(
        label=_("学生因病缺勤人数"), min_value=0, max_value=30000, required=False
    )
    note = line(_("说明"), 200)

    def __init__(self, *args: Any, epidemic: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not epidemic:
            for name in [name for name in self.fields if name.startswith("pupils_")]:
                del self.fields[name]

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields if name != "form_id"}


class FilterForm(forms.Form):
    """The register's filter, kept in the address; without days the last thirty."""

    q = forms.CharField(label=_("查找"), required=False, max_length=40)
    since = forms.DateField(label=_("从"), widget=DATE, required=False)
    until = forms.DateField(label=_("到"), widget=DATE, required=False)
    kind = forms.ChoiceField(choices=[("", "全部类型"), *Kind.choices], required=False)
    state = forms.ChoiceField(choices=[("", "全部状态"), *State.choices], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    def wanted(self) -> dict[str, Any]:
        """The filter with its days; what cannot be read is left out."""
        self.is_valid()
        today = timezone.localdate()
        given: dict[str, Any] = {**self.cleaned_data}
        given["since"] = given.get("since") or today - datetime.timedelta(days=30)
        return given
