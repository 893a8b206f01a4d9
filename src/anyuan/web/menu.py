"""The menu: which pages a post sees, in the order in which its work goes."""

from __future__ import annotations

import dataclasses
import functools

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission


@dataclasses.dataclass(frozen=True)
class Entry:
    label: str
    icon: str
    url_name: str
    needs: Permission
    # Pages whose address starts with one of these belong to the entry.
    prefixes: tuple[str, ...] = ()
    for_supervisor: bool | None = None
    # The points of the policy whose work is done there: a tile on the point's page.
    points: tuple[int, ...] = ()
    # Pages of the same work, side by side above their headings; the entry leads to the first one.
    tabs: tuple[Entry, ...] = ()


R = Permission.RECORD_READ
EMERGENCY = (
    Entry(
        "指挥", "device-desktop-analytics", "web:command", Permission.INCIDENT_READ, ("/command",)
    ),
    Entry("突发事件", "urgent", "incidents:list", Permission.INCIDENT_READ, ("/incidents",)),
    Entry("紧急通知", "speakerphone", "alerts:list", R, ("/alerts",)),
    Entry("预警", "cloud-storm", "warnings:list", R, ("/warnings",)),
    Entry("清点", "users-group", "rollcall:list", Permission.ROLLCALL_TAKE, ("/rollcall",)),
    Entry("预案", "file-text", "plans:list", R, ("/plans",)),
    Entry("演练", "run", "emergency:drills", R, ("/emergency",)),
)
RESPONSIBILITY = (
    Entry("责任网络", "sitemap", "duties:network", R, ("/duties",)),
    Entry("责任书", "signature", "duties:letters", R, ("/duties/letters",)),
    Entry("规章制度", "books", "governance:regulations", R, ("/governance",)),
    Entry("会议和检查", "calendar-event", "governance:meetings", R, ("/governance/meetings",)),
    Entry("督查", "binoculars", "governance:visits", R, ("/governance/visits",)),
    Entry("考核", "trophy", "appraisal:list", R, ("/appraisal",)),
)  # fmt: skip
RISK = (
    Entry("风险点", "radar-2", "risk:list", R, ("/risk",)),
    Entry("四色图", "map-pins", "risk:map", R, ("/risk/map",)),
    Entry("第三方评估", "certificate", "assessments:list", R, ("/assessments",)),
    Entry("责任倒查", "history-toggle", "tracing:list", Permission.TRACE_ANSWER, ("/tracing",)),
)
ENTRIES = [
    Entry("今日", "calendar-check", "web:today", Permission.OBLIGATION_READ, ("/today",), False),
    Entry("要点看板", "layout-dashboard", "web:board", Permission.BOARD_READ, ("/board",)),
    Entry("地图", "map-2", "web:map", Permission.BOARD_READ, ("/board/map",), True),
    Entry("任务", "checklist", "obligations:list", Permission.OBLIGATION_READ, ("/obligations",)),
    Entry(
        "检查",
        "clipboard-check",
        "checks:list",
        Permission.INSPECTION_READ,
        ("/checks",),
        points=(7, 17),
    ),
    Entry(
        "隐患",
        "alert-triangle",
        "hazards:list",
        Permission.HAZARD_READ,
        ("/hazards", "/cases"),
        points=(4, 17),
    ),
    Entry("应急", "urgent", "", R, points=(5, 8), tabs=EMERGENCY),
    Entry("责任", "sitemap", "", R, points=(1, 2, 3), tabs=RESPONSIBILITY),
    Entry("风险", "radar-2", "", R, points=(4,), tabs=RISK),
    Entry("专项整治", "target-arrow", "campaigns:list", R, ("/campaigns",), points=(16,)),
    Entry("校车", "bus", "schoolbus:home", Permission.RECORD_READ, ("/schoolbus",), points=(7,)),
    Entry("门卫", "door-enter", "gate:home", Permission.RECORD_READ, ("/gate",), points=(7,)),
    Entry(
        "安防",
        "shield-half",
        "protection:home",
        Permission.RECORD_READ,
        ("/protection",),
        points=(6, 12),
    ),
    Entry(
        "消防", "fire-extinguisher", "fire:home", Permission.RECORD_READ, ("/fire",), points=(7,)
    ),
    Entry(
        "台账",
        "notebook",
        "ledgers:index",
        Permission.LEDGER_READ,
        ("/ledgers",),
        points=(6, 7, 12),
    ),
    Entry("指标", "chart-line", "indicators:list", Permission.BOARD_READ, ("/indicators",)),
    Entry(
        "工作要点", "book", "obligations:policy", Permission.POLICY_READ, ("/obligations/policy",)
    ),
    Entry("单位与人员", "building", "org:units", Permission.UNIT_READ, ("/org",)),
]


@dataclasses.dataclass(frozen=True)
class Link:
    label: str
    icon: str
    url: str
    active: bool


def links(request: HttpRequest, actor: Actor) -> list[Link]:
    """The menu of one actor; what is not built is not shown."""
    found = []
    current = current_entry(request.path)
    for entry in ENTRIES:
        if not actor.may(entry.needs):
            continue
        if entry.for_supervisor is not None and entry.for_supervisor != actor.is_supervisor:
            continue
        if url := _first_address(entry, actor):
            found.append(Link(entry.label, entry.icon, url, entry is current))
    return found


def tiles(actor: Actor, point: int) -> list[Link]:
    """Where the work of a point is done, as far as the actor may go there."""
    found = [one for one in ENTRIES if point in one.points and actor.may(one.needs)]
    return [
        Link(one.label, one.icon, url, False)
        for one in found
        if (url := _first_address(one, actor))
    ]


def tabs(request: HttpRequest, actor: Actor) -> list[Link]:
    """The pages beside the current one; none where it stands alone."""
    entry = current_entry(request.path)
    ours = entry.tabs if entry else ()
    here = _closest(request.path, [(one, one) for one in ours])
    found = [
        Link(one.label, one.icon, url, one is here)
        for one in ours
        if actor.may(one.needs) and (url := _address(one.url_name))
    ]
    return found if len(found) > 1 else []


def _first_address(entry: Entry, actor: Actor) -> str:
    """Where an entry leads: to its own page, or to the first of its tabs that the actor may see."""
    if entry.url_name:
        return _address(entry.url_name)
    ours = (_address(one.url_name) for one in entry.tabs if actor.may(one.needs))
    return next((url for url in ours if url), "")


@functools.cache
def _address(url_name: str) -> str:
    """The address of an entry; empty where its domain is not installed."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def current_entry(path: str) -> Entry | None:
    """The entry whose longest prefix the address has."""
    return _closest(path, [(one, entry) for entry in ENTRIES for one in (entry, *entry.tabs)])


def _closest(path: str, named: list[tuple[Entry, Entry]]) -> Entry | None:
    """Of pairs (whose prefixes count, what is meant) the one with the longest prefix of the address."""
    fits = [
        (len(prefix), meant)
        for one, meant in named
        for prefix in one.prefixes
        if path.startswith(prefix)
    ]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None
