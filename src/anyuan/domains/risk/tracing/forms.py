"""What people write of a trace."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import OnceForm, dress
from anyuan.domains.risk.tracing.content import content
from anyuan.domains.risk.tracing.models import Conclusion, Finding


class Dressed(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


def text(label: Any, rows: int, limit: int, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=required, widget=forms.Textarea({"rows": rows})
    )


class FreezeForm(Dressed):
    note = text(_("说明（可不填）"), 2, 300, required=False)
    sure = forms.BooleanField(
        label=_("我知道：固定后证据不能增减"),
        error_messages={"required": _("请勾选后再固定证据。")},
    )


class ServeForm(Dressed):
    note = text(_("说明（可不填）"), 2, 300, required=False)


class NoteForm(Dressed):
    note = text(_("决定的会议或文件"), 2, 300)


class OutcomeForm(Dressed):
    note = text(_("执行情况"), 3, 1000)


class ReasonForm(Dressed):
    note = text(_("撤销的原因"), 2, 300)


class PanelForm(Dressed):
    """Who sits on the panel and who leads it; `people` are (id, name)."""

    panel = forms.TypedMultipleChoiceField(
        label=_("倒查组成员"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    lead = forms.TypedChoiceField(label=_("组长"), coerce=int)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("panel", "lead"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- as declared above
            field.choices = people


class OpenForm(OnceForm, PanelForm):
    moment = forms.DateTimeField(
        label=_("事件发生时间"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = text(_("立项理由"), 3, 500)
    lead_department = forms.ChoiceField(label=_("牵头部门"))
    field_order = ["moment", "reason", "lead_department", "panel", "lead"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["lead_department"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- as declared above
        field.choices = [(one, one) for one in content().leads]


class FindingForm(Dressed):
    """A finding; `subjects` are (value, label): units and the people who held posts then."""

    subject = forms.ChoiceField(label=_("对谁"))
    conclusion = forms.ChoiceField(label=_("认定"), choices=Conclusion.choices)
    reasons = text(_("事实和理由"), 5, 3000)
    evidence = forms.CharField(
        label=_("证据序号"), required=False, max_length=300, help_text=_("例如：3、7、12-15")
    )
    basis = forms.CharField(
        label=_("依据"), max_length=500, widget=forms.TextInput({"list": "bases"})
    )
    handling = forms.ChoiceField(label=_("处理建议"), required=False)

    def __init__(self, *args: Any, subjects: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("subject", subjects)
        self._choose("handling", [("", "—"), *((h.key, h.title) for h in content().handlings)])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- as declared above
        field.choices = choices

    def clean_evidence(self) -> list[int]:
        return numbers_in(self.cleaned_data["evidence"])


def numbers_in(written: str) -> list[int]:
    """Numbers as people write them: `3、7, 12-15`. Errors: what is no number."""
    found: set[int] = set()
    for part in re.split(r"[、，,；;\s]+", written.strip()):
        if not part:
            continue
        match = re.fullmatch(r"(\d{1,4})(?:[-—–~至](\d{1,4}))?", part)
        if match is None:
            raise ValidationError(
                _("“%(part)s”不是序号，请写成：3、7、12-15。"), params={"part": part}
            )
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise ValidationError(_("“%(part)s”前大后小，请改正。"), params={"part": part})
        found.update(range(first, last + 1))
    return sorted(found)


class OpinionForm(Dressed):
    agrees = forms.TypedChoiceField(
        label=_("意见"), choices=[("yes", _("同意")), ("no", _("不同意"))], coerce=lambda v: v == "yes",
        widget=forms.RadioSelect,
    )  # fmt: skip
    words = forms.CharField(label=_("说明"), required=False, max_length=500)


class ObjectionForm(Dressed):
    words = text(_("申辩意见"), 5, 3000)


class AnswerForm(Dressed):
    answer = forms.ChoiceField(
        label=_("复核结果"), choices=Finding.Answer.choices, widget=forms.RadioSelect
    )
    reason = text(_("理由"), 3, 1000)
    conclusion = forms.ChoiceField(
        label=_("变更后的认定"), choices=[("", "—"), *Conclusion.choices], required=False
    )
    handling = forms.ChoiceField(label=_("变更后的处理"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["handling"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- as declared above
        field.choices = [("", "—"), *((h.key, h.title) for h in content().handlings)]
