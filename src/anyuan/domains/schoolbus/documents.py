"""一车一档: the file of one bus as PDF, out of the registers, trips, inspections and findings."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from anyuan.domains.schoolbus import fitness
from anyuan.domains.schoolbus.models import Bus, BusRoute, BusTrip
from anyuan.domains.schoolbus.queries import incidents_of, inspections_of, violations_of
from anyuan.engines.ledgers.registry import find
from anyuan.engines.ledgers.values import shown
from anyuan.engines.notices.official import Heading, Table
from anyuan.engines.notices.printing import pdf_official
from anyuan.org.actor import Actor, visible

TRIPS, ROWS = 20, 12


def bus_pdf(bus: Bus, *, by: Actor) -> bytes:
    """Papers and dates, who drives it where, inspections, the latest trips, what was found."""
    today = timezone.localdate()
    faults = fitness.bus_faults(bus, today)
    parts: list[Any] = [
        f"截至 {today:%Y年%m月%d日}：" + ("证照齐全有效，可以上路。" if not faults else f"不能上路：{'；'.join(faults)}。"),
        Heading("一、车辆、许可、检验和保险"),
        Table(_papers(bus), widths=(2, 3, 2, 3), head=False),
        *_section("二、线路、驾驶人和照管员", ("线路", "方向", "驾驶人", "照管员"), _routes(bus, by)),
        *_section("三、安全检验", ("检验日期", "有效期至", "检验机构"), _inspections(bus, by)),
        *_section("四、最近趟次", ("日期", "线路", "驾驶人", "照管员", "上车", "下车", "清车"), _trips(bus, by)),
        *_section("五、超速和偏离线路", ("时间", "线路", "类型", "最大值", "限值"), _violations(bus, by)),
        *_section("六、运行事件", ("日期", "类型", "经过", "处置"), _incidents(bus, by)),
    ]  # fmt: skip
    return pdf_official(
        "校车一车一档", number=bus.plate, parts=parts, sign_unit=bus.unit.name, signed_on=today
    )


def _papers(bus: Bus) -> list[list[str]]:
    """The register's columns, two a line."""
    ledger = find("bus")
    cells = [(ledger.head(n), shown(f, getattr(bus, n)) or "—") for n, f in ledger.fields.items()]
    cells += [("", "")] * (len(cells) % 2)
    return [[*cells[n], *cells[n + 1]] for n in range(0, len(cells), 2)]


def _section(title: str, head: tuple[str, ...], rows: list[list[Any]]) -> list[Any]:
    """A heading with its table; days and times have more room than names."""
    widths = tuple(
        1.5 if name in {"日期", "时间", "检验日期", "有效期至", "检验机构"} else 1 for name in head
    )
    return [Heading(title), Table([list(head), *rows], widths=widths) if rows else "没有记录。"]


def _routes(bus: Bus, by: Actor) -> list[list[Any]]:
    rows = visible(BusRoute, by).filter(bus=bus, active=True).select_related("driver", "attendant")
    return [
        [r.name, r.get_direction_display(), r.driver.name if r.driver else "", r.attendant.name if r.attendant else ""]
        for r in rows.defer("driver__phone", "attendant__phone").order_by("name")
    ]  # fmt: skip


def _inspections(bus: Bus, by: Actor) -> list[list[Any]]:
    rows = inspections_of(by).filter(unit=bus.unit, plates__contains=[bus.plate], record__counts=True)  # fmt: skip
    return [[one.record.happened_on, one.valid_until, one.station] for one in rows[:ROWS]]


def _trips(bus: Bus, by: Actor) -> list[list[Any]]:
    rows = visible(BusTrip, by).filter(bus=bus, started_at__isnull=False)
    return [
        [t.day, t.route.name, t.driver_name, t.attendant.name, t.boarded, t.left,
         f"{timezone.localtime(t.emptied_at):%H:%M}" if t.emptied_at else "未清车"]
        for t in rows.select_related("route", "attendant").order_by("-day", "-record_id")[:TRIPS]
    ]  # fmt: skip


def _violations(bus: Bus, by: Actor) -> list[list[Any]]:
    rows = violations_of(by).filter(Q(trip__bus=bus))
    return [
        [f"{timezone.localtime(v.first_at):%Y-%m-%d %H:%M}", v.trip.route.name, v.get_kind_display(),
         f"{v.worst:.0f} {v.measure}", f"{v.allowed:.0f}"]
        for v in rows[:ROWS]
    ]  # fmt: skip


def _incidents(bus: Bus, by: Actor) -> list[list[Any]]:
    rows = incidents_of(by).filter(trip__bus=bus, record__counts=True)
    return [[i.record.happened_on, i.get_kind_display(), i.text, i.handling] for i in rows[:ROWS]]
