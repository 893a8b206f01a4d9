"""What people write of regulations, meetings, leaders' inspections and visits."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.domains.responsibility.governance.content import regulation_choices
from anyuan.domains.responsibility.governance.models import How, LeaderRole, MeetingType
from anyuan.domains.responsibility.governance.services.meetings import Agreed
from anyuan.engines.obligations.numbers import number_values

ROWS = 4  # decisions asked at once; more are added on the meeting's page


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more
    )


def _area(label: Any, rows: int = 3, limit: int = 2000, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=limit, widget=widget, **more)


def _files(label: Any, accept: str = "") -> FilesField:
    field = FilesField(label=label, required=False)
    field.widget.attrs.update({"multiple": True, **({"accept": accept} if accept else {})})
    return field


class VersionForm(OnceForm):
    """A version of a regulation."""

    document_no = forms.CharField(label=_("文号"), max_length=60, required=False)
    issued_on = _day(_("印发日期"), initial=timezone.localdate)
    since = _day(_("施行日期"), initial=timezone.localdate)
    approved_by = forms.CharField(
        label=_("批准人或会议"), max_length=60, help_text=_("例如：校长办公会")
    )
    files = _files(_("制度文件（Word、PDF 或照片）"))  # type: ignore[assignment]
    text = _area(_("制度正文"), 6, 20000, required=False, help_text=_("上传了文件的可以不填。"))

    def facts(self) -> dict[str, Any]:
        names = ("document_no", "issued_on", "since", "approved_by", "text")
        return {name: self.cleaned_data[name] for name in names}


class RegulationForm(VersionForm):
    type = forms.ChoiceField(label=_("种类"), choices=regulation_choices)
    title = forms.CharField(
        label=_("名称"), max_length=80, required=False, help_text=_("不填就用种类的名称。")
    )
    field_order = ["type", "title"]

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "kind": self.cleaned_data["type"], "title": self.cleaned_data["title"]}  # fmt: skip


class ReviewForm(OnceForm):
    on = _day(_("复核日期"), initial=timezone.localdate)
    revise = forms.MultipleChoiceField(
        label=_("需要修订的制度（不勾选的视为仍然适用）"), required=False, widget=forms.CheckboxSelectMultiple
    )  # fmt: skip
    note = _area(_("复核意见"), 3, 1000, required=False)

    def __init__(self, *args: Any, rows: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revise"].choices = [(str(row.pk), row.title) for row in rows]  # type: ignore[attr-defined]


class MeetingForm(OnceForm):
    type = forms.ChoiceField(label=_("会议类型"), choices=MeetingType.choices, initial="monthly")
    on = _day(_("日期"), initial=timezone.localdate)
    chair = forms.CharField(label=_("主持人"), max_length=40)
    attended = forms.IntegerField(label=_("参加人数"), min_value=1, max_value=5000)
    place = forms.CharField(label=_("地点"), max_length=60, required=False)
    agenda = _area(_("议题和主要内容"), 3, 3000)
    files = _files(_("会议纪要、签到照片"))  # type: ignore[assignment]

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("type", "chair", "attended", "place", "agenda")}  # fmt: skip


class DecisionForm(forms.Form):
    """One decision; an empty row is left out."""

    text = forms.CharField(label=_("议定事项"), max_length=300, required=False)
    owner_name = forms.CharField(label=_("牵头人"), max_length=40, required=False)
    due_on = _day(_("完成期限"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
        self.fields["due_on"].initial = default_due

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("text", "").strip():
            for name, sentence in (("owner_name", _("请填写牵头人。")), ("due_on", _("请填写完成期限。"))):  # fmt: skip
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        return said

    def agreed(self) -> Agreed | None:
        said = self.cleaned_data
        if not said.get("text", "").strip():
            return None
        return Agreed(said["text"].strip(), said["owner_name"].strip(), said["due_on"])


def default_due() -> datetime.date:
    days = int(number_values("decision_default_days")[0])
    return timezone.localdate() + datetime.timedelta(days=days)


DecisionSet = forms.formset_factory(DecisionForm, extra=ROWS, max_num=20)


class EndDecisionForm(forms.Form):
    state = forms.ChoiceField(
        label=_("办理结果"), choices=[("done", _("已完成")), ("dropped", _("不再办理"))]
    )
    result = forms.CharField(label=_("说明"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class LeaderForm(OnceForm):
    """A leader's inspection: under two minutes on a phone."""

    leader = forms.CharField(label=_("带队领导"), max_length=40)
    role = forms.ChoiceField(label=_("职务"), choices=LeaderRole.choices, initial="administration")
    on = _day(_("日期"), initial=timezone.localdate)
    visited = forms.MultipleChoiceField(
        label=_("检查的学校或校区"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    unannounced = forms.BooleanField(label=_("四不两直（事先不通知）"), required=False)
    company = forms.CharField(label=_("同行人员"), max_length=120, required=False)
    summary = _area(_("检查情况"), 3, 2000)
    problems = _area(_("发现的问题（每行一个，会转为隐患）"), 3, 3000, required=False)
    files = _files(_("照片"), "image/*")  # type: ignore[assignment]

    def __init__(self, *args: Any, places: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if places:
            self.fields["visited"].choices = [(one.key, one.name) for one in places]  # type: ignore[attr-defined]
        else:
            del self.fields["visited"]

    def facts(self) -> dict[str, Any]:
        names = ("leader", "role", "unannounced", "company", "summary")
        return {name: self.cleaned_data[name] for name in names}


class PlanForm(OnceForm):
    title = forms.CharField(label=_("督查名称"), max_length=80)
    since = _day(_("开始日期"), initial=timezone.localdate)
    until = _day(_("结束日期"))
    how = forms.ChoiceField(label=_("怎样选学校"), choices=How.choices, initial=How.RANDOM)
    count = forms.IntegerField(
        label=_("抽取几所"), min_value=1, max_value=200, required=False,
        help_text=_("随机抽取时填写；逾期隐患多的学校抽中的机会更大。"),
    )  # fmt: skip
    schools = forms.MultipleChoiceField(
        label=_("学校"), required=False, widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text=_("指定时选要去的学校；随机抽取时不选就是全部。"),
    )  # fmt: skip
    inspectors = _area(_("督查人员（每行一个姓名）"), 4)
    team_size = forms.IntegerField(label=_("每校几人"), min_value=1, max_value=20, initial=2)
    focus = _area(_("督查重点"), 2, 1000, required=False)
    unannounced = forms.BooleanField(label=_("不打招呼"), required=False, initial=True)

    def __init__(self, *args: Any, offered: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["schools"].choices = [(one.key, one.name) for one in offered]  # type: ignore[attr-defined]

    def facts(self) -> dict[str, Any]:
        names = (
            "title",
            "since",
            "until",
            "how",
            "inspectors",
            "team_size",
            "focus",
            "unannounced",
        )
        return {name: self.cleaned_data[name] for name in names}


class VisitForm(OnceForm):
    on = _day(_("督查日期"), initial=timezone.localdate)
    result = _area(_("督查情况"), 4, 3000)
    problems = _area(_("发现的问题（每行一个，会转为隐患）"), 4, 3000, required=False)
    inspection = forms.ChoiceField(label=_("用的检查表"), required=False)
    urgent = forms.BooleanField(label=_("特急督办"), required=False)
    files = _files(_("照片"), "image/*")  # type: ignore[assignment]

    def __init__(self, *args: Any, inspections: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [
            (str(one.pk), f"{one.record.happened_on:%m-%d} {one.version.checklist.title}")
            for one in inspections
        ]
        self.fields["inspection"].choices = [("", _("没有用检查表")), *found]  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    reply = _area(_("整改情况"), 4)
    files = _files(_("整改照片"))  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class CloseForm(forms.Form):
    closing = forms.CharField(label=_("意见"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class FilterForm(forms.Form):
    type = forms.ChoiceField(
        label=_("会议类型"), choices=[("", _("全部类型")), *MeetingType.choices], required=False
    )
    role = forms.ChoiceField(
        label=_("职务"), choices=[("", _("全部职务")), *LeaderRole.choices], required=False
    )
    unit = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
