"""Takes the screenshots of the user guides from a running demo: `make docs-shots`.

Start the demo first (`make run`); SITE names another address.
"""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

SITE = os.environ.get("SITE", "http://127.0.0.1:8000")
FOLDER = Path(__file__).parent / "images"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Each: name, account, screen, address.
SHOTS = [
    ("login", "", DESK, "/accounts/login/"),
    ("board", "city", DESK, "/board/?period=term"),
    ("board-district", "wujin", DESK, "/board/"),
    ("letters", "city", DESK, "/duties/letters/"),
    ("duty-network", "school", DESK, "/duties/"),
    ("regulations", "city", DESK, "/governance/"),
    ("visits", "wujin", DESK, "/governance/visits/"),
    ("appraisal", "city", DESK, "/appraisal/"),
    ("map", "city", DESK, "/board/map/"),
    ("point", "city", DESK, "/board/point/8/"),
    ("hazards", "wujin", DESK, "/hazards/?state=open"),
    ("risk-map", "wujin", DESK, "/risk/map/"),
    ("risk-site", "school", DESK, "/risk/map/"),
    ("risk-list", "school", DESK, "/risk/"),
    ("indicators", "city", DESK, "/indicators/"),
    ("policy", "city", DESK, "/obligations/policy/"),
    ("checklist", "city", DESK, "/checks/lists/fire_monthly/"),
    ("units", "city", DESK, "/org/units/"),
    ("import", "city", DESK, "/org/import/"),
    ("tokens", "city", DESK, "/org/tokens/"),
    ("today", "school", DESK, "/today/"),
    ("today-phone", "school", PHONE, "/today/"),
    ("check-phone", "guard", PHONE, "/checks/fill/daily_patrol/"),
    ("drill", "school", DESK, "/emergency/"),
    ("programme", "school", DESK, "/emergency/programmes/"),
    ("drill-overview", "wujin", DESK, "/emergency/overview/"),
    ("report-phone", "teacher", PHONE, "/hazards/new/"),
    ("ledger", "school", DESK, "/ledgers/guard/"),
    ("standard", "wujin", DESK, "/protection/standard/"),
    ("rota", "school", DESK, "/protection/rota/"),
    ("patrol-phone", "guard", PHONE, "/protection/patrols/new/"),
    ("bus", "school", DESK, "/schoolbus/"),
    ("gate", "school", DESK, "/gate/"),
    ("gate-phone", "guard", PHONE, "/gate/"),
    ("command", "city", DESK, "/command/"),
    ("screen", "city", DESK, "/command/screen/"),
    ("incident", "city", DESK, "/incidents/"),
    ("warning", "city", DESK, "/warnings/"),
    ("warning-phone", "school", PHONE, "/warnings/"),
    ("incident-phone", "teacher", PHONE, "/incidents/new/"),
    ("tracing", "wujin", DESK, "/tracing/"),
    ("alert-new", "school", DESK, "/alerts/new/"),
]


def sign_in(browser: Browser, account: str, size: dict[str, int]) -> Page:
    context = browser.new_context(viewport=size, locale="zh-CN", base_url=SITE)  # type: ignore[arg-type]
    page = context.new_page()
    if account:
        page.goto("/accounts/login/")
        page.locator('input[name="login"]').fill(account)
        page.locator('input[name="password"]').fill("anyuan-demo")
        page.locator('form button[type="submit"]').first.click()
        page.wait_for_url(lambda url: "/accounts/login" not in url)
    return page


def keep(page: Page, name: str) -> None:
    page.wait_for_timeout(900)
    page.screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=72)
    print(name)


def hazard_with_its_loop(page: Page) -> None:
    """A closed hazard that went round its loop."""
    page.goto("/hazards/?state=closed")
    page.locator(".list-group-item").nth(1).click()
    keep(page, "hazard")


def campaign(page: Page, name: str) -> None:
    """The newest campaign: its board for an office, what is left for a school."""
    page.goto("/campaigns/")
    page.locator(".card a.list-group-item").first.click()
    keep(page, name)


def run_sheet(page: Page) -> None:
    """The run sheet of the drill of today."""
    page.goto("/emergency/?state=planned")
    page.locator(".list-group-item").first.click()
    page.get_by_role("link", name="打开执行单").click()
    keep(page, "drill-run-phone")


def changed_pack(page: Page) -> None:
    """A rule's reminders changed in the draft, seen before it is loaded."""
    page.goto("/obligations/policy/")
    page.get_by_role("link", name="载入或修改要点").click()
    page.get_by_role("button", name="打开底稿").click()
    area = page.locator('textarea[name="file:rules/s3_emergency.yaml"]')
    changed = area.input_value().replace("remind_days: [14, 3]", "remind_days: [21, 7]", 1)
    area.evaluate("(box, text) => { box.value = text }", changed)
    page.get_by_role("button", name="查看变化").click()
    keep(page, "pack-diff")


def roll_call(desk: Page, phone: Page) -> None:
    """A finished roll call; and a class on the phone while one runs, which is withdrawn afterwards."""
    desk.goto("/rollcall/")
    desk.locator(".card a.list-group-item").first.click()
    keep(desk, "rollcall")
    desk.goto("/rollcall/new/")
    desk.get_by_role("button", name="演练清点").click()
    phone.goto(f"{desk.url}mine/")
    phone.locator("[data-row]").nth(1).get_by_text("未到").click()
    keep(phone, "rollcall-phone")
    desk.get_by_text("发起错了，撤销").click()
    desk.locator("#id_void").fill("截图")
    desk.get_by_role("button", name="撤销这次清点").click()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    chromium = os.environ.get("ANYUAN_CHROMIUM") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        pages: dict[tuple[str, int], Page] = {}
        for name, account, size, address in SHOTS:
            who = (account, size["width"])
            if who not in pages:
                pages[who] = sign_in(browser, account, size)
            pages[who].goto(address)
            keep(pages[who], name)
        hazard_with_its_loop(pages["city", DESK["width"]])
        campaign(pages["city", DESK["width"]], "campaign")
        campaign(pages["school", DESK["width"]], "campaign-school")
        run_sheet(pages["school", PHONE["width"]])
        changed_pack(pages["city", DESK["width"]])
        roll_call(pages["school", DESK["width"]], pages["teacher", PHONE["width"]])
        browser.close()


main()
