"""Encryption of sensitive fields: AES-256-GCM or SM4-GCM, the key's id in the prefix.

Keys are outside the database (settings.FIELD_KEY). Stored text: `<cipher>.<key id>.<base64 of nonce,
ciphertext and tag>`; the field's name is bound in as associated data, so a value cannot be moved to
another column.
"""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

NONCE, TAG = 12, 16


def _key(length: int, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), length, None, purpose.encode()).derive(settings.FIELD_KEY.encode())


def key_id() -> str:
    return hashlib.sha256(b"id" + settings.FIELD_KEY.encode()).hexdigest()[:8]


def seal(plain: str, *, about: str, cipher: str = "aes") -> str:
    """Encrypt for storage; `about` names the column and must be the same when opening."""
    nonce = os.urandom(NONCE)
    if cipher == "sm4":
        engine = Cipher(algorithms.SM4(_key(16, "sm4")), modes.GCM(nonce)).encryptor()
        engine.authenticate_additional_data(about.encode())
        body = engine.update(plain.encode()) + engine.finalize() + engine.tag
    else:
        body = AESGCM(_key(32, "aes")).encrypt(nonce, plain.encode(), about.encode())
    return f"{cipher}.{key_id()}.{base64.urlsafe_b64encode(nonce + body).decode()}"


def unseal(stored: str, *, about: str) -> str:
    """Decrypt; a changed or moved value raises `cryptography.exceptions.InvalidTag`."""
    cipher, _, packed = stored.split(".", 2)
    raw = base64.urlsafe_b64decode(packed)
    nonce, body = raw[:NONCE], raw[NONCE:]
    if cipher == "sm4":
        engine = Cipher(algorithms.SM4(_key(16, "sm4")), modes.GCM(nonce, body[-TAG:])).decryptor()
        engine.authenticate_additional_data(about.encode())
        return (engine.update(body[:-TAG]) + engine.finalize()).decode()
    return AESGCM(_key(32, "aes")).decrypt(nonce, body, about.encode()).decode()


def fingerprint(plain: str, *, about: str) -> str:
    """A keyed hash for looking up an encrypted value by equality."""
    return hashlib.blake2b(
        plain.encode(), key=_key(32, f"index:{about}"), digest_size=20
    ).hexdigest()


class SealedField(models.TextField):
    """A text column stored encrypted; reading it in a page goes through `org.audit.read_sensitive`."""

    def _about(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return value if not value else unseal(value, about=self._about())

    def get_prep_value(self, value: Any) -> str | None:
        return value if not value else seal(str(value), about=self._about())
