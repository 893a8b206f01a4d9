"""Where a place is on WGS-84, from the coordinates that Chinese map services give out (GCJ-02, BD-09)."""

from __future__ import annotations

import math

from anyuan.domains.emergency.warnings.cap.message import Point

AXIS = 6378245.0  # metres, Krasovsky 1940
ECCENTRICITY = 0.00669342162296594323
BAIDU = math.pi * 3000.0 / 180.0
CHINA = ((0.8293, 55.8271), (72.004, 137.8347))
TURNS = 6  # each makes the rest smaller by a factor of thousands


def to_wgs84(lat: float, lon: float, datum: str) -> Point:
    """Latitude and longitude on WGS-84; `datum` as a profile holds it."""
    if datum == "bd09":
        lat, lon = _from_baidu(lat, lon)
        datum = "gcj02"
    if datum != "gcj02" or not _in_china(lat, lon):
        return lat, lon
    found = (lat, lon)
    for _turn in range(TURNS):
        shifted = to_gcj02(*found)
        found = (found[0] - shifted[0] + lat, found[1] - shifted[1] + lon)
    return found


def to_gcj02(lat: float, lon: float) -> Point:
    """The shift that maps in China have."""
    if not _in_china(lat, lon):
        return lat, lon
    x, y = lon - 105.0, lat - 35.0
    north = _north(x, y)
    east = _east(x, y)
    radians = lat / 180.0 * math.pi
    magic = 1 - ECCENTRICITY * math.sin(radians) ** 2
    root = math.sqrt(magic)
    north = north * 180.0 / ((AXIS * (1 - ECCENTRICITY)) / (magic * root) * math.pi)
    east = east * 180.0 / (AXIS / root * math.cos(radians) * math.pi)
    return lat + north, lon + east


def _from_baidu(lat: float, lon: float) -> Point:
    x, y = lon - 0.0065, lat - 0.006
    length = math.sqrt(x * x + y * y) - 0.00002 * math.sin(y * BAIDU)
    angle = math.atan2(y, x) - 0.000003 * math.cos(x * BAIDU)
    return length * math.sin(angle), length * math.cos(angle)


def _in_china(lat: float, lon: float) -> bool:
    (south, north), (west, east) = CHINA
    return south <= lat <= north and west <= lon <= east


def _waves(value: float) -> float:
    return (20.0 * math.sin(6.0 * value * math.pi) + 20.0 * math.sin(2.0 * value * math.pi)) * 2.0 / 3.0  # fmt: skip


def _north(x: float, y: float) -> float:
    found = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    found += _waves(x)
    found += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    return found + (160.0 * math.sin(y / 12.0 * math.pi) + 320 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0  # fmt: skip


def _east(x: float, y: float) -> float:
    found = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    found += _waves(x)
    found += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    return found + (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0  # fmt: skip
