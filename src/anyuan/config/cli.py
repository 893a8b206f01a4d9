"""The command line: anyuan up | migrate | demo | pack check|load | user add | healthcheck | timelines | letters."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence

from anyuan.config import env


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="anyuan", description="安园：学校安全工作系统")
    commands = top.add_subparsers(dest="command", required=True, metavar="命令")
    up = commands.add_parser("up", help="启动数据库、网站和后台任务")
    up.add_argument("--demo", action="store_true", help="首次启动时建立演示城市")
    commands.add_parser("migrate", help="更新数据库结构")
    demo = commands.add_parser("demo", help="重建演示城市（原演示数据会被清除）")
    demo.add_argument(
        "--size",
        choices=["town", "city"],
        default="town",
        help="town 约 90 所学校；city 为 1500 个校区、三年数据",
    )
    demo.add_argument("--if-empty", action="store_true", help="只在还没有任何单位时建立")
    pack = commands.add_parser("pack", help="工作要点数据包")
    pack_commands = pack.add_subparsers(dest="pack_command", required=True, metavar="操作")
    for name, text in {
        "check": "检查数据包，指出每一处错误",
        "load": "先显示变化，确认后载入",
    }.items():
        one = pack_commands.add_parser(name, help=text)
        one.add_argument("file", help="数据包文件夹")
        if name == "load":
            one.add_argument("--yes", action="store_true", help="不再询问，直接载入")
    user = commands.add_parser("user", help="人员账号")
    add = user.add_subparsers(dest="user_command", required=True, metavar="操作").add_parser(
        "add", help="新建账号和岗位"
    )
    add.add_argument("username")
    add.add_argument("--name", required=True, help="姓名")
    add.add_argument("--unit", required=True, help="单位代码，如 320400")
    add.add_argument("--role", required=True, help="岗位，如 bureau_supervisor")
    add.add_argument("--phone", default="")
    commands.add_parser("healthcheck", help="检查系统是否正常")
    commands.add_parser("timelines", help="核对突发事件的事件记录有没有被改动")
    commands.add_parser("letters", help="核对责任书的全文和签署有没有被改动")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    if options.command == "up":
        from anyuan.config.supervise import up

        return up(demo=options.demo)
    if options.command == "healthcheck":
        return healthcheck()
    if options.command == "migrate":
        return migrate()
    if options.command == "demo" and (code := migrate()):
        return code
    return manage(options)


def migrate() -> int:
    """Prepare the database's roles and run the migrations as the owner (in a process of its own)."""
    from anyuan.config import embedded

    embedded.prepare(embedded.database())
    return run_manage(["migrate", "--no-input", "--verbosity", "0"], role="owner")


def run_manage(arguments: list[str], *, role: str = "app") -> int:
    """Run one of Django's commands in a child process, with the database role given."""
    code = "import sys; from anyuan.config.cli import django_command; django_command(sys.argv[1:])"
    child = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "ANYUAN_DB_ROLE": role},
        check=False,
    )
    return child.returncode


def django_command(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anyuan.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["anyuan", *arguments])


def manage(options: argparse.Namespace) -> int:
    """The commands that speak to the models."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anyuan.config.settings")
    import django

    django.setup()
    from django.db import OperationalError, ProgrammingError

    from anyuan.config import commands
    from anyuan.core.refused import Refused

    try:
        return commands.run(options)
    except Refused as refusal:
        for sentence in refusal.errors.values() or [refusal.sentence]:
            print(sentence)
    except (OperationalError, ProgrammingError) as error:
        print(f"数据库还没有准备好，请先运行 anyuan migrate。（{str(error).splitlines()[0]}）")
    return 1


def healthcheck() -> int:
    """Ask /healthz of the running server; prints what it says."""
    address = f"http://127.0.0.1:{env.whole('PORT', 8000, high=65535)}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            print(answer.read().decode())
            return 0
    except urllib.error.HTTPError as error:
        print(error.read().decode())
    except (urllib.error.URLError, TimeoutError):
        print(f"{address} 没有回应，系统可能没有启动。")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
