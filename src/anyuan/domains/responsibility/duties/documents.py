"""The letter on paper, as Word and as PDF: its text, both signatures, the code that leads to its check."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import segno
from django.utils import timezone

from anyuan.domains.responsibility.duties.models import Letter, Signature
from anyuan.domains.responsibility.duties.models.letters import Turn
from anyuan.engines.notices import papers
from anyuan.engines.notices.official import Heading, Picture, Table
from anyuan.engines.notices.papers import DocumentKind, Official

LETTER = papers.declare(
    DocumentKind(
        "duties.letter",
        "安全责任书",
        {
            "party_a": ("甲方", "武进区教育局"),
            "party_b": ("乙方", "武进区湖塘实验小学"),
            "year": ("年份", "2026"),
            "valid": ("有效期", "2026年3月1日至2026年12月31日"),
        },
    )
)


def paper(letter: Letter, signatures: Sequence[Signature], *, address: str, wrong: str) -> Official:
    """`address`: of the public check; `wrong`: what does not hold, printed where something does not."""
    title, *lines = letter.body.text.split("\n")  # type: ignore[attr-defined]  # reverse of a one-to-one
    parts: list[Any] = [f"【此件校验不通过：{wrong}】"] if wrong else []
    parts += [Heading(line) if line[1:2] == "、" else line for line in lines]
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="png", scale=6, border=2)
    parts += [
        Table([["", "甲方", "乙方"], *_signature_rows(letter, signatures)], widths=(1, 2.4, 2.4)),
        Picture(picture.getvalue(), "扫码核验本责任书", height=30),
        Table(
            [["SHA-256", letter.body.sha256], *([["SM3", letter.body.sm3]] if letter.body.sm3 else [])],  # type: ignore[attr-defined]
            widths=(1, 5), head=False,
        ),
    ]  # fmt: skip
    since, until = letter.valid_from, letter.valid_to
    return papers.official(
        LETTER, unit=letter.unit_id, title=title, number=letter.number, parts=parts,
        fields={
            "party_a": letter.a_name, "party_b": letter.b_name, "year": str(letter.year),
            "valid": f"{since:%Y-%m-%d} 至 {until:%Y-%m-%d}",
        },
    )  # fmt: skip


def _signature_rows(letter: Letter, signatures: Sequence[Signature]) -> list[list[str]]:
    of = {one.turn: one for one in signatures}
    both = [of.get(Turn.A), of.get(Turn.B)]
    return [
        ["名称", letter.a_name, f"{letter.post_title}　{letter.b_name}".strip()],
        ["签署人", *(f"{one.post}　{one.name}" if one else "（未签）" for one in both)],
        [
            "签署时间",
            *(f"{timezone.localtime(one.at):%Y年%m月%d日 %H:%M}" if one else "" for one in both),
        ],
        ["身份验证", *(one.method if one else "" for one in both)],
    ]
