"""What people write of roll calls."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import OnceForm, dress
from anyuan.domains.emergency.rollcall.models import (
    Group,
    How,
    Member,
    SchoolClass,
    State,
    Where,
)
from anyuan.domains.emergency.rollcall.models.registers import Guardian
from anyuan.domains.emergency.rollcall.services.taking import Word


class MomentField(forms.CharField):
    """The moment that the page wrote down when something was tapped; nothing where it cannot be read."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> datetime.datetime | None:
        try:
            found = parse_datetime(str(value)) if value else None
        except ValueError:
            return None
        return found if found is not None and found.tzinfo is not None else None


class StartForm(OnceForm):
    """Whole school, or some classes; drill or real by the button."""

    real = forms.BooleanField(required=False, widget=forms.HiddenInput)
    about = forms.UUIDField(required=False, widget=forms.HiddenInput)
    unit = forms.ChoiceField(label=_("在哪里清点"))
    title = forms.CharField(label=_("名称（可不填）"), max_length=80, required=False)
    classes = forms.MultipleChoiceField(
        label=_("只清点这些班级（不选就是全部）"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    staff = forms.BooleanField(label=_("也清点教职工"), required=False, initial=True)
    others = forms.BooleanField(label=_("也清点校内来访人员"), required=False, initial=True)

    def __init__(
        self, *args: Any, units: list[tuple[str, str]], classes: list[SchoolClass], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["unit"].choices = units
        fields["classes"].choices = [(str(one.pk), one.name) for one in classes]
        if len(units) == 1:
            fields["unit"].widget = forms.HiddenInput()
            fields["unit"].initial = units[0][0]

    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        chosen = [uuid.UUID(one) for one in data["classes"]]
        return {
            "real": data["real"], "title": data["title"], "classes": chosen or None,
            "staff": data["staff"], "others": data["others"],
        }  # fmt: skip


class SheetForm(OnceForm):
    """A group's sheet. Of each member the page sends what it showed (`w_`) and what stands there now.

    Only what a person changed is said: a page that was opened before says nothing of the others.
    """

    at = MomentField(required=False)
    rest = forms.BooleanField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(label=_("说明（可不填）"), max_length=200, required=False)
    present = forms.IntegerField(label=_("实到人数"), min_value=0, max_value=30000, required=False)
    elsewhere = forms.IntegerField(
        label=_("另有去向人数"), min_value=0, max_value=30000, required=False
    )

    def __init__(self, *args: Any, group: Group, members: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = members
        if group.named:
            del self.fields["present"], self.fields["elsewhere"]
        else:
            self.fields["present"].required = True
            self.fields["present"].error_messages["required"] = _("请填写实到人数。")

    def words(self) -> dict[uuid.UUID, Word]:
        found = {}
        for member in self.members:
            before = self.data.get(f"w_{member.pk}")
            if before is None:
                continue
            state = self.data.get(f"s_{member.pk}", "")
            note = self.data.get(f"n_{member.pk}", "").strip()
            if state in Where.values and f"{state}|{note}" != before:
                found[member.pk] = Word(state, note=note)
        return found

    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "words": self.words(), "rest": data["rest"], "note": data["note"], "at": data["at"],
            "present": data.get("present"), "elsewhere": data.get("elsewhere") or 0,
            "sheet_id": self.once(),
        }  # fmt: skip


class FoundForm(OnceForm):
    """A word about one person, wherever they are."""

    at = MomentField(required=False)
    state = forms.ChoiceField(label=_("情况"), choices=Where.choices, widget=forms.RadioSelect)
    place = forms.CharField(label=_("在哪里（可不填）"), max_length=60, required=False)
    note = forms.CharField(label=_("说明（可不填）"), max_length=100, required=False)


class HandoverForm(OnceForm):
    """To whom a listed pupil is given; 0 is somebody who is not in the list."""

    at = MomentField(required=False)
    guardian = forms.TypedChoiceField(
        label=_("接领人"), coerce=int, widget=forms.RadioSelect,
        error_messages={"required": _("请选择接领人。")},
    )  # fmt: skip
    how = forms.ChoiceField(
        label=_("怎样核对"), choices=How.choices, widget=forms.RadioSelect, initial=How.PHONE
    )
    digits = forms.CharField(
        label=_("接领人报出的手机号后四位"), max_length=4, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    name = forms.CharField(label=_("名单外接领人姓名"), max_length=40, required=False)
    relation = forms.CharField(label=_("与学生关系"), max_length=20, required=False)
    reason = forms.CharField(label=_("特殊情况说明"), max_length=200, required=False)

    def __init__(self, *args: Any, guardians: list[Guardian], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        choices = [(one.place, f"{one.name}（{one.relation}）") for one in guardians]
        fields["guardian"].choices = [*choices, (0, _("名单外的人（特殊情况）"))]
        if not guardians:
            fields["guardian"].initial, fields["how"].initial = 0, How.EXCEPTION

    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        names = ("how", "digits", "name", "relation", "reason", "at")
        return {name: data[name] for name in names} | {
            "guardian": data["guardian"] or None, "handover_id": self.once(),
        }  # fmt: skip


class UnlistedForm(OnceForm):
    """A pupil of a class without names, as the teacher knows it."""

    at = MomentField(required=False)
    pupil_name = forms.CharField(
        label=_("学生姓名"), max_length=40, error_messages={"required": _("请填写学生姓名。")}
    )
    guardian = forms.CharField(
        label=_("接领人姓名"), max_length=40, error_messages={"required": _("请填写接领人姓名。")}
    )
    relation = forms.CharField(
        label=_("与学生关系"), max_length=20, error_messages={"required": _("请填写与学生的关系。")}
    )
    how = forms.ChoiceField(
        label=_("怎样核对"), widget=forms.RadioSelect, initial=How.KNOWN,
        choices=[(one.value, one.label) for one in (How.KNOWN, How.EXCEPTION)],
    )  # fmt: skip
    reason = forms.CharField(label=_("特殊情况说明"), max_length=200, required=False)

    def facts(self) -> dict[str, Any]:
        names = ("pupil_name", "guardian", "relation", "how", "reason", "at")
        return {name: self.cleaned_data[name] for name in names} | {"handover_id": self.once()}


class FindForm(forms.Form):
    q = forms.CharField(label=_("姓名或学号"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class TeacherForm(forms.Form):
    person = forms.TypedChoiceField(
        label=_("班主任的账号"), required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["person"].choices = [("", _("按台账里的姓名自动对应")), *people]
        dress(self)


class FilterForm(forms.Form):
    real = forms.ChoiceField(
        choices=[("", _("真实和演练")), ("1", _("真实事件")), ("0", _("演练"))], required=False
    )
    state = forms.ChoiceField(choices=[("", _("全部状态")), *State.choices], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
