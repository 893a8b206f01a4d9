"""Forms of the network, of duty lists and of letters."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import OnceForm, dress
from anyuan.domains.responsibility.duties.content import Item, PostDuties, posts_at
from anyuan.domains.responsibility.duties.models import LetterState, Seat, SeatKind
from anyuan.domains.responsibility.duties.models.network import Group
from anyuan.org.models import Unit

SPLIT = "｜"


class SeatForm(OnceForm):
    kind = forms.ChoiceField(label=_("类别"), choices=SeatKind.choices)
    title = forms.CharField(label=_("职务或名称"), max_length=40, help_text=_("如“分管安全副校长”“总务处”“一年级”。"))  # fmt: skip
    person = forms.TypedChoiceField(label=_("责任人"), required=False, coerce=int, empty_value=None)
    name = forms.CharField(
        label=_("姓名（没有账号的）"), max_length=40, required=False,
        help_text=_("上面选不到的人，在这里写姓名。"),
    )  # fmt: skip
    field = forms.CharField(label=_("分管领域"), max_length=60, required=False, help_text=_("班子成员必填，如“教学和德育”。"))  # fmt: skip
    duty = forms.CharField(label=_("安全职责（一岗双责）"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip
    group = forms.ChoiceField(label=_("领导小组"), choices=Group.choices, required=False)
    parent = forms.TypedChoiceField(label=_("上一级"), required=False, empty_value="")
    post_key = forms.ChoiceField(label=_("岗位责任清单"), required=False)

    def __init__(self, *args: Any, unit: Unit, people: Any, seats: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields
        chosen["person"].choices = [("", _("（不选）")), *people]
        chosen["parent"].choices = [("", _("直接在主要负责人下面")), *seats]
        chosen["post_key"].choices = [("", _("（不选）")), *((p.key, p.title) for p in posts_at(unit.kind))]  # fmt: skip
        dress(self)

    def facts(self) -> dict[str, Any]:
        names = ("kind", "title", "name", "field", "duty", "group", "post_key", "person")
        return {name: self.cleaned_data[name] for name in names}


def seat_initial(seat: Seat) -> dict[str, Any]:
    return {
        "kind": seat.kind, "title": seat.title, "person": seat.person_id or "", "name": seat.name, "field": seat.field,
        "duty": seat.duty, "group": seat.group, "parent": str(seat.parent_id or ""), "post_key": seat.post_key,
    }  # fmt: skip


class ListForm(OnceForm):
    """A list as lines; each `职责｜依据｜频次｜证据`, the last three may be left out."""

    title = forms.CharField(label=_("岗位"), max_length=40)
    items = forms.CharField(
        label=_("职责"), widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("一行一条，用“｜”隔开：职责｜依据｜频次｜证据。后三项可以不写。"),
        error_messages={"required": _("请至少写一条职责。")},
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    post_key = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_items(self) -> list[Item]:
        found = []
        for n, line in enumerate(self.cleaned_data["items"].splitlines(), start=1):
            cells = [cell.strip() for cell in line.replace("|", SPLIT).split(SPLIT)]
            if not any(cells):
                continue
            most = (200, 80, 60, 80)
            if len(cells) > len(most) or not cells[0]:
                raise forms.ValidationError(_("第 %(n)d 行写法不对，应为“职责｜依据｜频次｜证据”。") % {"n": n})  # fmt: skip
            cells += [""] * (len(most) - len(cells))
            if any(len(cell) > limit for cell, limit in zip(cells, most, strict=True)):
                raise forms.ValidationError(_("第 %(n)d 行太长，请写短一些。") % {"n": n})
            found.append(Item(*cells))
        if not found:
            raise forms.ValidationError(_("请至少写一条职责。"))
        return found


def lines_of(items: Any) -> str:
    """Items as lines for the form."""
    rows = [(one.content, one.basis, one.frequency, one.evidence) for one in items]
    return "\n".join(SPLIT.join(row).rstrip(SPLIT) for row in rows)


def template_initial(post: PostDuties) -> dict[str, Any]:
    return {"title": post.title, "items": lines_of(post.items), "post_key": post.key}


class AssignForm(forms.Form):
    people = forms.TypedMultipleChoiceField(
        label=_("责任人"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["people"]
        chosen.choices = people
        dress(self)


class IssueForm(OnceForm):
    year = forms.TypedChoiceField(label=_("年度"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = timezone.localdate().year
        chosen: Any = self.fields["year"]
        chosen.choices = [(year, f"{year} 年"), (year + 1, f"{year + 1} 年")]
        if timezone.localdate() >= datetime.date(year, 12, 1):
            chosen.initial = year + 1
        dress(self)


class WhyForm(forms.Form):
    why = forms.CharField(
        label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("请写明原因。")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class LetterFilter(forms.Form):
    q = forms.CharField(label=_("查找"), required=False, max_length=40)
    state = forms.ChoiceField(
        label=_("状态"), required=False,
        choices=[("", _("全部状态")), ("open", _("没有签完的")), *LetterState.choices],
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
