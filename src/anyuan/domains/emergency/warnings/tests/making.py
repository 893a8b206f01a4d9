"""Warnings and CAP messages as the tests want them."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.emergency.warnings import queries
from anyuan.domains.emergency.warnings.models import (
    Measure,
    Suspension,
    WarningResponse,
    WarningSignal,
)
from anyuan.domains.emergency.warnings.services.incoming import enter_warning, take_message
from anyuan.domains.emergency.warnings.services.weighing import step_warning

NS = "urn:oasis:names:tc:emergency:cap:1.2"
SENT = "2026-06-21T15:00:00+08:00"


def soon(hours: float = 6) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(hours=hours)


def iso(moment: datetime.datetime) -> str:
    return timezone.localtime(moment).replace(microsecond=0).isoformat()


def cap(
    *, identifier: str = "A1", sender: str = "w@cma.gov.cn", sent: str = SENT, status: str = "Actual",
    kind: str = "Alert", references: str = "", info: str | None = None, ns: str = NS, **more: Any,
) -> bytes:  # fmt: skip
    """A CAP message; `more` goes to its info."""
    refers = f"<references>{references}</references>" if references else ""
    body = info if info is not None else ("" if kind == "Cancel" else info_of(**more))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="{ns}">\n<identifier>{identifier}</identifier>\n'
        f"<sender>{sender}</sender>\n<sent>{sent}</sent>\n<status>{status}</status>\n<msgType>{kind}</msgType>\n"
        f"<scope>Public</scope>\n{refers}\n{body}\n</alert>"
    ).encode()  # fmt: skip


def info_of(
    *, headline: str = "常州市气象台发布暴雨红色预警", event: str = "暴雨", code: str = "11B03", severity: str = "Extreme",
    expires: str | None = None, area: str | None = None, language: str = "zh-CN", parameters: str = "",
) -> str:  # fmt: skip
    until = iso(soon()) if expires is None else expires
    where = area if area is not None else geocode("320412")
    return f"""<info>
<language>{language}</language>
<category>Met</category>
<event>{event}</event>
<urgency>Immediate</urgency>
<severity>{severity}</severity>
<certainty>Likely</certainty>
<eventCode><valueName>eventType</valueName><value>{code}</value></eventCode>
<expires>{until}</expires>
<senderName>常州市气象台</senderName>
<headline>{headline}</headline>
<description>预计三小时内雨量一百毫米以上。</description>
<instruction>请注意防范。</instruction>
{parameters}
{where}
</info>"""


def geocode(code: str, words: str = "某地") -> str:
    return f"<area><areaDesc>{words}</areaDesc><geocode><valueName>GB/T 2260</valueName><value>{code}</value></geocode></area>"


def polygon(*points: tuple[float, float]) -> str:
    shape = " ".join(f"{lat},{lon}" for lat, lon in points)
    return f"<area><areaDesc>图上的范围</areaDesc><polygon>{shape}</polygon></area>"


def take(unit: Any, by: Any, raw: bytes, origin: str = "file") -> Any:
    return take_message(unit, by=by, raw=raw, origin=origin)


def entered(unit: Any, *, by: Any, **more: Any) -> WarningSignal:
    """A red rainstorm warning by hand."""
    facts = {
        "kind": "rainstorm", "colour": "red", "words": "预计三小时内雨量一百毫米以上。", "units": [unit.key],
        "expires_at": soon(), **more,
    }  # fmt: skip
    return enter_warning(unit, by=by, **facts)


def issued(signal: WarningSignal, *, by: Any, **more: Any) -> WarningSignal:
    """Passed on with two measures."""
    data = {
        "kind": signal.kind, "colour": signal.colour, "level": "I", "units": signal.units,
        "expires_at": signal.expires_at, "words": signal.words, "measures": ["停止户外活动", "检查排水"], "suspension": None,
        **more,
    }  # fmt: skip
    with scope.enter(by.units, person=str(by.person_id)):
        held = queries.one(by, signal.pk)
        step_warning(held, by=by, transition="issue", data=data)
        return queries.one(by, signal.pk)


def step(signal: WarningSignal, by: Any, transition: str, **data: Any) -> Any:
    with scope.enter(by.units, person=str(by.person_id)):
        return step_warning(queries.one(by, signal.pk), by=by, transition=transition, data=data)


def fresh(signal: WarningSignal, by: Any) -> WarningSignal:
    with scope.enter(by.units):
        return WarningSignal.objects.select_related("record__case", "unit").get(pk=signal.pk)


def copy_of(signal: WarningSignal, by: Any) -> WarningResponse:
    """The actor's own unit's copy."""
    with scope.enter(by.units):
        return WarningResponse.objects.select_related("unit", "record").get(
            signal_id=signal.pk, unit_id=by.unit_key
        )


def measures_of(response: WarningResponse, by: Any) -> list[Measure]:
    with scope.enter(by.units):
        return list(Measure.objects.filter(response=response).order_by("seq"))


def suspended(response: WarningResponse, by: Any) -> Suspension | None:
    with scope.enter(by.units):
        return queries.suspension_of(response)


def all_done(response: WarningResponse, by: Any) -> dict[str, tuple[str, str]]:
    return {str(one.pk): ("done", "") for one in measures_of(response, by)}
