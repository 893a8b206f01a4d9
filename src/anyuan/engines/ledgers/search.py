"""The words by which a row is found: what is written, and its pinyin, whole and by initials."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import lru_cache

NAME_LENGTH = 4  # up to here every reading of a character counts: 单 is dan and shan
MOST_READINGS = 8
LONGEST = 40  # characters of one value that are spelled out


@lru_cache(maxsize=20_000)
def _readings(character: str) -> tuple[str, ...]:
    """Pinyin of one character, the usual reading first; itself where it is none of Chinese."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 -- 30 MB that a page without Chinese search spares

    found = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    return tuple(dict.fromkeys(one for one in found if one.isascii())) or (character,)


@lru_cache(maxsize=20_000)
def spelled(text: str) -> tuple[str, ...]:
    """Initials (all of a short name's) and the whole pinyin: 张伟 → zw, zhangwei."""
    text = text[:LONGEST]
    readings: list[Sequence[str]] = [_readings(c) if c > "\u2e7f" else (c,) for c in text]
    if all(len(one) == 1 and one[0] == c for one, c in zip(readings, text, strict=True)):
        return ()
    initials = [tuple(dict.fromkeys(one[0] for one in several)) for several in readings]
    if len(text) > NAME_LENGTH:
        initials = [several[:1] for several in initials]
    combined = itertools.islice(itertools.product(*initials), MOST_READINGS)
    whole = "".join(several[0] for several in readings)
    return (*("".join(one) for one in combined), whole)


def search_text(values: Iterable[object]) -> str:
    """The search column of a row that holds these values."""
    words: dict[str, None] = {}
    for value in values:
        text = str(value).strip().lower() if value not in (None, "") else ""
        if text:
            words[text] = None
            words.update(dict.fromkeys(spelled(text)))
    return " ".join(words)
