"""Servers to measure and a client that measures: keep-alive, one request after the other or several at once."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(application: str) -> Iterator[tuple[int, int]]:
    """(port, process number) of one uvicorn process of an ASGI application, as `anyuan up` starts it."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port)]
    options = ["--log-level", "warning", "--no-server-header", "--no-proxy-headers"]
    child = subprocess.Popen([*command, *options], env={**os.environ, "ANYUAN_DB_POOL": "1"})
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port, child.pid
    finally:
        child.terminate()
        child.wait(20)


class Client:
    """One connection, kept open."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = headers

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, float]:
        """(status, seconds)"""
        started = time.perf_counter()
        self.link.request(method, path, body, self.headers)
        answer = self.link.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - started


def timed(client: Client, path: str, *, times: int, warm: int = 10, wanted: int = 200) -> float:
    """Median seconds of a page."""
    for _ in range(warm):
        status, _seconds = client.ask("GET", path)
        assert status == wanted, f"{path}: {status}"
    return statistics.median(client.ask("GET", path)[1] for _ in range(times))


def together(
    port: int,
    headers: dict[str, str],
    *,
    many: int,
    clients: int,
    request: Callable[[int], tuple[str, bytes]],
    wanted: int = 201,
) -> tuple[float, list[float]]:
    """(requests a second, seconds of each) of `many` POSTs over several connections at once."""
    times: list[float] = []
    wrong: list[int] = []

    def work(first: int) -> None:
        client = Client(port, headers)
        for number in range(first, many, clients):
            status, seconds = client.ask("POST", *request(number))
            times.append(seconds)
            if status != wanted:
                wrong.append(status)

    threads = [threading.Thread(target=work, args=[n]) for n in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[:5]
    return many / (time.perf_counter() - started), sorted(times)
