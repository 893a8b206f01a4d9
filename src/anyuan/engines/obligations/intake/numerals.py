"""Chinese numerals from one to some hundreds, read and said."""

from __future__ import annotations

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
CHINESE = "[零〇一二两三四五六七八九十百]"


def read_number(text: str) -> int | None:
    """The number of a numeral such as 3, 三, 十二, 二十, 一百零五 or 二〇二〇; None for others."""
    if text.isascii() and text.isdigit():
        return int(text)
    if not text or any(char not in _DIGITS and char not in "十百" for char in text):
        return None
    if not set(text) & set("十百"):
        return int("".join(str(_DIGITS[char]) for char in text))
    total = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or (1 if not total else 0)) * (100 if char == "百" else 10)
            digit = 0
    return total + digit


def say_number(number: int) -> str:
    """一, 十二, 二十, 一百零五: the numeral up to 999; plain digits beyond."""
    names = "零一二三四五六七八九"
    if not 0 < number < 1000:
        return str(number)
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = f"{names[hundreds]}百" if hundreds else ""
    if tens:
        said += ("" if tens == 1 and not hundreds else names[tens]) + "十"
    elif hundreds and ones:
        said += "零"
    return said + (names[ones] if ones else "")
