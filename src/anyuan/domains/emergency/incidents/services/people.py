"""The injured, whose names are sealed, and the card for those who come to help."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from anyuan.core.ids import is_client_id, new_id
from anyuan.core.refused import Forbidden, Refused
from anyuan.domains.emergency.incidents import timeline
from anyuan.domains.emergency.incidents.models import (
    EntryKind,
    Incident,
    Injured,
    RescueCard,
    Where,
    Who,
)
from anyuan.domains.emergency.incidents.ranks import RANK, rank_of
from anyuan.domains.emergency.incidents.services.reporting import locked
from anyuan.domains.emergency.incidents.timeline import Line
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.services import checked


def why_sealed(incident: Incident, by: Actor) -> str:
    """Why this actor may not see the names: only the school's and those of the level that commands may."""
    if not by.may(Permission.INCIDENT_UNSEAL):
        return _("您的岗位不能查看伤者名单。")
    rank, managing = rank_of(by), RANK[incident.record.case.level]
    if rank not in {0, managing}:
        return _("伤者名单只有本校和指挥处置的一级可以查看。")
    return ""


@action(Permission.INCIDENT_UNSEAL)
def add_injured(
    incident: Incident, *, by: Actor, name: str, person_id: Any = None, **facts: Any
) -> Injured:
    """Put down somebody who is hurt; the timeline says that, not who."""
    held = locked(incident)
    if why := why_sealed(held, by):
        raise Forbidden(why)
    if person_id is not None and not is_client_id(person_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    if person_id and (kept := Injured.objects.filter(pk=person_id, incident=held).first()):
        return kept
    if not name.strip():
        raise Refused(_("请填写姓名。"), field="name")
    person = Injured(
        pk=person_id or new_id(),
        incident=held,
        unit_id=held.unit_id,
        name=name.strip()[:40],
        **facts,
    )
    checked(person, exclude=("incident", "unit"))
    timeline.write(held, by=by, lines=[Line(EntryKind.PEOPLE, _person_text(person, _("登记")))])
    return person


@action(Permission.INCIDENT_UNSEAL)
def change_injured(person: Injured, *, by: Actor, **facts: Any) -> Injured:
    """How somebody is now: where treated, guardian told."""
    held = locked(person.incident)
    if why := why_sealed(held, by):
        raise Forbidden(why)
    row: Injured = Injured.objects.select_for_update(of=("self",)).get(pk=person.pk)
    before = (row.state, row.serious, row.guardian_told_at)
    for field, value in facts.items():
        setattr(row, field, value)
    if not row.name.strip():
        raise Refused(_("请填写姓名。"), field="name")
    checked(row, exclude=("incident", "unit"))
    if before != (row.state, row.serious, row.guardian_told_at):
        timeline.write(held, by=by, lines=[Line(EntryKind.PEOPLE, _person_text(row, _("更新")))])
    return row


@action(Permission.INCIDENT_MANAGE)
def save_card(unit: Unit, *, by: Actor, **facts: Any) -> RescueCard:
    """Write the school's card."""
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请选择学校或校区。"), field="unit")
    card = RescueCard.objects.filter(unit=unit).first() or RescueCard(unit=unit)
    for name, value in facts.items():
        setattr(card, name, value)
    saved: RescueCard = checked(card, exclude=("unit",))
    return saved


def _person_text(person: Injured, verb: str) -> str:
    """Without a name."""
    serious = _("重伤") if person.serious else _("受伤")
    guardian = _("，已告知监护人") if person.guardian_told_at else ""
    who, where = Who(person.who).label, Where(person.state).label
    return f"{verb}{serious}{who} 1 人：{where}{guardian}"
