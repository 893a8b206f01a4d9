"""Who is expected, as it stands when a roll call starts: groups with their people, written once."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from anyuan.core.onsite import AWAY, INSIDE, OnSite, on_site
from anyuan.core.refused import Refused
from anyuan.domains.emergency.rollcall.models import (
    Grade,
    Group,
    GroupKind,
    Member,
    Pupil,
    RollCall,
    SchoolClass,
    Where,
)
from anyuan.domains.emergency.rollcall.teachers import (
    Colleague,
    colleagues,
    school_key,
    teachers_of,
)
from anyuan.org.models import Profile, Unit

ORDER = {grade: place for place, grade in enumerate(Grade.values)}
_DIGITS = re.compile(r"\d+")


@dataclasses.dataclass
class Frozen:
    """What is going to be written."""

    groups: list[Group]
    members: list[Member]


def plain(text: str) -> str:
    """A class or name as written by hand, to compare: （2）班, (2)班 and "2 班" are one."""
    return re.sub(r"[\s()（）]", "", unicodedata.normalize("NFKC", text)).lower()


def in_order(classes: Iterable[SchoolClass]) -> list[SchoolClass]:
    """By grade, then by the number in the name."""

    def key(one: SchoolClass) -> tuple[Any, ...]:
        return (ORDER.get(one.grade, 99), [int(n) for n in _DIGITS.findall(one.name)], one.name)

    return sorted(classes, key=key)


def freeze(
    call: RollCall, unit: Unit, *, chosen: Collection[uuid.UUID] | None, staff: bool, others: bool
) -> Frozen:
    """Groups and people of a call that is not saved yet. Errors: nobody to be counted."""
    people = colleagues(school_key(unit))
    known = on_site(unit.key)
    frozen = Frozen([], [])
    _freeze_classes(frozen, call, unit, chosen, people, [one for one in known if one.kind == AWAY])
    if staff:
        leading = {group.teacher_id for group in frozen.groups}
        here = [one for one in people if unit.key in one.units or one.person_id in leading]
        _freeze_staff(frozen, call, here)
    if others:
        _freeze_visitors(frozen, call, [one for one in known if one.kind == INSIDE])
    for place, group in enumerate(frozen.groups):
        group.place = place
    if not any(group.kind == GroupKind.CLASS for group in frozen.groups):
        raise Refused(_("还没有班级可以清点。请先在“班级”里登记班级和学生数。"), field="classes")
    return frozen


def _freeze_classes(
    frozen: Frozen, call: RollCall, unit: Unit, chosen: Collection[uuid.UUID] | None,
    people: Sequence[Colleague], away: Sequence[OnSite],
) -> None:  # fmt: skip
    classes = SchoolClass.objects.filter(unit=unit, active=True)
    if chosen is not None:
        classes = classes.filter(pk__in=chosen)
    ordered = in_order(classes)
    teachers = teachers_of(ordered, people)
    pupils: dict[str, list[Pupil]] = defaultdict(list)
    rows = Pupil.objects.filter(unit=unit, active=True).only("number", "name", "class_name")
    for pupil in rows.order_by("number"):
        pupils[plain(pupil.class_name)].append(pupil)
    for one in ordered:
        who = teachers.get(one.pk)
        group = _group(call, GroupKind.CLASS, one.name, grade=one.grade, assembly=one.assembly)
        group.teacher_id = who.person_id if who else None
        group.teacher_name = one.teacher_name or (who.name if who else "")
        listed = pupils.pop(plain(one.name), [])
        _put(frozen, group, listed, one.pupils, away)
    if chosen is None:
        # Pupils whose class is not registered are expected all the same.
        for listed in pupils.values():
            group = _group(call, GroupKind.CLASS, listed[0].class_name)
            _put(frozen, group, listed, 0, away)
        if not frozen.groups:
            profile = Profile.objects.filter(unit_id=unit.key).first()
            whole = _group(call, GroupKind.CLASS, _("全校学生"))
            _put(frozen, whole, [], profile.pupils if profile else 0, away)


def _group(call: RollCall, kind: str, name: str, **facts: Any) -> Group:
    return Group(roll_call=call, unit_id=call.unit_id, kind=kind, name=name[:40], **facts)


def _member(group: Group, name: str, **facts: Any) -> Member:
    return Member(
        roll_call=group.roll_call, group=group, unit_id=group.unit_id, name=name[:40], **facts
    )


def _put(
    frozen: Frozen, group: Group, pupils: Sequence[Pupil], number: int, away: Sequence[OnSite]
) -> None:
    """A class by its pupils, or by its number where no names are kept; an empty class is left out."""
    gone = [one for one in away if _of_group(one, group, pupils)]
    group.named = bool(pupils)
    group.expected = len(pupils) or number
    if not group.expected:
        return
    if not pupils and gone:
        group.known = _("今天已登记离校 %(n)d 人") % {"n": len(gone)}
    frozen.groups.append(group)
    for pupil in pupils:
        member = _member(group, pupil.name, pupil=pupil, number=pupil.number)
        left = next((one for one in gone if _is(one, pupil)), None)
        if left is not None:
            member.state, member.note = Where.ELSEWHERE, left.note[:100]
            member.said_at, member.said_by_name = group.roll_call.started_at, _("系统登记")
        frozen.members.append(member)


def _of_group(one: OnSite, group: Group, pupils: Sequence[Pupil]) -> bool:
    if pupils:
        return any(_is(one, pupil) for pupil in pupils)
    return bool(one.class_name) and plain(one.class_name) == plain(group.name)


def _is(one: OnSite, pupil: Pupil) -> bool:
    if one.number:
        return one.number == pupil.number
    return plain(one.name) == plain(pupil.name) and plain(one.class_name) == plain(pupil.class_name)


def _freeze_staff(frozen: Frozen, call: RollCall, people: Sequence[Colleague]) -> None:
    if not people:
        return
    group = _group(call, GroupKind.STAFF, _("教职工"), expected=len(people))
    frozen.groups.append(group)
    for one in people:
        frozen.members.append(_member(group, one.name, person_id=one.person_id))


def _freeze_visitors(frozen: Frozen, call: RollCall, inside: Sequence[OnSite]) -> None:
    if not inside:
        return
    group = _group(call, GroupKind.VISITOR, _("校内来访人员"))
    group.expected = sum(one.heads for one in inside)
    frozen.groups.append(group)
    for one in inside:
        frozen.members.append(_member(group, one.name, heads=one.heads, note=one.note[:100]))
