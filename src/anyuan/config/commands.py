"""The commands that speak to the models: demo, pack, user."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

from anyuan.core import scope
from anyuan.core.refused import Refused
from anyuan.org.actor import SYSTEM


def run(options: argparse.Namespace) -> int:
    if options.command == "user":
        return user_add(options)
    if options.command == "demo":
        from anyuan.config.demo import run as demo

        return demo(size=options.size, if_empty=options.if_empty)
    if options.command == "pack":
        return pack(options)
    if options.command == "timelines":
        return timelines()
    if options.command == "letters":
        return letters()
    raise Refused("没有这个命令。")


def timelines() -> int:
    """Check the chain of every incident's timeline; 1 where one does not hold."""
    from anyuan.domains.emergency.incidents.timeline import check_all

    with scope.everything():
        found = check_all()
    print(
        "\n".join(f"{one.number} {one.unit.name}：{why}" for one, why in found)
        or "事件记录全部完好。"
    )
    return 1 if found else 0


def letters() -> int:
    """Check the text and the signatures of every responsibility letter; 1 where one does not hold."""
    from anyuan.domains.responsibility.duties.verifying import check_all

    with scope.everything():
        found = check_all()
    print(
        "\n".join(f"{one.number} {one.unit.name}：{why}" for one, why in found)
        or "责任书全部完好。"
    )
    return 1 if found else 0


def pack(options: argparse.Namespace) -> int:
    """Check a pack's folder, or load it after showing what would change."""
    from anyuan.engines.checks.services import publish_checklist
    from anyuan.engines.checks.spec import read_folder
    from anyuan.engines.obligations.commands import check_folder, load_folder
    from anyuan.org.models import Unit

    folder = Path(options.file)
    mistakes = check_folder(folder)
    if options.pack_command == "check":
        print("\n".join(mistakes) or "没有发现错误。")
        return 1 if mistakes else 0
    print("\n".join(load_folder(folder, lambda lines: options.yes or _agreed(lines))))
    with scope.everything():
        city = Unit.objects.get(kind=Unit.Kind.CITY)
        for spec in read_folder(folder / "checklists"):
            publish_checklist(city, by=SYSTEM, spec=spec)
    return 0


def _agreed(lines: list[str]) -> bool:
    print("\n".join(lines))
    return input("载入吗？输入 y 确认：").strip().lower() in {"y", "yes", "是"}


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
