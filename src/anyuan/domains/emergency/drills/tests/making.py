"""Drills as the tests want them."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.domains.emergency.drills.content import content
from anyuan.domains.emergency.drills.models import Drill, Entry, Programme
from anyuan.domains.emergency.drills.services.closing import report_drill, score_drill
from anyuan.domains.emergency.drills.services.holding import plan_drill
from anyuan.domains.emergency.drills.services.running import finish_run, mark_step
from anyuan.org.records import open_record

PEOPLE = {"expected": 860, "present": 855, "injured": 0}


def planned(cast: Any, **more: Any) -> Drill:
    facts = {"on": timezone.localdate(), "kind": "fire", **more}
    return plan_drill(facts.pop("unit", cast.school), by=cast.officer, **facts)


def tapped(drill: Drill, step: str, *, by: Any, at: datetime.datetime | None = None) -> Any:
    return mark_step(drill, by=by, step=step, at=at, mark_id=new_id())


def run(drill: Drill, *, by: Any, seconds: int = 95) -> Drill:
    """The drill held just now with the sheet."""
    start = timezone.now() - datetime.timedelta(seconds=seconds)
    tapped(drill, "signal", by=by, at=start)
    tapped(drill, "all_out", by=by, at=start + datetime.timedelta(seconds=seconds))
    return finish_run(drill, by=by, **PEOPLE)


def marks(value: int | None = 3) -> dict[str, int | None]:
    return {item.key: value for item in content().items}


def reported(drill: Drill, *, by: Any) -> Drill:
    done = score_drill(drill, by=by, values=marks(), evaluation="有序")
    return report_drill(done, by=by)


def programme_of(unit: Any, *, by: Any) -> Programme:
    """A draft with one line, where the policy in force knows no term."""
    today = timezone.localdate()
    record = open_record(
        unit, by=by, kind="drill_programme", happened_on=today, title="演练计划", state="draft", counts=False
    )  # fmt: skip
    ends_on = today + datetime.timedelta(days=90)
    programme = Programme.objects.create(
        record=record, unit=unit, starts_on=today, ends_on=ends_on, label="本学期"
    )
    Entry.objects.create(programme=programme, unit=unit, on=today, kind="fire")
    return programme
