"""What people write of plans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import OnceForm, dress
from anyuan.domains.emergency.plans.content import content, kind_choices
from anyuan.domains.emergency.plans.models import PlanCheck
from anyuan.domains.emergency.plans.texts import CardPart, LevelPart, RolePart, SectionPart, Text

MORE = 2  # empty rows for roles and cards


class NewForm(OnceForm):
    kind = forms.ChoiceField(label=_("预案种类"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, level: str, taken: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- as declared above
        field.choices = [one for one in kind_choices(level) if one[0] not in taken]


class ReviseForm(OnceForm):
    reason = forms.CharField(
        label=_("为什么修订"), max_length=500,
        widget=forms.Textarea({"rows": 2, "placeholder": "例如：演练发现集合点太小；人员调整；上级预案更新"}),
    )  # fmt: skip


class CheckForm(OnceForm):
    conclusion = forms.ChoiceField(
        label=_("结论"), choices=PlanCheck.Conclusion.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("复核了什么"), max_length=500, widget=forms.Textarea({"rows": 3})
    )
    phones_tried = forms.BooleanField(label=_("联络电话已逐个打通"), required=False)


def _line(limit: int, **attrs: Any) -> forms.CharField:
    return forms.CharField(required=False, max_length=limit, widget=forms.TextInput(attrs))


def _area(limit: int, rows: int) -> forms.CharField:
    return forms.CharField(
        required=False, max_length=limit, widget=forms.Textarea({"rows": rows}), strip=False
    )


class DraftForm(forms.Form):
    """A draft's whole text, part by part; rows of roles and cards that are left empty fall away."""

    issue_number = forms.CharField(label=_("文号"), required=False, max_length=60)
    effective_on = forms.DateField(
        label=_("生效日期"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    reason = forms.CharField(label=_("修订理由"), required=False, max_length=500)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, text: Text, people: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.text = text
        self.roles = self._rows(len(text.roles), "role")
        self.cards = self._rows(len(text.cards), "card")
        for section in text.sections:
            self._add(f"section_{section.key}", _area(10000, 8), section.title, section.text)
        known = {one.level: one for one in text.levels}
        for level in content().levels.values():
            part = known.get(level.key, LevelPart(level.key))
            self._add(f"when_{level.key}", _line(500), _("启动条件"), part.when)
            self._add(f"measures_{level.key}", _area(4000, 4), _("措施（每行一条）"), part.measures)
        choices = [("", _("（不在名单里）")), *people]
        for n in range(self.roles):
            role = text.roles[n] if n < len(text.roles) else RolePart("")
            self._add(f"role_{n}_name", _line(40), _("职务"), role.name)
            self._add(f"role_{n}_duty", _line(500), _("职责"), role.duty)
            person = forms.ChoiceField(required=False, choices=choices)
            self._add(f"role_{n}_person", person, _("人员"), role.person_id or "")
            self._add(
                f"role_{n}_other",
                _line(40),
                _("或写姓名"),
                "" if role.person_id else role.person_name,
            )
            self._add(f"role_{n}_phone", _line(40, inputmode="tel"), _("值班电话"), role.phone)
        for n in range(self.cards):
            card = text.cards[n] if n < len(text.cards) else CardPart("", "")
            self._add(f"card_{n}_role", _line(40), _("谁"), card.role)
            self._add(f"card_{n}_steps", _area(3000, 5), _("步骤（每行一步）"), card.steps)
        self.people = {str(key): name for key, name in people}
        dress(self)

    def _rows(self, number: int, name: str) -> int:
        """As many rows as were sent, else those there are and some empty ones."""
        sent = [key for key in self.data if key.startswith(f"{name}_")]
        highest = max((int(key.split("_")[1]) for key in sent if key.split("_")[1].isdecimal()), default=-1)  # fmt: skip
        return min(max(number + MORE, highest + 1), 60)

    def _add(self, name: str, field: forms.Field, label: Any, initial: Any) -> None:
        field.label, field.initial = label, initial
        self.fields[name] = field

    def head(self) -> list[Any]:
        return [self["issue_number"], self["effective_on"], self["reason"]]

    def section_fields(self) -> Iterator[tuple[str, Any]]:
        for section in self.text.sections:
            yield section.title, self[f"section_{section.key}"]

    def level_fields(self) -> Iterator[tuple[Any, Any, Any]]:
        for level in content().levels.values():
            yield level, self[f"when_{level.key}"], self[f"measures_{level.key}"]

    def role_fields(self) -> Iterator[list[Any]]:
        for n in range(self.roles):
            yield [
                self[f"role_{n}_{name}"] for name in ("name", "person", "other", "phone", "duty")
            ]

    def card_fields(self) -> Iterator[list[Any]]:
        for n in range(self.cards):
            yield [self[f"card_{n}_role"], self[f"card_{n}_steps"]]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for n in range(self.roles):
            rest = [data.get(f"role_{n}_{name}") for name in ("duty", "person", "other", "phone")]
            if any(rest) and not data.get(f"role_{n}_name"):
                self.add_error(f"role_{n}_name", _("请写明职务，或把这一行清空。"))
        for n in range(self.cards):
            role, steps = data.get(f"card_{n}_role"), data.get(f"card_{n}_steps")
            if bool(role) != bool((steps or "").strip()):
                missing = "role" if steps else "steps"
                self.add_error(f"card_{n}_{missing}", _("请把“谁”和“步骤”都写上，或都清空。"))
        return data

    def written(self) -> Text:
        """The text as typed."""
        data = self.cleaned_data
        roles = []
        for n in range(self.roles):
            if not data[f"role_{n}_name"]:
                continue
            person = data[f"role_{n}_person"]
            name = self.people[person] if person else data[f"role_{n}_other"]
            roles.append(
                RolePart(
                    data[f"role_{n}_name"], data[f"role_{n}_duty"], int(person) if person else None,
                    name, data[f"role_{n}_phone"],
                )
            )  # fmt: skip
        levels = [
            LevelPart(one.key, data[f"when_{one.key}"], _plain(data[f"measures_{one.key}"]))
            for one in content().levels.values()
        ]
        return Text(
            [
                SectionPart(s.key, s.title, _plain(data[f"section_{s.key}"]))
                for s in self.text.sections
            ],
            roles,
            [one for one in levels if one.when or one.measures],
            [
                CardPart(data[f"card_{n}_role"], _plain(data[f"card_{n}_steps"]))
                for n in range(self.cards)
                if data[f"card_{n}_role"]
            ],
        )


def _plain(text: str) -> str:
    """One kind of line end, no blank lines at the ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
