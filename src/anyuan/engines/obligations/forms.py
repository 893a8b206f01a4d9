"""Forms of filings and waivers, and the filter of the list."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.engines.obligations.filings import NUMBER_MOST, Work
from anyuan.engines.obligations.models import Filing, Rule, Topic
from anyuan.engines.obligations.queries import STATES, DutyFilter
from anyuan.org.models import Unit


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class FilingForm(OnceForm):
    """One filing of a topic: what, when, the numbers asked, people, place, files."""

    unit = forms.ModelChoiceField(
        label=_("单位"),
        queryset=Unit.raw.none(),
        empty_label=None,
        error_messages={"invalid_choice": _("请选择本单位或所属校区。")},
    )
    happened_on = forms.DateField(
        label=_("完成日期"),
        widget=DayInput,
        error_messages={"required": _("请填写完成日期。"), "invalid": _("请填写正确的日期。")},
    )
    what = forms.CharField(
        label=_("做了什么"),
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("请写下做了什么。")},
    )
    people = forms.IntegerField(
        label=_("参加人数"), required=False, min_value=0, max_value=1_000_000
    )
    attended = forms.CharField(
        label=_("参加人员"),
        required=False,
        max_length=300,
        help_text=_("写主要人员即可，例如：校长、安全干部、各班班主任。"),
    )
    place = forms.CharField(label=_("地点"), required=False, max_length=120)
    files = FilesField(label=_("照片和附件"), required=False)  # type: ignore[assignment]

    def __init__(
        self, *args: Any, topic: Topic, units: list[Unit], day: datetime.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.topic = topic
        unit = self.fields["unit"]
        unit.queryset = Unit.objects.filter(key__in=[u.key for u in units])  # type: ignore[attr-defined]
        if len(units) == 1:
            unit.widget = forms.HiddenInput()
        unit.initial = units[0].key
        self.fields["happened_on"].initial = day
        self.fields["happened_on"].widget.attrs["max"] = timezone.localdate().isoformat()
        self.fields["what"].help_text = topic.hint
        self.ask_names = []
        for ask in topic.asks.all():
            name = f"ask_{ask.key}"
            self.ask_names.append(name)
            self.fields[name] = forms.DecimalField(
                label=f"{ask.title}（{ask.measure}）",
                required=ask.required,
                min_value=Decimal(0),
                max_value=NUMBER_MOST,
                decimal_places=2,
                error_messages={"required": _("请填写%(title)s。") % {"title": ask.title}},
            )
        if any(ask.measure == "人" for ask in topic.asks.all()):
            del self.fields["people"]  # asked for already, under the topic's own name
        first = ["form_id", "unit", "happened_on", "what", *self.ask_names]
        self.order_fields(first)
        dress(self)

    def work(self) -> Work:
        data = self.cleaned_data
        return Work(
            happened_on=data["happened_on"],
            what=data["what"],
            numbers={name.removeprefix("ask_"): data.get(name) for name in self.ask_names},
            people=data.get("people"),
            attended=data["attended"],
            place=data["place"],
        )


def filled(filing: Filing) -> dict[str, Any]:
    """The initial values of the form that corrects a filing."""
    numbers = {f"ask_{n.key}": n.value.normalize() for n in filing.numbers.all()}
    return {
        **{name: format(value, "f") for name, value in numbers.items()},
        "happened_on": filing.record.happened_on,
        "what": filing.what,
        "people": filing.people,
        "attended": filing.attended,
        "place": filing.place,
    }


class ReasonForm(forms.Form):
    """A reason alone: of waiving a duty, of withdrawing a filing."""

    reason = forms.CharField(
        label=_("原因"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("请填写原因。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class WaiveManyForm(ReasonForm):
    """Excuse many units from what is due in a span of days."""

    units = forms.ModelMultipleChoiceField(
        label=_("单位"),
        queryset=Unit.raw.none(),
        widget=forms.SelectMultiple(attrs={"size": 12}),
        help_text=_("可以多选；选辖市区表示其全部学校，选学校时校区一并免除。"),
        error_messages={"required": _("请至少选择一个单位。")},
    )
    first = forms.DateField(label=_("到期日从"), widget=DayInput)
    last = forms.DateField(label=_("到"), widget=DayInput)
    rules = forms.MultipleChoiceField(
        label=_("任务"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("不选表示这段时间内的全部任务。"),
    )
    field_order = ["units", "first", "last", "rules", "reason"]

    def __init__(self, *args: Any, rules: list[Rule], units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = units  # type: ignore[attr-defined]
        self.fields["rules"].choices = [(rule.key, rule.title) for rule in rules]  # type: ignore[attr-defined]


class FilterForm(forms.Form):
    """The filter of the list, from the address; what does not fit is not asked."""

    state = forms.ChoiceField(
        required=False, choices=[("", ""), *STATES.items()], widget=forms.HiddenInput
    )
    point = forms.ChoiceField(label=_("要点"), required=False)
    level = forms.ChoiceField(
        label=_("层级"), required=False, choices=[("", _("全部层级")), *Rule.Who.choices]
    )
    due_from = forms.DateField(label=_("到期日从"), required=False, widget=DayInput)
    due_to = forms.DateField(label=_("到"), required=False, widget=DayInput)
    q = forms.CharField(label=_("任务或单位"), required=False, max_length=60)
    unit = forms.CharField(required=False, widget=forms.HiddenInput, max_length=120)
    rule = forms.CharField(required=False, widget=forms.HiddenInput, max_length=60)

    def __init__(self, *args: Any, points: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].choices = [  # type: ignore[attr-defined]
            ("", _("全部要点")),
            *((str(number), f"{number}. {title}") for number, title in points),
        ]
        dress(self)

    def asked(self) -> DutyFilter:
        self.is_valid()
        data = {name: value for name, value in self.cleaned_data.items() if value}
        unit = data.get("unit", "")
        return DutyFilter(
            state=data.get("state", ""),
            point=int(data["point"]) if "point" in data else None,
            level=data.get("level", ""),
            rule=data.get("rule", ""),
            unit=unit if unit.endswith(".") else "",
            due_from=data.get("due_from"),
            due_to=data.get("due_to"),
            q=data.get("q", "").strip(),
        )
