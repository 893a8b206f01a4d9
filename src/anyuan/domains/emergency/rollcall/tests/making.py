"""Classes, pupils and roll calls for tests."""

from __future__ import annotations

from typing import Any

from anyuan.core import scope
from anyuan.domains.emergency.rollcall.models import Group, Member, Pupil, RollCall, SchoolClass
from anyuan.domains.emergency.rollcall.queries import summary
from anyuan.domains.emergency.rollcall.services import start_roll_call
from anyuan.engines.ledgers.registry import all_ledgers
from anyuan.engines.ledgers.services import add_row
from anyuan.org.actor import Actor
from anyuan.org.models import Unit

NAMES = ("王小明", "李小红", "张小刚", "赵小兰")


def a_class(unit: Unit, by: Actor, name: str = "三（2）班", **more: Any) -> SchoolClass:
    facts = {"grade": "p3", "name": name, "teacher_name": "", "pupils": 40} | more
    with scope.enter(by.units, person=str(by.person_id or "")):
        return add_row(unit, by=by, ledger=all_ledgers()["school_class"], facts=facts)


def a_pupil(unit: Unit, by: Actor, name: str, number: str, **more: Any) -> Pupil:
    facts = {
        "number": number, "name": name, "class_name": "三（2）班", "guardian1_name": "王建国",
        "guardian1_relation": "父亲", "guardian1_phone": "13800005678",
    } | more  # fmt: skip
    with scope.enter(by.units, person=str(by.person_id or "")):
        return add_row(unit, by=by, ledger=all_ledgers()["pupil"], facts=facts)


def named_class(unit: Unit, by: Actor, names: tuple[str, ...] = NAMES, **more: Any) -> SchoolClass:
    made = a_class(unit, by, **more)
    for n, name in enumerate(names):
        a_pupil(unit, by, name, f"2026{n:04d}")
    return made


def started(unit: Unit, by: Actor, **more: Any) -> RollCall:
    """A call of classes alone unless said otherwise."""
    with scope.enter(by.units, person=str(by.person_id or "")):
        return start_roll_call(unit, by=by, **({"staff": False, "others": False} | more))


def group_of(call: RollCall, name: str = "三（2）班") -> Group:
    with scope.everything():
        return Group.objects.select_related("roll_call").get(roll_call=call, name=name)


def member_of(call: RollCall, name: str) -> Member:
    with scope.everything():
        return Member.objects.select_related("group__roll_call").get(roll_call=call, name=name)


def fresh(call: RollCall) -> RollCall:
    """As it stands in the database."""
    with scope.everything():
        return RollCall.objects.select_related("record").get(pk=call.pk)


def figures(call: RollCall) -> tuple[int, int, int, int]:
    """Expected, there, elsewhere, missing."""
    found = summary(fresh(call))
    return (found.expected, found.present, found.elsewhere, found.missing)
