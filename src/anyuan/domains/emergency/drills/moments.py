"""The times of a drill: of each step the earliest tap that was not taken back, and what follows from them."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from anyuan.domains.emergency.drills.content import Sheet, Step, content
from anyuan.domains.emergency.drills.models import Drill, Guide, Mark

POST = "post:"


@dataclasses.dataclass(frozen=True)
class Timed:
    """One step with its moment: `seconds` since the signal, `ids` the taps behind it."""

    step: Step
    at: datetime.datetime | None = None
    by_name: str = ""
    seconds: int | None = None
    ids: tuple[str, ...] = ()


def earliest(marks: Iterable[Mark]) -> dict[str, Mark]:
    """Step → the tap that counts. Pure; the order of the taps does not matter."""
    found: dict[str, Mark] = {}
    for mark in marks:
        if mark.undone_at is not None:
            continue
        best = found.get(mark.step)
        if best is None or (mark.at, mark.pk) < (best.at, best.pk):
            found[mark.step] = mark
    return found


def moments_of(drill: Drill) -> dict[str, Mark]:
    return earliest(drill.marks.filter(undone_at__isnull=True))


def sheet_of(drill: Drill) -> Sheet:
    return content().sheet_of(drill.kind)


def seconds_of(sheet: Sheet, moments: Mapping[str, Mark]) -> int | None:
    """From the signal until all are where they should be; None while one of the two is not taken."""
    since, until = moments.get(sheet.since), moments.get(sheet.until)
    return round((until.at - since.at).total_seconds()) if since and until else None


def timed_steps(sheet: Sheet, moments: Mapping[str, Mark]) -> list[Timed]:
    """The steps of the sheet in their order."""
    start = moments.get(sheet.since)
    found = []
    for step in sheet.steps():
        mark = moments.get(step.key)
        if mark is None:
            found.append(Timed(step))
            continue
        seconds = round((mark.at - start.at).total_seconds()) if start and step.timed else None
        found.append(Timed(step, mark.at, mark.by_name, seconds))
    return found


def as_data(marks: Iterable[Mark]) -> dict[str, Any]:
    """What the run sheet of another phone needs: step → its moment, who took it, all taps behind it."""
    rows = [mark for mark in marks if mark.undone_at is None]
    found: dict[str, Any] = {}
    for step, mark in earliest(rows).items():
        ids = [str(one.pk) for one in rows if one.step == step]
        found[step] = {"at": mark.at.isoformat(), "by": mark.by_name, "ids": ids}
    return found


def last_guides(drill: Drill) -> list[Guide]:
    """The posts of the school's last drill that had any."""
    last = Guide.objects.filter(unit_id=drill.unit_id).order_by("-drill_id").first()
    return list(Guide.objects.filter(drill_id=last.drill_id)) if last else []
