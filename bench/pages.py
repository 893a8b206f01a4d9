"""Pages of the whole city against a bare Django page, in the same run and by the same client."""

from __future__ import annotations

import http.cookies
import statistics

from django.conf import settings
from django.test import Client as Browser
from django.utils import timezone

from anyuan.core import scope
from anyuan.org.models import Person
from bench.http import Client, serving, timed

PAGES = {
    "city": {
        "要点看板（全市）": "/board/",
        "要点看板（本学期）": "/board/?period=term",
        "武进区看板": "/board/320400.320412./",
        "全市隐患": "/hazards/",
        "任务清单": "/obligations/",
        "指标": "/indicators/",
    },
    "wujin": {
        "本区隐患": "/hazards/",
        "本区未销号": "/hazards/?state=open",
        "本区检查": "/checks/",
    },
    "school": {"今日": "/today/", "本校隐患": "/hazards/"},
}


def cookie_of(username: str) -> str:
    """A signed-in session's cookie."""
    with scope.everything():
        person = Person.objects.get(username=username)
    browser = Browser()
    browser.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    found: http.cookies.SimpleCookie = browser.cookies
    return f"{settings.SESSION_COOKIE_NAME}={found[settings.SESSION_COOKIE_NAME].value}"


def measure(times: int = 200) -> list[tuple[str, float, float]]:
    """(name, milliseconds, times the bare page) of each page; the bare page first."""
    rows = []
    cookies = {name: {"Cookie": cookie_of(name), "Host": "127.0.0.1"} for name in PAGES}
    with (
        serving("bench.bare:application") as (bare_port, _),
        serving("anyuan.config.asgi:application") as (port, _),
    ):
        bare = Client(bare_port, cookies["city"])
        floor = timed(bare, "/page", times=times)
        rows.append(("普通 Django 页（登录用户，一个查询）", floor, 1.0))
        for name, pages in PAGES.items():
            client = Client(port, cookies[name])
            for title, path in pages.items():
                seconds = timed(client, path, times=times)
                rows.append((title, seconds, seconds / floor))
        first = first_time(Client(port, cookies["city"]))
        rows.append(("要点看板（全市，无缓存）", first, first / floor))
        again = timed(Client(bare_port, cookies["city"]), "/page", times=times)
    rows.append(("普通 Django 页（再测）", again, again / floor))
    return [(title, seconds * 1000, ratio) for title, seconds, ratio in rows]


def first_time(client: Client) -> float:
    """The board of months that nobody has opened since the server started."""
    year = timezone.localdate().year
    paths = [f"/board/?at={y}-{m:02d}" for y in (year - 2, year - 1) for m in range(1, 13)]
    return statistics.median(client.ask("GET", path)[1] for path in paths)
