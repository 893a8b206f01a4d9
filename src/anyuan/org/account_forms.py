"""The sign-in form, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import dress


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("用户名或手机号")
        self.fields["login"].widget.attrs.update(
            {"placeholder": "", "autofocus": True, "autocapitalize": "none"}
        )
        self.fields["password"].label = _("密码")
        self.fields["password"].widget.attrs["placeholder"] = ""
        self.fields["password"].help_text = ""
        dress(self)
