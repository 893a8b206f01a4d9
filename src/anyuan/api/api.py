"""The one NinjaAPI: callers, rate, problems, and the schema at /api/v1/openapi.json."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from anyuan.api import (
    appraisals,
    buses,
    campaigns,
    checks,
    drills,
    filings,
    hazards,
    incidents,
    indicators,
    ledgers,
    letters,
    messages,
    plans,
    policy,
    records,
    risks,
    rollcall,
    units,
    warnings,
)
from anyuan.api.callers import RATE, PerCaller, Session, Token
from anyuan.api.problems import HANDLERS, MEDIA_TYPE, PROBLEMS

DESCRIPTION = """安园的数据接口。与页面使用同样的权限：令牌或登录人员只能看到、办理其单位范围内的内容。

写入时请自备 UUIDv7 作为 `id`：同一内容重复发送只会保存一次。列表以 `after` 翻页，以 `updated_since` 增量同步。
"""


class Anyuan(NinjaAPI):
    """Says in its schema that refusals are problems."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
        return schema


api = Anyuan(
    title="安园 Anyuan",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,
    auth=[Token(), Session()],
    throttle=[PerCaller(RATE)],
)
for kind, handler in HANDLERS.items():
    api.add_exception_handler(kind, handler)
for part in (
    units,
    policy,
    records,
    risks,
    filings,
    checks,
    hazards,
    drills,
    ledgers,
    letters,
    indicators,
    messages,
    buses,
    incidents,
    plans,
    rollcall,
    warnings,
    appraisals,
    campaigns,
):
    api.add_router("", part.router)

__all__ = ["PROBLEMS", "api"]
