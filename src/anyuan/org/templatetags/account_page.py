"""What the account pages need: the demo's accounts, a device in words, forms in the shell's dress."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django import forms, template
from django.utils.translation import gettext_lazy as _

from anyuan.core.forms import dress
from anyuan.org.models import Installation

register = template.Library()
PASSWORD = "anyuan-demo"  # noqa: S105 -- known to everybody: the demo's
PEOPLE = [
    ("city", "市教育局安全管理员"),
    ("wujin", "武进区安全管理员"),
    ("school", "学校安全干部（兼任教师）"),
    ("teacher", "教师"),
    ("guard", "保安员"),
]


@register.simple_tag
def demo_accounts() -> dict[str, Any] | None:
    """The demo's accounts and password; None in a real installation."""
    if not Installation.objects.filter(demo=True).exists():
        return None
    return {"password": PASSWORD, "people": PEOPLE}


# What a browser calls itself → its name; the first that fits, as most claim to be others too.
SYSTEMS = {
    "HarmonyOS": "鸿蒙",
    "Android": "安卓手机",
    "iPhone": "苹果手机",
    "iPad": "苹果平板",
    "Windows": "Windows 电脑",
    "Mac OS": "苹果电脑",
    "Linux": "Linux 电脑",
}
BROWSERS = {
    "MicroMessenger": "微信",
    "DingTalk": "钉钉",
    "wxwork": "企业微信",
    "Edg": "Edge 浏览器",
    "Firefox": "火狐浏览器",
    "Chrome": "谷歌内核浏览器",
    "Safari": "Safari 浏览器",
}


@register.simple_tag(takes_context=True)
def passkeys_work(context: dict[str, Any]) -> bool:
    """Whether the browser allows passkeys at this address: it does for names, never for numbers."""
    host = urlsplit(f"//{context['request'].get_host()}").hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False


@register.filter
def device(user_agent: str) -> str:
    """A device in words a person knows, such as “安卓手机，微信”."""
    names = [
        next((name for mark, name in table.items() if mark in user_agent), "")
        for table in (SYSTEMS, BROWSERS)
    ]
    return "，".join(name for name in names if name) or "未知设备"


# Fields of the framework's forms in our words: label, help.
WORDS: dict[str, tuple[Any, Any]] = {
    "code": (_("验证码"), ""),
    "name": (_("名称"), _("方便辨认，如“我的手机”。")),
    "passwordless": (
        _("可以代替密码登录"),
        _("登录时不用再输入密码，用指纹、面容或锁屏密码即可。"),
    ),
}


@register.filter
def dressed(form: forms.BaseForm) -> forms.BaseForm:
    """A form of the framework's in our words and with the shell's classes, without placeholders."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name in WORDS:
            field.label, field.help_text = WORDS[name]
            # What was bound before (a form sent with a mistake) keeps the words of then.
            form[name].label, form[name].help_text = WORDS[name]
    dress(form)
    return form
