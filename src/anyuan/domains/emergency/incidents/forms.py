"""What each page asks; everything that can be known is filled in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.domains.emergency.incidents.content import kind_choices, level_choices
from anyuan.domains.emergency.incidents.models import (
    Hurt,
    Injured,
    RescueCard,
    Source,
    Where,
    Who,
)

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
MOST = 30000


def moment(label: Any, **more: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, widget=MOMENT, **more)


def text(label: Any, *, rows: int = 3, limit: int = 2000, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=limit, widget=widget, **more)


def heads(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST, required=False, initial=0)


def minute_now() -> Any:
    return timezone.localtime().replace(second=0, microsecond=0)


class StepForm(forms.Form):
    """Base of the steps' forms: widgets dressed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class NoteForm(StepForm):
    note = text(_("说明（可不填）"), rows=2, limit=300, required=False)


class ReasonForm(StepForm):
    note = text(_("原因"), rows=2, limit=300)


class StartForm(StepForm):
    """Begin to handle: by one of the plans `initial["offered"]`, or by words of one's own."""

    chosen = forms.ChoiceField(label=_("启动的预案"), required=False)
    plan = forms.CharField(
        label=_("启动的预案"),
        max_length=120,
        required=False,
        help_text=_("例如：火灾事故应急预案。"),
    )
    note = text(_("先做什么（可不填）"), rows=2, limit=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = self.initial.get("offered") or []
        if not names:
            del self.fields["chosen"]
            return
        field: Any = self.fields["chosen"]
        field.choices = [*((name, name) for name in names), ("", _("不在其中"))]
        self.fields["plan"].label = _("其他预案（不在上面时填写）")

    def clean(self) -> dict[str, Any]:
        """What a person writes goes before what is chosen in the list."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = data.pop("chosen", "")
        data["plan"] = data.get("plan") or chosen
        return data


class LevelForm(StepForm):
    level = forms.ChoiceField(label=_("定为"), choices=level_choices)
    note = text(_("理由（与系统建议不同时必填）"), rows=2, limit=300, required=False)


class CloseForm(StepForm):
    cause = text(_("原因"), rows=2, limit=1000)
    lessons = text(
        _("教训和要改进的地方（每行一条，会转为隐患整改）"), rows=3, limit=2000, required=False
    )
    revise = forms.CharField(
        label=_("预案哪里要修订"), max_length=300, required=False,
        help_text=_("填写后会提醒修订预案。"),
    )  # fmt: skip
    note = text(_("善后情况（可不填）"), rows=2, limit=300, required=False)


class FiguresPart(forms.Form):
    """How many people, and whether that is known."""

    hurt = forms.ChoiceField(label=_("伤亡"), choices=Hurt.choices)
    injured = heads(_("受伤人数"))
    serious = heads(_("其中重伤"))
    dead = heads(_("死亡人数"))
    missing = heads(_("失踪人数"))

    def figures(self) -> dict[str, Any]:
        names = ("injured", "serious", "dead", "missing")
        return {name: self.cleaned_data.get(name) or 0 for name in names}


class QuickForm(OnceForm):
    """The first report: big buttons, a place, one line; the time is now."""

    kind = forms.ChoiceField(label=_("发生了什么"), choices=kind_choices, widget=forms.RadioSelect)
    place = forms.CharField(label=_("在哪里"), max_length=60)
    hurt = forms.ChoiceField(
        label=_("有人受伤吗"), choices=Hurt.choices, widget=forms.RadioSelect, initial=Hurt.UNKNOWN
    )
    injured = forms.IntegerField(
        label=_("几个人受伤或发病"), min_value=1, max_value=MOST, required=False
    )
    summary = text(
        _("一句话说明"),
        rows=2,
        limit=200,
        help_text=_("不要写学生姓名；伤者以后单独登记，加密保存。"),
    )
    files = FilesField(label=_("照片（可不拍）"), required=False)  # type: ignore[assignment]
    happened_at = moment(_("发生时间"), initial=minute_now)
    contact = forms.CharField(label=_("现场联系人"), max_length=40, required=False)
    contact_phone = forms.CharField(label=_("联系电话"), max_length=20, required=False)
    lon = forms.DecimalField(
        max_digits=9, decimal_places=6, required=False, widget=forms.HiddenInput
    )
    lat = forms.DecimalField(
        max_digits=9, decimal_places=6, required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs.update({"accept": "image/*", "multiple": True})
        for name in ("contact_phone",):
            self.fields[name].widget.attrs.update({"inputmode": "tel", "autocomplete": "tel"})
        self.fields["injured"].widget.attrs["inputmode"] = "numeric"

    def facts(self) -> dict[str, Any]:
        """What the service takes besides the files."""
        data = self.cleaned_data
        names = (
            "kind", "place", "hurt", "summary", "happened_at", "contact", "contact_phone", "lon", "lat",
        )  # fmt: skip
        return {**{name: data[name] for name in names}, "injured": data["injured"] or 0}

    def clean(self) -> dict[str, Any] | None:
        """A position is both or nothing; a number says that somebody is hurt."""
        data = self.cleaned_data
        if (data.get("lon") is None) != (data.get("lat") is None):
            data["lon"] = data["lat"] = None
        if data.get("injured") and data.get("hurt") == Hurt.UNKNOWN:
            data["hurt"] = Hurt.SOME
        return data


class DeskForm(QuickForm):
    """What the desk writes down for a school: also how it learnt of it."""

    source = forms.ChoiceField(label=_("怎么知道的"), choices=Source.choices)
    told_at = moment(_("学校报告的时间"), required=False, initial=minute_now)

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "source": self.cleaned_data["source"], "told_at": self.cleaned_data["told_at"]}  # fmt: skip


class FactsForm(FiguresPart):
    place = forms.CharField(label=_("地点"), max_length=60)
    happened_at = moment(_("发生时间"))
    note = text(_("新情况"), rows=3, limit=1000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class PhoneForm(StepForm):
    whom = forms.CharField(
        label=_("电话报告给了谁"), max_length=80, help_text=_("例如：武进区教育局值班室王老师。")
    )
    at = moment(_("什么时候打的"), initial=minute_now)


class EntryForm(StepForm):
    text = text(_("写下发生的事、做的事"), rows=2, limit=900)
    about = moment(_("时间（不填为现在）"), required=False)


class TaskForm(OnceForm):
    text = forms.CharField(label=_("做什么"), max_length=200)
    owner = forms.TypedChoiceField(
        label=_("交给谁"), choices=(), coerce=int, empty_value=None, required=False
    )
    owner_name = forms.CharField(label=_("不在名单里的，写姓名"), max_length=40, required=False)
    due_at = moment(_("什么时候完成（可不填）"), required=False)

    def __init__(self, *args: Any, people: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", "请选择"), *people]  # type: ignore[attr-defined]


class ReportForm(OnceForm, FiguresPart):
    """A written report; what is known stands in it."""

    happened_at = moment(_("发生时间"))
    place = forms.CharField(label=_("地点"), max_length=60)
    what = text(_("事件经过"), rows=4, help_text=_("时间、地点、经过、现状。不要写学生姓名。"))
    people = forms.CharField(
        label=_("涉及人员"),
        max_length=300,
        required=False,
        help_text=_("例如：六年级学生 3 人，教师 1 人。"),
    )
    measures = text(_("已采取的措施"))
    cause = text(_("原因（初步判断）"), rows=2, limit=1000, required=False)
    opinion = forms.CharField(label=_("舆情和家长情绪"), max_length=300, required=False)
    next_steps = text(_("下一步和需要的支持"), rows=2, limit=1000, required=False)
    contact = forms.CharField(label=_("联系人"), max_length=40)
    contact_phone = forms.CharField(label=_("联系电话"), max_length=20)
    approved_by = forms.CharField(
        label=_("签发人"), max_length=40, help_text=_("同意报送的单位负责人。")
    )
    field_order = ("happened_at", "place", "hurt", "injured", "serious", "dead", "missing", "what")

    def said(self) -> dict[str, Any]:
        data = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"form_id", "injured", "serious", "dead", "missing"}
        }
        return {**data, **self.figures()}


class InjuredForm(OnceForm):
    name = forms.CharField(label=_("姓名"), max_length=40)
    who = forms.ChoiceField(label=_("身份"), choices=Who.choices)
    age = forms.CharField(label=_("年龄"), max_length=10, required=False)
    class_name = forms.CharField(label=_("班级或部门"), max_length=40, required=False)
    injury = forms.CharField(label=_("伤情"), max_length=200, required=False)
    serious = forms.BooleanField(label=_("重伤"), required=False)
    hospital = forms.CharField(label=_("就诊医院"), max_length=80, required=False)
    state = forms.ChoiceField(label=_("去向"), choices=Where.choices)
    guardian_told_at = moment(_("告知监护人的时间（没有告知的不填）"), required=False)

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "form_id"}

    @staticmethod
    def known(person: Injured) -> dict[str, Any]:
        names = InjuredForm.base_fields.keys() - {"form_id"}
        return {name: getattr(person, name) for name in names}


CARD_FIELDS = ("address", "gate", "hazards", "water", "assembly", "hospital", "contact", "phone")


class CardForm(StepForm):
    address = forms.CharField(label=_("详细地址和明显标志"), max_length=120)
    gate = forms.CharField(
        label=_("救援车辆走哪个门、怎么进"), max_length=120,
        help_text=_("例如：走延政路南门，门宽 6 米，进门右转到操场。"),
    )  # fmt: skip
    hazards = forms.CharField(
        label=_("危险部位"), max_length=300, required=False,
        help_text=_("燃气阀、配电房、化学品库、锅炉等在哪里。"),
    )  # fmt: skip
    water = forms.CharField(label=_("消防水源"), max_length=120, required=False)
    assembly = forms.CharField(label=_("疏散集合地点"), max_length=120, required=False)
    hospital = forms.CharField(label=_("最近的医院"), max_length=120, required=False)
    contact = forms.CharField(label=_("接应联系人"), max_length=40)
    phone = forms.CharField(label=_("联系电话"), max_length=20)

    @staticmethod
    def known(card: RescueCard) -> dict[str, Any]:
        return {name: getattr(card, name) for name in CARD_FIELDS}


class FilterForm(StepForm):
    q = forms.CharField(label=_("查找"), required=False, max_length=60)
    kind = forms.ChoiceField(
        label=_("种类"), required=False, choices=lambda: [("", "全部种类"), *kind_choices()]
    )
    level = forms.ChoiceField(
        label=_("等级"), required=False, choices=lambda: [("", "全部等级"), *level_choices()]
    )
    state = forms.CharField(required=False, max_length=12)
    late = forms.ChoiceField(
        label=_("报告"), required=False,
        choices=[("", "全部"), ("due", "有报告要交"), ("late", "迟报、漏报"), ("must", "须上报")],
    )  # fmt: skip
    since = forms.DateField(
        label=_("从"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("到"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    unit = forms.CharField(required=False, max_length=120)
