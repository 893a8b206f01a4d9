"""The live channel over real HTTP: a real server, a real database that is killed, pages that go away."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from anyuan.config import embedded
from tests.browser.conftest import clean_env, command, free_port, wait_healthy

SEED = """
import django, json
django.setup()
from django.test import Client
from anyuan.org.models import Person
from anyuan.org.tests.cast import make_cast
cast = make_cast()
print(json.dumps({
    name: {"person": getattr(cast, name).person_id, "unit": getattr(cast, name).unit_key,
           "session": cast.client(getattr(cast, name)).cookies["sessionid"].value}
    for name in ("officer", "teacher", "stranger", "district", "bureau")
}))
"""
INSERT = "INSERT INTO live_event (kind, topics, data, at) VALUES (%s, %s, %s, now())"


class Site:
    """A running server with the cast in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        log = home / "up.log"
        env = clean_env(home, PORT=str(self.port), DJANGO_SETTINGS_MODULE="anyuan.config.settings")
        with log.open("w") as out:
            self.child = subprocess.Popen(command("up"), env=env, stdout=out, stderr=out)
        self.address = f"http://127.0.0.1:{self.port}"
        wait_healthy(self.address, self.child, log)
        seeded = subprocess.run(
            [sys.executable, "-c", SEED], env=env, check=True, capture_output=True, text=True
        )
        self.people = json.loads(seeded.stdout)

    def database(self) -> psycopg.Connection[Any]:
        password = json.loads((self.home / "secrets.json").read_text())["database_superuser_password"]  # fmt: skip
        return psycopg.connect(
            host=str(self.home / "postgres"), dbname="anyuan", user="postgres", password=password
        )

    def publish(self, kind: str, *topics: str, link: psycopg.Connection[Any] | None = None) -> None:
        if link is not None:
            link.execute(INSERT, (kind, list(topics), "{}"))
            return
        with self.database() as own:
            own.execute(INSERT, (kind, list(topics), "{}"))

    def page(self, name: str, since: str = "") -> Page:
        return Page(self, name, since)

    def unit(self, name: str) -> str:
        return f"u:{self.people[name]['unit']}"


class Page:
    """An open page: a socket and a thread that reads its stream."""

    def __init__(self, site: Site, name: str, since: str) -> None:
        self.link = socket.create_connection(("127.0.0.1", site.port), timeout=30)
        lines = ["GET /live/ HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"Cookie: sessionid={site.people[name]['session']}"]
        lines += [f"Last-Event-ID: {since}"] if since else []
        self.link.sendall("\r\n".join([*lines, "", ""]).encode())
        self.heard: queue.Queue[tuple[str, str]] = queue.Queue()
        self.last = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        place = ""
        with contextlib.suppress(OSError), self.link.makefile("r", encoding="utf-8") as answer:
            for line in answer:
                if line.startswith("id: "):
                    place = line[4:].strip()
                elif line.startswith("data: "):
                    self.heard.put((json.loads(line[6:])["kind"], place))
                elif line.strip() == "0":
                    break
        self.heard.put(("gone", ""))

    def next(self, seconds: float = 12) -> str:
        kind, place = self.heard.get(timeout=seconds)
        self.last = place or self.last
        return kind

    def quiet(self) -> bool:
        time.sleep(0.5)
        return self.heard.empty()

    def leave(self) -> None:
        self.link.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("live")
    home.chmod(0o755)
    made = Site(home)
    yield made
    if made.child.poll() is None:
        made.child.send_signal(signal.SIGTERM)
        made.child.wait(40)
    embedded.stop(home / "postgres")


def test_a_stranger_to_the_product_is_not_let_in(site):
    assert requests.get(f"{site.address}/live/", timeout=9).status_code == 401
    assert requests.get(f"{site.address}/live/", cookies={"sessionid": "x"}, timeout=9).status_code == 401  # fmt: skip


def test_each_hears_what_concerns_them_and_nothing_else(site):
    officer, stranger, district = (site.page(n) for n in ("officer", "stranger", "district"))
    assert [p.next() for p in (officer, stranger, district)] == ["hello"] * 3
    site.publish("mine", f"p:{site.people['officer']['person']}")
    site.publish("school", site.unit("officer"), site.unit("district"), site.unit("bureau"))
    assert [officer.next(), officer.next()] == ["mine", "school"]
    assert district.next() == "school"
    assert stranger.quiet()
    assert officer.quiet()


def test_who_comes_back_hears_once_what_was_missed(site):
    page = site.page("officer")
    assert page.next() == "hello"
    page.leave()
    for kind in ("one", "two"):
        site.publish(kind, site.unit("officer"))
    site.publish("foreign", site.unit("stranger"))
    again = site.page("officer", since=page.last)
    assert [again.next() for _ in range(3)] == ["one", "two", "hello"]
    site.publish("three", site.unit("officer"))
    assert again.next() == "three"
    assert again.quiet()


def test_what_began_earlier_and_committed_later_is_not_lost(site):
    page = site.page("officer")
    assert page.next() == "hello"
    with site.database() as slow:
        site.publish("slow", site.unit("officer"), link=slow)  # has the lower id, not yet committed
        site.publish("fast", site.unit("officer"))
        assert page.next() == "fast"
        page.leave()
    again = site.page("officer", since=page.last)
    assert [again.next(), again.next()] == ["slow", "hello"]


def test_many_at_once_are_heard_once_each_in_their_order(site):
    page = site.page("bureau")
    assert page.next() == "hello"

    def work(number: int) -> None:
        for n in range(10):
            site.publish(f"{number}-{n}", site.unit("bureau"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard = [page.next() for _ in range(40)]
    assert len(set(heard)) == 40
    for number in range(4):
        assert [k for k in heard if k.startswith(f"{number}-")] == [f"{number}-{n}" for n in range(10)]  # fmt: skip


def test_who_was_away_too_long_asks_for_everything(site):
    with site.database() as link:
        link.execute("DELETE FROM live_event")
    site.publish("now", site.unit("officer"))
    page = site.page("officer", since="1")
    assert page.next() == "*"


def test_an_event_that_is_rolled_back_is_not_heard(site):
    page = site.page("officer")
    assert page.next() == "hello"
    with site.database() as link:
        site.publish("undone", site.unit("officer"), link=link)
        link.rollback()
    assert page.quiet()


def test_streams_live_on_when_the_database_is_killed(site):
    page = site.page("officer")
    assert page.next() == "hello"
    postmaster = int((site.home / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    for _attempt in range(60):
        time.sleep(0.5)
        try:
            site.publish("after", site.unit("officer"))
            break
        except psycopg.OperationalError:
            continue
    assert page.next(30) == "after"
    assert page.quiet()


def test_a_persons_oldest_page_is_let_go(site):
    pages = []
    for _ in range(9):
        pages.append(site.page("teacher"))
        assert pages[-1].next() == "hello"
    assert pages[0].next() == "gone"
    site.publish("still", site.unit("teacher"))
    assert pages[8].next() == "still"


def test_the_server_stops_at_once_with_pages_open(site):
    page = site.page("officer")
    assert page.next() == "hello"
    started = time.monotonic()
    site.child.send_signal(signal.SIGTERM)
    assert page.next(30) == "gone"
    # The server gives open requests 8 seconds; a stream must not use them up.
    assert time.monotonic() - started < 6
    assert site.child.wait(40) == 0
