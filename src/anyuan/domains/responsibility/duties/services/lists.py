"""Writing duty lists: from the pack's templates, changed, given to people, acknowledged by them."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.kinds import tag
from anyuan.core.refused import Conflict, Forbidden, Refused
from anyuan.domains.responsibility.duties.content import Item, content
from anyuan.domains.responsibility.duties.models import DutyItem, DutyList, DutyVersion, Holding
from anyuan.domains.responsibility.duties.verifying import sha256_of
from anyuan.engines.notices.services import tell_people
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.queries import staff_of
from anyuan.org.records import already, amend_record, open_record, record_saved, void_record

KIND = "duty_list"
MOST = 60  # items


@action(Permission.DUTY_WRITE)
def make_list(
    unit: Unit,
    *,
    by: Actor,
    title: str,
    items: Sequence[Item],
    post_key: str = "",
    record_id: uuid.UUID | None = None,
) -> DutyList:
    """A list for a post of the unit."""
    if done := already(record_id, kind=KIND, unit_id=unit.key):
        return DutyList.objects.get(record=done)
    if unit.state != Unit.State.ACTIVE:
        raise Refused(_("%(unit)s已停办或并入，不能再办理。") % {"unit": unit.name})
    title = title.strip()
    if not title:
        raise Refused(_("请写岗位名称。"), field="title")
    if post_key and post_key not in content().posts:
        raise Refused(_("没有这个岗位的样本，请刷新页面。"), field="post_key")
    record = open_record(
        unit, by=by, kind=KIND, happened_on=timezone.localdate(), title=f"{title}安全责任清单",
        tags=[tag("level", level_of(unit))], record_id=record_id,
    )  # fmt: skip
    made = DutyList(record=record, unit=unit, title=title[:40], post_key=post_key)
    made.save(force_insert=True)
    _write(made, items, by)
    record_saved(record)
    return made


@action(Permission.DUTY_WRITE)
def change_list(duty_list: DutyList, *, by: Actor, items: Sequence[Item], version: int) -> DutyList:
    """A new version; everybody who holds the post is asked to acknowledge anew.

    `version` is the one that was changed: another person's change in between is not overwritten.
    """
    held = _held(duty_list)
    if held.version != version:
        raise Conflict(_("刚刚有人改过这份清单，请刷新页面，看过后再改。"))
    before = [_item(one) for one in held.items.filter(version=held.version).order_by("position")]
    if before == list(items):
        raise Refused(_("内容没有变化。"))
    _write(held, items, by)
    amend_record(held.record, by=by, happened_on=timezone.localdate())
    people = Holding.objects.filter(duty_list=held, until__isnull=True)
    _ask(held, people.values_list("person_id", flat=True))
    return held


@action(Permission.DUTY_WRITE)
def assign_list(duty_list: DutyList, *, by: Actor, people: Iterable[int]) -> DutyList:
    """Who holds the post from now on: new ones are asked to acknowledge, others end."""
    held = _held(duty_list)
    wanted = set(people)
    staff = {post.person_id for post in staff_of(held.unit)}
    if wanted - staff:
        raise Refused(_("只能交给本单位在岗的人，请重新选择。"), field="people")
    rows = {
        one.person_id: one for one in Holding.objects.filter(duty_list=held, until__isnull=True)
    }
    today = timezone.localdate()
    ended = [one for person, one in rows.items() if person not in wanted]
    for one in ended:
        one.until = max(today, one.since)
    Holding.objects.bulk_update(ended, ["until"])
    new = wanted - set(rows)
    Holding.objects.bulk_create(
        Holding(unit_id=held.unit_id, duty_list=held, person_id=person, since=today)
        for person in sorted(new)
    )
    _ask(held, new)
    return held


@action(Permission.LETTER_SIGN)
def acknowledge(duty_list: DutyList, *, by: Actor, version: int) -> Holding:
    """The holder has read this version and takes it on."""
    held = _held(duty_list)
    mine = Holding.objects.select_for_update().filter(
        duty_list=held, person_id=by.person_id, until__isnull=True
    )
    holding = mine.first()
    if holding is None:
        raise Forbidden(_("这份清单没有交给您，由责任人本人确认。"))
    if version != held.version:
        raise Conflict(_("清单刚刚改过，请看过新的内容再确认。"))
    if holding.read_version == version:
        return holding
    holding.read_version, holding.read_at = version, timezone.now()
    holding.read_sha256 = DutyVersion.objects.get(duty_list=held, version=version).sha256
    holding.save(update_fields=["read_version", "read_at", "read_sha256"])
    return holding


@action(Permission.DUTY_WRITE)
def end_list(duty_list: DutyList, *, by: Actor) -> DutyList:
    """The post is no more: the list stays to be read and counts no longer."""
    held = _held(duty_list)
    held.active = False
    held.save(update_fields=["active"])
    today = timezone.localdate()
    Holding.objects.filter(duty_list=held, until__isnull=True, since__lte=today).update(until=today)
    void_record(held.record, by=by)
    return held


def level_of(unit: Unit) -> str:
    return "school" if unit.kind == Unit.Kind.CAMPUS else str(unit.kind)


def text_of(title: str, unit_name: str, items: Sequence[Item]) -> str:
    """The list as a text, as it is read and hashed."""
    lines = [f"{unit_name}{title}安全责任清单"]
    for n, one in enumerate(items, start=1):
        more = [("依据", one.basis), ("频次", one.frequency), ("证据", one.evidence)]
        said = "；".join(f"{name}：{value}" for name, value in more if value)
        lines.append(f"{n}. {one.content}" + (f"（{said}）" if said else ""))
    return "\n".join(lines)


def _write(duty_list: DutyList, items: Sequence[Item], by: Actor) -> None:
    if not items:
        raise Refused(_("请至少写一条职责。"), field="items")
    if len(items) > MOST:
        raise Refused(_("一份清单最多 60 条，请合并。"), field="items")
    now: datetime.datetime = timezone.now()
    top = DutyVersion.objects.filter(duty_list=duty_list).aggregate(top=Max("version"))["top"] or 0
    duty_list.version = top + 1
    duty_list.save(update_fields=["version"])
    DutyItem.objects.bulk_create(
        DutyItem(
            unit_id=duty_list.unit_id, duty_list=duty_list, version=duty_list.version, position=n,
            content=one.content[:200], basis=one.basis[:80], frequency=one.frequency[:60], evidence=one.evidence[:80],
        )
        for n, one in enumerate(items, start=1)
    )  # fmt: skip
    text = text_of(duty_list.title, duty_list.unit.name, items)
    DutyVersion.objects.create(
        unit_id=duty_list.unit_id, duty_list=duty_list, version=duty_list.version, text=text,
        sha256=sha256_of(text), made_by_name=by.name[:60], made_at=now,
    )  # fmt: skip


def _item(row: DutyItem) -> Item:
    return Item(row.content, row.basis, row.frequency, row.evidence)


def _ask(duty_list: DutyList, people: Iterable[int]) -> None:
    told = [(person, duty_list.unit_id) for person in people]
    if told:
        tell_people(
            told, kind="duties.list", title=_("请确认您的安全责任清单：%(title)s") % {"title": duty_list.title},
            record=duty_list.record, once_key=f"duty_list:{duty_list.pk}:{duty_list.version}",
        )  # fmt: skip


def _held(duty_list: DutyList) -> DutyList:
    held: DutyList = (
        DutyList.objects.select_for_update(of=("self",))
        .select_related("record", "unit")
        .get(pk=duty_list.pk)
    )
    if not held.active:
        raise Conflict(_("这份清单已经停用。"))
    return held
