"""Shapes of CAP areas and whether a place lies in them; latitude before longitude, WGS-84."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from anyuan.domains.emergency.warnings.cap.message import Area, Circle, Point

EARTH_KM = 6371.0088
FEWEST = 4  # a triangle, closed
CLOSE = 1e-9


def polygon(text: str) -> tuple[Point, ...]:
    """`38.47,-120.14 38.34,-119.95 …`, closed. Errors: ValueError with a sentence."""
    points = tuple(_point(part) for part in text.split())
    if len(points) < FEWEST:
        raise ValueError("多边形至少要有四个点")
    if points[0] != points[-1]:
        raise ValueError("多边形的最后一个点应与第一个点相同")
    return points


def circle(text: str) -> Circle:
    """`32.9525,-115.5527 10`: centre and kilometres. Errors: ValueError with a sentence."""
    parts = text.split()
    if len(parts) != 2:
        raise ValueError("圆应写成“纬度,经度 半径公里数”")
    km = _number(parts[1])
    if not 0 <= km <= EARTH_KM * math.pi:
        raise ValueError("半径不对")
    return Circle(_point(parts[0]), km)


def _point(text: str) -> Point:
    parts = text.split(",")
    if len(parts) != 2:
        raise ValueError("坐标应写成“纬度,经度”")
    lat, lon = _number(parts[0]), _number(parts[1])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError("纬度应在 -90 到 90 之间，经度应在 -180 到 180 之间")
    return lat, lon


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise ValueError("坐标里有不是数字的内容") from error
    if not math.isfinite(value):
        raise ValueError("坐标里有不是数字的内容")
    return value


def has_shape(areas: Sequence[Area]) -> bool:
    return any(area.polygons or area.circles for area in areas)


def inside(place: Point, areas: Sequence[Area]) -> bool:
    """Whether a place lies in any shape of the areas; the border belongs to it."""
    return any(
        any(_in_polygon(place, shape) for shape in area.polygons)
        or any(_distance(place, one.centre) <= one.km for one in area.circles)
        for area in areas
    )


def _in_polygon(place: Point, shape: Sequence[Point]) -> bool:
    y, x = place
    within = False
    for (y1, x1), (y2, x2) in itertools.pairwise(shape):
        if _on_edge(x, y, x1, y1, x2, y2):
            return True
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            within = not within
    return within


def _on_edge(x: float, y: float, x1: float, y1: float, x2: float, y2: float) -> bool:
    cross = (x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)
    if abs(cross) > CLOSE:
        return False
    return min(x1, x2) - CLOSE <= x <= max(x1, x2) + CLOSE and min(y1, y2) - CLOSE <= y <= max(y1, y2) + CLOSE  # fmt: skip


def _distance(one: Point, other: Point) -> float:
    """Kilometres along the great circle."""
    lat1, lon1, lat2, lon2 = (math.radians(v) for v in (*one, *other))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))
