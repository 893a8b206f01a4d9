"""Reading roll calls: the figures that others take, lists, what the commander and a teacher see."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from anyuan.core.models import Record, ScopedQuerySet
from anyuan.domains.emergency.rollcall.models import Group, Mark, Member, Pupil, RollCall, Where
from anyuan.domains.emergency.rollcall.models.calls import seconds_between
from anyuan.domains.emergency.rollcall.models.registers import GUARDIANS, Guardian
from anyuan.org.actor import Actor, visible
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

SHOWN = 300  # people who are missing or elsewhere, on one page
FOUND = 30


@dataclasses.dataclass(frozen=True)
class Summary:
    """A roll call in figures: `expected` = `present` + `elsewhere` + `missing`.

    `missing`: not accounted for, looked for or not spoken of yet. `seconds`: from the start until every group
    was taken; `safe_seconds`: until nobody was missing; None while that has not come.
    """

    expected: int
    present: int
    elsewhere: int
    missing: int
    groups: int
    taken: int
    seconds: int | None
    safe_seconds: int | None
    started_at: datetime.datetime
    ended_at: datetime.datetime | None
    real: bool

    @property
    def complete(self) -> bool:
        """Every group is taken."""
        return self.taken == self.groups


def summary(call: RollCall) -> Summary:
    """The figures as they stand."""
    return Summary(
        expected=call.expected, present=call.present, elsewhere=call.elsewhere, missing=call.absent,
        groups=call.groups, taken=call.taken, seconds=call.seconds,
        safe_seconds=seconds_between(call.started_at, call.safe_at),
        started_at=call.started_at, ended_at=call.ended_at, real=call.real,
    )  # fmt: skip


def for_record(record: Record) -> RollCall | None:
    """The newest roll call that belongs to a drill or an incident; withdrawn ones left out."""
    found: RollCall | None = (
        RollCall.objects.filter(about=record)
        .exclude(record__state="void")
        .select_related("record", "unit")
        .order_by("-record_id")
        .first()
    )
    return found


def calls_of(by: Actor, wanted: Mapping[str, Any] | None = None) -> ScopedQuerySet:
    """Roll calls of one's units, filtered as the list's address says."""
    rows = visible(RollCall, by).select_related("record", "unit")
    wanted = wanted or {}
    if wanted.get("real"):
        rows = rows.filter(real=wanted["real"] == "1")
    if wanted.get("state"):
        rows = rows.filter(record__state=wanted["state"])
    return rows


def one(by: Actor, pk: uuid.UUID) -> RollCall:
    """One roll call, or Missing."""
    return get_visible(RollCall, by, pk=pk, select=("record", "unit", "about"))


def running(by: Actor, *, most: int = 6) -> list[RollCall]:
    """What is being counted now, real ones first."""
    rows = calls_of(by).filter(ended_at__isnull=True)
    return list(rows.order_by("-real", "-record_id")[:most])


def sees_names(by: Actor) -> bool:
    """Only who takes roll calls: posts of the school itself."""
    return by.may(Permission.ROLLCALL_TAKE)


def groups_of(call: RollCall, by: Actor) -> list[Group]:
    """The groups of a call; none for the levels above."""
    rows = visible(Group, by).filter(roll_call=call).select_related("teacher")
    return list(rows.order_by("place"))


def group_of(by: Actor, pk: uuid.UUID) -> Group:
    """One group, or Missing."""
    return get_visible(Group, by, pk=pk, select=("roll_call__record", "roll_call__unit", "teacher"))


def own_groups(call: RollCall, by: Actor) -> list[Group]:
    """The classes for which this colleague stands."""
    rows = visible(Group, by).filter(roll_call=call, teacher_id=by.person_id)
    return list(rows.order_by("place")) if by.person_id else []


def members_of(group: Group, by: Actor) -> list[Member]:
    """A group's people in the order of their numbers."""
    return list(visible(Member, by).filter(group=group).order_by("number", "name", "id"))


def member_of(by: Actor, pk: uuid.UUID) -> Member:
    """One person of a roll call, or Missing."""
    return get_visible(Member, by, pk=pk, select=("group", "roll_call__record", "roll_call__unit"))


def own_member(call: RollCall, by: Actor) -> Member | None:
    """The colleague's own row."""
    if by.person_id is None:
        return None
    found: Member | None = (
        visible(Member, by).filter(roll_call=call, person_id=by.person_id).first()
    )
    return found


def open_members(call: RollCall, by: Actor) -> dict[str, list[Member]]:
    """Who is looked for, and who is known to be elsewhere; class by class."""
    rows = (
        visible(Member, by)
        .filter(roll_call=call, state__in=[Where.MISSING, Where.ELSEWHERE])
        .select_related("group")
        .order_by("group__place", "number", "name")
    )
    found: dict[str, list[Member]] = {"missing": [], "elsewhere": []}
    for member in rows[:SHOWN]:
        found[member.state].append(member)
    return found


def find_members(call: RollCall, by: Actor, text: str) -> list[Member]:
    """People of a roll call by name or number; without words those who are looked for."""
    rows = visible(Member, by).filter(roll_call=call).exclude(name="").select_related("group")
    text = text.strip()
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(number__startswith=text))
    else:
        rows = rows.filter(state=Where.MISSING)
    return list(rows.order_by("group__place", "number", "name")[:FOUND])


@dataclasses.dataclass(frozen=True)
class Search:
    """How long somebody was looked for; `until` is empty while they are."""

    member: Member
    since: datetime.datetime
    until: datetime.datetime | None

    @property
    def seconds(self) -> int | None:
        return seconds_between(self.since, self.until)


def searches(call: RollCall, by: Actor) -> list[Search]:
    """Everybody who was ever said to be missing, from the first such word to the one that found them."""
    marks = visible(Mark, by).filter(sheet__roll_call=call)
    sought = marks.filter(state=Where.MISSING).values("member_id")
    words = (
        marks.filter(member_id__in=sought)
        .select_related("member__group")
        .order_by("member__group__place", "member__number", "member_id", "at", "id")
    )
    found = []
    for _key, said in itertools.groupby(words, key=lambda mark: mark.member_id):
        states = list(said)
        first = next(mark for mark in states if mark.state == Where.MISSING)
        after = states[states.index(first) :]
        last_missing = max(i for i, mark in enumerate(after) if mark.state == Where.MISSING)
        rest = after[last_missing + 1 :]
        found.append(Search(first.member, first.at, rest[0].at if rest else None))
    return found


def today_card(by: Actor) -> dict[str, Any] | None:
    """What is being counted at one's own school."""
    if not sees_names(by):
        return None
    calls = running(by, most=2)
    return {"calls": calls} if calls else None


def said_of(member: Member, by: Actor) -> list[Mark]:
    """Every word about a person, the newest first."""
    return list(visible(Mark, by).filter(member=member).order_by("-at", "-id")[:30])


def guardians_of(member: Member, by: Actor) -> list[Guardian]:
    """Who may fetch a pupil, by name and relation; the telephones stay closed."""
    phones = [f"guardian{n}_phone" for n in GUARDIANS]
    pupil = visible(Pupil, by).defer(*phones).filter(pk=member.pupil_id).first()
    return [Guardian(*one) for one in pupil.guardians()] if pupil else []
