"""The form of a checklist: its head, and one form for each item."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import dress
from anyuan.engines.checks.categories import Category
from anyuan.engines.checks.models import Checklist
from anyuan.engines.checks.spec import FACTS, KEY_LIMIT, TEXT_LIMIT, Choice, Item, Spec, mistakes_of

KINDS = [
    ("pass", _("合格 / 不合格 / 不适用")),
    ("score", _("打分")),
    ("number", _("填数字")),
    ("choice", _("选一项")),
    ("text", _("写文字")),
    ("photo", _("拍照片")),
]
WHERE = {
    "boarding": _("寄宿制学校"),
    "has_bus": _("有校车"),
    "has_canteen": _("有食堂"),
    "has_lab": _("有实验室"),
    "high_rise": _("有高层建筑"),
    "key_fire_unit": _("消防安全重点单位"),
}
FAILS = "×"


class ChecklistForm(forms.Form):
    """What the list is called, what for, and which schools it applies to."""

    title = forms.CharField(label=_("名称"), max_length=60)
    purpose = forms.CharField(label=_("用途"), max_length=200, required=False)
    where = forms.MultipleChoiceField(
        label=_("只用于（不选就是全部学校）"),
        choices=[(name, WHERE[name]) for name in sorted(FACTS)],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class ItemForm(forms.Form):
    """One item. An emptied line is left out; `ORDER` is its place."""

    key = forms.CharField(required=False, max_length=KEY_LIMIT, widget=forms.HiddenInput)
    ORDER = forms.IntegerField(label=_("顺序"), required=False, min_value=1, max_value=999)
    text = forms.CharField(
        label=_("检查内容"),
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea({"rows": 2}),
    )
    kind = forms.ChoiceField(label=_("怎样回答"), choices=KINDS)
    group = forms.CharField(label=_("分组"), required=False, max_length=60)
    required = forms.BooleanField(label=_("必须回答"), required=False, initial=True)
    unit = forms.CharField(label=_("单位"), required=False, max_length=12)
    low = forms.DecimalField(label=_("不小于"), required=False, max_digits=12, decimal_places=3)
    high = forms.DecimalField(label=_("不大于"), required=False, max_digits=12, decimal_places=3)
    max_score = forms.IntegerField(label=_("满分"), required=False, min_value=1, max_value=100)
    choices = forms.CharField(
        label=_("选项，每行一个"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("选了就算不合格的选项，前面写“×”。"),
    )
    category = forms.ChoiceField(
        label=_("隐患类别"), choices=Category.choices, initial=Category.OTHER
    )
    severity = forms.ChoiceField(
        label=_("不合格时"), choices=[("general", _("报一般隐患")), ("major", _("报重大隐患"))]
    )
    basis = forms.CharField(label=_("依据"), required=False, max_length=200)
    veto = forms.BooleanField(label=_("不合格则整张表不合格"), required=False)
    DELETE = forms.BooleanField(label=_("删去这一项"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)

    @property
    def wanted(self) -> bool:
        return bool(self.cleaned_data.get("text")) and not self.cleaned_data.get("DELETE")

    def item(self, key: str) -> Item:
        data = self.cleaned_data
        kind = data["kind"]
        number = kind == "number"
        return Item(
            key=key, text=data["text"], kind=kind, group=data["group"], required=data["required"],
            unit=data["unit"] if number else "", low=data["low"] if number else None,
            high=data["high"] if number else None,
            choices=_choices(data["choices"]) if kind == "choice" else (),
            max_score=data["max_score"] or 0 if kind == "score" else 0,
            category=data["category"], severity=data["severity"], basis=data["basis"],
            veto=data["veto"],
        )  # fmt: skip


def _choices(text: str) -> tuple[Choice, ...]:
    found = []
    for number, line in enumerate((line.strip() for line in text.splitlines()), start=1):
        if line:
            label = line.removeprefix(FAILS).strip()
            found.append(Choice(f"c{number}", label[:60], line.startswith(FAILS)))
    return tuple(found)


ItemForms = forms.formset_factory(ItemForm, extra=0, max_num=200, absolute_max=220)


def initial_of(items: list[Item]) -> list[dict[str, Any]]:
    """What the forms show of a version's items."""
    return [
        dataclasses.asdict(item)
        | {
            "ORDER": place,
            "max_score": item.max_score or None,
            "low": _short(item.low),
            "high": _short(item.high),
            "choices": "\n".join((FAILS if one.fails else "") + one.label for one in item.choices),
        }
        for place, item in enumerate(items, start=1)
    ]


def _short(number: Decimal | None) -> str:
    """12 rather than 12.000."""
    return "" if number is None else f"{number:f}".rstrip("0").rstrip(".") or "0"


def spec_of(
    head: ChecklistForm, items: Any, key: str, before: list[Item]
) -> tuple[Spec, list[str]]:
    """The checklist that the forms describe, and every mistake in it in words."""
    wanted = [form for form in items if form.cleaned_data and form.wanted]
    wanted.sort(key=lambda form: form.cleaned_data.get("ORDER") or 999)
    used = {form.cleaned_data["key"] for form in wanted}
    known = {item.key: item for item in before}
    made: list[Item] = []
    for form in wanted:
        name = form.cleaned_data["key"]
        if not name or not re.fullmatch(r"[A-Za-z0-9_]+", name):
            name = _free(used)
            used.add(name)
        made.append(_kept_choices(form.item(name), known.get(name)))
    spec = Spec(
        key, head.cleaned_data["title"], head.cleaned_data["purpose"], tuple(made),
        dict.fromkeys(head.cleaned_data["where"], True),
    )  # fmt: skip
    return spec, mistakes_of(spec) if made else [_now("至少要有一项，请填写检查内容。")]


def _kept_choices(item: Item, before: Item | None) -> Item:
    """A choice that keeps its words keeps its value, so that its counts go on over the versions."""
    values = {one.label: one.value for one in (before.choices if before else ())}
    taken = set(values.values())
    found = []
    for one in item.choices:
        value = values.get(one.label)
        if value is None:
            value = next(f"c{n}" for n in range(1, 999) if f"c{n}" not in taken)
            taken.add(value)
        found.append(dataclasses.replace(one, value=value))
    return dataclasses.replace(item, choices=tuple(found))


def _free(used: set[str]) -> str:
    return next(f"item_{n}" for n in range(1, 999) if f"item_{n}" not in used)


def new_key() -> str:
    """A key for a new checklist that no other has."""
    numbers = [
        int(key[5:])
        for key in Checklist.objects.filter(key__startswith="list_").values_list("key", flat=True)
        if key[5:].isdigit()
    ]
    return f"list_{max(numbers, default=0) + 1}"
