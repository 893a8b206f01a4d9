"""What the sign-in page says of a demo installation."""

from __future__ import annotations

from typing import Any

from django import template

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
