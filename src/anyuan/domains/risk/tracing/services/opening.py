"""Starting a trace: what it is about, who sits on the panel, and freezing the evidence."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Record
from anyuan.core.refused import Missing, Refused
from anyuan.domains.risk.tracing.collecting import Piece, collect
from anyuan.domains.risk.tracing.models import Item, ItemFile, Opinion, Panelist, Trace
from anyuan.domains.risk.tracing.sealing import hash_of, hash_of_all, seal_of
from anyuan.engines.cases.services import move, open_case
from anyuan.engines.notices.services import tell_people
from anyuan.engines.obligations.numbers import number_values
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Unit
from anyuan.org.permissions import GRANTS, Permission
from anyuan.org.queries import staff_of
from anyuan.org.records import already, open_record, record_saved
from anyuan.org.services import checked

DAYS_IN_MONTH = 30.44


@action(Permission.TRACE_RUN)
def open_trace(
    unit: Unit, *, by: Actor, cause: Record, moment: datetime.datetime, reason: str,
    lead_department: str, panel: Sequence[int], lead: int, record_id: uuid.UUID | None = None,
) -> Trace:  # fmt: skip
    """Look back from an incident (`cause`); `unit` is the office that runs it, `panel` people of it.

    Errors: an incident of another's, a moment that cannot be, a panel without its leader.
    """
    if kept := already(record_id, kind="trace", unit_id=unit.key):
        return Trace.objects.get(pk=kept.pk)
    if cause.kind != "incident" or not by.units.holds(cause.unit_id):
        raise Missing
    _refuse_moment(cause, moment)
    months = int(number_values("trace_months")[0])
    since = timezone.localdate(moment) - datetime.timedelta(days=round(months * DAYS_IN_MONTH))
    trace = Trace(
        unit=unit, cause=cause, about=cause.unit, moment=moment, since=since, reason=reason.strip(),
        lead_department=lead_department, number=_next_number(unit),
    )  # fmt: skip
    trace.record = open_record(
        unit, by=by, kind="trace", happened_on=timezone.localdate(), state="opened", record_id=record_id,
        title=_("%(unit)s“%(what)s”责任倒查") % {"unit": cause.unit.name, "what": cause.title},
    )  # fmt: skip
    checked(trace, exclude=("record", "unit", "cause", "about"))
    open_case(trace.record, by=by, loop="trace", state="opened", label=_("立项"))
    _seat(trace, panel, lead, by)
    record_saved(trace.record)
    return trace


@action(Permission.TRACE_RUN)
def change_panel(trace: Trace, *, by: Actor, panel: Sequence[int], lead: int) -> Trace:
    """Other people on the panel, until the findings are served; opinions of who leaves go with them."""
    held: Trace = (
        Trace.objects.select_for_update(of=("self",)).select_related("unit").get(pk=trace.pk)
    )
    if held.served_at is not None:
        raise Refused(_("意见已经告知，不能再调整倒查组。"))
    staying = {*panel, lead}
    Opinion.objects.filter(finding__trace=held).exclude(person_id__in=staying).delete()
    Panelist.objects.filter(trace=held).delete()
    _seat(held, panel, lead, by)
    return held


def candidates(unit: Unit) -> list[Post]:
    """Posts at the office whose holders may sit on its panels, a person once."""
    roles = [role for role, granted in GRANTS.items() if Permission.TRACE_RUN in granted]
    return list({post.person_id: post for post in staff_of(unit).filter(role__in=roles)}.values())


def step_trace(
    trace: Trace, *, by: Actor, transition: str, data: Mapping[str, Any] | None = None,
    seen: int | None = None,
) -> Any:  # fmt: skip
    """One step of the loop (guarded by `cases.services.move`)."""
    return move(trace.record.case, by=by, transition=transition, thing=trace, data=data, seen=seen)


def freeze(trace: Trace) -> None:
    """Collect the evidence and write it once; called by the loop's step."""
    items = [_item(trace, seq, piece) for seq, piece in enumerate(collect(trace), start=1)]
    Item.objects.bulk_create([item for item, _files in items], batch_size=500)
    ItemFile.objects.bulk_create([one for _item, files in items for one in files], batch_size=500)
    trace.frozen_at = timezone.now()
    trace.frozen_hash = hash_of_all([item.hash for item, _files in items])
    trace.seal = seal_of(trace, trace.frozen_hash)
    trace.save(update_fields=["frozen_at", "frozen_hash", "seal"])


def _item(trace: Trace, seq: int, piece: Piece) -> tuple[Item, list[ItemFile]]:
    item = Item(
        trace=trace, unit_id=trace.unit_id, seq=seq, section=piece.section, day=piece.day,
        title=piece.title[:300], stood=piece.stood[:300], who=piece.who[:120],
        unit_name=piece.unit_name[:120], record_id=piece.record_id,
    )  # fmt: skip
    files = [
        ItemFile(
            item=item, unit_id=trace.unit_id, name=one.name, size=one.size, sha256=one.sha256,
            uploaded_at=one.uploaded_at,
        )
        for one in sorted(piece.files, key=lambda one: (one.name, one.sha256))
    ]  # fmt: skip
    item.hash = hash_of(item, files)
    return item, files


def _refuse_moment(cause: Record, moment: datetime.datetime) -> None:
    if moment > timezone.now():
        raise Refused(_("事件发生时间不能晚于现在。"), field="moment")
    if abs((timezone.localdate(moment) - cause.happened_on).days) > 1:
        raise Refused(
            _("这起事件登记的日期是 %(day)s，请核对时间。") % {"day": cause.happened_on.isoformat()},
            field="moment",
        )  # fmt: skip


def _seat(trace: Trace, panel: Iterable[int], lead: int, by: Actor) -> None:
    wanted = set(panel) | {lead}
    known = {post.person_id for post in candidates(trace.unit)}
    if not wanted <= known:
        raise Refused(_("请从本单位的安全管理人员中选择倒查组成员。"), field="panel")
    Panelist.objects.bulk_create(
        Panelist(trace=trace, unit_id=trace.unit_id, person_id=one, lead=one == lead)
        for one in sorted(wanted)
    )
    tell_people(
        [(one, trace.unit_id) for one in wanted if one != by.person_id], kind="trace",
        title=_("请参加责任倒查：%(what)s") % {"what": trace.record.title}, record=trace.record,
        once_key=f"trace.panel:{trace.pk}",
    )  # fmt: skip


def _next_number(unit: Unit) -> str:
    """`DC-<unit code>-<year>-<nn>`; one at a time for a unit and year."""
    start = f"DC-{unit.code}-{timezone.localdate().year}-"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 9))", [start])
    return f"{start}{Trace.objects.filter(number__startswith=start).count() + 1:02d}"
