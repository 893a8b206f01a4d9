"""`anyuan up`: one process that starts the database, the server and the worker, and keeps them up.

Ctrl-C or SIGTERM stops all three cleanly. A child that dies is started again; when this process is
killed outright the children end with it, and the next start finds every committed row.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from anyuan.config import embedded, env
from anyuan.config.cli import migrate
from anyuan.config.home import home

START_DATABASE = "from anyuan.config import embedded; embedded.embedded()"
GRACE = 12  # seconds a child has to end by itself
PR_SET_PDEATHSIG = 1


def up(*, demo: bool) -> int:
    port = env.whole("PORT", 8000, low=1, high=65535)
    host = env.text("ANYUAN_HOST", "127.0.0.1")
    refuse_busy_port(host, port)
    os.environ.setdefault("ANYUAN_HOME", str(home()))
    print("正在准备数据库……", flush=True)
    code = migrate()
    if not code and demo:
        code = subprocess.call([sys.executable, "-m", "anyuan.config.cli", "demo", "--if-empty"])
    if code:
        stop_database()
        return code
    children = {
        "server": [
            sys.executable,
            "-m",
            "uvicorn",
            "anyuan.config.asgi:application",
            "--host",
            host,
            "--port",
            str(port),
            "--log-level",
            "warning",
            "--no-server-header",
            "--timeout-graceful-shutdown",
            "8",
            *(
                [
                    "--proxy-headers",
                    "--forwarded-allow-ips",
                    env.text("ANYUAN_PROXY_IPS", "127.0.0.1"),
                ]
                if env.flag("ANYUAN_PROXY")
                else ["--no-proxy-headers"]
            ),
        ],
        "worker": worker("default"),
        # What speaks to peers outside waits for them; it must not hold up the rest.
        "sender": worker("outside", "--concurrency", "3"),
    }
    print(f"安园已启动：http://{host}:{port}  （按 Ctrl-C 停止）", flush=True)
    if demo:
        print("演示账号：city、wujin、school、teacher、guard，密码 anyuan-demo", flush=True)
    return Supervisor(children).run()


def worker(queue: str, *options: str) -> list[str]:
    """The command of a worker of one queue."""
    arguments = ["procrastinate", "worker", "--queues", queue, *options]
    code = f"from anyuan.config.cli import django_command; django_command({arguments!r})"
    return [sys.executable, "-c", code]


def refuse_busy_port(host: str, port: int) -> None:
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise env.BadSetting(
                f"端口 {port} 不能使用（{error.strerror}）。请关闭占用它的程序，或用 PORT=8001 换一个端口。"
            ) from error


def stop_database() -> None:
    """Stop the embedded database; one's own PostgreSQL is left alone."""
    if not env.text("DATABASE_URL"):
        embedded.stop()


def _end_with_parent() -> None:
    """In the child: get SIGTERM when the supervisor dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Keeps children running until a signal asks to stop."""

    def __init__(self, children: Mapping[str, Sequence[str]]) -> None:
        self.commands = children
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        self.stopping = False

    def run(self) -> int:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop_asked)
        try:
            for name in self.commands:
                self._start(name)
            while not self.stopping:
                time.sleep(0.5)
                self._tend()
        finally:
            self._end()
        return 0

    def _stop_asked(self, number: int, frame: object) -> None:
        self.stopping = True

    def _start(self, name: str) -> None:
        self.started[name] = time.monotonic()
        self.running[name] = subprocess.Popen(
            self.commands[name],
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509
        )

    def _tend(self) -> None:
        """Start again whatever has died; not faster than every 3 seconds."""
        if not env.text("DATABASE_URL") and not self._postgres_lives():
            # In a process of its own: the library gives this one the server that it once started.
            subprocess.call([sys.executable, "-c", START_DATABASE])
        for name, child in self.running.items():
            if child.poll() is not None and time.monotonic() - self.started[name] > 3:
                print(f"{name} 已中断（{child.returncode}），正在重新启动。", flush=True)
                self._start(name)

    @staticmethod
    def _postgres_lives() -> bool:
        try:
            pid = int((home() / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (OSError, ValueError):
            return False
        return True

    def _end(self) -> None:
        print("正在停止……", flush=True)
        for child in self.running.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + GRACE
        for child in self.running.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        stop_database()
        print("已停止。", flush=True)
