"""Schemes: taken over from the pack, changed as a draft, put into use, a new version."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict, Refused
from anyuan.domains.responsibility.appraisal.content import shipped
from anyuan.domains.responsibility.appraisal.models import (
    WORTH,
    Scheme,
    SchemeItem,
    SchemeVeto,
    Source,
)
from anyuan.engines.indicators.spec import all_indicators
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.services import checked

WHOLE = Decimal(100)
LINES = ("title", "excellent", "good", "passing")


@action(Permission.APPRAISAL_MANAGE)
def take_scheme(unit: Unit, *, by: Actor, key: str) -> Scheme:
    """A draft from one of the pack's schemes."""
    source = shipped().get(key)
    if source is None:
        raise Refused(_("请选择一个方案。"), field="key")
    _refuse_audience(unit, source.audience)
    scheme = Scheme(unit=unit, title=source.title, audience=source.audience, **source.cutoffs)
    checked(scheme, exclude=("unit", "replaces"))
    _put_items(scheme, source.items)
    SchemeVeto.objects.bulk_create(
        SchemeVeto(unit=unit, scheme=scheme, **one) for one in source.vetoes
    )
    return scheme


@action(Permission.APPRAISAL_MANAGE)
def change_scheme(
    scheme: Scheme, *, by: Actor, items: Sequence[Mapping[str, Any]], vetoes: Sequence[Mapping[str, Any]],
    **lines: Any,
) -> Scheme:  # fmt: skip
    """Put a draft's lines, items and vetoes as given."""
    held = _draft(scheme)
    for name in LINES:
        if name in lines:
            setattr(held, name, lines[name])
    checked(held, exclude=("unit", "replaces"))
    held.items.all().delete()  # type: ignore[attr-defined]
    held.vetoes.all().delete()  # type: ignore[attr-defined]
    _put_items(held, items)
    SchemeVeto.objects.bulk_create(
        SchemeVeto(
            unit_id=held.unit_id, scheme=held, key=one.get("key") or f"v{uuid.uuid4().hex[:8]}",
            title=one["title"], indicator=one.get("indicator", ""),
        )
        for one in vetoes
    )  # fmt: skip
    return held


@action(Permission.APPRAISAL_MANAGE)
def ready_scheme(scheme: Scheme, *, by: Actor) -> Scheme:
    """From now on rounds may use it, and it never changes again."""
    held = _draft(scheme)
    items = list(held.items.all())  # type: ignore[attr-defined]
    total = sum((item.full for item in items), Decimal(0))
    if total != WHOLE:
        raise Refused(_("各项分值合计应为 100 分，现在是 %(n)s 分。") % {"n": total})
    for item in items:
        _refuse_item(item)
    if held.replaces_id:
        Scheme.objects.filter(pk=held.replaces_id).update(state=Scheme.State.OLD)
    held.state = Scheme.State.READY
    held.save()
    return held


@action(Permission.APPRAISAL_MANAGE)
def renew_scheme(scheme: Scheme, *, by: Actor) -> Scheme:
    """A draft of the next version, with the same content."""
    held: Scheme = Scheme.objects.select_for_update().get(pk=scheme.pk)
    if held.state == Scheme.State.DRAFT:
        raise Conflict(_("这一版还是草稿，可以直接修改。"))
    if Scheme.objects.filter(replaces=held).exists():
        raise Conflict(_("已经有下一版了，请在列表里打开它。"))
    new = Scheme(
        unit_id=held.unit_id, audience=held.audience, version=held.version + 1, replaces=held,
        **{name: getattr(held, name) for name in LINES},
    )  # fmt: skip
    new.save(force_insert=True)
    items = [{name: getattr(item, name) for name in WORTH} for item in held.items.all()]  # type: ignore[attr-defined]
    _put_items(new, items)
    SchemeVeto.objects.bulk_create(
        SchemeVeto(unit_id=new.unit_id, scheme=new, key=v.key, title=v.title, indicator=v.indicator)
        for v in held.vetoes.all()  # type: ignore[attr-defined]
    )
    return new


def _put_items(scheme: Scheme, items: Sequence[Mapping[str, Any]]) -> None:
    for position, one in enumerate(items):
        item = SchemeItem(unit_id=scheme.unit_id, scheme=scheme, **{**one, "position": position})
        checked(item, exclude=("unit", "scheme"))


def _refuse_item(item: SchemeItem) -> None:
    """What would make an item's points wrong."""
    at = {"code": item.code}
    if item.source == Source.REVIEW:
        return
    if not item.indicators:
        raise Refused(_("第 %(code)s 项请写明取哪个指标。") % at)
    known = set(all_indicators())
    if unknown := [k for k in item.indicators if k not in known and not k.startswith(("rule:", "point:"))]:  # fmt: skip
        raise Refused(_("第 %(code)s 项的指标“%(key)s”不存在。") % {**at, "key": unknown[0]})
    try:
        steps = item.formula.steps
    except ValueError as error:
        raise Refused(_("第 %(code)s 项的分档应写成“98=10;95=8”。") % at) from error
    if any(points > item.full for _least, points in steps):
        raise Refused(_("第 %(code)s 项分档的得分不能超过分值。") % at)
    if item.source == Source.MISSING and not item.each:
        raise Refused(_("第 %(code)s 项请填写每件扣几分。") % at)
    if item.source == Source.FACTS and not steps and item.floor == item.target:
        raise Refused(_("第 %(code)s 项的零分线和满分线不能相同。") % at)


def _refuse_audience(unit: Unit, audience: str) -> None:
    if audience == "district" and unit.kind != Unit.Kind.CITY:
        raise Refused(_("对辖市区的考核由市教育局组织。"))


def _draft(scheme: Scheme) -> Scheme:
    held: Scheme = Scheme.objects.select_for_update(of=("self",)).get(pk=scheme.pk)
    if held.state != Scheme.State.DRAFT:
        raise Conflict(_("这一版已经在使用，不能修改。请建立新版本。"))
    return held
