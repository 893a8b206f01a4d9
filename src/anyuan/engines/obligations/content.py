"""A pack as plain data for the Policy row, and back; with its hash."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from anyuan.engines.obligations.models import Policy, Rule
from anyuan.engines.obligations.packs import spec

T = TypeVar("T")


def pack_content(pack: spec.Pack) -> dict[str, Any]:
    """JSON data of a pack: dates as text, tuples as lists."""
    data: dict[str, Any] = json.loads(_dump(pack))
    return data


def pack_hash(pack: spec.Pack) -> str:
    return hashlib.sha256(_dump(pack).encode()).hexdigest()


def pack_from(content: Mapping[str, Any]) -> spec.Pack:
    return _build(spec.Pack, content)


def pack_of(policy: Policy) -> spec.Pack:
    """The pack as it was loaded. Built once for each content in a process."""
    return _remembered(policy.content_hash, json.dumps(policy.content))


def pack_in_force(policy: Policy) -> spec.Pack:
    """The pack as loaded, with the rules that were switched on or off here since."""
    switched = dict(
        Rule.objects.filter(policy=policy, ends_on__isnull=True).values_list("key", "enabled")
    )
    pack = pack_of(policy)
    rules = tuple(
        dataclasses.replace(rule, enabled=switched.get(rule.key, rule.enabled))
        for rule in pack.rules
    )
    return dataclasses.replace(pack, rules=rules)


@functools.lru_cache(maxsize=8)
def _remembered(content_hash: str, content: str) -> spec.Pack:
    return pack_from(json.loads(content))


def _dump(pack: spec.Pack) -> str:
    return json.dumps(dataclasses.asdict(pack), ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a pack holds no {type(value).__name__}")


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _build(cls: type[T], data: Mapping[str, Any]) -> T:
    hints = _hints(cls)  # type: ignore[arg-type]
    return cls(**{name: _value(hints[name], value) for name, value in data.items()})


def _value(hint: Any, value: Any) -> Any:
    """One field by its annotation; what the packs' shapes use, and nothing more."""
    if value is None:
        return None
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if isinstance(value, list):
            return tuple(value)
        return _value(next(part for part in inner if part is not type(None)), value)
    if origin is tuple:
        return tuple(_value(inner[0], one) for one in value)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _value(inner[1], one) for key, one in value.items()}
    if hint is date:
        return date.fromisoformat(value)
    if dataclasses.is_dataclass(hint):
        return _build(hint, value)  # type: ignore[arg-type]
    return value
