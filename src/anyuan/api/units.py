"""Units of the caller's scope, and who the caller is."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from anyuan.api.callers import ApiRequest
from anyuan.api.fields import OneOf, Text, UnitKey
from anyuan.api.paging import Listing, PageOf, may_read, narrowed, page_of
from anyuan.api.problems import PROBLEMS
from anyuan.org.actor import visible
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible

router = Router(tags=["单位"])


class Caller(Schema):
    """Who calls and what they may do."""

    name: str = Field(description="Name of the person, or what the token is for")
    unit: str = Field(description="Key of the unit; all below it is in reach")
    role: str = Field(description="The post's role; empty for a token", examples=["safety_officer"])
    permissions: list[str] = Field(description="What the caller may do", examples=[["unit.read"]])


class UnitOut(Schema):
    """A city, district, school or campus."""

    key: str = Field(description="Codes from the root", examples=["320400.320412.2132000001."])
    parent: str | None = Field(description="Key of the managing authority; null for the city")
    kind: str = Field(description="city, district, school or campus")
    code: str = Field(description="The unit's own code")
    name: str = Field(description="Full name", examples=["湖塘实验小学"])
    short_name: str = Field(description="Short name")
    state: str = Field(description="active, merged or closed")
    stages: list[str] = Field(description="Stages taught; empty for a district or city")
    pupils: int | None = Field(description="Pupils; null for a district or city")
    lon: float | None = Field(description="Longitude in degrees, in `datum`")
    lat: float | None = Field(description="Latitude in degrees, in `datum`")
    datum: str | None = Field(description="wgs84, gcj02 or bd09")

    @classmethod
    def of(cls, unit: Unit) -> UnitOut:
        profile: Any = getattr(unit, "profile", None)
        return cls(
            key=unit.key, parent=unit.parent_id, kind=unit.kind, code=unit.code, name=unit.name,
            short_name=unit.short_name, state=unit.state,
            stages=profile.stages if profile else [], pupils=profile.pupils if profile else None,
            lon=profile.lon if profile else None, lat=profile.lat if profile else None,
            datum=profile.datum if profile else None,
        )  # fmt: skip


class UnitQuery(Listing):
    kind: Annotated[str, OneOf(Unit.Kind)] | None = Field(None, description="Only of this kind")
    q: Text = Field("", max_length=60, description="Part of the name")


@router.get("/me", response={200: Caller, **PROBLEMS}, summary="我是谁、能做什么")
def me(request: ApiRequest) -> Caller:
    by = request.actor
    return Caller(
        name=by.name, unit=by.unit_key, role=by.role, permissions=sorted(map(str, by.permissions))
    )


@router.get("/units", response={200: PageOf[UnitOut], **PROBLEMS}, summary="单位列表")
def unit_list(request: ApiRequest, asked: Query[UnitQuery]) -> PageOf[UnitOut]:
    may_read(request.actor, Unit)
    rows = narrowed(visible(Unit, request.actor).select_related("profile"), asked)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.q:
        rows = rows.filter(name__icontains=asked.q)
    return page_of(rows, asked, order=["key"], to=UnitOut.of)


@router.get("/units/{key}", response={200: UnitOut, **PROBLEMS}, summary="一个单位")
def unit_one(request: ApiRequest, key: UnitKey) -> UnitOut:
    may_read(request.actor, Unit)
    return UnitOut.of(get_visible(Unit, request.actor, key=key, select=("profile",)))


def unit_for(request: ApiRequest, key: str | None) -> Unit:
    """The unit that a new record is about: named, or the caller's own."""
    return get_visible(Unit, request.actor, key=key or request.actor.unit_key)


__all__ = ["router", "unit_for"]
