"""What nobody can rewrite, and that a change by hand is found: on the page, the check page, the paper, the command."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from anyuan.config.commands import letters as letters_command
from anyuan.core import scope
from anyuan.core.models import Audit
from anyuan.core.refused import Refused
from anyuan.domains.responsibility.duties.jobs import check_letters
from anyuan.domains.responsibility.duties.public import masked, sign_letter_address
from anyuan.domains.responsibility.duties.services import signing
from anyuan.domains.responsibility.duties.tests.making import (
    by_hand,
    head_of,
    issued,
    letter_of,
    proof,
    signed_letter,
    wipe,
)
from anyuan.domains.responsibility.duties.verifying import check_all, sm3_of
from anyuan.org.tests.cast import Cast, make_cast

TABLES = ["duties_lettertext", "duties_signature"]


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET sha256 = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_signed(
    cast: Cast, table: str, change: str
) -> None:
    signed_letter(cast)
    with (
        scope.everything(),
        pytest.raises(IntegrityError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))


CHANGES = [
    ("UPDATE duties_lettertext SET text = replace(text, '按期', '适时')", "内容与签署时不一致"),
    ("UPDATE duties_lettertext SET sha256 = repeat('a', 64)", "内容与签署时不一致"),
    ("UPDATE duties_letter SET b_name = '别的学校'", "内容与签署时不一致"),
    ("UPDATE duties_letter SET valid_to = valid_to + 365", "内容与签署时不一致"),
    ("UPDATE duties_signature SET name = '别人' WHERE turn = 1", "乙方的签署记录被改动过"),
    ("UPDATE duties_signature SET at = at - interval '1 day' WHERE turn = 2", "甲方的签署记录被改动过"),
    ("DELETE FROM duties_signature WHERE turn = 1", "乙方的签署记录不见了"),
    ("DELETE FROM duties_signature", "签署记录不见了"),
    ("DELETE FROM duties_lettertext", "全文不见了"),
]  # fmt: skip


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast with rows that are committed, so that another connection sees them; wiped afterwards."""
    with django_db_blocker.unblock():
        try:
            yield make_cast()
        finally:
            wipe()
            connection.close()


def test_a_change_by_hand_is_found_and_shown_everywhere(committed: Cast, capsys: Any) -> None:
    cast = committed
    _round, letter, head = signed_letter(cast)
    page = reverse("duties:letter", args=[letter.pk])
    public = reverse("duties:check", args=[sign_letter_address(letter)])
    assert "真实有效" in Client().get(public).content.decode()
    assert letters_command() == 0
    with by_hand() as hand:
        kept = {table: hand.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
        for change, said in CHANGES:
            hand.execute("BEGIN")
            hand.execute(change)
            hand.execute("COMMIT")
            capsys.readouterr()
            assert letters_command() == 1, change
            assert said in capsys.readouterr().out, change
            assert said in cast.client(head).get(page).content.decode(), change
            assert "内容与签署时不一致" in Client().get(public).content.decode(), change
            _restore(hand, kept, letter)
            assert letters_command() == 0, change
        hand.execute(CHANGES[0][0])
        check_letters(timestamp=0)
        assert Audit.objects.filter(what__contains="责任书校验不通过").count() == 1
        body = (
            cast.client(head).get(reverse("duties:letter_paper", args=[letter.pk, "docx"])).content
        )
        texts = [one.text for one in docx.Document(io.BytesIO(body)).paragraphs]
        assert any("校验不通过" in text for text in texts)


def _restore(hand: Any, kept: dict[str, Any], letter: Any) -> None:
    for table, rows in kept.items():
        hand.execute(f"DELETE FROM {table}")
        for row in rows:
            marks = ", ".join(["%s"] * len(row))
            hand.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    hand.execute(
        "UPDATE duties_letter SET b_name = %s, valid_to = %s", [letter.b_name, letter.valid_to]
    )


def test_a_changed_letter_cannot_be_signed(committed: Cast) -> None:
    cast = committed
    head = head_of(cast)
    round_ = issued(cast)
    letter = letter_of(round_, unit=cast.school)
    with by_hand() as hand:
        hand.execute("UPDATE duties_lettertext SET text = text || '另加一条'")
        with pytest.raises(Refused, match="内容与签署时不一致"):
            signing.sign_letter(letter, by=head, confirmed=proof(head))


@pytest.mark.django_db
def test_the_check_page_tells_no_private_data_and_no_forged_address_opens(cast: Cast) -> None:
    round_ = issued(cast, cast.school, cast.officer)
    letter = letter_of(round_, holder=cast.guard.person_id)
    other = letter_of(round_, holder=cast.teacher.person_id)
    token = sign_letter_address(letter)
    page = Client().get(reverse("duties:check", args=[token])).content.decode()
    assert "保安丙" not in page
    assert "保＊＊" in page
    assert letter.body.sha256 in page  # type: ignore[attr-defined]
    assert "不在有效状态" in page
    key, _colon, mark = token.partition(":")
    for forged in (f"{other.pk.hex}:{mark}", key, f"{key}:x", f"x{token}", "x"):
        assert Client().get(reverse("duties:check", args=[forged])).status_code == 404
    with scope.everything():
        assert check_all() == []


def test_sm3_is_the_standard_one() -> None:
    """The example of GB/T 32905."""
    known = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3_of("abc") in {known, ""}


def test_a_name_is_masked() -> None:
    assert [masked(name) for name in ("王", "王伟", "欧阳修文")] == ["王＊", "王＊", "欧＊＊＊"]
