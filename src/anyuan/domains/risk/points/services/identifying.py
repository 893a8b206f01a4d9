"""Writing down risk points: one by one or ticked from the usual ones; their places, plans and controls."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from anyuan.core.files import keep_file, path_of
from anyuan.core.refused import Refused
from anyuan.domains.risk.points.content import CONTROL_KINDS, Typical, library
from anyuan.domains.risk.points.models import RiskControl, RiskPoint, SitePlan
from anyuan.domains.risk.points.tempo import set_tempo
from anyuan.engines.cases.services import open_case
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, amend_record, attach, open_record, record_saved
from anyuan.org.services import checked

SITES = {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}
NOT_CHECKED = ("record", "unit", "plan", "graded_by")
FACTS = frozenset({
    "name", "zone", "category", "hazard", "accidents", "people", "people_count", "typical", "checklist",
    "phone", "lon", "lat",
})  # fmt: skip


@action(Permission.RISK_WRITE)
def add_point(
    unit: Unit, *, by: Actor, record_id: uuid.UUID | None = None,
    file_ids: Iterable[uuid.UUID] = (), controls: Mapping[str, str] | None = None, **facts: Any,
) -> RiskPoint:  # fmt: skip
    """A new risk point of a school, not yet graded. Sent again with the same `record_id` it is the same.

    `facts`: what the form asks (FACTS). `controls`: kind → text, of those that exist already.
    """
    if unit.kind not in SITES:
        raise Refused(_("请选择风险点所在的学校或校区。"), field="unit")
    if kept := already(record_id, kind="risk_point", unit_id=unit.key):
        found: RiskPoint = RiskPoint.objects.select_related("record", "unit").get(pk=kept.pk)
        return found
    return _new(unit, by, record_id, file_ids, controls or {}, facts)


@action(Permission.RISK_WRITE)
def add_typical(unit: Unit, *, by: Actor, keys: Iterable[str]) -> list[RiskPoint]:
    """Points ticked from the pack's usual ones; what the school has already is left as it is."""
    if unit.kind not in SITES:
        raise Refused(_("请选择风险点所在的学校或校区。"), field="unit")
    known = library()
    wanted = [known[key] for key in dict.fromkeys(keys) if key in known]
    if not wanted:
        raise Refused(_("请至少勾选一个风险点。"), field="keys")
    _one_at_a_time(unit)
    here = RiskPoint.objects.filter(unit=unit, removed_on__isnull=True)
    there = set(here.values_list("name", "zone"))
    return [
        _new(unit, by, None, (), one.controls, facts_of(one))
        for one in wanted
        if (one.name, one.zone) not in there
    ]


@action(Permission.RISK_WRITE)
def edit_point(
    point: RiskPoint, *, by: Actor, file_ids: Iterable[uuid.UUID] = (), **facts: Any
) -> RiskPoint:
    """Correct what is said of a point; its grading stays."""
    held = locked(point)
    _take(held, facts)
    checked(held, exclude=NOT_CHECKED)
    attach(held.record, file_ids, by=by, label="photo")
    amend_record(held.record, by=by, title=title_of(held), tags=held.tags)
    return held


@action(Permission.RISK_WRITE)
def place_point(point: RiskPoint, *, by: Actor, plan: SitePlan | None, x: int | None, y: int | None) -> RiskPoint:  # fmt: skip
    """Mark the point on a plan of its school, or take the mark away."""
    held = locked(point)
    if plan is not None and plan.unit_id != held.unit_id:
        raise Refused(_("请选择本校的平面图。"), field="plan")
    if plan is not None and (x is None or y is None):
        raise Refused(_("请在平面图上点出位置。"), field="x")
    held.plan, held.x, held.y = plan, x if plan else None, y if plan else None
    checked(held, exclude=NOT_CHECKED)
    return held


@action(Permission.RISK_WRITE)
def add_plan(unit: Unit, *, by: Actor, name: str, upload: UploadedFile) -> SitePlan:
    """A picture of a floor or of the site; a photo of the plan on the wall will do."""
    if unit.kind not in SITES:
        raise Refused(_("请在学校页面上传平面图。"), field="file")
    if not name.strip():
        raise Refused(_("请填写平面图的名称，例如：一号楼一层。"), field="name")
    file = keep_file(upload, unit_id=unit.key, by=by, label="plan")
    if not file.is_image:
        raise Refused(_("平面图请用照片或图片（JPG、PNG）。"), field="file")
    with Image.open(path_of(file)) as image:
        width, height = image.size
    plan = SitePlan(unit=unit, name=name.strip()[:40], file=file, width=width, height=height)
    plan.save(force_insert=True)
    return plan


@action(Permission.RISK_WRITE)
def add_control(
    point: RiskPoint, *, by: Actor, kind: str, text: str, owner: str = "", every: int | None = None
) -> RiskControl:
    """One more control of a point."""
    held = locked(point)
    if not text.strip():
        raise Refused(_("请写下采取什么措施。"), field="text")
    control = RiskControl(
        unit_id=held.unit_id, point=held, kind=kind, text=text.strip()[:200], owner=owner.strip()[:40], every=every,
    )  # fmt: skip
    checked(control, exclude=("unit", "point"))
    set_tempo(held)
    return control


@action(Permission.RISK_WRITE)
def end_control(control: RiskControl, *, by: Actor) -> RiskControl:
    """A control that is no longer used; what was checked of it stays."""
    point = locked(control.point)
    control.active = False
    control.save(update_fields=["active"])
    set_tempo(point)
    return control


def locked(point: RiskPoint) -> RiskPoint:
    """The point as it stands, held until this is done."""
    held: RiskPoint = (
        RiskPoint.objects.select_for_update(of=("self",))
        .select_related("record", "unit")
        .get(pk=point.pk)
    )
    if held.record.state == "removed":
        raise Refused(_("这个风险点已经移出，不能再改。"))
    return held


def facts_of(one: Typical) -> dict[str, Any]:
    """What the library says of a usual point, as a point's facts."""
    return {
        "name": one.name, "zone": one.zone, "category": one.category, "hazard": one.hazard,
        "accidents": one.accidents, "people": list(one.people), "typical": one.key, "checklist": one.checklist,
    }  # fmt: skip


def title_of(point: RiskPoint) -> str:
    return f"{point.zone}：{point.name}"


def _take(point: RiskPoint, facts: Mapping[str, Any]) -> None:
    if unknown := set(facts) - FACTS:
        raise TypeError(f"not a fact of a risk point: {unknown}")
    for name, value in facts.items():
        setattr(point, name, value.strip() if isinstance(value, str) else value)
    if not point.people:
        raise Refused(_("请选择哪些人会受影响。"), field="people")


def _new(
    unit: Unit,
    by: Actor,
    record_id: uuid.UUID | None,
    file_ids: Iterable[uuid.UUID],
    controls: Mapping[str, str],
    facts: Mapping[str, Any],
) -> RiskPoint:
    point = RiskPoint(unit=unit)
    _take(point, facts)
    point.number = _next_number(unit)
    record = open_record(
        unit, by=by, kind="risk_point", happened_on=timezone.localdate(), title=title_of(point),
        tags=point.tags, state="draft", done_by_key=unit.key, record_id=record_id,
    )  # fmt: skip
    point.record = record
    checked(point, exclude=NOT_CHECKED)
    attach(record, file_ids, by=by, label="photo")
    RiskControl.objects.bulk_create(
        RiskControl(unit=unit, point=point, kind=kind, text=controls[kind][:200])
        for kind in CONTROL_KINDS
        if controls.get(kind)
    )
    open_case(record, by=by, loop="risk_point", state="draft", label=_("辨识"))
    record_saved(record)
    return point


def _one_at_a_time(unit: Unit) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [unit.key])


def _next_number(unit: Unit) -> str:
    """`FX-<unit code>-<nnn>`; one at a time for a unit."""
    _one_at_a_time(unit)
    start = f"FX-{unit.code}-"
    last = RiskPoint.objects.filter(unit=unit, number__startswith=start).aggregate(n=Max("number"))["n"]  # fmt: skip
    return f"{start}{int(last.removeprefix(start)) + 1 if last else 1:03d}"
