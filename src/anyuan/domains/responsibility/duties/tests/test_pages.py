"""Pages of letters: signing with a fresh proof, the paper, who sees whose, the matrix."""

from __future__ import annotations

import datetime
import io
import time
import uuid
from typing import Any

import docx
import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.urls import reverse

from anyuan.core import scope
from anyuan.domains.responsibility.duties import letter_queries
from anyuan.domains.responsibility.duties.models import Letter
from anyuan.domains.responsibility.duties.services import signing
from anyuan.domains.responsibility.duties.services.following import follow_time_and_people
from anyuan.domains.responsibility.duties.tests.making import (
    head_of,
    issued,
    letter_of,
    proof,
    prove,
    renewed,
    signed_letter,
    this_year,
)
from anyuan.org.models import Person
from anyuan.org.tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_signing_asks_for_the_password_once_more(cast: Cast) -> None:
    head = head_of(cast)
    letter = letter_of(issued(cast), unit=cast.school)
    client = cast.client(head)
    page, sign = reverse("duties:letter", args=[letter.pk]), reverse("duties:letter_sign", args=[letter.pk])  # fmt: skip
    assert "验证身份后签署" in client.get(page).content.decode()
    answer = client.post(sign)
    assert "/accounts/reauthenticate/" in answer.headers["Location"]
    renewed(letter)
    assert letter.state == "issued"
    assert prove(client, page).headers["Location"] == page
    assert "我已阅读，签署" in client.get(page).content.decode()
    assert client.post(sign).headers["Location"] == page
    client.post(sign)
    renewed(letter)
    assert letter.state == "half"
    assert "校长戊" in client.get(page).content.decode()
    assert "等您签" not in client.get(reverse("duties:letters")).content.decode()


def test_a_person_of_the_single_sign_on_signs_in_anew(cast: Cast) -> None:
    head = head_of(cast)
    person = Person.objects.get(pk=head.person_id)
    person.set_unusable_password()
    person.save()
    letter = letter_of(issued(cast), unit=cast.school)
    client = cast.client(head)
    page = reverse("duties:letter", args=[letter.pk])
    assert "重新用统一身份认证登录" in client.get(page).content.decode()
    client.post(reverse("duties:letter_sign", args=[letter.pk]))
    renewed(letter)
    assert letter.state == "issued"


def test_party_a_signs_all_that_wait(cast: Cast) -> None:
    head, round_ = head_of(cast), issued(cast)
    letter = letter_of(round_, unit=cast.school)
    signing.sign_letter(letter, by=head, confirmed=proof(head))
    client = cast.client(cast.district)
    page, sign = reverse("duties:round", args=[round_.pk]), reverse("duties:round_sign", args=[round_.pk])  # fmt: skip
    assert "验证身份后签署" in client.get(page).content.decode()
    client.post(sign)
    renewed(letter)
    assert letter.state == "half"
    prove(client, page)
    assert client.post(sign, {"letter": "x"}).status_code == 404
    client.post(sign, {"letter": str(uuid.uuid4())})
    renewed(letter)
    assert letter.state == "half"
    client.post(sign)
    renewed(letter)
    assert letter.state == "signed"
    assert "1 / 1" in client.get(page).content.decode()


def test_issuing_and_the_steps_by_hand(cast: Cast) -> None:
    client = cast.client(cast.district)
    assert client.post(reverse("duties:issue"), {"year": "1999"}).status_code == 422
    client.post(reverse("duties:issue"), {"year": str(this_year())})
    with scope.everything():
        letter = Letter.objects.get(holder__isnull=True)
    head = cast.client(head_of(cast))
    step = lambda name: reverse("duties:letter_step", args=[letter.pk, name])  # noqa: E731
    head.post(step("return"), {"why": ""})
    renewed(letter)
    assert letter.state == "issued"
    head.post(step("return"), {"why": "校名有误"})
    renewed(letter)
    assert (letter.state, letter.why) == ("returned", "校名有误")
    assert head.post(step("again")).status_code == 403
    answer = client.post(step("again"))
    assert str(letter.pk) not in answer.headers["Location"]
    assert client.post(step("nonsense")).status_code == 404
    assert cast.client(cast.stranger).post(step("withdraw"), {"why": "x"}).status_code == 404
    assert cast.client(cast.teacher).get(reverse("duties:issue")).status_code == 403


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_the_paper_has_text_and_signatures(cast: Cast, form: str) -> None:
    _round, letter, head = signed_letter(cast)
    answer = cast.client(head).get(reverse("duties:letter_paper", args=[letter.pk, form]))
    assert answer.status_code == 200
    if form == "docx":
        document = docx.Document(io.BytesIO(answer.content))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        assert "校（园）长　校长戊" in cells
        assert letter.body.sha256 in cells  # type: ignore[attr-defined]
        assert letter.number in [one.text for one in document.paragraphs]
    else:
        assert answer.content.startswith(b"%PDF")
    assert cast.client(head).get(reverse("duties:letter_paper", args=[letter.pk, "exe"])).status_code == 404  # fmt: skip


def test_colleagues_do_not_read_each_others_letters(cast: Cast) -> None:
    round_ = issued(cast, cast.school, cast.officer)
    letter = letter_of(round_, holder=cast.guard.person_id)
    page = reverse("duties:letter", args=[letter.pk])
    for who, status in ((cast.guard, 200), (cast.officer, 200), (cast.district, 200), (cast.teacher, 404), (cast.stranger, 404)):  # fmt: skip
        assert cast.client(who).get(page).status_code == status
    assert "签订" in cast.client(cast.guard).get(reverse("web:today_more")).content.decode()
    assert cast.client(cast.teacher).get(reverse("duties:round", args=[round_.pk])).status_code == 404  # fmt: skip
    mine = cast.client(cast.teacher).get(reverse("duties:letters")).content.decode()
    assert "保安丙" not in mine


def test_who_has_not_signed_by_unit(cast: Cast) -> None:
    issued(cast, cast.city, cast.bureau)
    signed_letter(cast)
    issued(cast, cast.school, cast.officer)
    with scope.enter(cast.bureau.units):
        lines, sums = letter_queries.matrix(cast.bureau, cast.city, this_year())
    found = {one.name: one for one in lines}
    assert found[cast.wujin.name].own == "issued"
    assert found[cast.wujin.name].cells == {"district": (1, 1), "school": (3, 0)}
    assert found[cast.tianning.name].cells == {}
    assert sums == {"city": (2, 0), "district": (1, 1), "school": (3, 0)}
    page = cast.client(cast.bureau).get(reverse("duties:letters")).content.decode()
    assert "0 / 3" in page
    assert "待乙方签" in page
    drill = reverse("duties:unit_letters", args=[cast.wujin.key])
    assert "保安丙" in cast.client(cast.bureau).get(drill, {"state": "open"}).content.decode()
    assert cast.client(cast.other_district).get(drill).status_code == 404


def test_a_year_that_is_over_keeps_its_figures(cast: Cast) -> None:
    round_, _letter, _head = signed_letter(cast)
    posts = issued(cast, cast.school, cast.officer)
    with scope.everything():
        follow_time_and_people(datetime.date(this_year() + 1, 1, 1))
        assert letter_queries.totals(round_) | {"done": 1, "total": 1} == letter_queries.totals(
            round_
        )
        assert letter_queries.totals(posts) | {"done": 0, "total": 3} == letter_queries.totals(
            posts
        )
        _lines, sums = letter_queries.matrix(cast.bureau, cast.city, this_year())
    assert sums == {"district": (1, 1), "school": (3, 0)}
    page = cast.client(cast.district).get(reverse("duties:letters")).content.decode()
    assert "已签 1 / 应签 1" in page


def test_signing_after_a_code_of_the_phone(cast: Cast, settings: Any) -> None:
    """Whoever has a second factor proves themselves with it; the signature says so."""
    settings.MFA_TOTP_TOLERANCE = 1
    secret = generate_totp_secret()
    TOTP.activate(Person.objects.get(pk=cast.guard.person_id), secret)
    letter = letter_of(issued(cast, cast.school, cast.officer), holder=cast.guard.person_id)
    client = cast.client(cast.guard)
    page, sign = reverse("duties:letter", args=[letter.pk]), reverse("duties:letter_sign", args=[letter.pk])  # fmt: skip
    client.post(sign)
    assert renewed(letter).state == "issued"
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    answer = client.post(reverse("mfa_reauthenticate"), {"code": code, "next": page})
    assert answer.headers["Location"] == page
    client.post(sign)
    assert renewed(letter).state == "half"
    assert "两步验证验证" not in (said := client.get(page).content.decode())
    assert "两步验证" in said
