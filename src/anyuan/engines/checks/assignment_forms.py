"""The form that assigns checks, and how schools are paired with those who check them."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import OnceForm
from anyuan.core.refused import Refused
from anyuan.engines.checks.models import Checklist
from anyuan.org.models import Post, Unit

RING, PERSON = "ring", "person"
USUAL_DAYS = 14
LEAST_RING = 2
Pairs = list[tuple[Unit, Post]]


def _in_two_weeks() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=USUAL_DAYS)


class AssignForm(OnceForm):
    """Which list, how, by when; the schools are ticked beside it (`targets`)."""

    checklist = forms.ChoiceField(label=_("检查表"))
    how = forms.ChoiceField(
        label=_("由谁检查"),
        choices=[(RING, _("学校之间互查（随机轮换）")), (PERSON, _("由一个人检查"))],
        initial=RING,
        help_text=_("互查：选中的学校由另一所学校的安全干部检查，谁查谁由系统随机安排。"),
    )
    post = forms.ChoiceField(
        label=_("检查人（由一个人检查时填）"),
        required=False,
        help_text=_("选本局人员是抽查，选学校人员是互查。"),
    )
    due_on = forms.DateField(
        label=_("截止日期"),
        initial=_in_two_weeks,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("过了这一天就不能再填，可以改期。"),
    )
    remark = forms.CharField(
        label=_("要求（可不填）"),
        max_length=200,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    targets = forms.MultipleChoiceField(
        label=_("被检查的学校"),
        error_messages={
            "required": _("请选择被检查的学校。"),
            "invalid_choice": _("选中的学校里有的不在这个范围内，请重新选择。"),
        },
    )

    def __init__(
        self,
        *args: Any,
        checklists: Sequence[Checklist],
        sites: Sequence[Unit],
        posts: Sequence[Post],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["checklist"].choices = [(one.key, one.title) for one in checklists]
        fields["targets"].choices = [(one.key, one.name) for one in sites]
        fields["post"].choices = [("", _now("请选择")), *_by_unit(posts)]
        self.ticked = set(self.data.getlist("targets")) if hasattr(self.data, "getlist") else set()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("how") == PERSON and not data.get("post") and "post" not in self.errors:
            self.add_error("post", _now("请选择检查人。"))
        return data


def _by_unit(posts: Sequence[Post]) -> list[tuple[str, list[tuple[str, str]]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for post in posts:
        words = f"{post.person.name}（{post.get_role_display()}）"
        found.setdefault(post.unit.name, []).append((str(post.pk), words))
    return list(found.items())


def ring(targets: Sequence[Unit], posts: Sequence[Post], dice: random.Random) -> Pairs:
    """Every school checked by the officer of another chosen school, each sent to one school only.

    Campuses of a school go together. `posts`: who checks for a school, the first of each is sent.
    Refused with the names of schools that have nobody to send.
    """
    groups: dict[str, list[Unit]] = {}
    for target in targets:
        key = target.parent_key if target.kind == Unit.Kind.CAMPUS else target.key
        groups.setdefault(key, []).append(target)
    if len(groups) < LEAST_RING:
        raise Refused(_now("互查至少要选两所学校。"), field="targets")
    first: dict[str, Post] = {}
    for post in posts:
        first.setdefault(post.unit_id, post)
    if nobody := [group[0].name for key, group in groups.items() if key not in first]:
        raise Refused(
            _now("这些学校还没有登记安全干部或校长，不能派人互查：%(names)s。")
            % {"names": "、".join(nobody[:5])},
            field="targets",
        )
    keys = list(groups)
    dice.shuffle(keys)
    return [
        (target, first[keys[number - 1]])
        for number, key in enumerate(keys)
        for target in groups[key]
    ]
