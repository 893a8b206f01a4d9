"""The demo's networks, duty lists and letters: most signed, some not; last year's expired."""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.domains.responsibility.duties.content import content
from anyuan.domains.responsibility.duties.models import Letter, LetterRound, Seat, SeatKind
from anyuan.domains.responsibility.duties.models.letters import Turn
from anyuan.domains.responsibility.duties.services import signing
from anyuan.domains.responsibility.duties.services.following import follow_time_and_people
from anyuan.domains.responsibility.duties.services.issuing import (
    HEAD_ROLES,
    issue_letters,
    missing_parties,
)
from anyuan.domains.responsibility.duties.services.lists import acknowledge, assign_list, make_list
from anyuan.domains.responsibility.duties.services.network import planned_seats
from anyuan.domains.responsibility.duties.services.signing import _write
from anyuan.org.actor import Actor
from anyuan.org.confirming import Confirmed
from anyuan.org.models import Post, Unit
from anyuan.org.posts import actor_of

NAMES = ("陈立新", "周海燕", "吴国平", "徐敏", "孙文斌", "朱静", "胡伟", "林雪梅")
DEMO_SCHOOL = "school"
LISTS = ("safety_officer", "guard", "subject_teacher")
DILIGENCE = 0.9
# Letters of posts for the demo's own school and one in so many: each takes a signature of its own.
ONE_IN = 15
HEADS = {"principal", "safety_officer"}


def fill(sites: Sequence[Unit], since: datetime.date, today: datetime.date, clock: Any) -> None:
    """Call with the whole tree in scope. `clock(day, minutes)` sets what is now."""
    rng = random.Random("duties")  # noqa: S311 -- the same demo each time
    crew = _crew()
    units = list(
        Unit.objects.filter(kind__in=["city", "district", "school"], state="active").order_by("key")
    )
    ours = _ours()
    _networks(units, crew, rng)
    _last_year(Unit.objects.get(key=ours), crew, today, clock)
    with clock(since, 30):
        rounds = _issue(_issuers(units, ours), crew, today.year)
    with clock(since + datetime.timedelta(days=9), 60):
        _sign(rounds, crew, rng, ours)
        _lists(ours, crew)
        _withdraw(crew)
    follow_time_and_people(today)


def _networks(units: Sequence[Unit], crew: dict[str, list[Actor]], rng: random.Random) -> None:
    """Everybody's network; some schools have no party secretary or an empty seat."""
    seats: list[Seat] = []
    for n, unit in enumerate(units):
        people: dict[str, list[int]] = {}
        for one in crew.get(unit.key, []):
            people.setdefault(one.role, []).append(one.person_id or 0)
        for seat in planned_seats(unit, people):
            lacking = n % 11 == 5 and seat.kind == SeatKind.PARTY
            if seat.person_id is None and not lacking:
                seat.name = rng.choice(NAMES)
            seats.append(seat)
    Seat.objects.bulk_create(seats, batch_size=1000)


def _issuers(units: Sequence[Unit], ours: str) -> list[Unit]:
    """The city, all districts, the demo's own school and a few more."""
    schools = [one for one in units if one.kind == Unit.Kind.SCHOOL]
    few = [one for n, one in enumerate(schools) if one.key == ours or n % ONE_IN == 7]
    return [*(one for one in units if one.kind != Unit.Kind.SCHOOL), *few]


def _issue(units: Sequence[Unit], crew: dict[str, list[Actor]], year: int) -> list[LetterRound]:
    made = []
    for unit in units:
        by = _head(crew, unit)
        if by is not None and missing_parties(unit, None):
            made.append(issue_letters(unit, by=by, year=year))
    return made


def _sign(
    rounds: Sequence[LetterRound], crew: dict[str, list[Actor]], rng: random.Random, ours: str
) -> None:
    """Most sign, one in ten does not; party A signs what is there, but for a few."""
    people = {(one.unit_key, one.person_id): one for found in crew.values() for one in found}
    letters = Letter.objects.filter(round__in=[one.pk for one in rounds]).select_related("unit")
    signed = []
    for letter in letters.order_by("number"):
        mine = letter.holder_id and letter.unit_id == ours
        if mine or rng.random() > DILIGENCE or (letter.holder_id and rng.random() > 0.6):
            continue
        if letter.holder_id:
            by = people.get((letter.unit_id, letter.holder_id))
        else:
            by = _head(crew, letter.unit)
        if by is not None:
            signed.append((letter, by, _proof(by)))
    if signed:
        _write(signed, Turn.B)
    half = set(Letter.objects.filter(state="half").values_list("round_id", flat=True))
    for n, round_ in enumerate(one for one in rounds if one.pk in half):
        by = _head(crew, round_.unit)
        if by is not None and n % 9:
            signing.countersign(round_, by=by, confirmed=_proof(by))


def _lists(ours: str, crew: dict[str, list[Actor]]) -> None:
    """Duty lists of the demo's own school; the guard has acknowledged."""
    unit = Unit.objects.get(key=ours)
    by = next(one for one in crew[ours] if one.role == "safety_officer")
    for key, role in zip(LISTS, ("safety_officer", "guard", "teacher"), strict=True):
        post = content().posts[key]
        made = make_list(
            unit, by=by, title=post.title, items=post.items, post_key=key, record_id=new_id()
        )
        holders = [one for one in crew[ours] if one.role == role]
        assign_list(made, by=by, people=[one.person_id or 0 for one in holders])
        if role == "guard":
            for one in holders:
                acknowledge(made, by=one, version=1)


def _last_year(ours: Unit, crew: dict[str, list[Actor]], today: datetime.date, clock: Any) -> None:
    """What the own school's district signed with its schools a year ago; the term is over, tonight's job ends it."""
    above: Any = ours.parent
    by = _head(crew, above)
    if by is None:
        return
    with clock(datetime.date(today.year - 1, 3, 10), 45):
        round_ = issue_letters(above, by=by, year=today.year - 1)
    with clock(datetime.date(today.year - 1, 3, 16), 80):
        letters = Letter.objects.filter(round=round_).select_related("unit")
        heads = [(one, _head(crew, one.unit)) for one in letters]
        signed = [(one, head, _proof(head)) for one, head in heads if head is not None]
        if signed:
            _write(signed, Turn.B)
            signing.countersign(round_, by=by, confirmed=_proof(by))


def _withdraw(crew: dict[str, list[Actor]]) -> None:
    """One letter of a post that is no more."""
    for letter in Letter.objects.filter(holder__isnull=False, state="issued").order_by("pk")[:1]:
        by = next(one for one in crew[letter.unit_id] if one.role in HEADS)
        signing.withdraw(letter, by=by, why="岗位已调整")


def _proof(by: Actor) -> Confirmed:
    return Confirmed(by.person_id or 0, timezone.now(), "密码")


def _head(crew: dict[str, list[Actor]], unit: Unit) -> Actor | None:
    return next((one for one in crew.get(unit.key, []) if one.role == HEAD_ROLES[unit.kind]), None)


def _crew() -> dict[str, list[Actor]]:
    found: dict[str, list[Actor]] = {}
    for post in (
        Post.objects.filter(until__isnull=True).select_related("person", "unit").order_by("pk")
    ):
        found.setdefault(post.unit_id, []).append(actor_of(post))
    return found


def _ours() -> str:
    return str(
        Post.objects.filter(person__username=DEMO_SCHOOL).values_list("unit_id", flat=True)[0]
    )
