"""Forms of remarks and of one file sent ahead."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import dress
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
