"""What a service says when it does not do a thing: one sentence for the person who asked."""

from __future__ import annotations

import re

from django.db import IntegrityError


class Refused(Exception):
    """An expected refusal: `sentence` is shown next to `field`, or above the form.

    `errors` carries several at once: {field: sentence}; HTTP 422.
    """

    status = 422

    def __init__(
        self, sentence: str, *, field: str = "", errors: dict[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.errors = errors or ({field: sentence} if field else {})
        self.field = field or next(iter(self.errors), "")


class Conflict(Refused):
    """The thing changed meanwhile, or was done already; HTTP 409."""

    status = 409


class Forbidden(Refused):
    """Within the person's units but not among their post's permissions; HTTP 403."""

    status = 403


class Missing(Refused):
    """Not there, or of another unit: a stranger is not told which; HTTP 404."""

    status = 404

    def __init__(
        self, sentence: str = "没有找到这项内容，可能已被删除，或不在您负责的单位范围内。"
    ) -> None:
        super().__init__(sentence)


_SENTENCES: dict[str, tuple[str, str]] = {}


def explain_constraint(name: str, sentence: str, field: str = "") -> None:
    """Say what a database constraint's refusal means to a school clerk (called beside the model)."""
    _SENTENCES[name] = (sentence, field)


def from_database(error: IntegrityError) -> Refused | None:
    """The refusal a constraint stands for, or None where nobody foresaw it."""
    found = re.search(r'constraint "([^"]+)"', str(error))
    if found and found[1] in _SENTENCES:
        sentence, field = _SENTENCES[found[1]]
        return Conflict(sentence, field=field)
    return None
