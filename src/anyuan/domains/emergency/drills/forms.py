"""What a person writes of a drill."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.domains.emergency.drills.basis import fitting, named
from anyuan.domains.emergency.drills.content import content
from anyuan.domains.emergency.drills.models import Kind, Mode, State, Verdict
from anyuan.domains.emergency.plans.models import PlanVersion

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def area(label: Any, rows: int = 2, limit: int = 1000) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=limit, widget=forms.Textarea(attrs={"rows": rows})
    )


class BasisPart(forms.Form):
    """The plan in force that the drill practises: of `versions`, those that hold for the unit.

    Where the kind is still to be chosen (`by_kind`), the plan may follow it.
    """

    BY_KIND = "kind"

    plan_record_id = forms.ChoiceField(label=_("依据的现行预案"), required=False)
    plan = forms.CharField(label=_("依据的预案"), max_length=120, required=False)

    def __init__(
        self, *args: Any, versions: Sequence[PlanVersion] = (), by_kind: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.versions = versions
        if not versions:
            del self.fields["plan_record_id"]
            return
        first = [(self.BY_KIND, _("按演练种类自动选择"))] if by_kind else []
        field: Any = self.fields["plan_record_id"]
        field.choices = [
            *first, *((str(one.pk), named(one)) for one in versions), ("", _("不在其中")),
        ]  # fmt: skip
        self.fields["plan"].label = _("其他预案（不在上面时填写）")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = data.get("plan_record_id")
        if chosen == self.BY_KIND:
            found = None if data.get("plan") else fitting(self.versions, data.get("kind", ""))
            data["plan_record_id"] = found.pk if found else None
        elif chosen is not None:
            data["plan_record_id"] = uuid.UUID(chosen) if chosen else None
        return data


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


class RecordForm(BasisPart, OnceForm, HeldPart):
    """A drill that was held and had not been planned here."""

    kind = forms.ChoiceField(label=_("种类"), choices=Kind.choices)
    mode = forms.ChoiceField(label=_("形式"), choices=Mode.choices)
    scenario = area(_("情景"))
    field_order = ["kind", "mode", "on", "expected", "present", "seconds", "plan_record_id", "plan"]


class PlanForm(BasisPart, OnceForm):
    kind = forms.ChoiceField(label=_("种类"), choices=Kind.choices)
    mode = forms.ChoiceField(label=_("形式"), choices=Mode.choices)
    on = forms.DateField(label=_("计划日期"), widget=DATE)
    announced = forms.BooleanField(label=_("事先通知师生"), required=False, initial=True)
    at_night = forms.BooleanField(label=_("夜间（宿舍）"), required=False)
    scenario = area(_("情景"))
    field_order = ["kind", "mode", "on", "announced", "at_night", "plan_record_id", "plan"]


class FilterForm(forms.Form):
    kind = forms.ChoiceField(choices=[("", "全部种类"), *Kind.choices], required=False)
    state = forms.ChoiceField(choices=[("", "全部状态"), *State.choices], required=False)
    unit = forms.CharField(required=False)
    on = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class ArrangeForm(BasisPart):
    """Details of a planned drill."""

    on = forms.DateField(label=_("日期"), widget=DATE)
    planned_time = forms.TimeField(
        label=_("时间"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    leader = forms.CharField(label=_("总指挥"), max_length=40, required=False)
    place = forms.CharField(label=_("集合地点"), max_length=60, required=False)
    buildings = forms.CharField(label=_("演练楼宇"), max_length=120, required=False)
    floors = forms.IntegerField(
        label=_("最高楼层"), min_value=1, max_value=60, required=False,
        help_text=_("低层建筑的疏散目标更短"),
    )  # fmt: skip
    scenario = area(_("情景"), 5)
    announced = forms.BooleanField(label=_("事先通知师生"), required=False)
    at_night = forms.BooleanField(label=_("夜间（宿舍）"), required=False)
    guides = forms.CharField(
        label=_("疏导岗位"), required=False, max_length=4000,
        help_text=_("每行一个：位置，姓名。例如：二楼东楼梯，王老师"),
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    field_order = [
        "on", "planned_time", "leader", "place", "buildings", "floors", "plan_record_id", "plan", "scenario",
    ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, by_kind=False, **kwargs)
        dress(self)

    def clean_guides(self) -> list[tuple[str, str]]:
        found = []
        for line in self.cleaned_data["guides"].splitlines():
            parts = re.split(r"[，,：:\t]", line.strip(), maxsplit=1)
            if not line.strip():
                continue
            if len(parts) < 2 or not parts[1].strip():
                raise forms.ValidationError(
                    _("“%(line)s”缺少姓名，请写成“位置，姓名”。") % {"line": line.strip()[:30]}
                )
            found.append((parts[0], parts[1]))
        return found

    def details(self) -> dict[str, Any]:
        return {
            name: value for name, value in self.cleaned_data.items() if name not in {"on", "guides"}
        }


class FinishForm(forms.Form):
    """The figures at the end of a run; the seconds come from the sheet."""

    expected = forms.IntegerField(label=_("应到人数"), min_value=0, max_value=30000)
    present = forms.IntegerField(label=_("实到人数"), min_value=0, max_value=30000)
    absent_why = forms.CharField(label=_("未到原因"), max_length=200, required=False)
    injured = forms.IntegerField(label=_("受伤人数"), min_value=0, max_value=1000, initial=0)
    notes = area(_("现场记录"), 3, 2000)
    files = FilesField(label=_("照片"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs.update({"accept": "image/*", "multiple": True})
        dress(self)

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "files"}


class ProblemForm(OnceForm):
    """A problem as it is seen, from the run sheet."""

    text = forms.CharField(label=_("看到的问题"), max_length=300)
    place = forms.CharField(label=_("地点"), max_length=60, required=False)
    files = FilesField(label=_("照片"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs.update({"accept": "image/*", "capture": "environment"})


class ScoreForm(forms.Form):
    """The evaluation: one choice for each item of the pack."""

    evaluation = area(_("评估意见"), 4, 2000)
    plan_changes = area(_("预案需要修改的地方"), 3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = content()
        scale = [(str(n), title) for n, title in reversed(list(enumerate(known.scale)))]
        for item in known.items:
            self.fields[f"item_{item.key}"] = forms.ChoiceField(
                label=item.title, choices=[*scale, ("none", _("不适用"))], widget=forms.RadioSelect,
                error_messages={"required": _("请选择一档。")},
            )  # fmt: skip
        dress(self)
        self.order_fields(
            [*(f"item_{item.key}" for item in known.items), "evaluation", "plan_changes"]
        )

    def items(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("item_")]

    def values(self) -> dict[str, int | None]:
        picked = {
            k.removeprefix("item_"): v
            for k, v in self.cleaned_data.items()
            if k.startswith("item_")
        }
        return {key: None if value == "none" else int(value) for key, value in picked.items()}


class VisitForm(OnceForm):
    """What somebody of the level above saw."""

    verdict = forms.ChoiceField(label=_("评价"), choices=Verdict.choices)
    words = area(_("点评"), 4)


class EntryForm(forms.Form):
    """One line of a programme."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    on = forms.DateField(label=_("日期"), widget=DATE)
    kind = forms.ChoiceField(label=_("种类"), choices=Kind.choices)
    mode = forms.ChoiceField(label=_("形式"), choices=Mode.choices)
    at_night = forms.BooleanField(label=_("夜间"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class _Tick(forms.CheckboxInput):
    def __init__(self, attrs: Any = None) -> None:
        super().__init__({"class": "form-check-input", **(attrs or {})})


class _Entries(forms.BaseFormSet):  # type: ignore[type-arg]  # no subscript at run time
    """The lines of a programme; `refuse` puts a service's sentence above them."""

    @classmethod
    def get_deletion_widget(cls) -> type[forms.Widget]:
        return _Tick

    def refuse(self, sentence: str) -> None:
        self.non_form_errors().append(sentence)


EntryFormSet = forms.formset_factory(
    EntryForm, formset=_Entries, extra=2, can_delete=True, max_num=60
)
