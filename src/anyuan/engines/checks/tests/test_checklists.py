"""Pages of checklists: a new version, a new list, workbooks in and out, who may."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from anyuan.core import scope
from anyuan.engines.checks import xlsform
from anyuan.engines.checks.models import Checklist, Version
from anyuan.engines.checks.services import publish_checklist
from anyuan.engines.checks.spec import Choice, Item, Spec

SPEC = Spec(
    "gate", "校门检查", "每周", (
        Item("staffed", "有保安在岗", group="校门"),
        Item("days", "录像保存天数", "number", unit="天", low=90),
        Item("state", "门况", "choice", choices=(Choice("good", "完好"), Choice("bad", "损坏", True))),
    ),
)  # fmt: skip


@pytest.fixture
def gate(cast):
    return publish_checklist(cast.city, by=cast.bureau, spec=SPEC).checklist


def form_of(client, address):
    """What the page's form sends when nothing is touched."""
    context = client.get(address).context
    data = {f"i-{name}": value for name, value in context["items"].management_form.initial.items()}
    for form in [context["head"], *context["items"]]:
        for bound in form:
            value = bound.value()
            if value not in (None, False, ""):
                data[bound.html_name] = value
    return data


def items_now(key="gate"):
    with scope.everything():
        return [item.spec() for item in Checklist.objects.get(key=key).current.items.all()]


def test_saving_untouched_publishes_nothing_new(cast, gate):
    client = cast.client(cast.bureau)
    address = reverse("checks:checklist_edit", args=["gate"])
    assert client.post(address, form_of(client, address)).status_code == 302
    with scope.everything():
        assert Version.objects.filter(checklist=gate).count() == 1


def test_a_new_version_keeps_keys_and_the_old_one(cast, gate):
    client = cast.client(cast.bureau)
    address = reverse("checks:checklist_edit", args=["gate"])
    data = form_of(client, address) | {
        "i-0-text": "有两名保安在岗", "i-1-DELETE": "on", "i-2-ORDER": "1", "i-0-ORDER": "2",
        "i-2-choices": "完好\n×变形\n×损坏",
    }  # fmt: skip
    page = client.post(address, data, follow=True)
    assert "已发布《校门检查》第 2 版" in page.content.decode()
    found = items_now()
    assert [(item.key, item.text) for item in found] == [
        ("state", "门况"),
        ("staffed", "有两名保安在岗"),
    ]
    assert [(c.value, c.fails) for c in found[0].choices] == [
        ("good", False),
        ("c1", True),
        ("bad", True),
    ]
    old = client.get(reverse("checks:checklist", args=["gate"]) + "?version=1").content.decode()
    assert "录像保存天数" in old
    assert client.get(reverse("checks:checklist", args=["gate"]) + "?version=9").status_code == 404


def test_one_more_item_keeps_what_was_typed(cast, gate):
    client = cast.client(cast.bureau)
    address = reverse("checks:checklist_edit", args=["gate"])
    page = client.post(address, form_of(client, address) | {"i-0-text": "改了一半", "more": "1"})
    assert page.status_code == 200
    text = page.content.decode()
    assert "改了一半" in text
    assert 'name="i-3-text"' in text
    with scope.everything():
        assert Version.objects.filter(checklist=gate).count() == 1


def test_mistakes_are_said_and_nothing_is_lost(cast, gate):
    client = cast.client(cast.bureau)
    address = reverse("checks:checklist_edit", args=["gate"])
    page = client.post(
        address, form_of(client, address) | {"i-2-choices": "只有一个", "title": "新名字"}
    )
    assert page.status_code == 422
    text = page.content.decode()
    assert "“门况”至少要有两个选项。" in text
    assert "新名字" in text
    page = client.post(address, form_of(client, address) | {"i-1-low": "九十"})
    assert page.status_code == 422
    assert "九十" in page.content.decode()


def test_a_new_checklist_gets_a_key_of_its_own(cast):
    client = cast.client(cast.bureau)
    address = reverse("checks:checklist_new")
    data = form_of(client, address) | {
        "title": "泳池检查",
        "where": ["has_lab"],
        "i-0-text": "救生圈在位",
    }
    answer = client.post(address, data)
    assert answer.status_code == 302, (
        answer.context["head"].errors,
        answer.context["items"].errors,
    )
    assert answer.headers["Location"] == "/checks/lists/list_1/"
    assert items_now("list_1") == [Item("item_1", "救生圈在位")]
    assert "至少要有一项" in client.post(address, data | {"i-0-text": ""}).content.decode()


def test_out_of_use_and_back(cast, gate):
    client = cast.client(cast.bureau)
    address = reverse("checks:checklist_switch", args=["gate"])
    assert client.post(address).status_code == 302
    assert (
        cast.client(cast.officer).get(f"/checks/fill/gate/?unit={cast.school.key}").status_code
        == 404
    )
    client.post(address)
    assert (
        cast.client(cast.officer).get(f"/checks/fill/gate/?unit={cast.school.key}").status_code
        == 200
    )


def test_a_workbook_goes_out_is_changed_and_comes_in_after_a_look(cast, gate):
    client = cast.client(cast.bureau)
    body = client.get(reverse("checks:checklist_export", args=["gate"])).content
    book = openpyxl.load_workbook(io.BytesIO(body))
    sheet = book["survey"]
    row = next(row for row in sheet.iter_rows() if row[1].value == "days")
    row[2].value = "录像保存不少于九十天"
    sheet.append(["geopoint", "place", "位置"])
    out = io.BytesIO()
    book.save(out)
    address = reverse("checks:checklist_import")
    look = client.post(address, {"file": SimpleUploadedFile("f.xlsx", out.getvalue())})
    text = look.content.decode()
    assert "修改 1 项" in text
    assert "不能照搬" in text
    assert items_now()[1].text == "录像保存天数"
    assert client.post(address, {"ticket": look.context["ticket"]}).status_code == 302
    assert items_now()[1].text == "录像保存不少于九十天"
    assert items_now()[1] == replace(
        SPEC.items[1], text="录像保存不少于九十天", low=items_now()[1].low
    )


@pytest.mark.parametrize("body", [b"x", xlsform.write(Spec("a", "甲", "", ()))])
def test_a_bad_workbook_is_said_at_the_page(cast, body):
    client = cast.client(cast.bureau)
    page = client.post(
        reverse("checks:checklist_import"), {"file": SimpleUploadedFile("f.xlsx", body)}
    )
    assert page.status_code == 422
    assert "没有导入" in page.content.decode()
    assert client.post(reverse("checks:checklist_import"), {"ticket": "x"}).status_code == 422


@pytest.mark.parametrize("name", ["checklist_edit", "checklist_new", "checklist_import"])
def test_only_the_bureau_changes_checklists(cast, gate, name):
    arguments = ["gate"] if name == "checklist_edit" else []
    for who in (cast.officer, cast.district):
        assert cast.client(who).get(reverse(f"checks:{name}", args=arguments)).status_code == 403
    assert cast.client(cast.officer).get(reverse("checks:checklists")).status_code == 200
