"""Taking: a sheet of a group, a word about somebody found, saying that oneself is safe.

A child who was said to be missing is never made present by "all others are there": somebody has to say so
of the child. So a page that was opened before, or a sheet kept on a phone, hides nobody.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.ids import is_client_id, new_id
from anyuan.core.refused import Refused
from anyuan.domains.emergency.rollcall.counting import locked, recount
from anyuan.domains.emergency.rollcall.models import Group, Mark, Member, RollCall, Sheet, Where
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission
from anyuan.org.records import amend_record


@dataclasses.dataclass(frozen=True)
class Word:
    """What is said of one person."""

    state: str
    note: str = ""
    place: str = ""


@action(Permission.ROLLCALL_TAKE)
def send_sheet(
    group: Group, *, by: Actor, words: Mapping[uuid.UUID, Word] | None = None, rest: bool = False,
    present: int | None = None, elsewhere: int = 0, note: str = "",
    at: datetime.datetime | None = None, sheet_id: uuid.UUID | None = None,
) -> Sheet:  # fmt: skip
    """One sending for a group. `words` by the key of the member; `rest`: nobody else is missing.

    A group without names is told by `present` and `elsewhere`. `at`: when it was tapped, for a sheet that a
    phone kept. The last word about a person by that time holds; a sheet sent twice is one.
    """
    if sheet_id is not None and not is_client_id(sheet_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    call = locked(group.roll_call)
    if sheet_id and (kept := Sheet.objects.filter(pk=sheet_id, roll_call=call).first()):
        return kept
    held: Group = Group.objects.get(pk=group.pk)
    when = _moment(call, at)
    sheet = Sheet(
        pk=sheet_id or new_id(), roll_call=call, group=held, unit_id=call.unit_id, at=when, by_id=by.person_id,
        by_name=by.name[:60], note=note.strip()[:200],
    )  # fmt: skip
    touched = {held.pk}
    if held.named:
        _take_names(sheet, held, words or {}, rest)
    else:
        _take_numbers(sheet, held, present, elsewhere)
    _sign(held, sheet)
    touched |= _is_here(call, by, when)
    _settle(call, touched, by=by, at=when)
    return sheet


@action(Permission.ROLLCALL_TAKE)
def check_in(call: RollCall, *, by: Actor, place: str = "", at: datetime.datetime | None = None) -> bool:  # fmt: skip
    """A colleague says "I am here". False where they are not among those expected."""
    held = locked(call)
    when = _moment(held, at)
    member = Member.objects.filter(roll_call=held, person_id=by.person_id).first()
    if by.person_id is None or member is None:
        return False
    sheet = Sheet.objects.create(
        roll_call=held, group_id=member.group_id, unit_id=held.unit_id, at=when, by_id=by.person_id,
        by_name=by.name[:60],
    )  # fmt: skip
    _say(sheet, {member.pk: Word(Where.PRESENT, place=place)}, Member.objects.filter(pk=member.pk))
    _settle(held, {member.group_id}, by=by, at=when)
    return True


def _moment(call: RollCall, at: datetime.datetime | None) -> datetime.datetime:
    """When it was said: not before the start, not to come. Errors: after the end."""
    now = timezone.now()
    when = min(max(at or now, call.started_at), now)
    if call.ended_at is not None and when > call.ended_at:
        raise Refused(_("这次清点已经结束。如有新情况，请直接告诉指挥人员。"))
    return when


def _take_names(sheet: Sheet, group: Group, words: Mapping[uuid.UUID, Word], rest: bool) -> None:
    people = Member.objects.filter(group=group)
    sheet.rest = rest
    if not words and not rest:
        raise Refused(_("请标出每个人的情况，或按“其余全部到齐”。"))
    sheet.save(force_insert=True)
    _say(sheet, words, people)
    if rest:
        people.filter(state="").update(
            state=Where.PRESENT, said_at=sheet.at, said_by_name=sheet.by_name
        )


def _say(sheet: Sheet, words: Mapping[uuid.UUID, Word], people: QuerySet[Any]) -> None:
    """Keep every word; let it hold where nothing later was said. Errors: somebody of another group."""
    if any(word.state not in Where.values for word in words.values()):
        raise Refused(_("请选择列出的情况。"))
    found = {one.pk: one for one in people.filter(pk__in=list(words))}
    if len(found) != len(words):
        raise Refused(_("名单里没有这个人，请刷新页面后再点。"))
    marks, changed = [], []
    for pk, word in words.items():
        facts = {
            "state": word.state,
            "place": word.place.strip()[:60],
            "note": word.note.strip()[:100],
        }
        marks.append(
            Mark(sheet=sheet, member_id=pk, unit_id=sheet.unit_id, at=sheet.at, by_name=sheet.by_name, **facts)
        )  # fmt: skip
        member = found[pk]
        if member.said_at is None or member.said_at <= sheet.at:
            member.state, member.place, member.note = facts["state"], facts["place"], facts["note"]
            member.said_at, member.said_by_name = sheet.at, sheet.by_name
            changed.append(member)
    Mark.objects.bulk_create(marks)
    Member.objects.bulk_update(
        changed, ["state", "place", "note", "said_at", "said_by_name"], batch_size=200
    )


def _take_numbers(sheet: Sheet, group: Group, present: int | None, elsewhere: int) -> None:
    """By numbers: the last count by its time holds."""
    if present is None or present < 0 or elsewhere < 0:
        raise Refused(_("请填写实到人数。"), field="present")
    if present + elsewhere > group.expected:
        raise Refused(
            _("应到 %(n)d 人，实到和另有去向合起来不能更多。多出来的人请写在说明里。")
            % {"n": group.expected},
            field="present",
        )
    later = Sheet.objects.filter(group=group, present__isnull=False, at__gt=sheet.at).exists()
    sheet.present, sheet.elsewhere = present, elsewhere
    sheet.save(force_insert=True)
    if later:
        return
    group.present, group.elsewhere = present, elsewhere
    group.missing = group.expected - present - elsewhere
    group.taken_at = group.taken_at or sheet.at
    group.safe_at = None if group.missing else group.safe_at or sheet.at
    group.save(update_fields=["present", "elsewhere", "missing", "taken_at", "safe_at"])


def _sign(group: Group, sheet: Sheet) -> None:
    Group.objects.filter(pk=group.pk).update(taken_by=sheet.by_id, taken_by_name=sheet.by_name)


def _is_here(call: RollCall, by: Actor, at: datetime.datetime) -> set[uuid.UUID]:
    """Who takes a class is there; the group in which that changed something."""
    if by.person_id is None:
        return set()
    own = Member.objects.filter(roll_call=call, person_id=by.person_id, state="")
    groups = set(own.values_list("group_id", flat=True))
    own.update(state=Where.PRESENT, said_at=at, said_by_name=by.name[:60])
    return groups


def _settle(call: RollCall, groups: set[uuid.UUID], *, by: Actor, at: datetime.datetime) -> None:
    named = Group.objects.filter(pk__in=groups, named=True).values_list("pk", flat=True)
    recount(call, list(named), at=at)
    if not call.running and set(call.tags) != set(call.record.tags):
        amend_record(call.record, by=by, tags=call.tags)
