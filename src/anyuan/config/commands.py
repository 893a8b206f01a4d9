"""The commands that speak to the models: demo, pack, user."""

from __future__ import annotations

import argparse
import secrets

from anyuan.core import scope
from anyuan.core.refused import Refused
from anyuan.org.actor import SYSTEM


def run(options: argparse.Namespace) -> int:
    if options.command == "user":
        return user_add(options)
    raise Refused("没有这个命令。")


def user_add(options: argparse.Namespace) -> int:
    """Make an account with one post; the first password is printed once and must be changed."""
    from anyuan.org.models import Unit
    from anyuan.org.services import add_person

    with scope.everything():
        unit = Unit.objects.filter(code=options.unit).first()
        if unit is None:
            raise Refused(f"没有代码为 {options.unit} 的单位。", field="unit")
        password = secrets.token_urlsafe(12)
        add_person(
            unit,
            by=SYSTEM,
            username=options.username,
            name=options.name,
            phone=options.phone or None,
            role=options.role,
            password=password,
        )
    print(
        f"已为 {options.name} 建立账号 {options.username}，初始密码：{password}（首次登录须修改）"
    )
    return 0
