"""Reading letters: who has signed, by unit and as a matrix; one with its text and whether it holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from anyuan.core.keys import subtree
from anyuan.core.refused import Missing
from anyuan.domains.responsibility.duties.models import Letter, LetterRound, LetterState, Signature
from anyuan.domains.responsibility.duties.models.letters import DUE, OPEN
from anyuan.domains.responsibility.duties.verifying import broken
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible
from anyuan.org.permissions import Permission

# What was asked for and what was signed; a year that is over keeps its figures.
ASKED = (*DUE, LetterState.EXPIRED)
HOLDS = Q(state__in=[LetterState.SIGNED, LetterState.EXPIRED], signed_at__isnull=False)
# The round is the issuing unit's: party B does not see it, so it is not joined.
SELECT = ("unit", "party_a", "body", "previous", "record")


def filtered(by: Actor, wanted: Mapping[str, Any]) -> QuerySet[Any]:
    """Letters the actor may see, by the filter of an address; unknown values match nothing.

    Who neither issues letters nor supervises sees their own only.
    """
    rows = visible(Letter, by).select_related("unit")
    if not may_see_others(by):
        rows = rows.filter(holder=by.person_id)
    if wanted.get("unit"):
        try:
            rows = rows.within(subtree(wanted["unit"]))
        except ValueError:
            return rows.none()
    for name in ("year", "level", "round"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    if state := wanted.get("state"):
        rows = rows.filter(state__in=OPEN) if state == "open" else rows.filter(state=state)
    if words := (wanted.get("q") or "").strip():
        rows = rows.filter(Q(b_name__icontains=words) | Q(number__icontains=words) | Q(post_title__icontains=words))  # fmt: skip
    return rows


def may_see_others(by: Actor) -> bool:
    return by.may(Permission.LETTER_ISSUE) or by.may(Permission.BOARD_READ)


def one(by: Actor, pk: Any) -> Letter:
    """A letter with what its page needs; Missing for a stranger and for a colleague's."""
    letter: Letter = get_visible(Letter, by, pk=pk, select=SELECT)
    if not may_see_others(by) and letter.holder_id != by.person_id:
        raise Missing
    return letter


def signed(letter: Letter) -> tuple[list[Signature], str]:
    """Its signatures and what does not hold (empty where it does). One query."""
    rows = list(Signature.objects.filter(letter=letter).order_by("turn"))
    return rows, broken(letter, getattr(letter, "body", None), rows)


def with_signatures(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Letters with their signatures, party B's first; one query more for all of them."""
    return rows.prefetch_related(
        Prefetch("signatures", queryset=Signature.objects.order_by("turn"))
    )


def rounds_of(by: Actor) -> list[Any]:
    """The rounds of the actor's own unit with their totals, the newest first."""
    asked = Q(letters__state__in=ASKED)
    rows = visible(LetterRound, by).filter(unit=by.unit_key).annotate(
        total=Count("letters", filter=asked),
        done=Count("letters", filter=asked & Q(letters__signed_at__isnull=False)),
        half=Count("letters", filter=Q(letters__state=LetterState.HALF)),
        back=Count("letters", filter=Q(letters__state=LetterState.RETURNED)),
    )  # fmt: skip
    return list(rows.order_by("-year")[:12])


def round_of(by: Actor, pk: Any) -> LetterRound:
    found: LetterRound = get_visible(LetterRound, by, pk=pk, select=("unit", "record"))
    if not may_see_others(by):
        raise Missing
    return found


def totals(round_: LetterRound) -> dict[str, int]:
    """State → how many letters of the round; `total` were asked for, `done` of them signed by both."""
    rows = Letter.objects.filter(round=round_).values_list("state").annotate(
        n=Count("pk"), done=Count("pk", filter=HOLDS)
    )  # fmt: skip
    counted = list(rows.order_by())
    found = {state: n for state, n, _done in counted}
    return {
        **{str(state): found.get(state, 0) for state in LetterState.values},
        "total": sum(found.get(state, 0) for state in ASKED), "done": sum(done for *_state, done in counted),
    }  # fmt: skip


@dataclasses.dataclass
class Line:
    """A unit of the matrix: (due, signed) of its own letter and of those of the levels below."""

    key: str
    name: str
    own: LetterState | None
    cells: dict[str, tuple[int, int]]


def matrix(by: Actor, unit: Unit, year: int) -> tuple[list[Line], dict[str, tuple[int, int]]]:
    """For each unit right below: its own letter, its schools', their posts'; and the sums. Two queries.

    A level (`district`, `school`) is that of who issues.
    """
    children = list(
        Unit.objects.filter(parent=unit, state="active", kind__in=["district", "school"])
        .order_by("kind", "key").values_list("key", "name")
    )  # fmt: skip
    rows = (
        visible(Letter, by).within(subtree(unit.key))
        .filter(year=year, state__in=ASKED).values_list("unit_id", "level", "state", "party_a_id")
        .annotate(n=Count("pk"), done=Count("pk", filter=HOLDS)).order_by()
    )  # fmt: skip
    lines = {key: Line(key, name, None, {}) for key, name in children}
    sums: dict[str, tuple[int, int]] = {}
    for key, level, state, party_a, n, done in rows:
        sums[level] = _add(sums.get(level), n, done)
        line = lines.get(_child(key, unit.key))
        if line is None:
            continue
        if party_a == unit.key:
            line.own = LetterState(state)
        else:
            line.cells[level] = _add(line.cells.get(level), n, done)
    return list(lines.values()), sums


def _add(known: tuple[int, int] | None, n: int, done: int) -> tuple[int, int]:
    before = known or (0, 0)
    return before[0] + n, before[1] + done


def _child(key: str, above: str) -> str:
    """The key right below `above` on the way to `key`."""
    rest = key[len(above) :]
    return above + rest[: rest.find(".") + 1]
