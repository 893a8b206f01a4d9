"""Writing checks of ways, tests of the station, rounds of the wiring, and hot work."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.models import File
from anyuan.core.refused import Refused
from anyuan.domains.fire.models import (
    ElectricRound,
    EscapeWay,
    HotWork,
    StationTest,
    WayCheck,
    WayState,
)
from anyuan.domains.fire.numbers import arrival_seconds, longest_work
from anyuan.engines.cases.models import Case
from anyuan.engines.cases.services import move, open_case
from anyuan.engines.ledgers.registry import find
from anyuan.engines.ledgers.services import set_facts
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.records import already, attach, open_record, record_saved
from anyuan.org.services import checked

FIRE = "01"  # the hazards' category 消防


@action(Permission.INSPECTION_WRITE)
def check_way(
    unit: Unit, *, by: Actor, way: EscapeWay, on: datetime.date, clear: bool, found: str = "",
    width: Any = None, file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None,
) -> WayCheck:  # fmt: skip
    """An escape way looked at; a photo proves it. What blocks it becomes a hazard with the photo."""
    if kept := already(record_id, kind="way_check", unit_id=unit.key):
        done: WayCheck = WayCheck.objects.get(pk=kept.pk)
        return done
    _refuse(unit, on)
    if way.unit_id != unit.key or not way.active:
        raise Refused(_("这条通道不在本校的台账里。"), field="way")
    if not clear and not found.strip():
        raise Refused(_("请写明怎样占用或堵塞。"), field="found")
    done = WayCheck(unit=unit, way=way, clear=clear, width=width, found=found.strip()[:300])
    done.record = open_record(
        unit, by=by, kind="way_check", happened_on=on, title=_("生命通道检查：%(way)s") % {"way": way.name},
        tags=done.tags, record_id=record_id,
    )  # fmt: skip
    checked(done, exclude=("record", "unit", "way"))
    photos = list(file_ids)
    if not attach(done.record, photos, by=by):
        raise Refused(_("请拍一张通道的照片。"), field="files")
    record_saved(done.record)
    state = WayState.CLEAR if clear else WayState.BLOCKED
    set_facts(way, by=by, ledger=find("escape_way"), facts={"state": state, "checked_on": on})
    if not clear:
        _find(done.record, by, way.name, done.found, "way", photos, basis="GB 50016", level="major")
    return done


@action(Permission.INSPECTION_WRITE)
def call_station(
    unit: Unit, *, by: Actor, on: datetime.date, file_ids: Iterable[uuid.UUID] = (),
    record_id: uuid.UUID | None = None, **facts: Any,
) -> StationTest:  # fmt: skip
    """The station called out; in time by the pack's minutes."""
    if kept := already(record_id, kind="station_test", unit_id=unit.key):
        done: StationTest = StationTest.objects.get(pk=kept.pk)
        return done
    _refuse(unit, on)
    done = StationTest(unit=unit, in_time=facts["seconds"] <= arrival_seconds(), **facts)
    done.record = open_record(
        unit, by=by, kind="station_test", happened_on=on, tags=done.tags, record_id=record_id,
        title=_("微型消防站训练：%(n)s 秒到位") % {"n": done.seconds},
    )  # fmt: skip
    checked(done, exclude=("record", "unit"))
    attach(done.record, file_ids, by=by)
    record_saved(done.record)
    return done


@action(Permission.INSPECTION_WRITE)
def check_wiring(
    unit: Unit, *, by: Actor, on: datetime.date, left: Iterable[str] = (),
    file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None, **facts: Any,
) -> ElectricRound:  # fmt: skip
    """A round of the wiring; `left`: problems not mended at once, each becomes a hazard."""
    if kept := already(record_id, kind="electric_round", unit_id=unit.key):
        done: ElectricRound = ElectricRound.objects.get(pk=kept.pk)
        return done
    _refuse(unit, on)
    if facts["fixed"] > facts["problems"]:
        raise Refused(_("已整改的不能多于发现的问题。"), field="fixed")
    words = list(left)
    if len(words) > facts["problems"] - facts["fixed"]:
        raise Refused(_("没整改的问题比“发现问题”减“已整改”多，请核对数字。"), field="problems")
    done = ElectricRound(unit=unit, **facts)
    done.record = open_record(
        unit, by=by, kind="electric_round", happened_on=on, title=_("电气安全检查"), record_id=record_id
    )  # fmt: skip
    checked(done, exclude=("record", "unit"))
    attach(done.record, file_ids, by=by)
    record_saved(done.record)
    for number, text in enumerate(words):
        _find(done.record, by, text, "", str(number), (), basis=_("电气火灾综合治理"))
    return done


def _find(
    record: Any, by: Actor, title: str, detail: str, ref: str, photos: Iterable[uuid.UUID], *,
    basis: str, level: str = "general",
) -> None:  # fmt: skip
    taken = File.objects.filter(pk__in=list(photos), record=record).values_list("pk", flat=True)
    events.emit(
        "finding.raised", record=record, unit=record.unit, by=by, title=title[:120], detail=detail,
        place=title[:60], category=FIRE, level=level, basis=basis, file_ids=list(taken), source="check",
        source_ref=f"{record.pk}:{ref}",
    )  # fmt: skip


@action(Permission.HAZARD_REPORT)
def ask_hot_work(
    unit: Unit, *, by: Actor, file_ids: Iterable[uuid.UUID] = (), record_id: uuid.UUID | None = None,
    **facts: Any,
) -> HotWork:  # fmt: skip
    """Ask for a permit; it is no permit until another person approves it."""
    if kept := already(record_id, kind="hot_work", unit_id=unit.key):
        work: HotWork = HotWork.objects.get(pk=kept.pk)
        return work
    _refuse(unit, timezone.localdate())
    begins, ends = facts["begins_at"], facts["ends_at"]
    if ends <= begins:
        raise Refused(_("结束时间应晚于开始时间。"), field="ends_at")
    if ends <= timezone.now():
        raise Refused(_("结束时间已经过去。"), field="ends_at")
    if ends - begins > longest_work():
        hours = longest_work() // datetime.timedelta(hours=1)
        raise Refused(_("一张许可最长 %(n)s 小时，请分开申请。") % {"n": hours}, field="ends_at")
    if facts["worker"].strip() == facts["watcher"].strip():
        raise Refused(_("动火人和监护人不能是同一个人。"), field="watcher")
    work = HotWork(unit=unit, asked_by_id=by.person_id, **facts)
    day = timezone.localtime(begins).date()
    work.record = open_record(
        unit, by=by, kind="hot_work", happened_on=day, title=_("动火作业：%(place)s") % {"place": work.place},
        state="asked", counts=False, record_id=record_id,
    )  # fmt: skip
    checked(work, exclude=("record", "unit", "asked_by"))
    open_case(
        work.record, by=by, loop="hot_work", state="asked", label=_("申请动火"),
        due_on=timezone.localtime(ends).date(),
    )  # fmt: skip
    attach(work.record, file_ids, by=by)
    record_saved(work.record)
    return work


def step_hot_work(
    work: HotWork, *, by: Actor, transition: str, data: Mapping[str, Any] | None = None,
    seen: int | None = None, file_ids: Iterable[uuid.UUID] = (),
) -> Case:  # fmt: skip
    """One step of the permit's loop (guarded by `cases.services.move`)."""
    return move(
        work.record.case, by=by, transition=transition, thing=work, data=data, seen=seen, file_ids=file_ids
    )  # fmt: skip


def _refuse(unit: Unit, on: datetime.date) -> None:
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请从学校或校区的岗位办理。"), field="unit")
    if on > timezone.localdate():
        raise Refused(_("日期不能晚于今天。"), field="on")
