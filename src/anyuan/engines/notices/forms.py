"""Forms of remarks, of one file sent ahead, of a person's channels and of a unit's robots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import OnceForm, dress
from anyuan.engines.notices import channels
from anyuan.engines.notices.models import Digest, Rhythm, RobotKind, Weekday
from anyuan.engines.notices.preferences import Row
from anyuan.engines.notices.services import COMMENT_LIMIT


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("留言"),
        max_length=COMMENT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("写给看到这份记录的人")}),
        error_messages={"required": _("请先写下要说的话。")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("auto_id", "comment_%s")  # the page may hold a form with the same names
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        dress(self)


class UploadForm(forms.Form):
    """One file with the key its sender made; `unit` where it is not the sender's own."""

    file = forms.FileField(error_messages={"required": _("请选择文件。")})
    id = forms.UUIDField()
    unit = forms.CharField(required=False, max_length=120)
    label = forms.CharField(required=False, max_length=40)


CLOCK = {"type": "time"}
# One choice for the pace and the day: `weekly:4`.
DIGESTS = [
    (Digest.NONE.value, Digest.NONE.label),
    (Digest.DAILY.value, Digest.DAILY.label),
    *((f"weekly:{day.value}", _("每周汇总，%(day)s") % {"day": day.label}) for day in Weekday),
]


class PreferencesForm(forms.Form):
    """A person's address, hours and, for each kind, channels (fields `kind_<key>`)."""

    email = forms.EmailField(
        label=_("电子邮箱"), required=False, max_length=254,
        error_messages={"invalid": _("电子邮箱的格式不正确，例如 name@example.cn。")},
    )  # fmt: skip
    quiet = forms.BooleanField(label=_("夜间免打扰"), required=False)
    quiet_from = forms.TimeField(
        label=_("从"), widget=forms.TimeInput(attrs=CLOCK, format="%H:%M"),
        error_messages={"required": _("请填写开始时间。"), "invalid": _("请填写时间，如 22:00。")},
    )  # fmt: skip
    quiet_to = forms.TimeField(
        label=_("到"), widget=forms.TimeInput(attrs=CLOCK, format="%H:%M"),
        error_messages={"required": _("请填写结束时间。"), "invalid": _("请填写时间，如 07:00。")},
    )  # fmt: skip
    digest = forms.ChoiceField(label=_("普通消息"), choices=DIGESTS)
    digest_hour = forms.TypedChoiceField(
        label=_("汇总时间"), choices=[(n, f"{n:02d}:00") for n in range(24)], coerce=int
    )

    def __init__(
        self, *args: Any, rows: Sequence[Row], ways: Sequence[str], rhythm: Rhythm, **kwargs: Any
    ) -> None:
        self.rows = rows
        own = ("quiet", "quiet_from", "quiet_to", "digest", "digest_hour")
        initial = {name: getattr(rhythm, name) for name in own}
        if rhythm.digest == Digest.WEEKLY:
            initial["digest"] = f"weekly:{rhythm.digest_weekday}"
        kwargs["initial"] = {**initial, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        named = channels.labels()
        for row in rows:
            self.fields[f"kind_{row.kind.key}"] = forms.MultipleChoiceField(
                label=row.kind.label,
                help_text=row.kind.hint,
                required=False,
                choices=[(key, named[key]) for key in ways],
                initial=[key for key in row.channels if key in ways],
                widget=forms.CheckboxSelectMultiple,
            )
        dress(self)

    def lines(self) -> list[forms.BoundField]:
        """The kinds' fields, for the table."""
        return [self[f"kind_{row.kind.key}"] for row in self.rows]

    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        data = dict(self.cleaned_data)
        chosen = {row.kind.key: data.pop(f"kind_{row.kind.key}") for row in self.rows}
        pace, _sep, day = data["digest"].partition(":")
        return {**data, "digest": pace, "digest_weekday": int(day or 0), "chosen": chosen}


class RobotForm(OnceForm):
    kind = forms.ChoiceField(label=_("平台"), choices=[("", _("请选择")), *RobotKind.choices])
    name = forms.CharField(
        label=_("群名称"), max_length=40,
        widget=forms.TextInput(attrs={"placeholder": _("如：湖塘小学安全群")}),
    )  # fmt: skip
    url = forms.CharField(
        label=_("机器人地址"), max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
        help_text=_("添加群机器人后平台给出的 Webhook 地址，以 https:// 开头。保存后不再显示。"),
    )  # fmt: skip
    secret = forms.CharField(
        label=_("签名密钥"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("钉钉选“加签”、飞书选“签名校验”时平台给出的密钥；没有就不填。"),
    )  # fmt: skip


class TemplateForm(forms.Form):
    """A bureau's own Word template."""

    file = forms.FileField(
        label=_("Word 模板"),
        help_text=_("先下载默认模板，在 Word 里改字体、抬头和版式，保留 {{ }} 字段，再传上来。"),
        widget=forms.FileInput(attrs={"accept": ".docx"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
