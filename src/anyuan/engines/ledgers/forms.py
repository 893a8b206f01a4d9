"""The form of a row, made from the ledger's columns; the filter and the bulk change of its list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from anyuan.core.crypto import SealedField
from anyuan.core.forms import FilesField, OnceForm, dress
from anyuan.engines.ledgers.models import Row
from anyuan.engines.ledgers.queries import Wanted, filter_names
from anyuan.engines.ledgers.spec import Ledger
from anyuan.engines.ledgers.values import Field, kind_of


def form_field(field: Field, *, example: str = "") -> forms.Field:
    """The input of one column: a calendar for a day, the phone's number keys for a number."""
    kind = kind_of(field)
    if kind == "day":
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(
            label=str(field.verbose_name), required=not field.blank, widget=widget
        )
    if isinstance(field, SealedField):
        return forms.CharField(
            label=str(field.verbose_name), required=not field.blank, max_length=200,
            validators=field.validators,
            widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "data-nodraft": ""}),
        )  # fmt: skip
    made: Any = field.formfield()
    if kind == "choice" and not field.has_default():
        made.choices = field.get_choices(blank_choice=[("", _("请选择"))])
    if kind in {"whole", "decimal"}:
        made.widget.attrs.setdefault("inputmode", "numeric" if kind == "whole" else "decimal")
    elif kind == "text" and example:
        made.widget.attrs.setdefault("placeholder", example)
    if field.has_default() and kind != "yes":
        made.required = False
    return made


class RowForm(OnceForm):
    """All columns of a ledger. On a row that exists, what the person saw goes along with what they typed."""

    files = FilesField(label=_("照片和附件"), required=False)  # type: ignore[assignment]

    def __init__(self, ledger: Ledger, *args: Any, row: Row = None, **kwargs: Any) -> None:
        self.ledger, self.row = ledger, row
        if row is not None:
            kwargs["initial"] = {name: getattr(row, name) for name in ledger.open_fields}
        super().__init__(*args, **kwargs)
        examples = {one.field: one.example for one in ledger.columns}
        for name, field in ledger.fields.items():
            made = form_field(field, example=f"例：{examples[name]}" if examples[name] else "")
            if row is None:
                made.initial = field.get_default() if field.has_default() else None
            elif name in ledger.sealed:
                made.required = False
                made.help_text = _("已登记的不在这里显示；不填就不改。")
            else:
                made.show_hidden_initial = True
            self.fields[name] = made
        dress(self)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(one.title, [self[name] for name in one.fields]) for one in self.ledger.groups]

    def facts(self) -> dict[str, Any]:
        """What to write: all for a new row, what the person changed for one that exists."""
        data = self.cleaned_data
        if self.row is None:
            return {n: data[n] for n in self.ledger.fields if data[n] not in (None, "")}
        changed = set(self.changed_data)
        open_facts = {n: data[n] for n in self.ledger.open_fields if n in changed}
        return open_facts | {n: data[n] for n in self.ledger.sealed if data[n]}

    def before(self) -> dict[str, Any]:
        """What the person saw in the columns that they changed."""
        seen = {}
        for name in self.facts():
            if name in self.ledger.sealed:
                continue
            raw = self.data.get(f"initial-{name}", "")
            try:
                seen[name] = self.fields[name].clean(raw)
            except ValidationError:
                seen[name] = getattr(self.row, name)
        return seen

    def look_again(self, row: Row, names: Mapping[str, str]) -> None:
        """After a conflict: what stands now is what the person has seen from here on."""
        typed: Any = self.data
        data = typed.copy()
        for name in names:
            if name in self.ledger.open_fields:
                value = getattr(row, name)
                data[f"initial-{name}"] = "" if value is None else str(value)
        self.data = data


class EndForm(forms.Form):
    why = forms.CharField(label=_("原因"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class FilterForm(forms.Form):
    """The filter of a list, by the ledger's declaration; it never refuses, `wanted_of` reads the address."""

    def __init__(self, ledger: Ledger, wanted: Wanted, units: list[tuple[str, str]]) -> None:
        super().__init__(
            initial={"q": wanted.q, "unit": wanted.unit, **wanted.values,
                     "ended": "1" if wanted.ended else ""}
        )  # fmt: skip
        self.fields["q"] = forms.CharField(
            label=_("查找"),
            widget=forms.TextInput(attrs={"type": "search", "placeholder": _("名称或拼音首字母")}),
        )
        if len(units) > 1:
            self.fields["unit"] = forms.ChoiceField(
                label=_("单位"), choices=[("", _("全部单位")), *units]
            )
        for name in ledger.filters:
            self._add(ledger, name)
        self.fields["ended"] = forms.ChoiceField(
            label=_("范围"), choices=[("", _("在册")), ("1", _("已移出"))]
        )
        dress(self)

    def _add(self, ledger: Ledger, name: str) -> None:
        field, kind = ledger.fields[name], kind_of(ledger.fields[name])
        label = ledger.head(name)
        if kind == "choice":
            choices = [("", _("全部")), *field.flatchoices]  # type: ignore[attr-defined]
            self.fields[name] = forms.ChoiceField(label=label, choices=choices)
        elif kind == "yes":
            yes_no = [("", _("全部")), ("1", _("是")), ("0", _("否"))]
            self.fields[name] = forms.ChoiceField(label=label, choices=yes_no)
        elif kind == "day":
            for end, word in zip(filter_names(ledger, name), ("起", "止"), strict=True):
                widget = forms.DateInput(attrs={"type": "date"})
                self.fields[end] = forms.DateField(label=f"{label}{word}", widget=widget)
        else:
            self.fields[name] = forms.CharField(label=label)


class BulkForm(forms.Form):
    """Which columns to change for the chosen rows, each with its value."""

    def __init__(self, ledger: Ledger, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ledger = ledger
        self.fields["field"] = forms.ChoiceField(
            label=_("修改哪一项"), choices=[(n, ledger.head(n)) for n in ledger.bulk]
        )
        for name in ledger.bulk:
            made = form_field(ledger.fields[name])
            made.required = False
            self.fields[name] = made
        dress(self)

    def facts(self) -> dict[str, Any]:
        """The one column chosen, with what was put in for it."""
        name = self.cleaned_data["field"]
        return {name: self.cleaned_data[name]}
