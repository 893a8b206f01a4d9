"""Forms of campaigns."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import OnceForm, dress
from anyuan.engines.checks.categories import Category


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **more)


def _words(label: Any, rows: int = 4, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": rows}),
        **more,
    )  # fmt: skip


class DraftForm(OnceForm):
    """A new campaign: template, name, period, who takes part."""

    template = forms.ChoiceField(label=_("模板"))
    name = forms.CharField(label=_("名称"), max_length=80)
    number = forms.CharField(label=_("文号（可不填）"), max_length=60, required=False)
    starts_on = _day(_("开始日期"))
    ends_on = _day(_("结束日期"))
    stages = forms.MultipleChoiceField(
        label=_("参加学段（不选为全部）"), required=False, widget=forms.CheckboxSelectMultiple
    )
    areas = forms.MultipleChoiceField(
        label=_("参加单位（不选为全部）"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, templates: Any, stages: Any, areas: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("template", templates), ("stages", stages), ("areas", areas)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class LinkForm(forms.Form):
    """A key link in the office's own words."""

    title = forms.CharField(label=_("名称"), max_length=40)
    advice = forms.CharField(label=_("要求"), max_length=300, required=False)
    items = _words(_("检查内容，一行一条"), rows=6)
    categories = forms.MultipleChoiceField(
        label=_("哪些类别的隐患归入这个环节"), choices=Category.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    due_on = _day(_("完成期限"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class ReasonForm(forms.Form):
    note = forms.CharField(label=_("原因"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class NoteForm(OnceForm):
    """What a unit adds for the week."""

    funds = forms.DecimalField(
        label=_("累计之外，本周投入（万元）"), max_digits=9, decimal_places=2, min_value=Decimal(0),
        initial=0,
    )  # fmt: skip
    words = forms.CharField(
        label=_("进展说明（可不填）"), max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class AcceptForm(forms.Form):
    passed = forms.ChoiceField(choices=[("1", "通过"), ("0", "退回")])
    reason = forms.CharField(max_length=200, required=False)


class DrawForm(OnceForm):
    size = forms.IntegerField(label=_("抽取学校数"), min_value=1, max_value=300)
    seed = forms.CharField(
        label=_("随机种子（可不填）"), max_length=40, required=False,
        help_text=_("填写同一个种子、在同样的权重下会抽出同样的名单。"),
    )  # fmt: skip


class AssignForm(forms.Form):
    """Who checks the units drawn, by which checklist, until when."""

    checklist: Any = forms.ModelChoiceField(label=_("检查表"), queryset=None)
    post: Any = forms.ModelChoiceField(label=_("检查人"), queryset=None)
    due_on = _day(_("截止日期"))

    def __init__(self, *args: Any, checklists: Any, posts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checklist"].queryset = checklists  # type: ignore[attr-defined]
        self.fields["post"].queryset = posts  # type: ignore[attr-defined]
        self.fields["post"].label_from_instance = lambda post: post.person.name  # type: ignore[attr-defined]
        dress(self)


class SummaryForm(forms.Form):
    """The words of the summary; its figures come from the records."""

    done_words = _words(_("主要做法"), rows=6)
    problem_words = _words(_("存在不足"))
    next_words = _words(_("下一步工作"))
    standing = _words(_("长效机制，一行一项"), help_text=_("哪些做法今后固定下来。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["done_words"].required = True
        dress(self)


def in_half_a_year(today: datetime.date) -> datetime.date:
    """The end that is offered for a new campaign."""
    return today + datetime.timedelta(days=182)
