"""The level above: standing by at a drill, and asking those who have not drilled."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Refused
from anyuan.domains.emergency.drills.models import Drill, State, Verdict, Visit
from anyuan.domains.emergency.drills.overview import not_drilled
from anyuan.engines.notices.services import tell
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission, Role
from anyuan.org.records import already, open_record, record_saved
from anyuan.org.services import checked

SCHOOL_HEADS = (Role.PRINCIPAL, Role.SAFETY_OFFICER)


@action(Permission.SUPERVISION_WRITE)
def note_visit(
    drill: Drill, *, by: Actor, verdict: str, words: str, record_id: uuid.UUID | None = None
) -> Visit:
    """Somebody of the level above was there and says what they saw; the school is told."""
    record = already(record_id, kind="drill_visit", unit_id=drill.unit_id)
    if record is not None:
        kept: Visit = Visit.objects.get(pk=record.pk)
        return kept
    if drill.record.state in {State.CANCELLED, State.VOID}:
        raise Refused(_("这次演练已经取消或撤销，不能记观摩。"))
    if drill.record.happened_on > timezone.localdate():
        raise Refused(_("演练还没有到日子，到现场后再记。"))
    if verdict not in Verdict.values:
        raise Refused(_("请选择评价。"), field="verdict")
    if not words.strip():
        raise Refused(_("请写下点评，让学校知道好在哪里、差在哪里。"), field="words")
    visit = Visit(drill=drill, unit_id=drill.unit_id, verdict=verdict, words=words.strip())
    visit.record = open_record(
        drill.unit, by=by, kind="drill_visit", happened_on=drill.record.happened_on,
        title=_("观摩%(title)s") % {"title": drill.record.title}, done_by_key=by.unit_key,
        state="noted", record_id=record_id,
    )  # fmt: skip
    checked(visit, exclude=("record", "unit", "drill"))
    record_saved(visit.record)
    tell(
        [drill.unit_id], SCHOOL_HEADS, kind="drill.visit", record=drill.record,
        title=_("%(who)s点评了演练：%(verdict)s") % {"who": by.name, "verdict": visit.get_verdict_display()},
        body=words.strip()[:200], once_key=f"drill_visit:{visit.pk}",
    )  # fmt: skip
    return visit


@action(Permission.SUPERVISION_WRITE)
def nudge(own_unit: Unit, *, by: Actor, units: Iterable[str] = ()) -> int:
    """Ask the schools that have not drilled this quarter (those named, else all); how many schools.

    Each school at most once a day.
    """
    today = timezone.localdate()
    named = set(units)
    waiting = not_drilled(by, today).values_list("unit_id", flat=True)
    keys = [key for key in waiting if not named or key in named]
    if keys:
        tell(
            keys, SCHOOL_HEADS, kind="drill.nudge",
            title=_("%(who)s提醒：本季度还没有开展演练，请尽快安排") % {"who": own_unit.short_name},
            url=reverse("emergency:programmes"), once_key=f"drill_nudge:{own_unit.key}:{today}",
        )  # fmt: skip
    return len(keys)
