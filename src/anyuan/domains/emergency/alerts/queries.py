"""Reading alerts and how they go: the lists, the counts, who needs help, who has not answered, by unit."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from anyuan.core.keys import ancestors, depth, subtree
from anyuan.core.refused import Missing
from anyuan.domains.emergency.alerts.models import Alert, Answer, Delivery, Receipt
from anyuan.domains.emergency.alerts.starting import SENDERS
from anyuan.engines.notices import channels
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.queries import staff_of

MOST_HELP, MOST_NAMES = 200, 300
_BY_UNIT = """
SELECT coalesce(below.key, ''), unit.name, count(*),
  count(*) FILTER (WHERE r.seen_at IS NOT NULL OR r.answered_at IS NOT NULL),
  count(*) FILTER (WHERE r.answer IN ('safe', 'known')),
  count(*) FILTER (WHERE r.answer = 'help'),
  count(*) FILTER (WHERE r.answered_at IS NULL)
FROM alerts_receipt r
CROSS JOIN LATERAL (SELECT CASE WHEN r.unit_id <> %(base)s THEN
  (array_to_string((string_to_array(r.unit_id, '.'))[1:%(depth)s], '.') || '.') COLLATE "C" END AS key) AS below
LEFT JOIN org_unit unit ON unit.key = below.key
WHERE r.alert_id = %(alert)s AND r.unit_id >= %(lo)s AND r.unit_id < %(hi)s
GROUP BY below.key, unit.name
ORDER BY 6 DESC, 7 DESC, below.key
"""


@dataclasses.dataclass(frozen=True)
class Counts:
    """How an alert goes: of those told, how many saw it, are well, need help, have not answered."""

    told: int
    seen: int
    well: int
    help: int
    silent: int
    key: str = ""
    name: str = ""

    @property
    def answered(self) -> int:
        return self.told - self.silent

    @property
    def percent(self) -> int:
        return 100 * self.answered // self.told if self.told else 0


@dataclasses.dataclass(frozen=True)
class Going:
    """One level of an alert's results: its own people by name, the units below by their counts."""

    whole: Counts
    base: Unit
    path: list[Unit]
    units: list[Counts]
    names: list[Receipt]
    more_names: bool
    helps: list[Receipt]


def sent(by: Actor, wanted: Mapping[str, Any]) -> QuerySet[Any]:
    """Alerts of the actor's unit and those below, as filtered."""
    rows = visible(Alert, by).select_related("unit", "record", "sent_by")
    if wanted.get("kind"):
        rows = rows.filter(kind=wanted["kind"])
    if wanted.get("state"):
        rows = rows.filter(record__state=wanted["state"])
    if wanted.get("unit"):
        try:
            rows = rows.within(subtree(wanted["unit"]))
        except ValueError as error:
            raise Missing from error
    if wanted.get("since"):
        rows = rows.filter(record__happened_on__gte=wanted["since"])
    if wanted.get("until"):
        rows = rows.filter(record__happened_on__lte=wanted["until"])
    return rows


def counts_of(alert: Alert) -> Counts:
    """The whole alert, one query. The caller has found the alert through `visible`."""
    answered = Q(answered_at__isnull=False)
    found = Receipt.objects.filter(alert=alert).aggregate(
        told=Count("pk"),
        seen=Count("pk", filter=Q(seen_at__isnull=False) | answered),
        well=Count("pk", filter=Q(answer__in=[Answer.SAFE, Answer.KNOWN])),
        help=Count("pk", filter=Q(answer=Answer.HELP)),
        silent=Count("pk", filter=~answered),
    )
    return Counts(**found)


def counts_of_many(alerts: list[Alert]) -> None:
    """Put `counts` on each of the alerts of one page, by one query."""
    answered = Q(answered_at__isnull=False)
    rows = (
        Receipt.objects.filter(alert__in=alerts)
        .values("alert_id")
        .annotate(silent=Count("pk", filter=~answered), help=Count("pk", filter=Q(answer="help")))
    )
    found = {row["alert_id"]: row for row in rows}
    for alert in alerts:
        row = found.get(alert.pk, {"silent": 0, "help": 0})
        alert.silent, alert.help = row["silent"], row["help"]  # type: ignore[attr-defined]


def going(alert: Alert, by: Actor, key: str = "") -> Going:
    """Results at one unit of the alert's own (the sender's if none is named). Errors: Missing."""
    key = key or alert.unit_id
    try:
        inside = subtree(key)
    except ValueError as error:
        raise Missing from error
    if not subtree(alert.unit_id).holds(key):
        raise Missing
    keys = [one for one in ancestors(key) if one >= alert.unit_id]
    path = list(Unit.objects.filter(key__in=keys).order_by("key"))
    if not path or path[-1].key != key:
        raise Missing
    facts = {
        "alert": alert.pk,
        "base": key,
        "depth": depth(key) + 1,
        "lo": inside.lo,
        "hi": inside.hi,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BY_UNIT, facts)
        rows = [
            Counts(told, seen, well, help_, silent, key, name or "")
            for key, name, told, seen, well, help_, silent in cursor
        ]
    names = _names(alert).filter(unit_id=key) if any(not one.key for one in rows) else None
    shown = list(names[: MOST_NAMES + 1]) if names is not None else []
    return Going(
        counts_of(alert), path[-1], path[:-1], [one for one in rows if one.key],
        shown[:MOST_NAMES], len(shown) > MOST_NAMES, helps_of(alert),
    )  # fmt: skip


def _names(alert: Alert) -> QuerySet[Any]:
    """People with what they answered: who needs help, who is silent, who is well."""
    rows: QuerySet[Any] = Receipt.objects.filter(alert=alert).select_related("person", "unit")
    return rows.order_by(F("answered_at").asc(nulls_first=True), "unit_id", "person__name", "id")


def helps_of(alert: Alert) -> list[Receipt]:
    """Who needs help, the longest waiting first."""
    return list(_names(alert).filter(answer=Answer.HELP).order_by("answered_at")[:MOST_HELP])


def names_of(alert: Alert) -> QuerySet[Any]:
    """Everybody, by unit, for the workbook."""
    return _names(alert).order_by("unit_id", "person__name", "id")


def ways_of(alert: Alert) -> list[dict[str, Any]]:
    """Each channel with how many messages wait, went out, failed, were not needed any more."""
    rows = list(
        Delivery.objects.filter(alert=alert)
        .values("channel")
        .annotate(
            waiting=Count("pk", filter=Q(state="waiting")),
            done=Count("pk", filter=Q(state="done")),
            failed=Count("pk", filter=Q(state="failed")),
            spared=Count("pk", filter=Q(state="spared")),
        )
    )
    order = {key: place for place, key in enumerate(channels.labels())}
    rows.sort(key=lambda row: order.get(row["channel"], 99))
    labels = channels.labels()
    return [{**row, "label": labels.get(row["channel"], row["channel"])} for row in rows]


def failures_of(alert: Alert) -> list[dict[str, Any]]:
    """Why messages did not go out, the most frequent first."""
    rows = Delivery.objects.filter(alert=alert, state="failed").values("channel", "detail")
    found = list(rows.annotate(many=Count("pk")).order_by("-many")[:5])
    labels = channels.labels()
    return [{**row, "label": labels.get(row["channel"], row["channel"])} for row in found]


def minutes_since(moment: datetime.datetime | None) -> int:
    """Whole minutes from a moment until now."""
    return int((timezone.now() - moment).total_seconds() // 60) if moment else 0


def colleagues(alert: Alert, by: Actor) -> bool:
    """Whether somebody else of the sender's level could confirm."""
    return bool(
        staff_of(alert.unit).filter(role__in=SENDERS).exclude(person_id=by.person_id or 0).exists()
    )


def places(unit: Unit, area: str) -> list[Unit]:
    """What can be ticked as the audience: the units right below the sender's, or below one of them."""
    base = unit.key
    if area and subtree(unit.key).holds(area) and area.endswith("."):
        base = area
    rows = Unit.objects.filter(parent_id=base, state=Unit.State.ACTIVE)
    return list(rows.order_by("kind", "key"))
