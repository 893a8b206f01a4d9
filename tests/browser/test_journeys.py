"""Whole stories in a real browser, on the demo city: what people do, on a desk and on a phone."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser
FIRST = {
    "city": "要点看板",
    "wujin": "要点看板",
    "school": "今日",
    "teacher": "今日",
    "guard": "今日",
}


@pytest.fixture
def photo(tmp_path: Path) -> str:
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (640, 480), "#7aa").save(path)
    return str(path)


def overflow(page: Page) -> int:
    """Pixels that the page is wider than the screen."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in found
        if v["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("who", FIRST)
def test_every_role_arrives_at_its_first_page(sign_in, who, size):
    page = sign_in(who, size=size)
    expect(page.locator("h1")).to_contain_text(FIRST[who])
    assert overflow(page) <= 0


PAGES = {
    "city": ["/board/", "/board/map/", "/board/point/8/", "/protection/standard/", "/obligations/", "/obligations/policy/", "/hazards/", "/checks/",
             "/emergency/", "/indicators/", "/org/units/", "/org/audit/", "/org/import/", "/notices/"],
    "school": ["/today/", "/board/", "/checks/new/", "/hazards/new/", "/emergency/new/", "/obligations/filings/new",
               "/hazards/places/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/",
               "/ledgers/", "/ledgers/guard/", "/ledgers/fire_facility/new/", "/ledgers/device/import/",
               "/schoolbus/", "/fire/", "/fire/ways/new/", "/fire/hot-work/new/", "/fire/electric/", "/protection/", "/protection/rounds/new/", "/protection/faults/new/", "/protection/standard/"],
}  # fmt: skip


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("who", PAGES)
def test_pages_fit_the_screen_and_are_accessible(sign_in, who, size):
    page = sign_in(who, size=size)
    wrong = {}
    for address in PAGES[who]:
        answer = page.goto(address)
        page.wait_for_load_state("networkidle")
        assert answer is not None
        assert answer.status == 200, address
        found = serious(page)
        if overflow(page) > 0:
            found.append(f"wider than the screen by {overflow(page)}")
        if page.locator("h1").count() != 1:
            found.append("not one h1")
        if found:
            wrong[address] = found
    assert wrong == {}


def test_a_failed_item_becomes_a_hazard_and_is_closed_by_another(sign_in, photo):
    guard = sign_in("guard", size=PHONE)
    guard.goto("/checks/fill/daily_patrol/")
    guard.once("dialog", lambda dialog: dialog.accept())
    guard.locator('input[name="r_exits"][value="fail"]').check(force=True)
    guard.locator('input[name="t_exits"]').fill("二楼东侧安全出口上锁")
    guard.locator('input[name="f_exits"]').set_input_files(photo)
    guard.get_by_role("button", name="其余全部合格").click()
    expect(guard.locator("[data-count]")).to_have_text("已填 11 / 11 项")
    guard.get_by_role("button", name="提交检查").click()
    expect(guard.locator("h1")).to_have_text("每日安全巡查")
    expect(guard.get_by_text("不合格的项目（已转为隐患）")).to_be_visible()

    school = sign_in("school")
    school.goto("/hazards/?q=二楼东侧安全出口上锁")
    school.locator(".list-group-item").first.click()
    address = school.url
    school.locator('select[name="level"]').first.select_option("general")
    school.get_by_role("button", name="核实定级").click()
    school.locator('input[name="responsible"]').fill("总务主任")
    school.locator('textarea[name="measures"]').fill("拆除门锁，改装逃生门锁")
    school.get_by_role("button", name="交办整改").click()
    expect(school.get_by_text("整改中").first).to_be_visible()

    guard.goto(address)
    guard.locator('textarea[name="rectification"]').fill("已更换为推杠门锁")
    guard.locator('form[action$="/rectify/"] input[type="file"]').set_input_files(photo)
    guard.get_by_role("button", name="提交整改").click()
    expect(guard.get_by_text("待复查").first).to_be_visible()
    assert guard.get_by_role("button", name="复查合格，销号").count() == 0

    school.goto(address)
    school.get_by_role("button", name="复查合格，销号").click()
    expect(school.get_by_text("已销号").first).to_be_visible()


def test_a_check_without_network_is_kept_and_sent_later(sign_in):
    page = sign_in("school", size=PHONE)
    page.goto("/checks/fill/gate_guards/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="其余全部合格").click()
    for name, value in {"guards": "3", "patrols": "6", "retention": "45"}.items():
        page.locator(f'input[name="n_{name}"]').fill(value)
    page.context.set_offline(True)
    page.get_by_role("button", name="提交检查").click()
    expect(page.locator("[data-saved]")).to_contain_text("已保存在手机")
    page.context.set_offline(False)
    page.goto("/checks/?checklist=gate_guards")
    expect(page.locator("[data-outbox]")).to_contain_text("已上传 1 份")
    page.reload()
    expect(page.locator(".list-group-item").first).to_contain_text("校门与保安检查")


def test_a_patrol_without_network_keeps_its_times_and_is_sent_later(sign_in):
    page = sign_in("guard", size=PHONE)
    page.goto("/ledgers/patrol_point/")
    point = page.locator("tbody a, .list-group-item").first
    point.click()
    page.get_by_role("link", name="到了，打卡").click()
    expect(page.locator("[data-count]")).to_contain_text("已到 1 /")
    page.locator("[data-point] input[type=checkbox]").last.check()
    page.reload()
    ticked = page.locator("[data-count]").inner_text()
    assert ticked.startswith(("已到 1", "已到 2")), ticked
    page.context.set_offline(True)
    page.get_by_role("button", name="巡完了，保存").click()
    expect(page.locator("[data-saved]")).to_contain_text("已保存在手机")
    page.context.set_offline(False)
    page.goto("/protection/patrols/")
    expect(page.locator("[data-outbox]")).to_contain_text("已上传 1 份")


def test_a_double_click_files_one_record(sign_in):
    page = sign_in("school")
    seconds = str(100 + int(time.time()) % 800)
    page.goto("/emergency/new/?type=earthquake")
    page.locator('input[name="seconds"]').fill(seconds)
    page.get_by_role("button", name="保存").dblclick()
    expect(page.locator("h1")).to_contain_text("地震避险")
    url = page.url
    page.goto("/emergency/?kind=earthquake")
    expect(page.locator(".list-group-item").filter(has_text=f"{seconds} 秒")).to_have_count(1)
    assert re.search(r"/emergency/[0-9a-f-]{36}/", url)


def test_the_board_leads_from_the_city_to_the_record(sign_in):
    page = sign_in("city")
    page.goto("/board/?period=term")
    page.get_by_role("link", name="武进区", exact=True).click()
    expect(page.locator("h1")).to_have_text("要点看板")
    page.locator("table.board thead a").first.click()
    expect(page.locator("table.board")).to_be_visible()
    page.locator("table.board tbody tr td a").first.click()
    expect(page.locator("h1")).to_contain_text("任务")
    page.locator(".list-group-item a").first.click()
    expect(page.locator("h1")).to_be_visible()


def test_a_school_sees_nothing_of_another(sign_in):
    city = sign_in("city")
    city.goto("/org/units/?q=天宁")
    other = city.locator(".list-group-item").last.get_attribute("href")
    school = sign_in("school")
    answer = school.goto(str(other))
    assert answer is not None
    assert answer.status == 404
    expect(school.locator("h1")).to_contain_text("没有找到")


def test_switching_posts_changes_what_one_may(sign_in):
    page = sign_in("school")
    page.get_by_label("我的岗位").click()
    page.get_by_role("button", name=re.compile("教师")).click()
    expect(page.locator("h1")).to_have_text("今日")
    assert page.get_by_role("link", name="要点看板").count() == 0


def test_an_incident_reported_without_network_is_on_the_command_page_at_once(sign_in):
    command = sign_in("wujin")
    command.goto("/command/")
    place = f"实验楼 {int(time.time())}"
    teacher = sign_in("teacher", size=PHONE)
    teacher.goto("/incidents/new/")
    teacher.locator('input[name="kind"][value="injury"]').locator("xpath=..").click()
    teacher.locator('input[name="place"]').fill(place)
    teacher.locator('input[name="hurt"][value="none"]').locator("xpath=..").click()
    teacher.locator('[name="summary"]').fill("一名学生擦伤，已处理")
    teacher.context.set_offline(True)
    teacher.locator("form .btn-danger:not([href]), form button.btn").last.click()
    expect(teacher.locator("[data-saved]")).to_contain_text("已保存在手机")
    teacher.context.set_offline(False)
    teacher.goto("/today/")
    expect(teacher.locator("[data-outbox]")).to_contain_text("已上传 1 份")
    expect(command.get_by_text(place)).to_be_visible(
        timeout=10_000
    )  # nobody pressed anything there


def test_an_alert_is_on_top_of_an_open_page_and_its_answer_at_the_sender(sign_in):
    guard = sign_in("guard", size=PHONE)
    guard.goto("/today/")
    school = sign_in("school")
    school.goto("/alerts/new/")
    school.get_by_text("通信测试").click()
    school.get_by_role("button", name="核对：演练测试").click()
    school.locator("button.alert-big").click()
    expect(guard.locator(".alert-banner").first).to_be_visible(timeout=10_000)
