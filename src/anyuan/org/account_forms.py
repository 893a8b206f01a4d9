"""The account forms, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    SetPasswordForm,
)
from django import forms
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


RULES = _("至少 10 位，不能全是数字，不能太常见，也不要和用户名、姓名相近。")


class NewPasswordForm(ChangePasswordForm):
    """A password is changed by who knows the old one; a forgotten one is reset by the administrator."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = _("忘记了，请联系本单位安全干部或上级管理员重置。")
        _name_new(self)


class FirstPasswordForm(SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_new(self)


class ConfirmForm(ReauthenticateForm):
    """The password once more, before something that guards the account is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


def _name_new(form: forms.Form) -> None:
    form.fields["password1"].label = _("新密码")
    form.fields["password1"].help_text = RULES
    form.fields["password2"].label = _("再输入一次新密码")
