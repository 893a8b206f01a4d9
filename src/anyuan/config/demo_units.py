"""The demo city's schools and people: real divisions, invented schools.

About 90 schools over the seven districts and the bureau's own, of every stage, four of them with two
campuses. Names are invented in the manner of the place; coordinates lie near each district's centre.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator
from typing import Any

from anyuan.core import scope
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Installation, Unit
from anyuan.org.services import add_person, add_unit, grant_post

PASSWORD = "anyuan-demo"
SEED = 20200401
DIRECT = 6  # schools directly under the bureau

# District code → (short name used in school names, centre lon, lat, number of schools)
DISTRICTS: dict[str, tuple[str, float, float, int]] = {
    "320402": ("天宁", 119.985, 31.775, 12),
    "320404": ("钟楼", 119.895, 31.795, 12),
    "320411": ("新北", 119.960, 31.860, 14),
    "320412": ("武进", 119.930, 31.680, 16),
    "320413": ("金坛", 119.570, 31.730, 11),
    "320481": ("溧阳", 119.480, 31.430, 12),
    "320491": ("经开区", 120.060, 31.730, 7),
}
PLACES = ["湖畔", "春江", "运河", "青枫", "横林", "凤凰", "滨江", "南城", "东坡", "西林", "新桥", "薛家",
          "洛阳", "嘉泽", "天目", "长荡湖", "竹箦", "茅山", "延陵", "红梅", "雕庄", "邹区", "奔牛", "孟河"]  # fmt: skip
SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭何高林罗郑梁谢宋唐许邓冯韩曹"
GIVEN = [
    "建国",
    "志强",
    "丽华",
    "敏",
    "静",
    "伟",
    "晓东",
    "海燕",
    "文斌",
    "秀英",
    "俊杰",
    "玉兰",
    "立新",
    "国平",
    "雪梅",
    "明",
]
# name ending, code type, stages, pupils from–to, boarding, bus, lab, canteen
TYPES: list[tuple[str, str, list[str], tuple[int, int], bool, bool, bool]] = [
    ("幼儿园", "11", ["kindergarten"], (180, 480), False, False, False),
    ("实验小学", "21", ["primary"], (700, 2100), False, True, False),
    ("中心幼儿园", "11", ["kindergarten"], (240, 520), False, True, False),
    ("中心小学", "21", ["primary"], (420, 1300), False, True, False),
    ("初级中学", "31", ["junior"], (600, 1600), False, False, True),
    ("小学", "21", ["primary"], (300, 900), False, False, False),
    ("九年一贯制学校", "31", ["primary", "junior"], (900, 2400), False, True, True),
    ("高级中学", "34", ["senior"], (1500, 3000), True, False, True),
    ("中等专业学校", "36", ["vocational"], (1800, 3600), True, False, True),
    ("特殊教育学校", "51", ["special"], (90, 220), True, True, False),
]


@dataclasses.dataclass(frozen=True)
class School:
    """One invented school: `district` is where it stands, `direct` whether the bureau manages it."""

    code: str
    name: str
    district: str
    direct: bool
    profile: dict[str, Any]
    campuses: int


def schools(rng: random.Random) -> Iterator[School]:
    """All the schools, the same for the same generator state."""
    serial = 0
    for district, (short, lon, lat, count) in DISTRICTS.items():
        for n in range(count):
            kind = TYPES[n % 9] if n != count - 1 else TYPES[9]
            serial += 1
            place = PLACES[(n * 5 + serial) % len(PLACES)]
            yield _school(
                rng, serial, f"{short}{place}{kind[0]}", district, kind, (lon, lat), False
            )
    for n in range(DIRECT):
        serial += 1
        kind = TYPES[7] if n % 2 else TYPES[8]
        _, lon, lat, _ = DISTRICTS["320402" if n % 3 else "320404"]
        name = f"常州市{PLACES[n * 3]}{kind[0]}"
        yield _school(rng, serial, name, "320402" if n % 3 else "320404", kind, (lon, lat), True)


def _school(
    rng: random.Random, serial: int, name: str, district: str, kind: Any, centre: Any, direct: bool
) -> School:
    _, code, stages, (low, high), boarding, bus, lab = kind
    pupils = rng.randrange(low, high, 5)
    return School(
        code=f"{code}32{serial:06d}",
        name=name,
        district=district,
        direct=direct,
        campuses=2 if serial % 23 == 0 else 1,
        profile={
            "stages": stages,
            "is_public": serial % 9 != 4,
            "boarding": boarding,
            "boarders": pupils * 7 // 10 if boarding else 0,
            "pupils": pupils,
            "staff": max(12, pupils // 13),
            "classes": max(3, pupils // 42),
            "buildings": rng.randint(2, 9),
            "has_bus": bus,
            "has_canteen": True,
            "has_lab": lab,
            "high_rise": serial % 17 == 0,
            "key_fire_unit": boarding or "kindergarten" in stages,
            "address": f"{name}路 {rng.randint(1, 299)} 号",
            "lon": f"{centre[0] + rng.uniform(-0.05, 0.05):.6f}",
            "lat": f"{centre[1] + rng.uniform(-0.04, 0.04):.6f}",
        },
    )


def build_units() -> list[Unit]:
    """Bureau, districts, schools, campuses and their people; the sites are returned."""
    rng = random.Random(SEED)
    with scope.everything():
        city, districts = make_city()
        sites: list[Unit] = []
        for school in schools(rng):
            parent = city if school.direct else districts[school.district]
            unit = add_unit(
                parent, by=SYSTEM, code=school.code, name=school.name, kind=Unit.Kind.SCHOOL,
                location=districts[school.district], profile=school.profile,
            )  # fmt: skip
            _staff(rng, unit)
            sites += _campuses(unit, school) if school.campuses > 1 else [unit]
        _accounts(city, districts["320412"])
        Installation.objects.update_or_create(
            only=True, defaults={"demo": True, "demo_size": "town"}
        )
    return sites


def make_city() -> tuple[Unit, dict[str, Unit]]:
    """The bureau and its districts."""
    from anyuan.org.changzhou import make_city as make

    return make()


def _campuses(school: Unit, spec: School) -> list[Unit]:
    """Two sites of one school, the pupils shared between them."""
    made = []
    for n, name in enumerate(["本部", "东校区"]):
        half = {
            **spec.profile,
            "pupils": spec.profile["pupils"] // 2,
            "boarders": spec.profile["boarders"] // 2,
            "lon": f"{float(spec.profile['lon']) + 0.012 * n:.6f}",
        }
        made.append(
            add_unit(
                school,
                by=SYSTEM,
                code=f"{spec.code}{n + 1:02d}",
                name=f"{school.name}（{name}）",
                short_name=name,
                kind=Unit.Kind.CAMPUS,
                location=school.location,
                profile=half,
            )
        )
    return made


def _name(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def _staff(rng: random.Random, unit: Unit) -> None:
    """Head, safety officer, a teacher and a guard; they have no password until the school sets one."""
    for role in ("principal", "safety_officer", "teacher", "guard"):
        add_person(unit, by=SYSTEM, username=f"{unit.code}.{role}", name=_name(rng), role=role)


def _accounts(city: Unit, wujin: Unit) -> None:
    """The five demo accounts; the school's officer also teaches, to show switching between posts."""
    school = Unit.objects.filter(parent=wujin, name__contains="实验小学").order_by("key").first()
    assert school is not None
    for username, name, role, unit in [
        ("city", "市局管理员", "bureau_supervisor", city),
        ("wujin", "武进区管理员", "district_supervisor", wujin),
        ("school", "周安", "safety_officer", school),
        ("teacher", "林老师", "teacher", school),
        ("guard", "马师傅", "guard", school),
    ]:
        person = add_person(
            unit, by=SYSTEM, username=username, name=name, role=role, password=PASSWORD,
            must_change_password=False,
        )  # fmt: skip
        if username == "school":
            grant_post(unit, by=SYSTEM, person=person, role="teacher")
