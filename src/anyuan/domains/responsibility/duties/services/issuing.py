"""Issuing letters to all below at once: a round for the year, its letters and their frozen texts."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events, scope
from anyuan.core.ids import new_id
from anyuan.core.keys import subtree
from anyuan.core.kinds import tag
from anyuan.core.models import Record
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.responsibility.duties.content import LetterPlan, plans_of
from anyuan.domains.responsibility.duties.models import (
    Letter,
    LetterRound,
    LetterState,
    LetterText,
    Level,
    Seat,
)
from anyuan.domains.responsibility.duties.models.letters import DUE
from anyuan.domains.responsibility.duties.rendering import (
    POSTS_OF_ROLES,
    Party,
    Term,
    render,
    title_of,
)
from anyuan.domains.responsibility.duties.verifying import sha256_of, sm3_of, text_seal
from anyuan.engines.ledgers import bulk
from anyuan.engines.notices.services import tell, tell_people
from anyuan.engines.obligations.numbers import number_values
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Unit
from anyuan.org.permissions import Permission, Role
from anyuan.org.records import already, open_record, record_saved

KIND, ROUND = "responsibility_letter", "letter_round"
# Who signs for a kind of unit.
HEAD_ROLES = {"city": Role.BUREAU_SUPERVISOR, "district": Role.DISTRICT_SUPERVISOR, "school": Role.PRINCIPAL}  # fmt: skip
STAFF = [Role.SAFETY_OFFICER, Role.TEACHER, Role.GUARD]


@action(Permission.LETTER_ISSUE)
def issue_letters(
    unit: Unit, *, by: Actor, year: int, record_id: uuid.UUID | None = None
) -> LetterRound:
    """Letters of a year to all right below, or to all posts of a school, who have none yet.

    Asked again for the same year, those who came later get theirs; nobody gets two.
    """
    if done := already(record_id, kind=ROUND, unit_id=unit.key):
        return LetterRound.objects.get(record=done)
    if unit.state != Unit.State.ACTIVE:
        raise Refused(_("%(unit)s已停办或并入，不能再办理。") % {"unit": unit.name})
    if unit.kind == Unit.Kind.CAMPUS:
        raise Refused(_("校区的责任书由学校统一下发。"))
    today = timezone.localdate()
    if not today.year <= year <= today.year + 1:
        raise Refused(_("只能下发今年或明年的责任书。"), field="year")
    _lock(unit, year)
    round_ = LetterRound.objects.filter(unit=unit, year=year).first()
    parties = missing_parties(unit, round_)
    if not parties:
        raise Conflict(
            _("都已经下发过了。") if round_ else _("没有可以下发的单位或人员，请先登记人员。")
        )
    if round_ is None:
        round_ = _open_round(unit, by=by, year=year, today=today, record_id=record_id)
    write_letters(round_, parties, by=by, due_on=max(round_.due_on, _in_days("letter_sign_days")))
    return round_


def missing_parties(unit: Unit, round_: LetterRound | None) -> list[tuple[LetterPlan, Party]]:
    """Who right below has no letter in the round, each with the template for them."""
    plans = {plan.to: plan for plan in plans_of(unit.kind)}
    have = Letter.objects.filter(round=round_, state__in=DUE) if round_ else Letter.objects.none()
    if "post" in plans:
        held = set(have.values_list("holder_id", flat=True))
        found = [one for one in staff_parties([unit])[unit.key] if one.person_id not in held]
        return [(plans["post"], one) for one in found]
    below = Unit.objects.filter(parent=unit, state=Unit.State.ACTIVE, kind__in=list(plans))
    below = below.exclude(key__in=list(have.values_list("unit_id", flat=True))).order_by("key")
    return [(plans[one.kind], Party(one.key, one.name)) for one in below]


def staff_parties(schools: Sequence[Unit]) -> dict[str, list[Party]]:
    """School → its people in post (campuses too), each once, with their seat's title or post. Two statements."""
    today = timezone.localdate()
    wanted = {one.key for one in schools}
    inside = Q()
    for one in schools:
        units = subtree(one.key)
        inside |= Q(unit_id__gte=units.lo, unit_id__lt=units.hi)
    posts = (
        Post.objects.filter(inside, role__in=STAFF, since__lte=today, person__is_active=True)
        .filter(Q(until__isnull=True) | Q(until__gte=today))
        .select_related("person")
        .order_by("unit_id", "role", "person_id")
    )
    seats = {
        (one.unit_id, one.person_id): one
        for one in Seat.objects.filter(inside, active=True, person__isnull=False)
    }
    found: dict[str, dict[int, Party]] = {key: {} for key in wanted}
    for post in posts:
        school = post.unit_id if post.unit_id in wanted else _above(post.unit_id)
        seat = seats.get((school, post.person_id)) or seats.get((post.unit_id, post.person_id))
        party = Party(
            school, post.person.name, post.person_id,
            seat.title if seat else Role(post.role).label,
            (seat.post_key if seat else "") or POSTS_OF_ROLES.get(post.role, ""),
        )  # fmt: skip
        found[school].setdefault(post.person_id, party)
    return {key: list(people.values()) for key, people in found.items()}


def _above(key: str) -> str:
    return key[: key[:-1].rfind(".") + 1]


def write_letters(
    round_: LetterRound,
    parties: Iterable[tuple[LetterPlan, Party]],
    *,
    by: Actor,
    due_on: datetime.date,
    previous: dict[Any, Any] | None = None,
    quiet: bool = False,
) -> list[Any]:
    """Write the letters of a round in a few statements, their texts frozen; tell who has to sign.

    `previous`: party (unit key or person) → the letter that this one follows.
    """
    now, unit = timezone.now(), round_.unit
    term = Term(round_.year, round_.valid_from, round_.valid_to)
    records, letters, texts = [], [], []
    for n, (plan, party) in enumerate(parties, start=_numbered(round_) + 1):
        pk = new_id()
        number = f"{unit.code}责〔{round_.year}〕{n:04d}号"
        text = render(plan, a_name=unit.name, party=party, term=term)
        followed = (previous or {}).get(party.person_id or party.key)
        records.append({
            "id": pk, "unit": party.key, "kind": KIND, "done_by": unit.key, "happened_on": timezone.localdate(),
            "title": title_of(plan, party, round_.year)[:200], "state": LetterState.ISSUED, "counts": False,
            "tags": [tag("level", round_.level)], "created_by": by.person_id, "created_at": now, "updated_at": now,
        })  # fmt: skip
        letter = Letter(
            record_id=pk, unit_id=party.key, round=round_, party_a=unit, level=round_.level, year=round_.year,
            number=number, plan=plan.key, a_name=unit.name, b_name=party.name, holder_id=party.person_id,
            post_title=party.post_title[:40], valid_from=term.since, valid_to=term.until, due_on=due_on,
            previous_id=followed,
        )  # fmt: skip
        letters.append(letter)
        texts.append(_text_row(letter, text, now))
    bulk.insert(Record, records)
    Letter.objects.bulk_create(letters, batch_size=500)
    bulk.insert(LetterText, texts)
    if not quiet:
        _tell(round_, letters)
    return [one.pk for one in letters]


def _numbered(round_: LetterRound) -> int:
    """How many numbers of the round are taken; whoever asks has the next ones until the transaction ends.

    Letters of a school that has gone to another district keep their numbers, so all are counted.
    """
    _lock(round_.unit, round_.year)
    with scope.everything():
        return Letter.objects.filter(round=round_.pk).count()


def _text_row(letter: Letter, text: str, now: datetime.datetime) -> dict[str, Any]:
    sha256, sm3 = sha256_of(text), sm3_of(text)
    return {
        "letter": letter.pk, "unit": letter.unit_id, "text": text, "sha256": sha256, "sm3": sm3, "made_at": now,
        "seal": text_seal(letter, sha256, sm3, now),
    }  # fmt: skip


def _open_round(
    unit: Unit, *, by: Actor, year: int, today: datetime.date, record_id: uuid.UUID | None
) -> LetterRound:
    since = max(today, datetime.date(year, 1, 1))
    record = open_record(
        unit, by=by, kind=ROUND, happened_on=today, title=f"{year}年安全责任书签订（{unit.short_name}）",
        tags=[tag("level", str(unit.kind))], state="open", counts=False, record_id=record_id,
    )  # fmt: skip
    made = LetterRound(
        record=record, unit=unit, level=Level(unit.kind), year=year, valid_from=since,
        valid_to=datetime.date(year, 12, 31), due_on=_in_days("letter_sign_days"),
    )  # fmt: skip
    made.save(force_insert=True)
    record_saved(record)
    return made


def _in_days(number: str) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=int(number_values(number)[0]))


def _tell(round_: LetterRound, letters: Sequence[Letter]) -> None:
    """One statement for all, whether units or people."""
    title = _("请签订%(year)d年安全责任书（%(a)s）") % {"year": round_.year, "a": round_.unit.name}
    body = _("请在 %(day)s 前签订。") % {"day": letters[0].due_on.isoformat()}
    said: dict[str, Any] = {"kind": "duties.letter", "title": title, "body": body, "url": reverse("duties:letters"),
            "once_key": f"letters:{round_.pk}:{letters[0].pk}"}  # fmt: skip
    people = [(one.holder_id, one.unit_id) for one in letters if one.holder_id]
    if people:
        tell_people(people, **said)
    else:
        tell([one.unit_id for one in letters], list(HEAD_ROLES.values()), **said)


def _lock(unit: Unit, year: int) -> None:
    """One at a time for a unit and year, so that two who issue together make one round."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 31))", [f"{unit.key}|{year}"])  # fmt: skip


def changed(letters: Iterable[Letter]) -> None:
    """Figures follow what many letters became."""
    rows = list(letters)
    if rows:
        days = {timezone.localdate(), *(one.valid_from for one in rows)}
        events.emit(
            "records.changed", kind=KIND, units={one.unit_id for one in rows}, days=days
        )  # fmt: skip
