"""Passing a warning on, adding to it and ending it: set by set over all schools that it is for.

Called inside services and steps of the loop. A school's people read their own copy (`WarningResponse`).
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.ids import new_id
from anyuan.core.keys import subtree
from anyuan.core.models import Record
from anyuan.core.refused import Refused
from anyuan.domains.emergency.warnings.models import (
    Done,
    Measure,
    WarningResponse,
    WarningSignal,
)
from anyuan.domains.emergency.warnings.numbers import limits
from anyuan.domains.emergency.warnings.opening import DESKS, SCHOOLS, one_at_a_time
from anyuan.engines.ledgers import bulk
from anyuan.engines.live.services import publish
from anyuan.engines.notices.services import tell
from anyuan.org.actor import Actor
from anyuan.org.models import Unit

MOST_MEASURES = 30
MEASURE_LIMIT = 200
COPIED = ("number", "status", "title", "kind", "colour", "level", "words", "advice", "source", "expires_at")  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Target:
    key: str
    parent: str
    office: bool


def targets(signal: WarningSignal) -> list[Target]:
    """The active schools in the area, and the districts between them and the unit that passes it on."""
    keys = list(signal.units)
    areas = Unit.objects.filter(key__in=keys).values_list("key", "kind")
    wide = Q(key__in=keys)
    for key, kind in areas:
        if kind != Unit.Kind.SCHOOL:
            units = subtree(key)
            wide |= Q(key__gte=units.lo, key__lt=units.hi)
    rows = Unit.objects.within(subtree(signal.unit_id)).filter(
        wide, kind=Unit.Kind.SCHOOL, state=Unit.State.ACTIVE
    )
    schools = [Target(key, parent, office=False) for key, parent in rows.values_list("key", "parent_id")]  # fmt: skip
    offices = {one.parent for one in schools} - {signal.unit_id}
    return [*schools, *(Target(key, signal.unit_id, office=True) for key in sorted(offices))]


def pass_on(signal: WarningSignal, *, by: Actor, measures: Sequence[str]) -> list[Target]:
    """Make every unit's copy and tell its people, all at once. Errors: Refused where nobody is meant."""
    told = targets(signal)
    if not any(not one.office for one in told):
        raise Refused(_("这个范围里没有学校，请重新选择范围。"), field="units")
    now = signal.issued_at or timezone.now()
    day = timezone.localdate(now)
    rows = [(new_id(), one) for one in told]
    bulk.insert(Record, [
        {
            "id": pk, "kind": "warning_response", "unit": one.key, "done_by": one.key, "happened_on": day,
            "title": signal.title, "state": "told", "counts": False, "tags": signal.tags,
            "created_by": by.person_id, "created_at": now, "updated_at": now,
        }
        for pk, one in rows
    ])  # fmt: skip
    facts = {name: getattr(signal, name) for name in COPIED} | {
        "from_name": signal.unit.name, "told_at": now, "ack_due_at": signal.ack_due_at,
        "report_due_at": signal.report_due_at, "signal": signal.pk, "acked_by_name": "", "reported_by_name": "",
        "reports": 0, "note": "", "end_reason": "",
    }  # fmt: skip
    bulk.insert(
        WarningResponse,
        [{"record": pk, "unit": one.key, "office": one.office, **facts} for pk, one in rows],
    )
    schools = [(pk, one.key, 0) for pk, one in rows if not one.office]
    _ask(schools, measures, from_name=signal.unit.name)
    _tell_units(signal, told, title=_("%(title)s，请马上确认收到") % {"title": signal.title}, turn="issued")  # fmt: skip
    return told


def _ask(rows: Iterable[tuple[Any, str, int]], texts: Sequence[str], *, from_name: str) -> None:
    """(response, unit, highest number so far) → the measures asked of it."""
    bulk.insert(Measure, [
        {
            "id": new_id(), "response": pk, "unit": key, "seq": last + n, "text": text, "from_name": from_name,
            "state": Done.OPEN, "words": "",
        }
        for pk, key, last in rows for n, text in enumerate(texts, start=1)
    ])  # fmt: skip


def cleaned(texts: Iterable[str]) -> list[str]:
    """Measures as they are kept: each once, no empty ones. Errors: Refused."""
    found = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    if len(found) > MOST_MEASURES:
        raise Refused(_("措施最多 %(n)d 条，请合并一些。") % {"n": MOST_MEASURES}, field="more")
    if any(len(text) > MEASURE_LIMIT for text in found):
        raise Refused(_("每条措施最多 %(n)d 字，请写得短一些。") % {"n": MEASURE_LIMIT}, field="more")  # fmt: skip
    return found


def add_asked(signal_id: Any, unit: Unit, *, texts: Sequence[str], title: str) -> int:
    """More measures for the schools below `unit` whose warning still runs; how many schools."""
    one_at_a_time(f"warning:{signal_id}")
    rows = running_below(signal_id, unit.key).annotate(last=Max("asked__seq"), many=Count("asked"))
    found = [(pk, key, last or 0) for pk, key, last, _many in rows.values_list("pk", "unit_id", "last", "many")]  # fmt: skip
    _ask(found, texts, from_name=unit.name)
    keys = [key for _pk, key, _last in found]
    tell(
        keys, SCHOOLS, kind="warning.more", title=_("%(title)s：增加了措施") % {"title": title},
        body="\n".join(texts)[:500], url=reverse("warnings:told", args=[signal_id]),
        once_key=f"warning:{signal_id}:more:{new_id()}",
    )  # fmt: skip
    publish("warning_response", units=keys)
    return len(found)


def running_below(signal_id: Any, unit_key: str) -> Any:
    """Schools' copies below a unit that have not ended."""
    rows = WarningResponse.objects.within(subtree(unit_key))
    return rows.filter(signal_id=signal_id, office=False, ended_at__isnull=True)


def finish(signal: WarningSignal, *, reason: str, quiet: bool = False) -> None:
    """The end for everybody below: nothing more is asked, what was answered stays; people are told once."""
    rows = WarningResponse.objects.filter(signal=signal, ended_at__isnull=True)
    found = list(rows.values_list("pk", "unit_id", "office"))
    rows.update(ended_at=signal.ended_at, end_reason=reason)
    Record.objects.filter(pk__in=[pk for pk, _key, _office in found], kind="warning_response").update(
        state="ended", updated_at=timezone.now()
    )  # fmt: skip
    told = [Target(key, "", office) for _pk, key, office in found]
    if quiet:
        publish("warning", units=[one.key for one in told])
        return
    title = _("已解除：%(title)s") % {"title": signal.title}
    _tell_units(signal, told, title=title, turn="ended", kind="warning.ended")


def _tell_units(
    signal: WarningSignal, told: Sequence[Target], *, title: str, turn: str, kind: str = "warning.issued"
) -> None:  # fmt: skip
    """Schools and districts hear at the same moment, each by one statement; open pages hear as well."""
    for office, roles in ((False, SCHOOLS), (True, DESKS)):
        keys = [one.key for one in told if one.office is office]
        if keys:
            tell(
                keys, roles, kind=kind, title=title, body=signal.words[:500],
                url=reverse("warnings:told", args=[signal.pk]), once_key=f"warning:{signal.pk}:{turn}",
            )  # fmt: skip
    keys = [one.key for one in told]
    publish("warning", units=[signal.unit_id, *keys])
    events.emit(
        "records.changed", kind="warning_response", units=keys,
        days=[timezone.localdate(signal.issued_at or timezone.now())],
    )  # fmt: skip


def deadlines(signal: WarningSignal, now: datetime.datetime) -> None:
    known = limits()
    signal.issued_at = now
    signal.ack_due_at, signal.report_due_at = now + known.ack, now + known.report


def summed_up(signal: WarningSignal) -> str:
    """The short summary of a warning that has ended; one query."""
    rows = WarningResponse.objects.filter(signal=signal, office=False)
    found = rows.aggregate(
        all=Count("pk", distinct=True),
        acked=Count("pk", filter=Q(acked_at__lte=signal.ack_due_at), distinct=True),
        reported=Count("pk", filter=Q(reported_at__isnull=False), distinct=True),
        measures=Count("asked"),
        done=Count("asked", filter=Q(asked__state=Done.DONE)),
        spare=Count("asked", filter=Q(asked__state=Done.NOT)),
        suspended=Count("suspension", distinct=True),
    )
    said = _("下发 %(all)d 所学校，按时确认 %(acked)d 所，反馈 %(reported)d 所；措施 %(measures)d 条次，落实 %(done)d 条次，不适用 %(spare)d 条次") % found  # fmt: skip
    if found["suspended"]:
        said += _("；停课等安排 %(suspended)d 所") % found
    return said
