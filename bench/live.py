"""One alert to 5,000 open pages: from the commit to each receipt, beside a bare asyncio fan-out of the same bytes.

Server and listeners are processes of their own, over real HTTP on this machine. `python -m bench.live listen`
and `python -m bench.live bare` are those processes.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction

from anyuan.core import scope
from anyuan.engines.live.hub import frame
from anyuan.engines.live.services import publish
from anyuan.org.models import Person
from bench.http import free_port

LISTENERS = 5_000
MARK = b"bench-mark"
REPEATS = 5
ROOT = Path(__file__).resolve().parents[1]


def raise_limit() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


# --- the listeners' process: one line of commands on its input, one line of answers on its output


class Ear(asyncio.Protocol):
    """One connection: sends its request, notes when the mark arrives."""

    heard: list[float] = []
    begun = 0

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.seen = False

    def connection_made(self, transport: Any) -> None:
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        if MARK in data:
            Ear.heard.append(time.monotonic())
        elif not self.seen and b"hello" in data:
            self.seen = True
            Ear.begun += 1


async def listen(port: int, requests: list[bytes]) -> None:
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(50)

    async def one(request: bytes) -> None:
        async with gate:
            before = Ear.begun
            await loop.create_connection(lambda: Ear(request), "127.0.0.1", port)
            for _ in range(200):
                if Ear.begun > before:
                    return
                await asyncio.sleep(0.02)

    await asyncio.gather(*(one(request) for request in requests))
    while Ear.begun < len(requests):  # noqa: ASYNC110 -- counted by the protocol
        await asyncio.sleep(0.1)
    print("ready", flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        for _ in range(600):
            if len(Ear.heard) >= len(requests):
                break
            await asyncio.sleep(0.05)
        print(" ".join(f"{moment:.6f}" for moment in Ear.heard), flush=True)
        Ear.heard.clear()


# --- the bare fan-out's process


async def bare(port: int, frame: bytes) -> None:
    """Accepts connections, says hello; at a line on its input writes the frame to all of them."""
    writers: list[asyncio.StreamWriter] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writers.append(writer)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: hello\n\n")

    await asyncio.start_server(accept, "127.0.0.1", port, backlog=1024)
    print("ready", flush=True)
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        for writer in writers:
            writer.write(frame)
        for writer in writers:
            await writer.drain()


# --- the measurement


def sessions() -> list[tuple[int, str]]:
    """(person, session) of so many people who stand in a post, signed in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    found = []
    with scope.everything():
        Person.objects.update(must_change_password=False)
        people = (
            Person.objects.filter(is_active=True, posts__isnull=False).distinct().order_by("pk")
        )
        for person in people[:LISTENERS]:
            session = store()
            session[SESSION_KEY] = str(person.pk)
            session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
            session[HASH_SESSION_KEY] = person.get_session_auth_hash()
            session.save()
            found.append((person.pk, session.session_key))
    return found


def start(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )  # fmt: skip


def ask(child: subprocess.Popen[str], line: str = "") -> str:
    """Say a line to a child (if any) and read its answer."""
    if line:
        child.stdin.write(f"{line}\n")
        child.stdin.flush()
    return child.stdout.readline().strip()


def times(child: subprocess.Popen[str], fire: Any) -> list[float]:
    """Milliseconds from the moment that `fire` gives to each receipt."""
    began = fire()
    return [1000 * (float(moment) - began) for moment in ask(child, "tell").split()]


def show() -> None:
    raise_limit()
    people = sessions()
    port, bare_port = free_port(), free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "anyuan.config.asgi:application", "--port", str(port),
         "--log-level", "error"], cwd=ROOT,
    )  # fmt: skip
    fan = start("-m", "bench.live", "bare", str(bare_port), str(len(people)))
    ask(fan)
    keys = "\n".join(session for _person, session in people)
    kept = Path(os.environ["ANYUAN_HOME"]) / "bench-sessions"
    kept.write_text(keys)
    ears = start("-m", "bench.live", "listen", str(port), str(kept))
    bare_ears = start("-m", "bench.live", "listen", str(bare_port), str(kept))
    try:
        assert ask(ears) == "ready"
        assert ask(bare_ears) == "ready"

        def alert() -> float:
            with scope.everything(), transaction.atomic():
                publish(
                    "alert", people=[person for person, _s in people], data={"id": MARK.decode()}
                )
                return time.monotonic()

        def fan_out() -> float:
            moment = time.monotonic()
            fan.stdin.write("now\n")
            fan.stdin.flush()
            return moment

        ours, plain = [], []
        for _ in range(REPEATS):
            ours.append(times(ears, alert))
            plain.append(times(bare_ears, fan_out))
        report(ours, plain)
    finally:
        for child in (server, fan, ears, bare_ears):
            child.kill()
        connection.close()


def report(ours: list[list[float]], plain: list[list[float]]) -> None:
    def at(rounds: list[list[float]], share: float) -> float:
        return statistics.median(sorted(one)[int(share * (len(one) - 1))] for one in rounds)

    print("| 一条通知到打开的页面 | 收到的页面 | p50 毫秒 | p99 毫秒 |\n|---|---:|---:|---:|")
    for title, rounds in (("安园：提交到收到", ours), ("裸 asyncio 群发同样的字节", plain)):
        print(
            f"| {title} | {min(map(len, rounds)):,} | {at(rounds, 0.5):.0f} | {at(rounds, 0.99):.0f} |"
        )
    print(
        f"\n之比：p50 {at(ours, 0.5) / at(plain, 0.5):.1f}，p99 {at(ours, 0.99) / at(plain, 0.99):.1f}（目标不超过 3）"
    )


def main(arguments: list[str]) -> None:
    raise_limit()
    role, port = arguments[0], int(arguments[1])
    if role == "listen":
        keys = Path(arguments[2]).read_text().split()
        requests = [
            f"GET /live/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={key}\r\n\r\n".encode()
            for key in keys
        ]
        asyncio.run(listen(port, requests))
    else:
        many = [f"p:{n}" for n in range(int(arguments[2]))]
        asyncio.run(bare(port, frame(1, "alert", many, {"id": MARK.decode()})))


if __name__ == "__main__":
    main(sys.argv[1:])
