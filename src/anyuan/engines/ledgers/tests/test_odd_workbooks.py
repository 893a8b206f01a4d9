"""Excel files as clerks have them: what a clerk understands is understood, the rest is named."""

from __future__ import annotations

import datetime
import io
import zipfile

import pytest

from anyuan.core import scope
from anyuan.core.workbooks import OLD_OR_LOCKED, SIZE_LIMIT
from anyuan.domains.fire.models import FireFacility
from anyuan.engines.ledgers.tests.books import HEADS, book, dry_run, put, rewritten, sent


@pytest.fixture
def client(cast):
    return cast.client(cast.officer)


def rows(cast):
    with scope.enter(cast.officer.units):
        return list(FireFacility.objects.filter(active=True).order_by("number"))


def test_a_title_other_order_other_heads_and_days_as_text(cast, client):
    body = book(
        [
            ["湖塘实验小学消防器材台账"],
            ["填表人：王老师", None, "2026 年 9 月"],
            ["放置地点", "序号", "器材编号", "器材种类", "数量（只）", "有效期"],
            ["一号楼 一层", 1, "MHQ-001", "灭火器", "2只", "2029年3月1日"],
            ["一号楼二层", 2, " MHQ-002 ", "灭火器", 2.0, "20290301"],
            ["一号楼三层", 3, "ＸＨＳ－００３", "消火栓", None, "2029.3.1"],
            [None] * 6,
            ["", "", "", "", "", ""],
        ]
    )
    outcome = sent(client, body)
    assert (outcome.added, outcome.unknown) == (3, ["序号（B 列）"])
    first, second, third = rows(cast)
    assert (first.number, first.quantity, first.expires_on) == (
        "MHQ-001", 2, datetime.date(2029, 3, 1)
    )  # fmt: skip
    assert (second.number, second.expires_on) == ("MHQ-002", datetime.date(2029, 3, 1))
    assert (third.type, third.quantity) == ("hydrant", 1)


def test_a_head_of_two_rows_with_merged_cells(cast, client):
    body = book(
        [
            ["器材", None, "地点", "期限", None],
            ["编号", "种类", None, "检查日期", "有效期至"],
            ["M-1", "灭火器", "一层", datetime.date(2026, 9, 1), 47_178],
            ["M-2", None, None, "2026-9-2 08:00", None],
        ],
        merged=["A1:B1", "C1:C2", "D1:E1", "B3:B4", "C3:C4"],
    )
    assert sent(client, body).added == 2
    first, second = rows(cast)
    assert first.expires_on == datetime.date(2029, 3, 1)
    assert (second.type, second.place, second.checked_on) == (
        "extinguisher", "一层", datetime.date(2026, 9, 2)
    )  # fmt: skip


def test_a_formula_counts_by_its_last_value_and_one_without_value_is_named(cast, client):
    body = book([HEADS, ["M-1", "灭火器", "一层", "=1+1", None]])
    refused = dry_run(client, body)
    assert refused.status_code == 422
    assert refused.context["mistakes"] == [
        "第 2 行 D 列“D”：是公式，还没有算出结果；请用 Excel 打开并保存后再导入。"
    ]
    worked = rewritten(body, lambda xml: xml.replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>"))  # fmt: skip
    sent(client, worked)
    assert rows(cast)[0].quantity == 2


def test_every_bad_row_and_column_is_named_and_nothing_is_kept(cast, client):
    body = book(
        [
            HEADS,
            ["M-1", "灭火器", "一层", 1, "2029-03-01"],
            ["M-2", "灭火弹", "一层", "很多", "明年"],
            ["", "灭火器", "一层", 1, None],
            ["M-1", "灭火器", "二层", 1, None],
        ]
    )
    refused = dry_run(client, body)
    assert refused.status_code == 422
    told = "\n".join(refused.context["mistakes"])
    for part in ("第 3 行 B 列“种类”：没有“灭火弹”这一项", "第 3 行 D 列“数量”", "第 3 行 E 列“有效期至”",
                 "第 4 行 A 列“编号”：不能为空"):  # fmt: skip
        assert part in told
    assert rows(cast) == []
    twice = dry_run(client, book([HEADS, ["M-1", "灭火器", "一层", 1, None], ["m-1", "灭火器", "二层", 1, None]]))  # fmt: skip
    assert "第 3 行 A 列“编号”：与第 2 行重复" in twice.context["mistakes"][0]


def test_a_row_is_recognised_by_its_key_and_updated(cast, client):
    put(cast)
    outcome = sent(client, book([HEADS[:4], ["M-1", "灭火器", "二层西侧", 3], ["M-2", "灭火器", "三层", 1]]))  # fmt: skip
    assert (outcome.added, outcome.changed, outcome.same) == (1, 1, 0)
    first, second = rows(cast)
    assert (first.place, first.quantity, first.version) == ("二层西侧", 3, 2)
    assert second.number == "M-2"


def test_another_schools_code_is_not_known_here(cast, client):
    body = book([["单位代码", *HEADS[:3]], [cast.other.code, "M-1", "灭火器", "一层"]])
    assert "不在您的范围内" in dry_run(client, body).context["mistakes"][0]
    assert rows(cast) == []


def test_the_bureau_imports_for_its_schools_by_code_and_by_name(cast):
    client = cast.client(cast.bureau)
    outcome = sent(
        client,
        book(
            [
                ["学校代码", "学校名称", *HEADS[:3]],
                [cast.school.code, "", "M-1", "灭火器", "一层"],
                ["", cast.other.name, "M-1", "灭火器", "一层"],
            ]
        ),
    )
    assert outcome.added == 2
    assert len(rows(cast)) == 1
    nobody = dry_run(client, book([HEADS[:3], ["M-1", "灭火器", "一层"]]))
    assert "单位代码" in nobody.context["error"]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(3):
            archive.writestr(f"xl/worksheets/sheet{n}.xml", b" " * 80_000_000)
    return out.getvalue()


def macro() -> bytes:
    out = io.BytesIO(book([HEADS]))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (OLD_OR_LOCKED + b"x" * 600, "不带密码"),
        (b"name,type\nM-1,x\n", "不是可以读取的 Excel"),
        (macro(), "宏"),
        (bomb(), "内容过大"),
        (b"PK\x03\x04" + b"0" * SIZE_LIMIT, "超过 20 MB"),
        (book([["姓名", "电话"], ["张三", "1"]]), "没有找到这些列：编号、种类、位置"),
        (book([HEADS]), "没有数据"),
    ],
    ids=["password", "csv", "macro", "bomb", "huge", "other", "empty"],
)
def test_a_file_that_cannot_be_used_is_one_sentence(cast, client, body, said):
    refused = dry_run(client, body)
    assert refused.status_code == 422
    assert said in refused.context["error"]
    assert said in refused.content.decode()


def test_somebody_elses_ticket_imports_nothing(cast, client):
    ticket = dry_run(client, book([HEADS[:3], ["M-1", "灭火器", "一层"]])).context["ticket"]
    answer = cast.client(cast.stranger).post("/ledgers/fire_facility/import/", {"ticket": ticket})
    assert answer.status_code == 422
    assert "重新上传" in answer.content.decode()
    assert rows(cast) == []
