"""Whom an alert tells: holders of posts in force, each person once, set by set in the database."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.keys import subtree
from anyuan.core.refused import Refused
from anyuan.domains.emergency.alerts import further
from anyuan.domains.emergency.alerts.models import Alert
from anyuan.engines.notices.queueing import NEW_ID_SQL
from anyuan.org.models import Unit
from anyuan.org.models.unit import Stage
from anyuan.org.permissions import ROLES_AT, Role

# Posts that only look on are told nothing.
NEVER = {Role.ADMINISTRATOR, Role.ASSESSOR, Role.AUDITOR}
BELOW = {
    "city": ("city", "district", "school"),
    "district": ("district", "school"),
    "school": ("school",),
    "campus": ("campus",),
}
# Who is told unless others are chosen: those who lead the others at their school.
LEADING = (Role.DISTRICT_SUPERVISOR, Role.PRINCIPAL, Role.SAFETY_OFFICER)

_PEOPLE = """
SELECT DISTINCT ON (post.person_id) post.person_id, post.unit_id, post.role
FROM unnest(%(lo)s::text[], %(hi)s::text[]) AS part(lo, hi)
JOIN org_post post ON post.unit_id >= part.lo COLLATE "C" AND post.unit_id < part.hi COLLATE "C"
JOIN org_person person ON person.id = post.person_id AND person.is_active
JOIN org_unit unit ON unit.key = post.unit_id AND unit.state = 'active'
LEFT JOIN org_profile profile ON profile.unit_id = post.unit_id
WHERE post.role = ANY(%(roles)s) AND post.since <= %(today)s
  AND (post.until IS NULL OR post.until >= %(today)s)
  AND (cardinality(%(stages)s::varchar[]) = 0 OR profile.stages && %(stages)s::varchar[])
  AND (%(only)s::bigint[] IS NULL OR post.person_id = ANY(%(only)s))
  AND post.person_id IS DISTINCT FROM %(but)s
ORDER BY post.person_id, post.unit_id, post.role
"""
_SAME_PEOPLE = """
SELECT before.person_id, before.unit_id, before.role
FROM alerts_receipt before JOIN org_person person ON person.id = before.person_id AND person.is_active
WHERE before.alert_id = %(before)s
"""
_TELL = """
INSERT INTO alerts_receipt
  (id, alert_id, person_id, unit_id, role, told_at, answer, words, place, over, in_time)
SELECT {new_id}, %(alert)s, told.person_id, told.unit_id, told.role, %(now)s, '', '', '', false, false
FROM ({people}) AS told
ON CONFLICT (alert_id, person_id) DO NOTHING
RETURNING person_id, unit_id
"""


@dataclasses.dataclass(frozen=True)
class Audience:
    """`units`: keys whose subtrees are told; none for the sender's own. `stages`: none for all.

    `further`: what others declare (classes); with it only these people are told, whatever their post.
    """

    units: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


def roles_for(unit_kind: str) -> list[Role]:
    """Posts that a unit of this kind may tell, the highest first."""
    found = [role for kind in BELOW[unit_kind] for role in ROLES_AT[kind] if role not in NEVER]
    return list(dict.fromkeys(found))


def usual_roles(unit_kind: str) -> list[str]:
    """Everybody of one's own school; of many schools those who lead."""
    known = roles_for(unit_kind)
    return [str(r) for r in known if unit_kind in {"school", "campus"} or r in LEADING]


def checked(unit: Unit, asked: Audience) -> Audience:
    """The audience as it is kept. Errors: what lies outside the sender's own, no posts chosen."""
    wanted = tuple(map(str, roles_for(unit.kind))) if asked.further else asked.roles
    roles = [role for role in dict.fromkeys(wanted) if role in roles_for(unit.kind)]
    if not roles or len(roles) != len(set(wanted)):
        raise Refused(_("请选择要通知的岗位。"), field="roles")
    if not set(asked.stages) <= set(Stage.values):
        raise Refused(_("请选择列出的学段。"), field="stages")
    units = topmost(asked.units or (unit.key,))
    if not all(subtree(unit.key).holds(key) for key in units):
        raise Refused(_("只能通知本单位和下属单位。"), field="units")
    if Unit.objects.filter(key__in=units, state=Unit.State.ACTIVE).count() != len(units):
        raise Refused(_("选中的单位里有的已停办或不存在，请重新选择。"), field="units")
    chosen = tuple(dict.fromkeys(asked.further))
    if len(further.names(unit, chosen)) != len(chosen):
        raise Refused(_("选中的班级里有的已经不在，请重新选择。"), field="further")
    return Audience(tuple(units), tuple(roles), tuple(sorted(set(asked.stages))), chosen)


def topmost(keys: Sequence[str]) -> list[str]:
    """Without those that lie below another of them."""
    kept: list[str] = []
    for key in sorted(set(keys)):
        if not kept or not key.startswith(kept[-1]):
            kept.append(key)
    return kept


def count(unit: Unit, audience: Audience, *, but: int | None) -> int:
    """How many people would be told now, the sender left out."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_PEOPLE}) AS told", _facts(unit, audience, but))  # noqa: S608
        return int(cursor.fetchone()[0])


def make_receipts(alert: Alert, *, but: int | None) -> list[tuple[int, str]]:
    """One receipt for each person, by one statement; (person, unit) of those told now."""
    if alert.corrects_id:
        people, facts = _SAME_PEOPLE, {"before": alert.corrects_id}
    else:
        people = _PEOPLE
        asked = Audience(
            tuple(alert.units), tuple(alert.roles), tuple(alert.stages), tuple(alert.further)
        )
        facts = _facts(alert.unit, asked, but)
    with connection.cursor() as cursor:
        cursor.execute(
            _TELL.format(new_id=NEW_ID_SQL, people=people),
            {**facts, "alert": alert.pk, "now": alert.sent_at},
        )
        return list(cursor.fetchall())


def _facts(unit: Unit, audience: Audience, but: int | None) -> dict[str, Any]:
    ranges = [subtree(key) for key in audience.units]
    return {
        "lo": [one.lo for one in ranges],
        "hi": [one.hi for one in ranges],
        "roles": list(audience.roles),
        "stages": list(audience.stages),
        "only": further.people(unit, audience.further),
        "today": timezone.localdate(),
        "but": but,
    }
