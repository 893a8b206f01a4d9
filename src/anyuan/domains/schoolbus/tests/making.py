"""A school with a bus, a driver, an attendant with an account, a route and pupils, for tests."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.schoolbus.services.riders import Pupil, put_riders
from anyuan.domains.schoolbus.services.routes import Halt, open_route
from anyuan.domains.schoolbus.services.trips import Crew, plan_trip
from anyuan.engines.ledgers.registry import find
from anyuan.engines.ledgers.services import add_row

TODAY = timezone.localdate()
LATER = TODAY + datetime.timedelta(days=150)


def row(unit: Any, by: Any, key: str, **facts: Any) -> Any:
    return add_row(unit, by=by, ledger=find(key), facts=facts)


def bus(unit: Any, by: Any, **more: Any) -> Any:
    facts = {"plate": "苏D00001", "kind": "primary", "seats": 20, "permit_no": "标1", "permit_until": LATER,
             "inspected_on": TODAY - datetime.timedelta(days=20), "inspection_until": LATER,
             "compulsory_until": LATER, "insurance_until": LATER}  # fmt: skip
    return row(unit, by, "bus", **(facts | more))


def driver(unit: Any, by: Any, **more: Any) -> Any:
    facts = {"name": "李师傅", "born_on": datetime.date(1985, 5, 1), "licence_class": "A1",
             "licensed_on": datetime.date(2012, 5, 1), "licence_until": LATER, "review_until": LATER,
             "qualified_on": datetime.date(2020, 8, 1), "check_until": LATER}  # fmt: skip
    return row(unit, by, "bus_driver", **(facts | more))


def attendant(unit: Any, by: Any, **more: Any) -> Any:
    facts = {"name": "周老师", "account": "teacher", "training_until": LATER, "check_until": LATER}
    return row(unit, by, "bus_attendant", **(facts | more))


HALTS = [
    Halt("湖塘桥", datetime.time(7, 0), 119.950, 31.700),
    Halt("花园街", datetime.time(7, 10), 119.960, 31.705),
    Halt("学校", datetime.time(7, 25), 119.970, 31.710),
]


class Fleet:
    """`unit`'s bus with all that a trip needs; `by` wrote it."""

    def __init__(self, unit: Any, by: Any, **facts: Any) -> None:
        with scope.enter(by.units, person=str(by.person_id)):
            self.unit, self.by = unit, by
            self.bus = bus(unit, by, **facts)
            self.driver = driver(unit, by)
            self.attendant = attendant(unit, by)
            self.route = open_route(
                unit, by=by, stops=HALTS,
                facts={"name": "一号线", "direction": "to_school", "weekdays": [1, 2, 3, 4, 5, 6, 7],
                       "bus": self.bus, "driver": self.driver, "attendant": self.attendant},
            )  # fmt: skip
            pupils = [
                Pupil(n, f"2026{n:03d}", f"学生{n}", "家长", "13800000001", "湖塘桥")
                for n in (1, 2, 3)
            ]
            put_riders(self.route, by=by, pupils=pupils)

    @property
    def crew(self) -> Crew:
        return Crew(self.attendant, self.bus, self.driver)

    def trip(self, **more: Any) -> Any:
        with scope.enter(self.by.units, person=str(self.by.person_id)):
            return plan_trip(self.route, by=self.by, day=TODAY, **({"crew": self.crew} | more))
