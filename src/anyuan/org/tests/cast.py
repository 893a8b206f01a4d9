"""The fixed cast of every access test, as pytest fixtures.

`cast.officer` owns (safety officer of school A), `cast.teacher` reads in the same unit, `cast.stranger`
holds the officer's post at another school, `cast.district` verifies, `cast.bureau` is the city's,
`cast.guard` stands at school A's gate.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from anyuan.core import scope
from anyuan.org.actor import SYSTEM, Actor
from anyuan.org.models import Person, Post, Profile, Unit
from anyuan.org.posts import actor_of
from anyuan.org.services import add_person, add_unit

PASSWORD = "correct-horse-42"
PROFILE: dict[str, Any] = {
    "stages": ["primary"],
    "pupils": 800,
    "staff": 60,
    "classes": 20,
    "has_canteen": True,
    "lon": "119.95",
    "lat": "31.70",
}


@dataclasses.dataclass
class Cast:
    city: Unit
    wujin: Unit
    tianning: Unit
    school: Unit
    other: Unit
    officer: Actor
    teacher: Actor
    guard: Actor
    stranger: Actor
    district: Actor
    other_district: Actor
    bureau: Actor

    def client(self, actor: Actor) -> Client:
        """A browser in which the actor has signed in."""
        client = Client()
        client.force_login(Person.objects.get(pk=actor.person_id))
        return client


def hire(unit: Unit, username: str, name: str, role: str) -> Actor:
    person = add_person(
        unit,
        by=SYSTEM,
        username=username,
        name=name,
        role=role,
        password=PASSWORD,
        must_change_password=False,
    )
    post = Post.objects.select_related("person", "unit").get(person=person)
    return actor_of(post)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def make_cast() -> Cast:
    """The cast in an empty database."""
    with scope.everything():
        city = Unit(
            key="320400.", code="320400", kind="city", name="常州市教育局", short_name="常州市"
        )
        city.save(force_insert=True)
        wujin = add_unit(
            city,
            by=SYSTEM,
            code="320412",
            name="武进区教育局",
            kind="district",
            short_name="武进区",
        )
        tianning = add_unit(
            city,
            by=SYSTEM,
            code="320402",
            name="天宁区教育局",
            kind="district",
            short_name="天宁区",
        )
        school = add_unit(
            wujin,
            by=SYSTEM,
            code="2132000001",
            name="武进区湖塘实验小学",
            kind="school",
            profile=PROFILE,
        )
        other = add_unit(
            tianning,
            by=SYSTEM,
            code="2132000002",
            name="天宁区朝阳小学",
            kind="school",
            profile=PROFILE,
        )
        return Cast(
            city,
            wujin,
            tianning,
            school,
            other,
            officer=hire(school, "officer", "安全员甲", "safety_officer"),
            teacher=hire(school, "teacher", "教师乙", "teacher"),
            guard=hire(school, "guard", "保安丙", "guard"),
            stranger=hire(other, "stranger", "安全员丁", "safety_officer"),
            district=hire(wujin, "district", "区管理员", "district_supervisor"),
            other_district=hire(tianning, "district2", "区管理员二", "district_supervisor"),
            bureau=hire(city, "bureau", "市管理员", "bureau_supervisor"),
        )


@pytest.fixture
def whole(db: None) -> Iterator[None]:
    """The whole tree in scope, for a test that reads tables itself."""
    with scope.everything():
        yield


__all__ = ["Cast", "Profile", "cast", "hire", "whole"]
