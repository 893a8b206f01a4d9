"""Entries as host, guard and visitor make them."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.gate.day_services import close_day, erase_entry, set_gate
from anyuan.domains.gate.jobs import close_gate, warn_overstays
from anyuan.domains.gate.models import Entry, GateDay, State
from anyuan.domains.gate.nightly import end_missed, warn_of_overstays
from anyuan.domains.gate.numbers import overstay
from anyuan.domains.gate.queries import inside_of, people_in
from anyuan.domains.gate.retention import forget_old
from anyuan.domains.gate.services import (
    book_entry,
    cancel_entry,
    confirm_entry,
    enter_with_pass,
    let_in,
    let_out,
    refuse_entry,
    register_entry,
    turn_away,
)
from anyuan.engines.ledgers.registry import all_ledgers
from anyuan.engines.ledgers.services import add_row
from anyuan.engines.notices.models import Notification
from anyuan.org.tests.cast import hire

TODAY = timezone.localdate()


def booked(cast, **more):
    facts = {"name": "张三丰", "purpose": "家长会谈", "phone": "13800000001"} | more
    return book_entry(cast.school, by=cast.teacher, on=facts.pop("on", TODAY), **facts)


def at_gate(cast, **more):
    facts = {"name": "李四", "host_id": cast.teacher.person_id} | more
    return register_entry(cast.school, by=cast.guard, **facts)


def told(person_id):
    with scope.everything():
        rows = Notification.objects.filter(person_id=person_id).order_by("at")
        return [(one.kind, one.title) for one in rows]


def test_a_visit_booked_by_its_host_comes_in_and_goes_out(cast):
    entry = booked(cast)
    assert (entry.state, entry.host_id) == (State.CONFIRMED, cast.teacher.person_id)
    came = let_in(entry, by=cast.guard)
    assert (came.state, came.number, came.entered_by_id) == ("inside", 1, cast.guard.person_id)
    with scope.enter(cast.guard.units):
        assert people_in(inside_of(cast.guard)) == 1
    gone = let_out(entry, by=cast.guard)
    first = gone.left_at
    assert let_out(entry, by=cast.guard).left_at == first
    with scope.enter(cast.guard.units):
        steps = apps.get_model("gate", "EntryEvent").objects.filter(pgh_obj_id=entry.pk)
        assert sorted(steps.values_list("state", flat=True)) == ["confirmed", "inside", "left"]


def test_at_the_gate_the_host_is_asked_and_nobody_is_named_in_the_message(cast):
    entry = at_gate(cast)
    assert entry.state == State.ASKED
    assert told(cast.teacher.person_id) == [("gate.ask", "有访客在校门口等您确认")]
    with pytest.raises(Refused, match="还没有确认"):
        let_in(entry, by=cast.guard)
    confirm_entry(entry, by=cast.teacher)
    assert told(cast.guard.person_id) == [("gate.agreed", "被访人已同意，可以放行")]
    assert let_in(entry, by=cast.guard).state == State.INSIDE


def test_a_host_asked_by_telephone_and_a_delivery_come_in_at_once(cast):
    assert at_gate(cast, agreed=True).state == State.INSIDE
    with pytest.raises(Refused) as refusal:
        register_entry(cast.school, by=cast.guard, name="王五")
    assert refusal.value.field == "host"
    truck = register_entry(cast.school, by=cast.guard, kind="delivery", name="", plate="苏d 12345")
    assert (truck.state, truck.name, truck.plate, truck.number) == (
        "inside", "苏D12345", "苏D12345", 2,
    )  # fmt: skip
    with pytest.raises(Refused) as refusal:
        register_entry(cast.school, by=cast.guard, kind="vehicle", name=" ")
    assert refusal.value.field == "name"


def test_what_cannot_be_is_refused(cast):
    with pytest.raises(Refused) as refusal:
        booked(cast, on=TODAY - datetime.timedelta(days=1))
    assert refusal.value.field == "on"
    with pytest.raises(Refused) as refusal:
        booked(cast, phone="123")
    assert refusal.value.field == "phone"
    with pytest.raises(Refused, match="还没有到"):
        let_in(booked(cast, on=TODAY + datetime.timedelta(days=1)), by=cast.guard)
    with pytest.raises(Refused, match="学校"):
        book_entry(cast.wujin, by=_of_the_district(cast), on=TODAY, name="甲")
    with scope.enter(cast.officer.units):
        assert Entry.objects.count() == 1


def _of_the_district(cast):
    return dataclasses.replace(cast.teacher, units=cast.district.units)


def test_not_agreed_turned_away_cancelled(cast):
    refused = refuse_entry(at_gate(cast), by=cast.teacher, why="不认识")
    assert refused.state == State.REFUSED
    assert ("gate.refused", "被访人未同意来访") in told(cast.guard.person_id)
    with pytest.raises(Conflict):
        let_in(refused, by=cast.guard)
    with pytest.raises(Refused) as refusal:
        turn_away(at_gate(cast), by=cast.guard, why=" ")
    assert refusal.value.field == "why"
    assert turn_away(at_gate(cast), by=cast.guard, why="酒后").state == State.TURNED
    assert cancel_entry(booked(cast), by=cast.teacher).state == State.CANCELLED


def test_only_the_host_or_the_desk_and_nobody_from_elsewhere(cast):
    with scope.everything():
        other = hire(cast.school, "teacher9", "教师己", "teacher")
    entry = at_gate(cast)
    with pytest.raises(Forbidden):
        confirm_entry(entry, by=other)
    with pytest.raises(Forbidden):
        let_in(entry, by=cast.teacher)
    with pytest.raises(Forbidden):
        confirm_entry(entry, by=cast.district)
    with pytest.raises(Missing):
        confirm_entry(entry, by=cast.stranger)
    assert confirm_entry(entry, by=cast.officer).confirmed_by_id == cast.officer.person_id


def test_sent_twice_is_one_entry(cast):
    key = new_id()
    assert at_gate(cast, entry_id=key).pk == at_gate(cast, entry_id=key).pk == key
    assert booked(cast, entry_id=(other := new_id())).pk == booked(cast, entry_id=other).pk
    with scope.enter(cast.guard.units):
        assert Entry.objects.count() == 2


def test_epidemic_checks_are_off_until_the_school_switches_them_on(cast):
    assert at_gate(cast, agreed=True).fit is None
    with pytest.raises(Forbidden):
        set_gate(cast.school, by=cast.guard, epidemic=True, booking=False)
    set_gate(cast.school, by=cast.officer, epidemic=True, booking=False)
    entry = booked(cast)
    for given, field in (
        ({}, "temperature"),
        ({"temperature": Decimal("36.5")}, "code"),
        ({"temperature": Decimal("37.3"), "code": "green"}, "temperature"),
        ({"temperature": Decimal("36.5"), "code": "yellow"}, "code"),
        ({"temperature": Decimal(60), "code": "green"}, "temperature"),
    ):
        with pytest.raises(Refused) as refusal:
            let_in(entry, by=cast.guard, **given)
        assert refusal.value.field == field
    turned = turn_away(
        entry, by=cast.guard, why="", temperature=Decimal("37.8"), code="green", isolated=True
    )
    assert (turned.state, turned.fit, turned.why) == ("turned", False, "入校检查异常")
    came = let_in(booked(cast), by=cast.guard, temperature=Decimal("36.4"), code="green")
    assert (came.fit, came.health) == (True, "36.4 ℃，绿码")
    figures = {"pupils_checked": 800, "pupils_unfit": 2, "pupils_isolated": 1}
    with pytest.raises(Refused) as refusal:
        close_day(cast.school, by=cast.guard, on=TODAY, note="施工队过夜")
    assert refusal.value.field == "pupils_checked"
    day = close_day(cast.school, by=cast.guard, on=TODAY, note="施工队过夜", **figures)
    assert (day.checked, day.unfit, day.isolated, day.pupils_checked) == (2, 1, 1, 800)
    assert "epidemic:checks" in day.record.tags


def test_what_was_found_and_the_phone_are_sealed_in_the_table(cast):
    set_gate(cast.school, by=cast.officer, epidemic=True, booking=False)
    let_in(booked(cast), by=cast.guard, temperature=Decimal("36.4"), code="green")
    with scope.enter(cast.guard.units), connection.cursor() as cursor:
        cursor.execute("SELECT phone, health FROM gate_entry")
        assert all(value.startswith("aes.") for value in cursor.fetchone())
        columns = {f.name for f in apps.get_model("gate", "EntryEvent")._meta.fields}
    assert not columns & {"name", "phone", "health", "plate", "purpose", "organisation"}


def test_who_stays_too_long_is_warned_of_once(cast):
    entry = at_gate(cast, agreed=True)
    now = timezone.now()
    with scope.everything():
        assert warn_of_overstays(now) == 0
        late = now + overstay() + datetime.timedelta(minutes=1)
        assert warn_of_overstays(late) == 1
        assert warn_of_overstays(late) == 0
    wanted = "进校超过 4 小时未离校，请核实"
    assert ("gate.late", f"有来访人员{wanted}") in told(cast.guard.person_id)
    assert ("gate.late", f"您的访客{wanted}") in told(cast.teacher.person_id)
    with scope.enter(cast.guard.units):
        assert Entry.objects.get(pk=entry.pk).warned_at is not None


def test_the_day_is_checked_when_everybody_is_out_or_it_is_said_why_not(cast):
    entry = at_gate(cast, agreed=True, people=3)
    register_entry(cast.school, by=cast.guard, kind="delivery", name="顺丰")
    with pytest.raises(Refused) as refusal:
        close_day(cast.school, by=cast.guard, on=TODAY)
    assert refusal.value.field == "note"
    first = close_day(cast.school, by=cast.guard, on=TODAY, note="还在开会")
    assert (first.visits, first.deliveries, first.people, first.inside) == (1, 1, 4, 2)
    assert first.record.tags == ["cleared:left", "epidemic:none"]
    let_out(entry, by=cast.guard)
    with scope.enter(cast.guard.units):
        let_out(Entry.objects.get(kind="delivery"), by=cast.guard)
    again = close_day(cast.school, by=cast.guard, on=TODAY)
    assert (again.pk, again.inside, again.record.counts) == (first.pk, 0, True)
    for day in (TODAY + datetime.timedelta(days=1), TODAY - datetime.timedelta(days=8)):
        with pytest.raises(Refused) as refusal:
            close_day(cast.school, by=cast.guard, on=day)
        assert refusal.value.field == "on"


def test_names_go_after_their_time_and_the_figures_stay(cast):
    entry = at_gate(cast, agreed=True, people=2)
    let_out(entry, by=cast.guard)
    missed = booked(cast)
    with scope.everything():
        day = TODAY - datetime.timedelta(days=366)
        Entry.objects.update(on=day)
        assert end_missed(TODAY) == 1
        assert Entry.objects.get(pk=missed.pk).state == State.MISSED
        assert forget_old(TODAY, days=365) == 2
        assert Entry.objects.count() == 0
        assert apps.get_model("gate", "EntryEvent").objects.count() == 0
        kept = GateDay.objects.select_related("record").get()
        assert (kept.on, kept.visits, kept.people, kept.record.counts) == (day, 1, 2, False)
        assert forget_old(TODAY, days=365) == 0
        assert GateDay.objects.count() == 1


def test_a_person_may_have_the_entry_deleted(cast):
    entry = at_gate(cast, agreed=True)
    with pytest.raises(Conflict):
        erase_entry(entry, by=cast.officer)
    entry = let_out(entry, by=cast.guard)
    with pytest.raises(Forbidden):
        erase_entry(entry, by=cast.guard)
    erase_entry(entry, by=cast.officer)
    with scope.enter(cast.guard.units):
        kept = Entry.objects.get()
    assert (kept.name, kept.phone, kept.purpose) == ("（已删除）", "", "")
    assert close_day(cast.school, by=cast.guard, on=TODAY).visits == 1


def test_a_pass_lets_in_with_one_touch_while_it_is_valid(cast):
    held = given_pass(cast, TODAY)
    key = new_id()
    entry = enter_with_pass(held, by=cast.guard, unit=cast.school, entry_id=key)
    assert (entry.state, entry.kind, entry.name) == ("inside", "delivery", "绿源配送")
    assert enter_with_pass(held, by=cast.guard, unit=cast.school, entry_id=key).pk == entry.pk
    with pytest.raises(Missing):
        enter_with_pass(held, by=cast.guard, unit=cast.other)
    with pytest.raises(Missing):
        enter_with_pass(held, by=cast.stranger, unit=cast.other)
    with pytest.raises(Forbidden):
        enter_with_pass(held, by=cast.teacher, unit=cast.school)
    late = given_pass(cast, TODAY - datetime.timedelta(days=1), number="T-2")
    with pytest.raises(Refused, match="已过期"):
        enter_with_pass(late, by=cast.guard, unit=cast.school)


def given_pass(cast, until, number="T-1"):
    facts = {"number": number, "kind": "supplier", "name": "绿源配送", "expires_on": until}
    with scope.enter(cast.officer.units):
        ledger = all_ledgers()["gate_pass"]
        return add_row(cast.school, by=cast.officer, ledger=ledger, facts=facts)


def test_the_jobs_run(cast):
    at_gate(cast, agreed=True)
    warn_overstays(0)
    close_gate(0)
    with scope.enter(cast.guard.units):
        assert Entry.objects.get().state == State.INSIDE
