"""The versions of the standard: which items each asks for, and how the registers answer each item."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings

from anyuan.domains.protection.measures import Measured
from anyuan.domains.protection.models import GearKind
from anyuan.domains.protection.numbers import Limits

# (measured, limits) → (whether it is met, what was found, in words)
Answer = Callable[[Measured, Limits], tuple[bool, str]]
KIT = {
    GearKind.HELMET, GearKind.VEST, GearKind.GLOVES, GearKind.BATON, GearKind.SHIELD,
    GearKind.FORK, GearKind.SPRAY, GearKind.TORCH, GearKind.RADIO,
}  # fmt: skip


def guards(m: Measured, limits: Limits) -> tuple[bool, str]:
    said = f"应配 {m.needed} 人，在岗 {m.guards} 人"
    if m.uncertified:
        said += f"，{m.uncertified} 人没有保安员证"
    if m.unchecked:
        said += f"，{m.unchecked} 人入职查询没有或过期"
    return m.guards >= m.needed and not m.uncertified and not m.unchecked, said


def closed(m: Measured, limits: Limits) -> tuple[bool, str]:
    if m.gate_on is None:
        return False, "还没有全部合格的校门与保安检查"
    age = (limits.today - m.gate_on).days
    said = f"最近一次校门与保安检查全部合格：{m.gate_on:%Y-%m-%d}"
    return age <= limits.closed_days, said


def alarm(m: Measured, limits: Limits) -> tuple[bool, str]:
    if not m.alarms:
        return False, "没有正常使用的一键报警"
    tried = f"最近测试 {m.tried_on:%Y-%m-%d}" if m.tried_on else "没有测试记录"
    fresh = m.tried_on is not None and (limits.today - m.tried_on).days <= limits.alarm_days
    return m.linked == m.alarms and fresh, f"{m.alarms} 台，联网 {m.linked} 台，{tried}"


def video(m: Measured, limits: Limits) -> tuple[bool, str]:
    if not m.cameras or not m.recorders:
        return False, "台账里没有摄像机或录像机"
    least = "没有登记" if m.least_days is None else f"最少 {m.least_days} 天"
    said = f"摄像机 {m.cameras_working}/{m.cameras} 台正常，录像保存{least}"
    return m.cameras_working == m.cameras and not m.recorders_short, said


def barrier(m: Measured, limits: Limits) -> tuple[bool, str]:
    return m.barriers > 0, f"硬质防冲撞设施 {m.barriers} 处"


def gear(m: Measured, limits: Limits) -> tuple[bool, str]:
    said = f"{m.gear_kinds} 种器材"
    if m.gear_short:
        said += f"，{m.gear_short} 种数量不足"
    if m.gear_expired:
        said += f"，{m.gear_expired} 种过期"
    return m.gear_kinds >= len(KIT) and not m.gear_short and not m.gear_expired, said


ANSWERS: dict[str, Answer] = {
    "guards": guards, "closed": closed, "alarm": alarm, "video": video, "barrier": barrier, "gear": gear,
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Item:
    """One item of a standard; `answer` names how the registers answer it."""

    answer: str
    title: str
    source: str


@dataclasses.dataclass(frozen=True)
class Standard:
    key: str
    title: str
    valid_from: datetime.date
    source: str
    items: tuple[Item, ...]


@dataclasses.dataclass(frozen=True)
class Result:
    key: str
    title: str
    ok: bool
    said: str
    source: str


@lru_cache(maxsize=4)
def standards(pack: str) -> tuple[Standard, ...]:
    """All versions of a pack, the oldest first. Errors: KeyError where an item has no answer."""
    path = Path(settings.SOURCE) / "packs" / pack / "standards" / "protection.yaml"
    data = yaml.safe_load(path.read_text("utf-8"))
    found = [
        Standard(
            one["key"], one["title"], one["valid_from"], one["source"],
            tuple(Item(**item) for item in one["items"]),
        )
        for one in data["standards"]
    ]  # fmt: skip
    for one in found:
        for item in one.items:
            ANSWERS[item.answer]
    return tuple(sorted(found, key=lambda one: one.valid_from))


def standard_of(day: datetime.date) -> Standard:
    """The version in force on a day."""
    known = standards(settings.DEFAULT_PACK)
    return [one for one in known if one.valid_from <= day][-1]


def title_of(key: str) -> str:
    """A version's title, also of one that is no longer in force."""
    known = {one.key: one.title for one in standards(settings.DEFAULT_PACK)}
    return known.get(key, key)


def judge(standard: Standard, measured: Measured, limits: Limits) -> list[Result]:
    results = []
    for item in standard.items:
        ok, said = ANSWERS[item.answer](measured, limits)
        results.append(Result(item.answer, item.title, ok, said, item.source))
    return results
