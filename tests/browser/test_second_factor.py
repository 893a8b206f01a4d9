"""Signing in twice over, in a real browser: a code from the phone, a passkey, spare codes."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, PHONE

pytestmark = pytest.mark.browser
PERIOD = 30  # seconds that a code stands


def code_of(secret: str, wait_for_next: bool = False) -> str:
    """What the phone shows; a code is taken once, so the second time the next one is waited for."""
    if wait_for_next:
        time.sleep(PERIOD - time.time() % PERIOD + 0.5)
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD)))


def confirm(page: Page) -> None:
    """The password once more, before something that guards the account is changed."""
    if "/reauthenticate/" in page.url:
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="确认").click()


def test_a_code_from_the_phone_and_spare_codes(sign_in):
    page = sign_in("guard", size=PHONE)
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="开启").click()
    confirm(page)
    expect(page.get_by_alt_text("二维码")).to_be_visible()
    secret = page.get_by_label("密钥").input_value()
    page.get_by_label("验证码").fill("000000")
    page.get_by_role("button", name="开启").click()
    expect(page.get_by_text("验证码不正确")).to_be_visible()
    secret = page.get_by_label("密钥").input_value()
    page.get_by_label("验证码").fill(code_of(secret))
    page.get_by_role("button", name="开启").click()
    expect(page.locator("body")).to_contain_text("备用码")
    try:
        page.goto("/accounts/logout/")
        page.locator("main").get_by_role("button", name="退出登录").click()
        page.goto("/accounts/login/")
        page.locator('input[name="login"]').fill("guard")
        page.locator('input[name="password"]').fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.get_by_role("heading", name="两步验证")).to_be_visible()
        page.get_by_label("验证码").fill(code_of(secret, wait_for_next=True))
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.locator("h1")).to_contain_text("今日")
    finally:
        page.goto("/accounts/2fa/totp/deactivate/")
        if "/reauthenticate/" in page.url:
            page.goto("/accounts/reauthenticate/?next=/accounts/2fa/totp/deactivate/")
            confirm(page)
        page.get_by_role("button", name="关闭").click()
    expect(page.get_by_text("未开启").first).to_be_visible()


def test_a_passkey_instead_of_the_password(sign_in, site):
    page = sign_in("teacher")
    page.goto(re.sub(r"//127\.0\.0\.1", "//localhost", site))
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    local = page.url.split("/accounts")[0].rstrip("/")
    page.goto(f"{local}/accounts/login/")
    page.locator('input[name="login"]').fill("teacher")
    page.locator('input[name="password"]').fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.goto(f"{local}/accounts/2fa/webauthn/add/")
    confirm(page)
    page.get_by_label("名称").fill("演示手机")
    page.get_by_label("可以代替密码登录").check()
    page.get_by_role("button", name="添加").click()
    page.wait_for_url(re.compile("/accounts/2fa/(recovery|webauthn/$|$)"))
    page.goto(f"{local}/accounts/logout/")
    page.locator("main").get_by_role("button", name="退出登录").click()
    page.goto(f"{local}/accounts/login/")
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.locator("h1")).to_contain_text("今日")
    page.goto(f"{local}/accounts/2fa/webauthn/")
    expect(page.get_by_text("演示手机")).to_be_visible()
    page.get_by_role("link", name="移除").click()
    confirm(page)
    page.get_by_role("button", name="移除").click()
    expect(page.get_by_text("还没有通行密钥")).to_be_visible()
