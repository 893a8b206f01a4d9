"""What a letter's text and signatures are bound by, and what does not hold any more.

The text's seal covers the letter's own facts too, so changing the parties or the term by hand is found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from django.utils.translation import gettext as _

from anyuan.core.chain import hash_of
from anyuan.domains.responsibility.duties.models import Letter, LetterState, LetterText, Signature

TEXT, SIGN = "duties.text", "duties.signature"
NEEDED = {LetterState.HALF: 1, LetterState.SIGNED: 2}


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sm3_of(text: str) -> str:
    """SM3 (GB/T 32905), for those who check with commercial cryptography; empty where OpenSSL has none."""
    try:
        digest = hashes.Hash(hashes.SM3())
    except UnsupportedAlgorithm:
        return ""
    digest.update(text.encode())
    return digest.finalize().hex()


def text_seal(letter: Any, sha256: str, sm3: str, made_at: Any) -> str:
    return hash_of(
        letter.pk, letter.number, letter.year, letter.level, letter.a_name, letter.b_name,
        letter.holder_id, letter.post_title, letter.valid_from, letter.valid_to, sha256, sm3, made_at,
        about=TEXT,
    )  # fmt: skip


def signature_seal(one: Any) -> str:
    return hash_of(
        one.letter_id, one.turn, one.sha256, one.person_id, one.name, one.post, one.unit_name, one.at, one.method,
        about=SIGN,
    )  # fmt: skip


def broken(letter: Letter, body: LetterText | None, signatures: Sequence[Signature]) -> str:
    """What is wrong with a letter, in words; empty where it holds."""
    if body is None:
        return _("责任书的全文不见了。")
    sha256, sm3 = sha256_of(body.text), sm3_of(body.text)
    same = sha256 == body.sha256 and (not body.sm3 or not sm3 or sm3 == body.sm3)
    if not same or body.seal != text_seal(letter, body.sha256, body.sm3, body.made_at):
        return _("内容与签署时不一致：全文、双方或期限被改动过。")
    by_turn = {one.turn: one for one in signatures}
    for turn, one in sorted(by_turn.items()):
        if one.seal != signature_seal(one):
            return _("%(who)s的签署记录被改动过。") % {"who": one.get_turn_display()}
        if one.sha256 != body.sha256:
            return _("内容与签署时不一致：%(who)s签的不是现在的全文。") % {"who": one.get_turn_display()}  # fmt: skip
        if turn > 1 and 1 not in by_turn:
            return _("乙方的签署记录不见了。")
    if len(by_turn) < NEEDED.get(LetterState(letter.state), 0) or (
        letter.signed_at and len(by_turn) < NEEDED[LetterState.SIGNED]
    ):
        return _("签署记录不见了。")
    return ""


def check_all() -> list[tuple[Letter, str]]:
    """Every letter in scope that does not hold; read a thousand at a time, as a city has 100,000 a year."""
    letters = Letter.objects.select_related("body", "unit").prefetch_related("signatures")
    found = []
    for letter in letters.order_by("pk").iterator(chunk_size=1000):
        why = broken(letter, getattr(letter, "body", None), list(letter.signatures.all()))
        if why:
            found.append((letter, why))
    return found
