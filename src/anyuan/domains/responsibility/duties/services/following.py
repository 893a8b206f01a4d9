"""What time and changes of people do to letters: they expire, end with the holder, the successor is asked."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.keys import subtree
from anyuan.domains.responsibility.duties.content import plans_of
from anyuan.domains.responsibility.duties.models import (
    Holding,
    Letter,
    LetterRound,
    LetterState,
    Level,
    Signature,
)
from anyuan.domains.responsibility.duties.models.letters import DUE, OPEN, Turn
from anyuan.domains.responsibility.duties.services.issuing import (
    HEAD_ROLES,
    staff_parties,
    write_letters,
)
from anyuan.domains.responsibility.duties.services.signing import _end, follow_up, settle
from anyuan.engines.obligations.numbers import number_values
from anyuan.org.actor import SYSTEM, Actor
from anyuan.org.models import Post, Unit


def follow_time_and_people(today: datetime.date) -> dict[str, int]:
    """The daily round over the whole tree: expire, end, ask successors; run again it finds nothing."""
    return {
        "expired": _expire(today), "left": _end_of_holders(today), "heads": _end_of_heads(today),
        "asked": _ask_new_people(today), "lists": _end_holdings(today), "settled": _settle_rounds(today),
    }  # fmt: skip


def end_letters_of(unit: Unit, *, by: Actor, **_more: Any) -> None:
    """Reaction on `unit.closed`: letters of the unit and of its people end."""
    units = subtree(unit.key)
    rows = Letter.objects.filter(unit_id__gte=units.lo, unit_id__lt=units.hi, state__in=DUE)
    found = list(rows)
    if found:
        _end(found, LetterState.ENDED, _("单位停办或并入"))


def _expire(today: datetime.date) -> int:
    found = list(Letter.objects.filter(state__in=DUE, valid_to__lt=today))
    if found:
        _end(found, LetterState.EXPIRED, "")
    return len(found)


def _in_post(today: datetime.date) -> Any:
    return Post.objects.filter(since__lte=today).filter(Q(until__isnull=True) | Q(until__gte=today))


def _end_of_holders(today: datetime.date) -> int:
    """People who hold no post at their school any more."""
    there = Post.raw.filter(
        person_id=OuterRef("holder_id"),
        unit__key__startswith=OuterRef("unit__key"),
        since__lte=today,
    ).filter(Q(until__isnull=True) | Q(until__gte=today))
    rows = Letter.objects.filter(state__in=DUE, holder__isnull=False).exclude(Exists(there))
    found = list(rows)
    if found:
        _end(found, LetterState.ENDED, _("人员离开岗位"))
    return len(found)


def _end_of_heads(today: datetime.date) -> int:
    """Units whose head signed and is head no more, once somebody else is: the successor signs anew."""
    heads = _in_post(today).filter(unit_id=OuterRef("unit_id"), role__in=list(HEAD_ROLES.values()))
    signer = Signature.objects.filter(letter=OuterRef("pk"), turn=Turn.B).values("person_id")[:1]
    rows = (
        Letter.objects.filter(state=LetterState.SIGNED, holder__isnull=True)
        .annotate(signer=Subquery(signer))
        .filter(Exists(heads))
        .exclude(Exists(heads.filter(person_id=OuterRef("signer"))))
    )
    found = list(rows)
    if found:
        _end(found, LetterState.ENDED, _("签署人离任，由继任者补签"))
        for one in found:
            follow_up(one, by=SYSTEM)
    return len(found)


def _ask_new_people(today: datetime.date) -> int:
    """Staff of schools with a running round who have no letter in it: newcomers and successors."""
    rounds = {
        one.unit_id: one
        for one in LetterRound.objects.filter(
            level=Level.SCHOOL, valid_from__lte=today, valid_to__gte=today, unit__state="active"
        ).select_related("unit", "record")
    }
    if not rounds:
        return 0
    waiting = _units_with_newcomers(today)
    schools = [one.unit for key, one in rounds.items() if key in waiting]
    if not schools:
        return 0
    plan = next(iter(plans_of(Unit.Kind.SCHOOL)))
    days = int(number_values("letter_successor_days")[0])
    due_on, count = today + datetime.timedelta(days=days), 0
    for key, people in staff_parties(schools).items():
        letters = Letter.objects.filter(round=rounds[key])
        have = set(letters.filter(state__in=DUE).values_list("holder_id", flat=True))
        new = [one for one in people if one.person_id not in have]
        if not new:
            continue
        ended = letters.filter(state=LetterState.ENDED).order_by("pk")
        left = {one.post_title: one.pk for one in ended}
        previous = {one.person_id: left[one.post_title] for one in new if one.post_title in left}
        write_letters(
            rounds[key], [(plan, one) for one in new], by=SYSTEM, due_on=due_on, previous=previous
        )
        count += len(new)
    return count


def _settle_rounds(today: datetime.date) -> int:
    """Rounds that only waited for somebody who has gone: now all who are left have signed."""
    letters = Letter.objects.filter(round=OuterRef("pk"))
    rows = LetterRound.objects.filter(
        Exists(letters.filter(state=LetterState.SIGNED)), ~Exists(letters.filter(state__in=OPEN)),
        done_on__isnull=True, valid_to__gte=today,
    )  # fmt: skip
    found = list(rows.order_by("pk"))
    for round_ in found:
        settle(round_, by=SYSTEM)
    return len(found)


_NEWCOMERS = """
SELECT DISTINCT r.unit_id FROM duties_letterround r
JOIN org_post p ON starts_with(p.unit_id, r.unit_id) AND p.role IN ('safety_officer', 'teacher', 'guard')
    AND p.since <= %(today)s AND (p.until IS NULL OR p.until >= %(today)s)
JOIN org_person person ON person.id = p.person_id AND person.is_active
WHERE r.level = 'school' AND r.valid_from <= %(today)s AND r.valid_to >= %(today)s
  AND NOT EXISTS (SELECT 1 FROM duties_letter l WHERE l.round_id = r.record_id AND l.holder_id = p.person_id
                  AND l.state IN ('issued', 'half', 'returned', 'signed'))
"""


def _units_with_newcomers(today: datetime.date) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_NEWCOMERS, {"today": today})
        return {key for (key,) in cursor.fetchall()}


def _end_holdings(today: datetime.date) -> int:
    """Holders of duty lists who left the unit."""
    there = Post.raw.filter(
        person_id=OuterRef("person_id"), unit_id=OuterRef("unit_id"), since__lte=today
    ).filter(Q(until__isnull=True) | Q(until__gte=today))
    rows = Holding.objects.filter(until__isnull=True, since__lte=today).exclude(Exists(there))
    return int(rows.update(until=timezone.localdate()))
