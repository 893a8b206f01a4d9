"""Positions of buses: kept once each, then set against the speed limit and the approved line.

Both findings are single statements over all positions of a day; a trip has at most one finding of each kind,
which opens one hazard and grows with what comes later.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.refused import Refused
from anyuan.domains.schoolbus.models import Bus, BusTrip, BusViolation, ViolationKind
from anyuan.domains.schoolbus.numbers import numbers
from anyuan.domains.schoolbus.positions import Reading
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import record_saved

TRAFFIC = "05"
_KEEP = """
INSERT INTO schoolbus_busposition (unit_id, plate, at, lon, lat, speed)
SELECT %(unit)s, p.plate, p.at, p.lon, p.lat, p.speed
FROM json_to_recordset(%(rows)s::json) AS p(plate text, at timestamptz, lon numeric, lat numeric, speed numeric)
ON CONFLICT (unit_id, plate, at) DO NOTHING
"""
# Positions of the trips of a unit between two moments, with the trip's limit.
_SEEN = """
WITH seen AS (
    SELECT t.record_id AS trip, t.unit_id, t.route_id, p.at, p.lon, p.lat, p.speed,
           CASE WHEN r.expressway THEN %(fast)s ELSE %(slow)s END AS allowed
    FROM schoolbus_bustrip t
    JOIN schoolbus_busroute r ON r.record_id = t.route_id
    JOIN schoolbus_busposition p ON p.unit_id = t.unit_id AND p.plate = t.plate
         AND p.at >= t.started_at AND p.at <= coalesce(t.emptied_at, now())
    WHERE t.unit_id = %(unit)s AND t.started_at IS NOT NULL
      AND p.at >= %(since)s AND p.at <= %(until)s
)
"""
_SPEED = f"""{_SEEN}
, found AS (SELECT * FROM seen WHERE speed > allowed)
SELECT trip, min(at), count(*), max(speed), max(allowed),
       (array_agg(lon ORDER BY speed DESC))[1], (array_agg(lat ORDER BY speed DESC))[1]
FROM found GROUP BY trip
"""  # noqa: S608
# The line of a route: its points with coordinates, each with the next. Metres on a plane tangent at the position.
_ROUTE = f"""{_SEEN}
, points AS (
    SELECT route_id, lon, lat, lead(lon) OVER w AS lon2, lead(lat) OVER w AS lat2
    FROM schoolbus_busstop WHERE unit_id = %(unit)s AND lon IS NOT NULL
    WINDOW w AS (PARTITION BY route_id ORDER BY place)
), metres AS (
    SELECT s.trip, s.at, s.lon, s.lat,
           (g.lon - s.lon) * 111320 * cos(radians(s.lat)) AS ax, (g.lat - s.lat) * 110540 AS ay,
           (g.lon2 - g.lon) * 111320 * cos(radians(s.lat)) AS dx, (g.lat2 - g.lat) * 110540 AS dy
    FROM seen s JOIN points g ON g.route_id = s.route_id AND g.lon2 IS NOT NULL
), away AS (
    SELECT trip, at, lon, lat, min(sqrt(power(ax + k * dx, 2) + power(ay + k * dy, 2))) AS off
    FROM metres CROSS JOIN LATERAL (
        SELECT CASE WHEN dx = 0 AND dy = 0 THEN 0
                    ELSE greatest(0, least(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy))) END AS k
    ) AS nearest
    GROUP BY trip, at, lon, lat
), runs AS (
    SELECT *, row_number() OVER (PARTITION BY trip ORDER BY at)
            - row_number() OVER (PARTITION BY trip, off > %(metres)s ORDER BY at) AS run
    FROM away
), off_line AS (
    SELECT trip, run, min(at) AS first_at, count(*) AS n, max(off) AS worst,
           (array_agg(lon ORDER BY off DESC))[1] AS lon, (array_agg(lat ORDER BY off DESC))[1] AS lat
    FROM runs WHERE off > %(metres)s GROUP BY trip, run HAVING count(*) >= %(readings)s
)
SELECT trip, min(first_at), sum(n), max(worst), %(metres)s,
       (array_agg(lon ORDER BY worst DESC))[1], (array_agg(lat ORDER BY worst DESC))[1]
FROM off_line GROUP BY trip
"""  # noqa: S608


@action(Permission.BUS_WRITE)
def keep_positions(unit: Unit, *, by: Actor, readings: Sequence[Reading]) -> tuple[int, int]:
    """Positions of the school's buses; (kept, findings new). A position sent again changes nothing."""
    if not readings:
        raise Refused(_("没有位置数据。"), field="file")
    plates = {reading.plate for reading in readings}
    known = set(Bus.objects.filter(unit=unit, plate__in=plates, active=True).values_list("plate", flat=True))  # fmt: skip
    known |= set(BusTrip.objects.filter(unit=unit, plate__in=plates).values_list("plate", flat=True))  # fmt: skip
    if unknown := sorted(plates - known):
        raise Refused(
            _("台账里没有这些车：%(plates)s。请核对车牌号，或先登记校车。") % {"plates": "、".join(unknown[:5])}, field="file"
        )  # fmt: skip
    if max(reading.at for reading in readings) > timezone.now() + datetime.timedelta(minutes=10):
        raise Refused(_("有的定位时间晚于现在，请核对文件。"), field="file")
    rows = [
        {"plate": r.plate, "at": r.at.isoformat(), "lon": str(r.lon), "lat": str(r.lat), "speed": str(r.speed)}
        for r in readings
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {"unit": unit.key, "rows": json.dumps(rows)})
        kept = cursor.rowcount
    found = _find(unit, by, min(r.at for r in readings), max(r.at for r in readings))
    return kept, found


def _find(unit: Unit, by: Actor, since: datetime.datetime, until: datetime.datetime) -> int:
    """Set the trips of these days against their limits, whole days so that a finding counts once."""
    fast, slow, metres, readings = numbers("bus_speed_expressway", "bus_speed_other", "bus_deviation_m", "bus_deviation_readings")  # fmt: skip
    day = datetime.timedelta(days=1)
    facts: dict[str, Any] = {
        "unit": unit.key, "fast": fast, "slow": slow, "metres": metres, "readings": int(readings),
        "since": since - day, "until": until + day,
    }  # fmt: skip
    fresh = []
    for kind, statement in ((ViolationKind.SPEED, _SPEED), (ViolationKind.ROUTE, _ROUTE)):
        with connection.cursor() as cursor:
            cursor.execute(statement, facts)
            fresh += _put(unit, kind, cursor.fetchall())
    _raise(unit, by, fresh)
    return len(fresh)


def _put(unit: Unit, kind: str, lines: Iterable[tuple[Any, ...]]) -> list[BusViolation]:
    """Findings by trip: new ones are kept, known ones follow what came later; the new ones."""
    found = {
        trip: BusViolation(
            unit=unit, trip_id=trip, kind=kind, first_at=at, times=n, worst=worst, allowed=allowed, lon=lon, lat=lat
        )
        for trip, at, n, worst, allowed, lon, lat in lines
    }  # fmt: skip
    before = {one.trip_id: one for one in BusViolation.objects.filter(kind=kind, trip__in=found)}
    for trip, one in before.items():
        for name in ("first_at", "times", "worst", "allowed", "lon", "lat"):
            setattr(one, name, getattr(found[trip], name))
    BusViolation.objects.bulk_update(before.values(), ["first_at", "times", "worst", "allowed", "lon", "lat"])  # fmt: skip
    return BusViolation.objects.bulk_create(
        [one for trip, one in found.items() if trip not in before]
    )


def _raise(unit: Unit, by: Actor, fresh: list[BusViolation]) -> None:
    trips = BusTrip.objects.select_related("record", "route").in_bulk({one.trip_id for one in fresh})  # fmt: skip
    for one in fresh:
        trip = trips[one.trip_id]
        label = one.get_kind_display()  # type: ignore[attr-defined]
        detail = _("%(route)s %(day)s，驾驶人%(driver)s，最大 %(worst)s %(measure)s，限值 %(allowed)s，共 %(n)s 次") % {
            "route": trip.route.name, "day": trip.day, "driver": trip.driver_name, "worst": f"{one.worst:.0f}",
            "measure": one.measure, "allowed": f"{one.allowed:.0f}", "n": one.times}  # fmt: skip
        events.emit(
            "finding.raised", record=trip.record, unit=unit, by=by, title=f"校车{label}", detail=detail,
            place=f"校车 {trip.plate}", category=TRAFFIC, level="general", basis="校车安全管理条例 第三十五条",
            file_ids=[], source="check", source_ref=f"bus:{trip.pk}:{one.kind}",
        )  # fmt: skip
        record_saved(trip.record)  # its month has one more
