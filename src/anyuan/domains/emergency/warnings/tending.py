"""What time does to warnings: the silent are reminded, then shown to the level above; the old ones end."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Count, F
from django.urls import reverse
from django.utils.translation import gettext as _

from anyuan.domains.emergency.warnings.models import EndReason, WarningResponse, WarningSignal
from anyuan.domains.emergency.warnings.numbers import limits
from anyuan.domains.emergency.warnings.opening import DESKS, SCHOOLS
from anyuan.domains.emergency.warnings.services.weighing import step_warning
from anyuan.engines.live.services import publish
from anyuan.engines.notices.services import tell
from anyuan.org.actor import SYSTEM


def _silent() -> Any:
    return WarningResponse.objects.filter(acked_at__isnull=True, ended_at__isnull=True)


def remind(now: datetime.datetime) -> int:
    """Tell units that have not confirmed, each once; how many. Inside a scope over the whole tree (a job)."""
    rows = _silent().filter(reminded_at__isnull=True, told_at__lte=now - limits().remind)
    found = list(rows.select_for_update(of=("self",), skip_locked=True).values_list("pk", "signal_id", "unit_id", "title", "office"))  # fmt: skip
    WarningResponse.objects.filter(pk__in=[row[0] for row in found]).update(reminded_at=now)
    for (signal, title, office), units in _grouped(found).items():
        tell(
            units, DESKS if office else SCHOOLS, kind="warning.remind",
            title=_("还没有确认收到：%(title)s") % {"title": title}, url=_page(signal),
            once_key=f"warning:{signal}:remind",
        )  # fmt: skip
    return len(found)


def escalate(now: datetime.datetime) -> int:
    """After the limit the level above is told who is silent, each unit once; how many are silent."""
    rows = _silent().filter(escalated_at__isnull=True, ack_due_at__lt=now)
    found = list(rows.select_for_update(of=("self",), skip_locked=True).values_list("pk", "signal_id", "unit_id", "title", "office"))  # fmt: skip
    if not found:
        return 0
    pks = [row[0] for row in found]
    WarningResponse.objects.filter(pk__in=pks).update(escalated_at=now)
    above = (
        WarningResponse.objects.filter(pk__in=pks)
        .order_by()
        .values("signal_id", "title", parent=F("unit__parent_id"))
        .annotate(many=Count("pk"))
    )
    late: dict[tuple[Any, str, int], list[str]] = {}
    for row in above:
        late.setdefault((row["signal_id"], row["title"], row["many"]), []).append(row["parent"])
    for (signal, title, many), parents in late.items():
        tell(
            parents, DESKS, kind="warning.late", url=_page(signal),
            title=_("%(n)d 个单位超时未确认：%(title)s") % {"n": many, "title": title},
            once_key=f"warning:{signal}:late:{now:%Y%m%d%H%M}",
        )  # fmt: skip
    publish("warning_response", units=[row[2] for row in found])
    return len(found)


def expire(now: datetime.datetime) -> int:
    """Warnings past their time end by themselves; those nobody weighed are laid aside. How many."""
    rows = (
        WarningSignal.objects.filter(expires_at__lt=now, record__case__closed_at__isnull=True)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("record__case", "unit")
    )
    many = 0
    for signal in rows:
        step = "end" if signal.record.case.state == "running" else "void"
        data = {"reason": EndReason.EXPIRED, "note": _("已过有效期")}
        step_warning(signal, by=SYSTEM, transition=step, data=data)
        many += 1
    return many


def _grouped(found: list[Any]) -> dict[tuple[Any, str, bool], list[str]]:
    groups: dict[tuple[Any, str, bool], list[str]] = {}
    for _pk, signal, unit, title, office in found:
        groups.setdefault((signal, title, office), []).append(unit)
    return groups


def _page(signal: Any) -> str:
    return reverse("warnings:told", args=[signal])
