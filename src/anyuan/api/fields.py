"""Field types that every schema shares: bounded text, days, unit keys, choices of a model."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import TextChoices
from ninja import Field
from pydantic import AfterValidator, AwareDatetime, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

EARLIEST, LATEST = datetime.date(2010, 1, 1), datetime.date(2100, 1, 1)
UNIT_PATTERN = r"^([0-9A-Z]{1,20}\.){1,5}$"


def _no_nul(text: str) -> str:
    """PostgreSQL keeps no NUL in text."""
    if "\x00" in text:
        raise PydanticCustomError("nul", "含有无法保存的字符。")
    return text


def _in_reach(day: datetime.date) -> datetime.date:
    if not EARLIEST <= day <= LATEST:
        raise PydanticCustomError("day", "日期超出了可以使用的范围。")
    return day


def _utc(moment: datetime.datetime) -> datetime.datetime:
    """In UTC: PostgreSQL knows no offsets beyond 16 hours, and a moment must fit its calendar."""
    if not EARLIEST <= moment.date() <= LATEST:
        raise PydanticCustomError("moment", "时间超出了可以使用的范围。")
    return moment.astimezone(datetime.UTC)


class OneOf:
    """One of a model's choices, said in the schema as an enumeration."""

    def __init__(self, choices: type[TextChoices]) -> None:
        self.values = tuple(choices.values)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "enum": list(self.values)}

    def _check(self, value: str) -> str:
        if value not in self.values:
            raise PydanticCustomError("choice", "请选择列出的一项。")
        return value


Text = Annotated[str, AfterValidator(_no_nul)]
Line = Annotated[str, Field(max_length=300), AfterValidator(_no_nul)]
Long = Annotated[str, Field(max_length=5000), AfterValidator(_no_nul)]
Day = Annotated[datetime.date, AfterValidator(_in_reach)]
UnitKey = Annotated[str, Field(pattern=UNIT_PATTERN, max_length=120)]
Amount = Annotated[Decimal, Field(ge=0, le=999999999)]
Since = Annotated[AwareDatetime, AfterValidator(_utc)]
