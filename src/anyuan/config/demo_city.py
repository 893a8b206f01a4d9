"""`anyuan demo --size city`: 1,500 campuses and three years of work, made set-based, for measuring.

Units, the policy and its duties come through the same code as in use; what was done about them is written
by SQL (demo_city_sql.py), because 1.5 million inspections through the services would take a day. History
rows and messages are left out. Only in the embedded database: triggers and foreign keys rest meanwhile.
"""

from __future__ import annotations

import datetime
import random
import time
from collections.abc import Iterator

import psycopg
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from anyuan.config import demo_city_sql as work
from anyuan.config import demo_units, env
from anyuan.config.home import secret
from anyuan.core import scope
from anyuan.core.refused import Refused
from anyuan.engines.indicators.rollup import month_after, month_of, roll_up
from anyuan.engines.obligations.generation import keep_up
from anyuan.engines.obligations.models import Policy
from anyuan.engines.obligations.recount import count_new
from anyuan.org.models import Installation, Person, Post, Profile, Unit

YEARS = 3
SITES = 1500
# Every twentieth school has two campuses: 1,428 schools give 1,500 sites.
SECOND_CAMPUS = 20
ROLES = ("principal", "safety_officer", "teacher", "guard")


def build_city() -> None:
    """The whole city, from units to facts. Refused outside the embedded database."""
    if env.text("DATABASE_URL"):
        raise Refused("全市规模的演示数据只能建在内置数据库里，请去掉 DATABASE_URL 后再试。")
    from anyuan.config.demo import load_pack

    today = timezone.localdate()
    since = today.replace(year=today.year - YEARS, month=1, day=1)
    clock = _Clock()
    with scope.everything():
        _units()
    clock.say("单位、概况和人员")
    load_pack(since)
    with scope.everything():
        for policy in Policy.objects.all():
            keep_up(policy, today=today)
    clock.say("三年任务")
    with _superuser() as link:
        for title, statements in work.STEPS:
            for statement in statements:
                link.execute(statement, {"today": today, "since": since})
            clock.say(title)
    with scope.everything():
        count_new(0)
    clock.say("由记录认定完成情况")
    with _superuser() as link:
        link.execute("VACUUM ANALYZE")
    for month in _months(since, today):
        with scope.everything():
            roll_up(month)
    clock.say("各级指标")
    with _superuser() as link:
        link.execute("VACUUM ANALYZE")


class _Clock:
    """Says what is done and how long it took."""

    def __init__(self) -> None:
        self.at = time.monotonic()

    def say(self, what: str) -> None:
        now = time.monotonic()
        print(f"  {what}：{now - self.at:.0f} 秒", flush=True)
        self.at = now


def _months(since: datetime.date, today: datetime.date) -> Iterator[datetime.date]:
    month = month_of(since)
    while month <= today:
        yield month
        month = month_after(month)


def _superuser() -> psycopg.Connection:
    """A session without row-level security, triggers and foreign keys."""
    where = settings.DATABASE.login("owner") | {
        "user": "postgres",
        "password": secret("database_superuser_password"),
    }
    link = psycopg.connect(**where, autocommit=True)
    for name, value in {
        "session_replication_role": "replica",
        "work_mem": "512MB",
        "maintenance_work_mem": "1GB",
        "max_parallel_maintenance_workers": "2",
        "synchronous_commit": "off",
    }.items():
        link.execute(f"SET {name} = '{value}'")
    return link


def _units() -> None:
    rng = random.Random(demo_units.SEED)
    with transaction.atomic():
        city, districts = demo_units.make_city()
        plan = list(_schools(rng))
        schools = [_school(spec, city, districts) for spec in plan]
        Unit.objects.bulk_create(schools)
        campuses = [
            _campus(school, n, name)
            for serial, school in enumerate(schools)
            if serial % SECOND_CAMPUS == 0
            for n, name in enumerate(("本部", "东校区"), start=1)
        ]
        Unit.objects.bulk_create(campuses)
        facts = {school.key: spec.profile for school, spec in zip(schools, plan, strict=True)}
        split = {campus.parent_id for campus in campuses}
        Profile.objects.bulk_create(
            [Profile(unit=one, is_site=one.key not in split, **facts[one.key]) for one in schools]
            + [
                Profile(unit=one, is_site=True, **_half(facts[str(one.parent_id)]))
                for one in campuses
            ]
        )
        _people(rng, schools)
        demo_units._accounts(city, districts["320412"])
        Installation.objects.update_or_create(
            only=True, defaults={"demo": True, "demo_size": "city"}
        )


def _schools(rng: random.Random) -> Iterator[demo_units.School]:
    """As many as give SITES sites, spread over the districts as in the small demo; some the bureau's own."""
    many = SITES * SECOND_CAMPUS // (SECOND_CAMPUS + 1)
    weights = [
        (code, facts) for code, facts in demo_units.DISTRICTS.items() for _ in range(facts[3])
    ]
    for serial in range(1, many + 1):
        code, (short, lon, lat, _) = weights[serial % len(weights)]
        kind = demo_units.TYPES[serial % len(demo_units.TYPES)]
        direct = serial % 60 == 0
        place = demo_units.PLACES[serial % len(demo_units.PLACES)]
        name = f"{'常州市' if direct else short}{place}{serial}号{kind[0]}"
        yield demo_units._school(rng, serial, name, code, kind, (lon, lat), direct)


def _school(spec: demo_units.School, city: Unit, districts: dict[str, Unit]) -> Unit:
    parent = city if spec.direct else districts[spec.district]
    return Unit(
        key=f"{parent.key}{spec.code}.", parent=parent, code=spec.code, kind=Unit.Kind.SCHOOL,
        name=spec.name, short_name=spec.name, location=districts[spec.district],
    )  # fmt: skip


def _campus(school: Unit, n: int, name: str) -> Unit:
    code = f"{school.code}{n:02d}"
    return Unit(
        key=f"{school.key}{code}.", parent=school, code=code, kind=Unit.Kind.CAMPUS,
        name=f"{school.name}（{name}）", short_name=name, location=school.location,
    )  # fmt: skip


def _half(facts: dict[str, object]) -> dict[str, object]:
    """A campus has half of the school's pupils."""
    many = {name: int(str(facts[name])) // 2 for name in ("pupils", "boarders", "staff", "classes")}
    return {**facts, **many}


def _people(rng: random.Random, schools: list[Unit]) -> None:
    """Four people a school; nobody can sign in until the school sets a password."""
    closed = make_password(None)
    staff = [
        (school, role, Person(username=f"{school.code}.{role}", name=demo_units._name(rng), password=closed))
        for school in schools
        for role in ROLES
    ]  # fmt: skip
    Person.objects.bulk_create([person for _, _, person in staff], batch_size=2000)
    Post.objects.bulk_create(
        [Post(unit=school, role=role, person=person) for school, role, person in staff],
        batch_size=2000,
    )
