"""Every write on one row, and on what a person keeps beside a ledger."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict, Refused
from anyuan.engines.ledgers.facts import facts_of, read_facts, title_and_tags, words_for_search
from anyuan.engines.ledgers.models import Export, Row, SavedView
from anyuan.engines.ledgers.queries import title_of
from anyuan.engines.ledgers.spec import Ledger
from anyuan.engines.ledgers.values import shown
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import read_sensitive
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, amend_record, attach, open_record, record_saved

VIEWS_LIMIT = 20


def _writes(subject: Any, *, ledger: Ledger, **given: Any) -> Permission:
    return ledger.write


def _reads(subject: Any, *, ledger: Ledger, **given: Any) -> Permission:
    return ledger.read


def _unseals(row: Row, *, ledger: Ledger, **given: Any) -> Permission:
    return ledger.unseal


@action(_writes)
def add_row(
    unit: Unit, *, by: Actor, ledger: Ledger, facts: Mapping[str, Any],
    file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None,
) -> Row:  # fmt: skip
    """A new row of a school or campus; sent twice with the same `record_id`, it is one row."""
    if kept := already(record_id, kind=ledger.key, unit_id=unit.key):
        return ledger.model.objects.select_related("unit", "record").get(pk=kept.pk)
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("台账登记在学校或校区，请先选择学校。"), field="unit")
    values = read_facts(ledger, facts)
    title, tags = title_and_tags(ledger, values)
    record = open_record(
        unit, by=by, kind=ledger.key, happened_on=timezone.localdate(), title=title, tags=tags,
        state="listed", record_id=record_id, done_by_key=by.unit_key if by.is_supervisor else unit.key,
    )  # fmt: skip
    row = ledger.model(record=record, unit=unit, search=words_for_search(ledger, values), **values)
    row.save(force_insert=True)
    attach(record, file_ids, by=by)
    record_saved(record)
    return row


@action(_writes)
def change_row(
    row: Row, *, by: Actor, ledger: Ledger, facts: Mapping[str, Any],
    before: Mapping[str, Any] | None = None, seen: int | None = None, file_ids: Iterable[uuid.UUID] = (),
) -> Row:  # fmt: skip
    """Correct some columns. `before`: what the person saw in them; `seen`: the version they saw.

    Errors: Conflict at the columns that somebody else changed meanwhile to something else.
    """
    held = _locked(row, ledger)
    if seen is not None and seen != held.version:
        raise Conflict(_("这一条刚刚被他人修改过，请刷新后再改。"), field="version")
    if not held.active:
        raise Conflict(_("这一条已经移出台账，请先恢复再修改。"))
    values = read_facts(ledger, facts, facts_of(ledger, held))
    _refuse_overtaken(ledger, held, values, before or {})
    changed = {n: value for n, value in values.items() if getattr(held, n) != value}
    attached = attach(held.record, file_ids, by=by)
    if changed:
        for name, value in changed.items():
            setattr(held, name, value)
        _keep(held, ledger, by, changed)
    elif attached:
        amend_record(held.record, by=by)
    return held


def set_facts(row: Row, *, by: Actor, ledger: Ledger, facts: Mapping[str, Any]) -> None:
    """What another service did with a thing follows in its register; called inside that service."""
    held = _locked(row, ledger)
    values = read_facts(ledger, facts, facts_of(ledger, held))
    changed = {name: value for name, value in values.items() if getattr(held, name) != value}
    for name, value in changed.items():
        setattr(held, name, value)
    if changed:
        _keep(held, ledger, by, changed)


def _refuse_overtaken(
    ledger: Ledger, row: Row, values: Mapping[str, Any], before: Mapping[str, Any]
) -> None:
    errors = {}
    for name, seen in before.items():
        now = getattr(row, name)
        if name in values and now not in (seen, values[name]):
            words = shown(ledger.fields[name], now) or _("（空）")
            errors[name] = _(
                "这一项刚刚被他人改为“%(now)s”。仍用您填的，请再保存一次；要保留新的，请改成它。"
            ) % {"now": words}
    if errors:
        raise Conflict(next(iter(errors.values())), errors=errors)


def _locked(row: Row, ledger: Ledger) -> Row:
    rows = ledger.model.objects.select_for_update(of=("self",)).select_related("unit", "record")
    return rows.get(pk=row.pk)


def _keep(row: Row, ledger: Ledger, by: Actor, changed: Iterable[str]) -> None:
    """Write a row with what follows from it; then duties are recounted."""
    facts = facts_of(ledger, row)
    row.search = words_for_search(ledger, facts)
    row.version += 1
    row.save(update_fields=[*changed, "search", "version"])
    title, tags = title_and_tags(ledger, facts)
    amend_record(row.record, by=by, title=title, tags=tags)


@action(_writes)
def end_row(row: Row, *, by: Actor, ledger: Ledger, why: str) -> Row:
    """Take a row off the ledger: a guard left, a thing was scrapped. It stays to be read."""
    held = _locked(row, ledger)
    if not held.active:
        raise Conflict(_("这一条已经移出台账。"))
    if not why.strip():
        raise Refused(_("请写明移出的原因，如：离职、报废、登记重复。"), field="why")
    held.active, held.ended_why = False, why.strip()[:200]
    held.version += 1
    held.save(update_fields=["active", "ended_why", "version"])
    amend_record(held.record, by=by, state="ended", counts=False)
    return held


@action(_writes)
def restore_row(row: Row, *, by: Actor, ledger: Ledger) -> Row:
    """Put a row back that was taken off by mistake."""
    held = _locked(row, ledger)
    if held.active:
        raise Conflict(_("这一条就在台账里。"))
    held.active, held.ended_why = True, ""
    held.version += 1
    held.save(update_fields=["active", "ended_why", "version"])
    amend_record(held.record, by=by, state="listed", counts=True)
    return held


@action(_unseals)
def unseal_row(row: Row, *, by: Actor, ledger: Ledger) -> dict[str, str]:
    """The sealed columns of a row for a person; the reading is logged first."""
    heads = ledger.heads(tuple(name for name in ledger.fields if name in ledger.sealed))
    # The log is read by the levels above too.
    about = row.pk if ledger.anonymous else title_of(ledger, row)
    read_sensitive(f"{ledger.title}：{about}（{heads}）", by=by)
    values = ledger.model.objects.filter(pk=row.pk).values(*ledger.sealed).get()
    return {name: value or "" for name, value in values.items()}


@action(_reads)
def save_view(own_unit: str, *, by: Actor, ledger: Ledger, name: str, query: str) -> SavedView:
    """Keep how the person looks at a ledger; without a name: the columns shown from now on."""
    if by.person_id is None:
        raise Refused(_("视图须由本人登录后保存。"))
    name = " ".join(name.split())
    if len(name) > 30 or len(query) > 1500:
        raise Refused(_("名称最多 30 个字，条件不能太多。"), field="name")
    mine = SavedView.objects.filter(person_id=by.person_id, ledger=ledger.key)
    view = mine.filter(name=name).first()
    if view is None:
        if mine.count() >= VIEWS_LIMIT:
            raise Refused(_("最多保存 20 个视图，请先删除不用的。"), field="name")
        view = SavedView(person_id=by.person_id, unit_id=own_unit, ledger=ledger.key, name=name)
    view.query = query
    view.save()
    return view


@action(_reads)
def drop_view(own_unit: str, *, by: Actor, ledger: Ledger, view_id: uuid.UUID) -> None:
    """Forget one of the person's own views."""
    SavedView.objects.filter(person_id=by.person_id, ledger=ledger.key, pk=view_id).delete()


@action(Permission.EXPORT_RUN)
def ask_export(
    own_unit: str, *, by: Actor, ledger: Ledger, query: str, total: int, sealed: bool = False
) -> Export:
    """Have a large export written in the background; `total`: how many rows it will have."""
    if by.person_id is None or by.post_id is None:
        raise Refused(_("导出须由本人登录后进行。"))
    return Export.objects.create(
        unit_id=own_unit, person_id=by.person_id, post=by.post_id, ledger=ledger.key,
        query=query[:1500], sealed=sealed, total=total,
    )  # fmt: skip
