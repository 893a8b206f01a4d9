"""Servers of this machine that stand for the peers outside: they answer, fail, hang, dribble."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclasses.dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Reply = Callable[[BaseHTTPRequestHandler], None]


def says(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """The peer's JSON with a status."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)

    return reply


def hangs(seconds: float) -> Reply:
    return lambda handler: time.sleep(seconds)


def cuts() -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.shutdown(socket.SHUT_RDWR)

    return reply


def dribbles(data: Any, every: float) -> Reply:
    """One byte at a time: never silent for long, never done."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        raw = json.dumps(data).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        with contextlib.suppress(OSError):
            for byte in raw:
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                time.sleep(every)

    return reply


@dataclasses.dataclass
class WebPeer:
    port: int
    reply: Reply
    asked: list[Asked] = dataclasses.field(default_factory=list)

    def url(self, path: str = "/hook?key=k") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextlib.contextmanager
def web_peer(reply: Reply | None = None) -> Iterator[WebPeer]:
    peer = WebPeer(0, reply or says({"errcode": 0, "code": 0}))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            peer.asked.append(Asked(self.path, dict(self.headers), body))
            peer.reply(self)

        def do_GET(self) -> None:
            peer.asked.append(Asked(self.path, dict(self.headers), b""))
            peer.reply(self)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    peer.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()


@dataclasses.dataclass
class MailPeer:
    """`answers` maps a command (greeting, EHLO, MAIL, RCPT, DATA, end) to what is said instead."""

    port: int = 0
    answers: dict[str, str] = dataclasses.field(default_factory=dict)
    silent: bool = False
    mails: list[str] = dataclasses.field(default_factory=list)
    to: list[str] = dataclasses.field(default_factory=list)
    lines: int = 0


@contextlib.contextmanager
def mail_peer(**how: Any) -> Iterator[MailPeer]:
    """An SMTP server that keeps what it is given."""
    peer = MailPeer(**how)

    class Handler(socketserver.StreamRequestHandler):
        def say(self, step: str, usual: str) -> bool:
            answer = peer.answers.get(step, usual)
            with contextlib.suppress(OSError):
                self.wfile.write(f"{answer}\r\n".encode())
            return answer[0] in "23"

        def handle(self) -> None:
            peer.lines += 1
            if peer.silent:
                time.sleep(5)
                return
            if not self.say("greeting", "220 here"):
                return
            while raw := self.rfile.readline():
                word = raw.decode().strip().split(" ")[0].upper()
                if word == "DATA" and self.say("DATA", "354 go on"):
                    self.take()
                elif word == "QUIT":
                    self.say("QUIT", "221 bye")
                    return
                elif word != "DATA":
                    good = self.say(word, "250 ok")
                    if word == "RCPT" and good:
                        peer.to.append(raw.decode().strip())

        def take(self) -> None:
            text = []
            while (raw := self.rfile.readline()) and raw != b".\r\n":
                text.append(raw.decode())
            if self.say("end", "250 kept"):
                peer.mails.append("".join(text))

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    peer.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
