"""Pages kept in a browser: read without network, never another person's, never one that may not be kept.

A small server of its own, so that the network can be cut and pages can be of any kind.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import anyuan.web
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser
SCRIPTS = Path(anyuan.web.__file__).parent / "static" / "anyuan"
PERSON = {"now": "7"}


def html(body: str, person: str) -> str:
    return (
        '<!DOCTYPE html><html lang="zh-Hans"><head><meta charset="utf-8"><title>页面</title>'
        '<meta name="csrf-token" content="x">'
        '<script type="module" src="/static/anyuan/main.js"></script></head>'
        f'<body data-person="{person}"><main>{body}</main></body></html>'
    )


def keeper(urls: str, auto: str = "") -> str:
    return (
        f'<div data-module="keep" data-urls="{urls}" {auto}>'
        '<button type="button">保存到手机</button><span data-said></span></div>'
    )


PAGES = {
    "/": keeper("/plan/1/") + "<h1>首页</h1>",
    "/auto/": keeper("/plan/1/ /plan/2/", "data-auto") + "<h1>预案</h1>",
    "/auto/less/": keeper("/plan/2/", "data-auto") + "<h1>预案</h1>",
    "/pupils/": keeper("/secret/") + "<h1>学生</h1>",
    "/plan/1/": "<h1>防汛预案</h1><p>关闭电闸</p>",
    "/plan/2/": "<h1>防火预案 <small>&lt;b&gt;</small></h1>",
    "/secret/": "<h1>名单</h1>",
    "/accounts/login/": "<h1>登录</h1>",
}


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        where = self.path.split("?")[0]
        if where == "/sw.js":
            return self.answer((SCRIPTS / "sw.js").read_bytes(), "text/javascript")
        if where.startswith("/static/anyuan/"):
            script = SCRIPTS / where.removeprefix("/static/anyuan/")
            return self.answer(script.read_bytes(), "text/javascript")
        if where not in PAGES:
            return self.answer(b"", "text/plain", 404)
        person = "" if where == "/accounts/login/" else PERSON["now"]
        return self.answer(html(PAGES[where], person).encode(), "text/html", where=where)

    def do_POST(self) -> None:
        self.answer(html("<h1>已退出</h1>", PERSON["now"]).encode(), "text/html")

    def answer(self, body: bytes, kind: str, status: int = 200, where: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if where.startswith("/plan/"):
            self.send_header("X-Anyuan-Keep", "yes")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing on the screen of the tests."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    PERSON["now"] = "7"
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, base_url=address)
    yield context.new_page()
    context.close()


def kept(page: Page) -> set[str]:
    """Addresses of pages in the browser's keeping."""
    return set(
        page.evaluate(
            """async () => {
              const found = [];
              for (const name of await caches.keys()) {
                if (name.endsWith(":parts")) continue;
                for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
              }
              return found;
            }"""
        )
    )


def press(page: Page, where: str = "/") -> None:
    page.goto(where)
    page.get_by_role("button", name="保存到手机").click()


def test_a_page_kept_by_hand_is_read_without_network(page):
    press(page)
    expect(page.locator("[data-said]")).to_contain_text("已保存")
    page.context.set_offline(True)
    page.goto("/plan/1/")
    expect(page.get_by_text("关闭电闸")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("没有网络")


def test_without_network_another_page_leads_to_what_is_kept(page):
    page.goto("/auto/")
    expect(page.locator("[data-said]")).to_contain_text("已保存")
    page.context.set_offline(True)
    page.goto("/pupils/")
    expect(page.get_by_role("heading")).to_have_text("没有网络")
    expect(page.get_by_role("link", name="防火预案 <b>")).to_be_visible()
    page.get_by_role("link", name="防汛预案").click()
    expect(page.get_by_text("关闭电闸")).to_be_visible()


def test_a_page_that_may_not_be_kept_is_refused(page):
    press(page, "/pupils/")
    expect(page.locator("[data-said]")).to_contain_text("没有保存成功")
    assert kept(page) == set()


def test_what_is_no_longer_named_goes_away_and_what_was_chosen_stays(page):
    press(page)
    expect(page.locator("[data-said]")).to_contain_text("已保存")
    page.goto("/auto/")
    expect(page.locator("[data-said]")).to_contain_text("已保存")
    assert kept(page) == {"/plan/1/", "/plan/2/"}
    page.goto("/auto/less/")
    expect(page.locator("[data-said]")).to_contain_text("已保存")
    page.wait_for_function(
        "async () => (await (await caches.open('anyuan-kept:7:auto')).keys()).length === 1"
    )
    assert kept(page) == {"/plan/1/", "/plan/2/"}


@pytest.mark.parametrize("how", ["signs out", "is at the sign-in page", "is somebody else"])
def test_the_next_person_finds_nothing(page, how):
    press(page)
    expect(page.locator("[data-said]")).to_contain_text("已保存")
    page.reload()
    assert kept(page)
    if how == "signs out":
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend',"
            " '<form id=out method=post action=/accounts/logout/></form>'); out.submit()"
        )
        page.wait_for_url("**/accounts/logout/")
    elif how == "is at the sign-in page":
        page.goto("/accounts/login/")
    else:
        PERSON["now"] = "8"
        page.goto("/plan/2/")
    page.wait_for_function("async () => (await caches.keys()).length === 0")


def test_with_network_the_page_is_the_servers(page, monkeypatch):
    press(page)
    expect(page.locator("[data-said]")).to_contain_text("已保存")
    monkeypatch.setitem(PAGES, "/plan/1/", "<h1>防汛预案第二版</h1>")
    page.goto("/plan/1/")
    expect(page.get_by_role("heading")).to_have_text("防汛预案第二版")
    assert page.locator("body").get_attribute("data-kept") is None
