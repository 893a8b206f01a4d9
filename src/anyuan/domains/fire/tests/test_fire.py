"""Ways, the station, the wiring, and hot work that is no permit after its end."""

from __future__ import annotations

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.files import keep_file
from anyuan.core.ids import new_id
from anyuan.core.models import File
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.fire.models import ElectricRound, HotWork, WayCheck
from anyuan.domains.fire.services import (
    ask_hot_work,
    call_station,
    check_way,
    check_wiring,
    step_hot_work,
)
from anyuan.domains.hazards.models import Hazard
from anyuan.engines.checks.tests.sending import PNG
from anyuan.engines.ledgers.tests.books import put
from anyuan.org.tests.cast import hire

TODAY = timezone.localdate()


def hours(number):
    return timezone.now() + datetime.timedelta(hours=number)


@pytest.fixture
def way(cast):
    facts = {"name": "东门", "kind": "lane", "place": "东门至食堂", "width": "4.5", "height": "4.5"}
    return put(cast, facts, key="escape_way")


def look(cast, way, *, photo=True, **facts):
    with scope.enter(cast.guard.units, person=str(cast.guard.person_id)):
        upload = SimpleUploadedFile("a.png", PNG)
        files = [keep_file(upload, unit_id=cast.school.key, by=cast.guard).pk] if photo else []
        return check_way(
            cast.school, by=cast.guard, way=way, on=TODAY, file_ids=files, **({"clear": True} | facts)
        )  # fmt: skip


def test_a_clear_way_is_noted_in_its_register(cast, way):
    look(cast, way)
    with scope.enter(cast.officer.units):
        way.refresh_from_db()
        assert (way.state, way.checked_on) == ("clear", TODAY)
        assert not Hazard.objects.exists()


def test_a_blocked_way_becomes_a_hazard_with_its_photo_once(cast, way):
    key = new_id()
    for _ in range(2):
        look(cast, way, clear=False, found="停了两辆车", record_id=key)
    with scope.enter(cast.officer.units):
        way.refresh_from_db()
        hazard = Hazard.objects.get()
        assert (way.state, hazard.level, hazard.category) == ("blocked", "major", "01")
        assert "停了两辆车" in hazard.description
        assert File.objects.filter(record=hazard.record).count() == 1


@pytest.mark.parametrize(
    ("facts", "field"), [({"photo": False}, "files"), ({"clear": False}, "found")]
)
def test_without_a_photo_or_words_a_way_is_not_checked(cast, way, facts, field):
    with pytest.raises(Refused) as refusal:
        look(cast, way, **facts)
    assert refusal.value.field == field


def test_a_fire_lane_too_narrow_needs_a_word(cast):
    narrow = {"name": "西门", "kind": "lane", "place": "西门", "width": "3.2"}
    with pytest.raises(Refused) as refusal:
        put(cast, narrow, key="escape_way")
    assert "4 米" in refusal.value.errors["width"]
    put(cast, narrow | {"note": "老校区，已报隐患"}, key="escape_way")
    put(cast, {"name": "楼梯", "kind": "stairs", "place": "一楼", "width": "2"}, key="escape_way")


@pytest.mark.parametrize(("seconds", "in_time"), [(180, True), (181, False)])
def test_the_station_is_in_time_by_the_packs_minutes(cast, seconds, in_time):
    with scope.enter(cast.guard.units):
        done = call_station(cast.school, by=cast.guard, on=TODAY, place="大厅", people=6, seconds=seconds)  # fmt: skip
        assert done.in_time is in_time
        assert done.record.tags == [f"arrived:{'in_time' if in_time else 'late'}"]


def wiring(cast, **facts):
    known = {"circuits": 30, "problems": 3, "fixed": 1, "rewired": 0, "money": 100, "charging": 1}
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        return check_wiring(cast.school, by=cast.officer, on=TODAY, **(known | facts))


def test_what_is_left_of_the_wiring_becomes_hazards_and_the_year_adds_up(cast):
    wiring(cast, left=["配电箱没有漏电保护", "老旧线路裸露"])
    wiring(cast, problems=0, fixed=0, money=50)
    with scope.enter(cast.officer.units):
        assert Hazard.objects.count() == 2
    page = cast.client(cast.bureau).get(reverse("fire:electric_year"))
    assert page.context["total"]["money"] == 150
    assert page.context["total"]["rounds"] == 2
    last = cast.client(cast.bureau).get(reverse("fire:electric_year"), {"year": TODAY.year - 1})
    assert last.context["total"]["rounds"] == 0


@pytest.mark.parametrize(
    ("facts", "field"), [({"fixed": 4}, "fixed"), ({"left": ["甲", "乙", "丙"]}, "problems")]
)
def test_numbers_of_the_wiring_must_agree(cast, facts, field):
    with pytest.raises(Refused) as refusal:
        wiring(cast, **facts)
    assert refusal.value.field == field
    with scope.enter(cast.officer.units):
        assert not ElectricRound.objects.exists()


def ask(cast, by=None, **facts):
    by = by or cast.guard
    known = {
        "place": "食堂", "what": "焊接烟道", "worker": "刘师傅", "watcher": "王强", "certificate_no": "T1",
        "begins_at": hours(-1), "ends_at": hours(3), "measures": "清理可燃物，备灭火器",
    }  # fmt: skip
    with scope.enter(by.units, person=str(by.person_id)):
        return ask_hot_work(cast.school, by=by, **(known | facts))


def step(cast, work, name, by=None, **data):
    by = by or cast.officer
    with scope.enter(by.units, person=str(by.person_id)):
        held = HotWork.objects.select_related("record__case").get(pk=work.pk)
        return step_hot_work(held, by=by, transition=name, data=data)


def late(work, **moments):
    with scope.everything():
        HotWork.objects.filter(pk=work.pk).update(**moments)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"ends_at": hours(-2)}, "ends_at"),
        ({"begins_at": hours(-4), "ends_at": hours(-3)}, "ends_at"),
        ({"begins_at": hours(1), "ends_at": hours(10)}, "ends_at"),
        ({"watcher": "刘师傅"}, "watcher"),
    ],
    ids=["backwards", "past", "too long", "alone"],
)
def test_a_permit_that_cannot_be_is_refused_at_its_field(cast, facts, field):
    with pytest.raises(Refused) as refusal:
        ask(cast, **facts)
    assert refusal.value.field == field


def test_hot_work_goes_its_way_and_the_place_is_watched(cast):
    work = ask(cast)
    with pytest.raises(Conflict):
        step(cast, work, "begin", by=cast.guard)
    assert step(cast, work, "approve").state == "approved"
    step(cast, work, "begin", by=cast.guard)
    step(cast, work, "stop", by=cast.guard)
    with pytest.raises(Forbidden, match="看守"):
        step(cast, work, "close", by=cast.guard, note="没有余火")
    late(work, watched_until=hours(-1))
    assert step(cast, work, "close", by=cast.guard, note="没有余火").closed_at is not None


def test_who_asks_does_not_approve(cast):
    work = ask(cast, by=cast.officer)
    with pytest.raises(Forbidden, match="同一个人"):
        step(cast, work, "approve")
    with scope.everything():
        head = hire(cast.school, "head", "校长", "principal")
    assert step(cast, work, "approve", by=head).state == "approved"


def test_a_permit_is_none_after_its_end_nor_before_its_beginning(cast):
    work = ask(cast, begins_at=hours(2), ends_at=hours(3))
    step(cast, work, "approve")
    with pytest.raises(Forbidden, match="起有效"):
        step(cast, work, "begin", by=cast.guard)
    late(work, begins_at=hours(-3), ends_at=hours(-1))
    with pytest.raises(Forbidden, match="到期"):
        step(cast, work, "begin", by=cast.guard)
    page = cast.client(cast.officer).get(reverse("fire:hot_work", args=[work.pk]))
    assert "许可已到期" in page.content.decode()


def test_strangers_find_nothing(cast, way):
    work = ask(cast)
    client = cast.client(cast.stranger)
    assert client.get(reverse("fire:hot_work", args=[work.pk])).status_code == 404
    assert client.post(reverse("fire:hot_act", args=[work.pk, "approve"])).status_code == 404
    with pytest.raises(Missing), scope.enter(cast.bureau.units):
        check_way(cast.school, by=cast.stranger, way=way, on=TODAY, clear=True)


def test_the_pages_write_what_the_services_write(cast, way):
    client = cast.client(cast.guard)
    form_id = str(new_id())

    def body():
        photo = SimpleUploadedFile("a.png", PNG)
        return {"way": str(way.pk), "on": str(TODAY), "clear": "1", "files": photo, "form_id": form_id}  # fmt: skip

    first, again = (client.post(reverse("fire:way_new"), body()) for _ in range(2))
    assert first.url == again.url
    assert "东门" in client.get(first.url).content.decode()
    with scope.enter(cast.officer.units):
        assert WayCheck.objects.count() == 1
    empty = client.post(reverse("fire:way_new"), {"on": ""})
    assert empty.status_code == 422
    assert "invalid-feedback" in empty.content.decode()
    assert client.get(reverse("fire:home")).status_code == 200
