"""The clock's reminders: before a limit the school, after it the level above, after the longest all."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator

from django.utils.translation import gettext as _

from anyuan.domains.emergency.incidents import timeline
from anyuan.domains.emergency.incidents.clock import Limits
from anyuan.domains.emergency.incidents.models import EntryKind, Incident
from anyuan.domains.emergency.incidents.numbers import limits_of
from anyuan.domains.emergency.incidents.queries import due_rows
from anyuan.domains.emergency.incidents.ranks import told
from anyuan.domains.emergency.incidents.timeline import Line
from anyuan.engines.notices.services import tell
from anyuan.org.actor import SYSTEM


@dataclasses.dataclass(frozen=True)
class Reminder:
    """One reminder of one incident: `late` ones stand in the timeline."""

    key: str
    title: str
    levels: tuple[str, ...]
    late: bool = False


def due_now(incident: Incident, limits: Limits, now: datetime.datetime) -> Iterator[Reminder]:
    """What is to be said of an incident at a moment, told before or not. Pure."""
    if incident.received_at is None and now >= incident.record.created_at + limits.received:
        yield Reminder("receive", _("还没有值班室接报"), ("district", "city"))
    if incident.written_at is None:
        yield from _before_and_after(
            "written", _("书面初报"), incident.written_due_at, limits.warn, now
        )
        if now > incident.cap_at:
            yield Reminder("cap", _("书面初报超过最长时限"), ("school", "district", "city"), True)
    if incident.follow_due_at is not None:
        yield from _before_and_after("follow", _("续报"), incident.follow_due_at, limits.warn, now)
    if incident.final_due_at is not None and incident.final_at is None:
        day = datetime.timedelta(days=1)
        yield from _before_and_after("final", _("终报"), incident.final_due_at, day, now)


def _before_and_after(
    key: str,
    what: str,
    due: datetime.datetime,
    warn: datetime.timedelta,
    now: datetime.datetime,
) -> Iterator[Reminder]:
    if now > due:
        yield Reminder(f"{key}.late", _("%(what)s已超过期限") % {"what": what}, ("school", "district"), True)  # fmt: skip
    elif now >= due - warn:
        yield Reminder(f"{key}.soon", _("%(what)s快到期限") % {"what": what}, ("school",))


def remind(now: datetime.datetime) -> int:
    """Tell what is due or over, each once; how many reminders. Inside a scope over the whole tree (a job)."""
    rows = (
        Incident.objects.filter(due_rows(), record__counts=True)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("record__case", "unit")
    )
    count = 0
    for incident in rows:
        limits = limits_of(incident.level or incident.proposed)
        new = [one for one in due_now(incident, limits, now) if one.key not in incident.reminded]
        if not new:
            continue
        for one in new:
            _tell(incident, one)
        late = [Line(EntryKind.LATE, one.title) for one in new if one.late]
        if late:
            timeline.write(incident, by=SYSTEM, lines=late)
        incident.reminded = [*incident.reminded, *(one.key for one in new)]
        incident.save(update_fields=["reminded"])
        count += len(new)
    return count


def _tell(incident: Incident, reminder: Reminder) -> None:
    title = f"{incident.unit.short_name}：{reminder.title}（{incident.record.title}）"
    turn = f"{incident.follow_due_at:%m%d%H%M%S%f}" if reminder.key.startswith("follow") and incident.follow_due_at else ""  # fmt: skip
    for units, roles in told(reminder.levels, incident.unit):
        tell(
            units, roles, kind="incident.due", title=title, record=incident.record,
            once_key=f"incident:{incident.pk}:{reminder.key}:{turn}",
        )  # fmt: skip
