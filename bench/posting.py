"""Inspections of 30 items posted through the API, against a bare Django POST of one row; memory at rest."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.engines.checks.models import Checklist
from anyuan.engines.checks.services import publish_checklist
from anyuan.engines.checks.spec import Item, Spec
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.tokens import issue_token
from bench.http import free_port, serving, together

TABLE = "CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, unit text, body text)"
ITEMS = 30
MANY = 500  # below what one token may ask in a minute


def checklist() -> str:
    """A checklist of 30 items, made once."""
    key = "bench_30"
    with scope.everything():
        if not Checklist.objects.filter(key=key).exists():
            items = tuple(Item(f"i{n}", f"第 {n} 项") for n in range(ITEMS))
            city = Unit.objects.get(kind="city")
            publish_checklist(city, by=SYSTEM, spec=Spec(key, "三十项检查", "测量", items))
    return key


def token() -> tuple[str, list[str]]:
    """A city-wide token's text, and schools to write about."""
    with scope.everything():
        city = Unit.objects.get(kind="city")
        wanted = [
            Permission.UNIT_READ,
            Permission.INSPECTION_READ,
            Permission.INSPECTION_WRITE,
            Permission.INSPECTION_SUPERVISE,
        ]
        until = timezone.localdate() + datetime.timedelta(days=30)
        _row, text = issue_token(city, by=SYSTEM, name="测量", permissions=wanted, expires_on=until)
        schools = list(
            Unit.objects.filter(profile__is_site=True).values_list("key", flat=True)[:600]
        )
    return text, schools


def prepare() -> None:
    with psycopg.connect(**settings.DATABASE.login("owner"), autocommit=True) as link:
        link.execute(TABLE)


def measure(clients: int) -> dict[str, Any]:
    """Requests a second, p50 and p95 in milliseconds, of ours and of the bare POST."""
    prepare()
    key, (text, schools) = checklist(), token()
    answers = {f"i{n}": {"result": 1} for n in range(ITEMS)}

    def inspection(number: int) -> tuple[str, bytes]:
        body = {
            "id": str(new_id()),
            "unit": schools[number % len(schools)],
            "checklist": key,
            "answers": answers,
        }
        return "/api/v1/inspections", json.dumps(body).encode()

    def row(_number: int) -> tuple[str, bytes]:
        return "/row", json.dumps(answers).encode()

    heads = {"Content-Type": "application/json", "Authorization": f"Bearer {text}"}
    found: dict[str, Any] = {}
    with serving("anyuan.config.asgi:application") as (port, _):
        together(port, heads, many=40, clients=clients, request=inspection)
        found["ours"] = shape(
            *together(port, heads, many=MANY, clients=clients, request=inspection)
        )
    with serving("bench.bare:application") as (port, _):
        together(port, heads, many=40, clients=clients, request=row)
        found["bare"] = shape(*together(port, heads, many=MANY * 3, clients=clients, request=row))
    found["ratio"] = found["bare"]["each_second"] / found["ours"]["each_second"]
    return found


def shape(each_second: float, times: list[float]) -> dict[str, float]:
    def at(share: float) -> float:
        return times[int(len(times) * share)] * 1000

    return {"each_second": each_second, "p50": at(0.5), "p95": at(0.95)}


@contextlib.contextmanager
def up() -> Iterator[int]:
    """`anyuan up` as in use; the supervisor's process number."""
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, "-m", "anyuan.config.cli", "up"],
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(120):
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3),
            ):
                break
            time.sleep(0.5)
        time.sleep(5)
        yield child.pid
    finally:
        child.terminate()
        child.wait(40)


def memory() -> dict[str, float]:
    """Resident MB of server and worker at rest after start (the supervisor beside them)."""
    with up() as pid:
        parts = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if int(path.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                    words = (path.parent / "cmdline").read_bytes().split(b"\0")
                    name = next(
                        (
                            n
                            for n in ("uvicorn", "procrastinate")
                            if any(n.encode() in w for w in words)
                        ),
                        "",
                    )
                    if name:
                        parts[name] = resident(path.parent)
        parts["anyuan up"] = resident(Path(f"/proc/{pid}"))
        return parts


def resident(process: Path) -> float:
    line = next(
        one for one in (process / "status").read_text().splitlines() if one.startswith("VmRSS")
    )
    return int(line.split()[1]) / 1024
