"""What a CAP message says in our words: which of our kinds, which colour, from when to when. Pure."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from anyuan.domains.emergency.warnings.cap.message import Area, Info, Message
from anyuan.domains.emergency.warnings.content import Kind, content

TAILS = ("预警", "信号", "预警信号")


@dataclasses.dataclass(frozen=True)
class Meaning:
    """A warning as the desk weighs it; `kind` and `colour` may be empty: a person chooses then."""

    kind: str
    colour: str
    headline: str
    words: str
    advice: str
    source: str
    area_words: str
    onset_at: datetime.datetime | None
    expires_at: datetime.datetime
    areas: tuple[Area, ...]


def meaning_of(message: Message, *, usual: datetime.timedelta) -> Meaning:
    """`usual`: how long a warning holds that does not say it. The message has an info (or is a Cancel)."""
    info = chosen(message.infos)
    words = info.headline or info.event
    begins = info.onset or info.effective
    expires = info.expires or (info.onset or info.effective or message.sent) + usual
    return Meaning(
        kind=kind_from(info),
        colour=colour_from(info),
        headline=words[:200],
        words=(info.description or words)[:4000],
        advice=info.instruction[:4000],
        source=(info.sender_name or message.source or message.sender)[:120],
        area_words="、".join(dict.fromkeys(area.words for area in info.areas))[:600],
        onset_at=begins if begins is not None and begins <= expires else None,
        expires_at=expires,
        areas=info.areas,
    )


def chosen(infos: Sequence[Info]) -> Info:
    """Simplified Chinese first, then any Chinese, else what comes first."""

    def rank(info: Info) -> int:
        language = info.language.lower()
        if language in {"zh-cn", "zh-hans", "zh-hans-cn"}:
            return 0
        return 1 if language.startswith("zh") else 2

    return min(infos, key=rank)


def kind_from(info: Info) -> str:
    """By the code of the event; else by its name; else by the headline. Empty where none is ours."""
    known = content()
    for name, value in info.codes:
        for kind in known.kinds.values():
            if name.lower() in known.words["event_codes"] and value.strip().upper() in kind.codes:
                return kind.key
    for name, value in info.parameters:
        for kind in known.kinds.values():
            if name.lower() in known.words["event_codes"] and value.strip().upper() in kind.codes:
                return kind.key
    for text in (info.event, info.headline):
        if found := _named(text):
            return found
    return ""


def _named(text: str) -> str:
    """The kind whose name stands in a text; the longest name wins (沙尘暴 before 暴…)."""
    lower = text.lower()
    best: tuple[int, Kind] | None = None
    for kind in content().kinds.values():
        for name in (kind.title.removesuffix("天气"), *kind.names):
            if name in lower and (best is None or len(name.encode()) > best[0]):
                best = (len(name.encode()), kind)
    return best[1].key if best else ""


def colour_from(info: Info) -> str:
    """By a parameter that names it, by headline and event, else by the severity."""
    known = content()
    for name, value in info.parameters:
        if name.strip().lower() in known.words["colour_parameters"] and (found := _coloured(value)):
            return found
    for text in (info.headline, info.event):
        if found := _coloured(text, whole=True):
            return found
    for colour in known.colours.values():
        if colour.severity == info.severity:
            return colour.key
    return ""


def _coloured(text: str, *, whole: bool = False) -> str:
    """`whole`: in running text only 红色 counts, not every 红."""
    lower = text.lower()
    for colour in content().colours.values():
        for word in colour.words:
            wanted = f"{word}色" if whole and not word.isascii() else word
            if wanted in (lower.split() if whole and word.isascii() else lower):
                return colour.key
    return ""
