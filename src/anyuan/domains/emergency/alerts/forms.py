"""What a person writes of an alert, and what those who are told answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import OnceForm, dress
from anyuan.domains.emergency.alerts.audience import Audience, roles_for, usual_roles
from anyuan.domains.emergency.alerts.further import offered
from anyuan.domains.emergency.alerts.models import TEXT_LIMIT, TITLE_LIMIT, Kind, Level, State
from anyuan.org.models import Unit
from anyuan.org.models.unit import Stage


class ComposeForm(OnceForm):
    """What is said and to whom; `units` none means all of the sender's own."""

    title = forms.CharField(label=_("标题"), max_length=TITLE_LIMIT)
    text = forms.CharField(
        label=_("内容"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 4})
    )
    level = forms.ChoiceField(
        label=_("等级"),
        choices=Level.choices,
        help_text=_("特急：所有渠道同时发出。紧急、一般：先在安园里通知，没有回应再换下一渠道。"),
    )
    asks_answer = forms.BooleanField(label=_("要求每人回复“安全”或“需要帮助”"), required=False)
    roles = forms.MultipleChoiceField(
        label=_("通知哪些岗位"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选择要通知的岗位。")},
    )
    stages = forms.MultipleChoiceField(
        label=_("只通知这些学段（不选就是全部）"),
        choices=Stage.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    further = forms.MultipleChoiceField(
        label=_("只通知这些班级的班主任（不选就按上面的岗位）"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("选中的班级里有的已经不在，请重新选择。")},
    )
    channels = forms.MultipleChoiceField(
        label=_("除了安园里的通知，还用"), required=False, widget=forms.CheckboxSelectMultiple
    )
    template = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        choices=Kind.choices,
        widget=forms.HiddenInput,
        error_messages={"required": _("请按下面的按钮选择真实发送还是演练测试。")},
    )
    units = forms.MultipleChoiceField(
        required=False,
        widget=forms.MultipleHiddenInput,
        error_messages={"invalid_choice": _("选中的单位不在您的范围内，请重新选择。")},
    )

    def __init__(
        self, *args: Any, unit: Unit, places: list[Unit], ways: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["roles"].choices = [(str(one), one.label) for one in roles_for(unit.kind)]
        fields["roles"].initial = usual_roles(unit.kind)
        fields["channels"].choices = ways
        fields["channels"].initial = [key for key, _label in ways]
        fields["units"].choices = [(one.key, one.name) for one in places]
        if not ways:
            del fields["channels"]
        fields["further"].choices = [one for _label, several in offered(unit) for one in several]
        if not fields["further"].choices:
            del fields["further"]
        if unit.kind not in {Unit.Kind.CITY, Unit.Kind.DISTRICT}:
            del fields["stages"]
        self.ticked = set(self.data.getlist("units")) if hasattr(self.data, "getlist") else set()

    def audience(self) -> Audience:
        data = self.cleaned_data
        return Audience(
            tuple(data["units"]), tuple(data["roles"]), tuple(data.get("stages", ())),
            tuple(data.get("further", ())),
        )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        names = ("kind", "title", "text", "level", "asks_answer", "template")
        return {name: self.cleaned_data[name] for name in names} | {
            "channels": self.cleaned_data.get("channels", [])
        }


class CorrectForm(OnceForm):
    title = forms.CharField(label=_("标题"), max_length=TITLE_LIMIT - 3)
    text = forms.CharField(
        label=_("正确的内容"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 4})
    )


class AnswerForm(OnceForm):
    """The buttons give `answer`; words and place are for who needs help."""

    answer = forms.CharField(max_length=5, error_messages={"required": _("请按页面上的按钮回应。")})
    words = forms.CharField(label=_("需要什么帮助"), max_length=200, required=False)
    place = forms.CharField(label=_("我在哪里"), max_length=80, required=False)


class FilterForm(forms.Form):
    kind = forms.ChoiceField(choices=[("", "真实和演练"), *Kind.choices], required=False)
    state = forms.ChoiceField(choices=[("", "全部状态"), *State.choices], required=False)
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    unit = forms.CharField(required=False, max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
