"""The run sheet in two real browsers: without network, after a reload, with the other phone's times."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


def plan_one(page: Page) -> str:
    """A drill of today; its address."""
    page.goto("/emergency/plan/")
    page.locator('[name="kind"]').select_option("fire")
    today = datetime.datetime.now(ZoneInfo("Asia/Shanghai")).date()
    page.locator('[name="on"]').fill(today.isoformat())
    page.locator("main form button.btn-primary").click()
    page.get_by_role("link", name="打开执行单").click()
    expect(page.locator("h1")).to_contain_text("执行单")
    return page.url


def step(page: Page, key: str):
    return page.locator(f'[data-step="{key}"]')


def take(page: Page, key: str) -> None:
    step(page, key).locator("[data-take] button").click()


def test_moments_survive_and_two_phones_see_the_same(sign_in):
    first = sign_in("school", size=PHONE)
    address = plan_one(first)
    second = sign_in("teacher", size=PHONE)
    second.goto(address)

    take(first, "signal")
    expect(step(first, "signal").locator("[data-undo]")).to_be_visible()
    # Nobody pressed anything on the other phone.
    expect(step(second, "signal").locator("[data-undo]")).to_be_visible(timeout=10_000)

    second.context.set_offline(True)
    take(second, "all_out")
    expect(second.locator("[data-said]")).to_contain_text("保存在手机")
    taken = step(second, "all_out").locator("[data-when]").inner_text()
    assert "秒" in taken
    second.context.set_offline(False)
    expect(step(first, "all_out").locator("[data-undo]")).to_be_visible(timeout=10_000)
    expect(second.locator("[data-said]")).to_have_text("", timeout=10_000)

    second.reload()
    assert step(second, "all_out").locator("[data-when]").inner_text()[:8] == taken[:8]

    first.on("dialog", lambda dialog: dialog.accept())
    step(first, "all_out").locator("[data-undo]").click()
    expect(step(second, "all_out").locator("[data-take]")).to_be_visible(timeout=10_000)
