"""Incidents: the list, one, and the first report. Names of the injured are never given out."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema, Status

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import OneOf, Since, Text
from anyuan.api.paging import PageOf, Synced, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.api.records import Anchor, anchor
from anyuan.api.units import unit_for
from anyuan.api.writing import Sent, numbered, status_of
from anyuan.domains.emergency.incidents.content import content
from anyuan.domains.emergency.incidents.models import Hurt, Incident, Source
from anyuan.domains.emergency.incidents.queries import filtered, lateness, one
from anyuan.domains.emergency.incidents.services.reporting import report_incident

router = Router(tags=["突发事件"])
Heads = Annotated[int, Field(ge=0, le=30000)]
FACTS = ("hurt", "dead", "missing", "injured", "serious", "lon", "lat", "contact", "contact_phone")


class OneOfPack(OneOf):
    """One of the pack's own keys: kinds or levels."""

    def __init__(self, part: str) -> None:
        self.values = tuple(getattr(content(), part))


class IncidentFacts(Schema):
    """What is said of an incident at first."""

    place: Text = Field(min_length=1, max_length=60, description="Where in or near the school")
    summary: Text = Field(
        min_length=1, max_length=200, description="What happened, in a line; no pupil's name"
    )
    happened_at: Since | None = Field(None, description="When; now if left out")
    hurt: Annotated[str, OneOf(Hurt)] = Field("unknown", description="none, some or unknown")
    dead: Heads = Field(0, description="People dead")
    missing: Heads = Field(0, description="People missing")
    injured: Heads = Field(0, description="People hurt or ill, the badly hurt among them")
    serious: Heads = Field(0, description="People badly hurt; not more than `injured`")
    lon: Annotated[Decimal, Field(ge=-180, le=180, decimal_places=6)] | None = Field(
        None, description="Longitude in degrees, with `lat`"
    )
    lat: Annotated[Decimal, Field(ge=-90, le=90, decimal_places=6)] | None = Field(
        None, description="Latitude in degrees, with `lon`"
    )
    contact: Text = Field("", max_length=40, description="Who answers on the spot")
    contact_phone: Text = Field("", max_length=20, description="Their telephone")


class IncidentIn(Sent, IncidentFacts):
    """A first report."""

    type: Annotated[str, OneOfPack("kinds")] = Field(description="What happened", examples=["fire"])
    source: Annotated[str, OneOf(Source)] = Field(
        "school",
        description="How a level above learnt of it; a school's own report is the school's",
    )


class IncidentOut(Anchor, IncidentFacts):
    """An incident and where it stands."""

    number: str = Field(description="Number on papers", examples=["TF-2132000001-20260901-01"])
    type: str = Field(description="What happened")
    source: str = Field(description="school, above or public")
    proposed_level: str = Field(description="Level that the thresholds suggest: I, II, III or IV")
    level: str = Field(description="Level that a person decided; empty until then")
    must_report: bool = Field(description="Whether it must be reported to the levels above")
    managed_by: str = Field(description="school, district or city")
    told_at: datetime.datetime | None = Field(description="When the levels above first heard of it")
    written_at: datetime.datetime | None = Field(description="When the written report was sent")
    written_due_at: datetime.datetime = Field(description="It was due by this moment")
    received_at: datetime.datetime | None = Field(description="When a duty desk received it")
    closed_at: datetime.datetime | None = Field(description="When the handling was over")
    final_at: datetime.datetime | None = Field(description="When the final report was sent")
    reported: str = Field(
        description="in_time, waiting, late, over_cap or hidden; empty where it need not be reported"
    )

    @classmethod
    def of(cls, incident: Incident) -> IncidentOut:
        case: Any = incident.record.case  # type: ignore[attr-defined]  # reverse of a one-to-one
        return cls(
            **anchor(incident.record), **{name: getattr(incident, name) for name in FACTS},
            number=incident.number, type=incident.kind, place=incident.place, summary=incident.summary,
            happened_at=incident.happened_at, source=incident.source, proposed_level=incident.proposed,
            level=incident.level, must_report=incident.must_report, managed_by=case.level,
            told_at=incident.told_at, written_at=incident.written_at, written_due_at=incident.written_due_at,
            received_at=incident.received_at, closed_at=case.closed_at, final_at=incident.final_at,
            reported=lateness(incident),
        )  # fmt: skip


class IncidentQuery(Synced):
    state: Text = Field("", max_length=24, description="A state, or `open` for all not closed")
    type: Annotated[str, OneOfPack("kinds")] | None = Field(None, description="Only of this kind")
    level: Annotated[str, OneOfPack("levels")] | None = Field(
        None, description="Only of this level, decided or suggested"
    )
    late: Annotated[str, Field(pattern="^(due|late|must)?$")] = Field(
        "",
        description="`due`: a report is to be sent; `late`: reported late; `must`: must be reported",
    )


@router.get("/incidents", response={200: PageOf[IncidentOut], **PROBLEMS}, summary="突发事件列表")
def incident_list(request: ApiRequest, asked: Query[IncidentQuery]) -> PageOf[IncidentOut]:
    may_read(request.actor, Incident)
    wanted = {"state": asked.state, "kind": asked.type, "level": asked.level, "late": asked.late}
    rows = filtered(request.actor, wanted).select_related("record__unit", "record__case")
    rows = narrowed(rows, asked, changed="record__updated_at")
    return page_of(rows, asked, order=["-record_id"], to=IncidentOut.of)


@router.get("/incidents/{uuid:pk}", response={200: IncidentOut, **PROBLEMS}, summary="一件突发事件")
def incident_one(request: ApiRequest, pk: uuid.UUID) -> IncidentOut:
    may_read(request.actor, Incident)
    return IncidentOut.of(one(request.actor, pk))


@router.post("/incidents", response={(200, 201): IncidentOut, **PROBLEMS}, summary="首报突发事件")
def incident_post(request: ApiRequest, body: IncidentIn) -> Status[IncidentOut]:
    unit = unit_for(request, body.unit)
    status = status_of(body, unit, "incident")
    facts = {name: getattr(body, name) for name in FACTS}
    incident = report_incident(
        unit, by=request.actor, kind=body.type, place=body.place, summary=body.summary,
        happened_at=body.happened_at, source=body.source, file_ids=body.file_ids, record_id=body.id, **facts,
    )  # fmt: skip
    return Status(status, IncidentOut.of(incident))


@router.put(
    "/incidents/{uuid:pk}",
    response={(200, 201): IncidentOut, **PROBLEMS},
    summary="按编号首报突发事件",
)
def incident_put(request: ApiRequest, pk: uuid.UUID, body: IncidentIn) -> Status[IncidentOut]:
    numbered(body, pk)
    return incident_post(request, body)
