"""统一社会信用代码: 18 characters with a check digit (GB 32100). Pure."""

from __future__ import annotations

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
LENGTH = 18


def check_letter(first: str) -> str:
    """The last character that belongs to the first seventeen. Errors: ValueError for a foreign character."""
    total = sum(LETTERS.index(letter) * weight for letter, weight in zip(first, WEIGHTS, strict=True))  # fmt: skip
    return LETTERS[(31 - total % 31) % 31]


def is_valid(code: str) -> bool:
    """Whether it is a code with the right check digit."""
    if len(code) != LENGTH or any(letter not in LETTERS for letter in code):
        return False
    return check_letter(code[:17]) == code[17]
