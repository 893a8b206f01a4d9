"""What each page asks; everything that can be known is filled in."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.domains.emergency.warnings.content import (
    colour_choices,
    kind_choices,
    level_choices,
    suspension_choices,
)
from anyuan.org.models.unit import Stage

MOMENT = {"type": "datetime-local"}
MOST = 30000
SPARE_ROWS = 3


def moment(label: Any, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs=MOMENT, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **more)


def text(label: Any, *, rows: int = 3, limit: int = 2000, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=limit, widget=widget, **more)


class StepForm(forms.Form):
    """Base of the steps' forms: widgets dressed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class NoteForm(StepForm):
    note = text(_("说明（可不填）"), rows=2, limit=300, required=False)


class ReasonForm(StepForm):
    note = text(_("原因"), rows=2, limit=300)


class ExtendForm(StepForm):
    expires_at = moment(_("新的有效期至"))
    note = text(_("说明（可不填）"), rows=2, limit=300, required=False)


class HandForm(OnceForm):
    """A warning by hand, in under a minute."""

    kind = forms.ChoiceField(label=_("种类"), choices=kind_choices)
    colour = forms.ChoiceField(label=_("颜色"), choices=colour_choices, widget=forms.RadioSelect)
    units = forms.MultipleChoiceField(
        label=_("影响范围"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选择影响范围。")},
    )
    expires_at = moment(_("有效期至"))
    words = text(_("预警内容"), rows=3, limit=4000, help_text=_("把收到的预警原话贴在这里。"))
    source = forms.CharField(
        label=_("发布单位（可不填）"), max_length=120, required=False,
        widget=forms.TextInput(attrs={"placeholder": "例如：常州市气象台"}),
    )  # fmt: skip
    exercise = forms.BooleanField(label=_("这是演练，不是真的预警"), required=False)

    def __init__(self, *args: Any, areas: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["units"].choices = list(areas)
        hour = timezone.localtime().replace(minute=0, second=0, microsecond=0)
        fields["expires_at"].initial = hour + datetime.timedelta(hours=13)


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("预警文件"),
        help_text=_("CAP 1.2 格式的 .xml 文件，不超过 512 KB。"),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class SourceForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=60)
    url = forms.CharField(
        label=_("地址"), max_length=400, widget=forms.URLInput,
        help_text=_("http 或 https 开头；可以是一条预警，也可以是预警列表。"),
    )  # fmt: skip
    minutes = forms.IntegerField(label=_("每隔几分钟查看"), min_value=1, max_value=1440, initial=5)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class SuspendForm(OnceForm):
    """停课通知; `required` False inside the form that passes a warning on."""

    suspend = forms.ChoiceField(label=_("停课方式"))
    from_at = moment(_("从"), required=False)
    to_at = moment(_("到"), required=False)
    stages = forms.MultipleChoiceField(
        label=_("只限这些学段（不选就是全部）"), choices=Stage.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    suspend_words = text(
        _("具体要求（可不填）"), rows=2, limit=500, required=False,
        help_text=_("例如：已到校学生由学校照看，家长可自行接回。"),
    )  # fmt: skip

    def __init__(self, *args: Any, required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        none = [] if required else [("", _("不停课"))]
        fields["suspend"].choices = [*none, *suspension_choices()]
        fields["suspend"].required = required

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("suspend"):
            for name in ("from_at", "to_at"):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, _("请填写时间。"))
        return found

    def suspension(self) -> dict[str, Any] | None:
        """The order as the service takes it; None where none is given."""
        found = self.cleaned_data
        if not found.get("suspend"):
            return None
        return {
            "kind": found["suspend"], "from_at": found["from_at"], "to_at": found["to_at"],
            "stages": found["stages"], "words": found["suspend_words"], "order_id": self.once(),
        }  # fmt: skip


class IssueForm(SuspendForm):
    """What the desk decides; measures are rows that can be ticked and changed."""

    kind = forms.ChoiceField(label=_("种类"), choices=kind_choices)
    colour = forms.ChoiceField(label=_("颜色"), choices=colour_choices)
    level = forms.ChoiceField(label=_("响应等级"), choices=level_choices)
    units = forms.MultipleChoiceField(
        label=_("下发给"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选择下发范围。")},
    )
    expires_at = moment(_("有效期至"))
    words = text(_("给学校看的内容"), rows=4, limit=4000)
    more = text(
        _("另外增加的措施（每行一条）"), rows=2, limit=2000, required=False,
    )  # fmt: skip

    def __init__(
        self, *args: Any, areas: Sequence[tuple[str, str]], measures: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, required=False, **kwargs)
        fields: Any = self.fields
        fields["units"].choices = list(areas)
        self.proposed = list(measures)

    @property
    def rows(self) -> list[tuple[int, str, bool]]:
        """(number, text, ticked) of each proposed measure, as it was sent or as proposed."""
        if not self.is_bound:
            return [(n, text, True) for n, text in enumerate(self.proposed)]
        many = int(self.data.get("m_count") or 0) if str(self.data.get("m_count", "0")).isdigit() else 0  # fmt: skip
        return [
            (n, str(self.data.get(f"m_text_{n}", "")), f"m_on_{n}" in self.data)
            for n in range(min(many, 60))
        ]

    def decided(self) -> dict[str, Any]:
        """What the step of the loop takes."""
        found = self.cleaned_data
        texts = [said for _n, said, ticked in self.rows if ticked]
        texts += str(found.get("more") or "").splitlines()
        names = ("kind", "colour", "level", "units", "expires_at", "words")
        return {**{name: found[name] for name in names}, "measures": texts, "suspension": self.suspension()}  # fmt: skip


class MoreForm(StepForm):
    more = text(_("增加的措施（每行一条）"), rows=3, limit=2000)


class ReportForm(forms.Form):
    """A row for each measure, then the whole; the suspension's figures where there is one."""

    note = text(_("情况说明（可不填）"), rows=2, limit=500, required=False)
    files = FilesField(label=_("照片（可不传）"), required=False)  # type: ignore[assignment]
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, asked: Sequence[Any], suspension: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.asked, self.wrong = list(asked), dict[str, str]()
        if suspension is not None:
            for name, label in (("pupils", _("应通知家长（人）")), ("told", _("已通知家长（人）")), ("on_site", _("仍在校学生（人）"))):  # fmt: skip
                self.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=MOST, required=False, initial=getattr(suspension, name))  # fmt: skip
            self.fields["carer"] = forms.CharField(
                label=_("谁在看护"), max_length=80, required=False, initial=suspension.carer
            )
        dress(self)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each measure with what was said of it and what is wrong with that."""
        found = []
        for one in self.asked:
            state, words = one.state, one.words
            if self.is_bound:
                state, words = self.data.get(f"m_{one.pk}", ""), self.data.get(f"w_{one.pk}", "")
            errors = [said for name in (f"m_{one.pk}", f"w_{one.pk}") if (said := self.wrong.get(name))]  # fmt: skip
            found.append({"measure": one, "state": state, "words": words, "errors": errors})
        return found

    def answers(self) -> dict[str, tuple[str, str]]:
        return {
            str(one.pk): (self.data.get(f"m_{one.pk}", ""), self.data.get(f"w_{one.pk}", "")[:200])
            for one in self.asked
        }

    def suspension(self) -> dict[str, Any] | None:
        names = [name for name in ("pupils", "told", "on_site", "carer") if name in self.fields]
        return {name: self.cleaned_data.get(name) for name in names} or None


class FilterForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("种类"), required=False, choices=lambda: [("", "全部种类"), *kind_choices()]
    )
    colour = forms.ChoiceField(
        label=_("颜色"), required=False, choices=lambda: [("", "全部颜色"), *colour_choices()]
    )
    state = forms.ChoiceField(
        label=_("状态"), required=False,
        choices=[("", "全部状态"), ("open", "没有结束的"), ("pending", "待研判"), ("running", "执行中"), ("ended", "已解除"), ("void", "未下发")],
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
