"""What proposes to grade a point anew: reactions on events of other domains, and the day's look.

A fact proposes once (its key is unique for the point); after a decision only a new fact proposes again.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from anyuan.core.kinds import tag
from anyuan.core.models import Record
from anyuan.domains.risk.points.content import scoring
from anyuan.domains.risk.points.models import RegradeProposal, RiskPoint
from anyuan.domains.risk.points.numbers import missed_checks, repeat
from anyuan.engines.notices.services import tell
from anyuan.org.permissions import Role

Why = RegradeProposal.Why
OPEN_STATES = ("graded", "approved", "controlled")
DAYS_BEFORE = 30  # a yearly review is proposed so long before it is due


def after_incident(incident: Any, by: Any, **_more: Any) -> None:
    """Reaction on `incident.reported`: points of that kind, or at that place, of the school."""
    categories = scoring().incidents.get(incident.kind, ())
    points = [
        point
        for point in _points(incident.unit_id)
        if point.category in categories or _same_place(point, incident.place)
    ]
    _propose(points, Why.INCIDENT, incident.record.title, f"incident:{incident.pk}")


def after_hazard(hazard: Any, by: Any, **_more: Any) -> None:
    """Reaction on `hazard.reported` and `hazard.graded`: a major one, or the same kind again and again."""
    points = _closest(_points(hazard.unit_id), hazard.category, hazard.place)
    if not points:
        return
    if hazard.level == "major":
        _propose(points, Why.MAJOR, str(hazard), f"major:{hazard.pk}")
    days, least = repeat()
    since = hazard.found_on - datetime.timedelta(days=days)
    seen = Record.objects.filter(
        kind="hazard", unit_id=hazard.unit_id, tags__contains=[tag("category", hazard.category)], counts=True,
        happened_on__range=(since, hazard.found_on),
    ).count()  # fmt: skip
    if seen >= least:
        words = _("%(days)d 天内出现 %(seen)d 处“%(kind)s”隐患") % {
            "days": days, "seen": seen, "kind": hazard.get_category_display(),
        }  # fmt: skip
        _propose(points, Why.REPEATED, words, f"repeat:{hazard.pk}")


def _points(unit_key: str) -> list[RiskPoint]:
    rows = RiskPoint.objects.filter(unit=unit_key, record__state__in=OPEN_STATES)
    return list(rows.select_related("unit", "record"))


def _closest(points: Iterable[RiskPoint], category: str, place: str) -> list[RiskPoint]:
    """Points of the category at that place; of the category where none is at the place."""
    same = [one for one in points if one.category == category]
    return [one for one in same if _same_place(one, place)] or same


def _same_place(point: RiskPoint, place: str) -> bool:
    place = place.strip()
    names = [point.name, *point.zone.replace("、", " ").split()]
    return bool(place) and any(name in place or place in name for name in names)


def _propose(points: Iterable[RiskPoint], why: str, detail: str, fact: str) -> None:
    """One proposal for each point; a point that has one of this reason open already gets no second."""
    points = list(points)
    open_now = set(
        RegradeProposal.objects.filter(
            point__in=points, why=why, state=RegradeProposal.State.OPEN
        ).values_list("point_id", flat=True)
    )
    new = [one for one in points if one.pk not in open_now]
    RegradeProposal.objects.bulk_create(
        [
            RegradeProposal(unit_id=one.unit_id, point=one, why=why, detail=detail[:200], fact=fact)
            for one in new
        ],
        ignore_conflicts=True,
    )
    if new:
        title = _("建议重新评估 %(n)d 个风险点：%(why)s") % {"n": len(new), "why": Why(why).label}
        tell(
            [new[0].unit_id], [Role.PRINCIPAL, Role.SAFETY_OFFICER], kind="risk", title=title, body=detail,
            url="/risk/?due=proposed", once_key=f"risk:{new[0].unit_id}:{fact}",
        )  # fmt: skip


_DAILY = """
INSERT INTO risk_regradeproposal (id, unit_id, point_id, why, detail, fact, at, state, decision)
SELECT gen_random_uuid(), found.unit_id, found.record_id, found.why, found.detail, found.fact, now(), 'open', ''
FROM (
  SELECT p.unit_id, p.record_id, 'review' AS why, format(%(review)s, to_char(p.review_due, 'YYYY-MM-DD')) AS detail,
         'review:' || p.review_due AS fact
  FROM risk_riskpoint p JOIN core_record r ON r.id = p.record_id
  WHERE r.state = ANY(%(states)s) AND p.review_due <= %(ahead)s
  UNION ALL
  SELECT p.unit_id, p.record_id, 'overdue', %(overdue)s, 'overdue:' || p.next_check_on
  FROM risk_riskpoint p JOIN core_record r ON r.id = p.record_id
  WHERE r.state = ANY(%(states)s) AND p.next_check_on + p.check_days * (%(missed)s - 1) < %(today)s
) AS found
WHERE NOT EXISTS (
  SELECT 1 FROM risk_regradeproposal o WHERE o.point_id = found.record_id AND o.why = found.why AND o.state = 'open'
)
ON CONFLICT (point_id, fact) DO NOTHING
RETURNING unit_id
"""


def look(today: datetime.date) -> int:
    """Yearly reviews that come due and controls that nobody looked after; how many proposals were made.

    Over all units by one statement (a job). Run twice on a day, it proposes once.
    """
    missed = missed_checks()
    with connection.cursor() as cursor:
        cursor.execute(
            _DAILY,
            {
                "review": _("应在 %s 前重新评估"),
                "overdue": _("管控措施连续 %(n)d 次没有按时检查") % {"n": missed},
                "ahead": today + datetime.timedelta(days=DAYS_BEFORE),
                "missed": missed,
                "today": today,
                "states": list(OPEN_STATES),
            },
        )
        units = [unit for (unit,) in cursor.fetchall()]
    if units:
        tell(
            sorted(set(units)), [Role.PRINCIPAL, Role.SAFETY_OFFICER], kind="risk",
            title=_("有风险点建议重新评估，请查看"), url="/risk/?due=proposed",
            once_key=f"risk:review:{today.isoformat()}",
        )  # fmt: skip
    return len(units)


def remind(today: datetime.date) -> int:
    """Schools where red or orange points were not looked after in time are told; how many messages."""
    rows = RiskPoint.objects.filter(
        colour__in=["red", "orange"], next_check_on__lt=today, record__state__in=OPEN_STATES
    )
    units = sorted(set(rows.values_list("unit_id", flat=True)))
    if not units:
        return 0
    return tell(
        units, [Role.PRINCIPAL, Role.SAFETY_OFFICER], kind="risk",
        title=_("红色、橙色风险点的管控检查已逾期，请今天完成"), url="/risk/checks/",
        once_key=f"risk:late:{today.isoformat()}",
    )  # fmt: skip
