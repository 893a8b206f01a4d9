"""A real demo city, served by `anyuan up --demo`, and a real Chromium to use it with."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PASSWORD = "anyuan-demo"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "anyuan.config.cli", *arguments]


def clean_env(home: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANYUAN_", "DATABASE_URL"))}
    return {**kept, "ANYUAN_HOME": str(home), **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running demo (ANYUAN_SITE uses one that runs already)."""
    if ready := os.environ.get("ANYUAN_SITE"):
        yield ready
        return
    home = tmp_path_factory.mktemp("demo")
    home.chmod(0o755)
    port = free_port()
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ANYUAN_DB")}
    env = {**kept, "ANYUAN_HOME": str(home), "PORT": str(port)}
    env.pop("ANYUAN_TESTING", None)
    log = (home / "up.log").open("w")
    child = subprocess.Popen(
        [sys.executable, "-m", "anyuan.config.cli", "up", "--demo"],
        env=env,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_healthy(address, child, home / "up.log")
        yield address
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(30)


def wait_healthy(address: str, child: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(360):
        if child.poll() is not None:
            raise AssertionError(f"anyuan up ended:\n{log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:
                if json.load(answer) == {"status": "ok"}:
                    return
        except (urllib.error.URLError, OSError, ValueError):
            pass
        time.sleep(0.5)
    raise AssertionError(f"the demo did not come up:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("ANYUAN_CHROMIUM") or "/usr/bin/chromium",
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(browser: Browser, site: str) -> Iterator[SignIn]:
    """sign_in("school", size=PHONE) → a page of that demo account; page errors fail the test."""
    contexts = []
    errors: list[str] = []

    def enter(username: str, *, size: dict[str, int] = DESKTOP) -> Page:
        context = browser.new_context(
            viewport=size,
            locale="zh-CN",
            base_url=site,
            has_touch=size is PHONE,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                errors.append(f"{page.url}: {message.text}")
                if message.type == "error" and "Content Security Policy" in message.text
                else None
            ),
        )
        page.goto("/accounts/login/")
        page.locator('input[name="login"]').fill(username)
        page.locator('input[name="password"]').fill(PASSWORD)
        page.locator('form button[type="submit"]').first.click()
        page.wait_for_url(lambda url: "/accounts/login" not in url)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert errors == []
