"""Rounds, faults and the standard: what is written once follows everywhere it belongs."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.hazards.models import Hazard
from anyuan.domains.protection.models import Fault, Round, StandardCheck
from anyuan.domains.protection.numbers import Staffing
from anyuan.domains.protection.queries import sites, standings
from anyuan.domains.protection.services import (
    check_standard,
    record_round,
    report_fault,
    step_fault,
)
from anyuan.domains.protection.standards import ANSWERS, standard_of, standards
from anyuan.engines.ledgers.tests.books import put
from anyuan.engines.obligations.loading import load_policy
from anyuan.engines.obligations.models import Obligation
from anyuan.engines.obligations.tests.packing import rule, small_pack
from anyuan.org.models import Profile

TODAY = timezone.localdate()


def ago(days):
    return TODAY - datetime.timedelta(days=days)


def good(**more):
    return {"alarm_answered": True, "alarm_seconds": 8, "days_kept": 90} | more


def do_round(cast, by=None, on=TODAY, **facts):
    by = by or cast.officer
    with scope.enter(by.units, person=str(by.person_id)):
        return record_round(cast.school, by=by, on=on, **(good() | facts))


def device(cast, number="BJ-1", kind="alarm", **more):
    facts = {"number": number, "type": kind, "place": "门卫室", "linked": True} | more
    return put(cast, facts, key="device")


def fault(cast, by=None, **more):
    by = by or cast.guard
    with scope.enter(by.units, person=str(by.person_id)):
        return report_fault(cast.school, by=by, wrong="没有画面", **({"what": "摄像机"} | more))


def step(cast, held, name, by=None, **data):
    by = by or cast.officer
    with scope.enter(by.units, person=str(by.person_id)):
        held = Fault.objects.select_related("record__case", "device__unit").get(pk=held.pk)
        step_fault(held, by=by, transition=name, data=data)
        held.refresh_from_db()
        return held


def fresh(cast, row):
    with scope.enter(cast.officer.units):
        row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    ("pupils", "boarders", "needed"),
    [(99, 0, 1), (100, 0, 2), (999, 0, 2), (1000, 0, 3), (1499, 0, 3), (1500, 0, 4), (50, 40, 2), (2000, 900, 8)],
)  # fmt: skip
def test_guards_needed_by_pupils_and_boarders(db, pupils, boarders, needed):
    profile = Profile(pupils=pupils, boarders=boarders, boarding=boarders > 0)
    assert Staffing.of_pack().needed(profile) == needed


def test_a_good_round_notes_the_alarms_test_and_meets_both_duties(cast):
    alarm = device(cast)
    rules = (
        rule("p06_month", kind="security_round"),
        rule("p12_quality", kind="security_round", point=1),
    )
    with scope.everything():
        pack = small_pack(rules=rules, valid_from=TODAY.replace(month=1, day=1))
        load_policy(cast.city, by=cast.bureau, pack=pack, today=TODAY)
    done = do_round(cast, service_score=93)
    assert done.record.tags == ["alarm:answered"]
    assert fresh(cast, alarm).tested_on == TODAY
    with scope.enter(cast.officer.units):
        met = Obligation.objects.filter(unit=cast.school, state="met").values_list("rule__key", flat=True)  # fmt: skip
        assert sorted(met) == ["p06_month", "p12_quality"]
        assert Fault.objects.count() == Hazard.objects.count() == 0


def test_what_a_round_finds_wrong_is_opened_once(cast):
    key = new_id()
    for _ in range(2):
        do_round(
            cast, alarm_answered=False, alarm_seconds=None, cameras_dark=2, days_kept=12,
            gear_missing="钢叉一把", record_id=key,
        )  # fmt: skip
    with scope.enter(cast.officer.units):
        assert Round.objects.count() == 1
        assert {one.what for one in Fault.objects.all()} == {"一键报警", "摄像机", "录像机"}
        hazard = Hazard.objects.get()
        assert Round.objects.select_related("record").get().record.tags == ["alarm:silent"]
    assert "钢叉一把" in hazard.description


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"alarm_seconds": None}, "alarm_seconds"), ({"on": TODAY + datetime.timedelta(days=1)}, "on"),
     ({"service_score": 101}, "service_score")],
)  # fmt: skip
def test_a_round_that_cannot_be_is_refused_at_its_field(cast, facts, field):
    with pytest.raises(Refused) as refusal:
        do_round(cast, **facts)
    assert field in {refusal.value.field, *refusal.value.errors}
    with scope.enter(cast.officer.units):
        assert not Round.objects.exists()


def test_a_fault_goes_through_its_loop_and_the_register_follows(cast):
    camera = device(cast, "SX-1", "camera")
    held = fault(cast, device=camera, what="")
    assert held.what == "摄像机 SX-1 门卫室"
    assert fresh(cast, camera).state == "fault"
    with pytest.raises(Forbidden):
        step(cast, held, "dispatch", by=cast.guard, repairer="维保公司")
    step(cast, held, "dispatch", repairer="维保公司")
    assert fresh(cast, camera).state == "repairing"
    step(cast, held, "repair", by=cast.guard, repaired_at=timezone.now(), remedy="换电源")
    back = step(cast, held, "return", note="还是黑屏")
    assert back.repaired_at is None
    step(cast, held, "repair", by=cast.guard, repaired_at=timezone.now(), remedy="换摄像机")
    closed = step(cast, held, "accept", note="")
    assert fresh(cast, camera).state == "in_use"
    with scope.enter(cast.officer.units):
        assert closed.record.case.closed_at is not None


@pytest.mark.parametrize("hours", [-50, 2])
def test_a_repair_before_the_fault_or_after_now_is_refused(cast, hours):
    held = fault(cast)
    with pytest.raises(Refused) as refusal:
        step(cast, held, "repair", repaired_at=timezone.now() + datetime.timedelta(hours=hours), remedy="修")  # fmt: skip
    assert refusal.value.field == "repaired_at"


def test_another_schools_device_is_refused(cast):
    with scope.enter(cast.stranger.units, person=str(cast.stranger.person_id)):
        foreign = put(
            cast, {"number": "X", "type": "camera", "place": "门"}, key="device", unit=cast.other, by=cast.stranger
        )  # fmt: skip
    with pytest.raises(Refused) as refusal:
        fault(cast, device=foreign)
    assert refusal.value.field == "device"
    with pytest.raises(Missing), scope.enter(cast.bureau.units):
        report_fault(cast.school, by=cast.stranger, wrong="x", what="x")


def test_every_version_of_the_standard_can_be_answered():
    for one in standards("changzhou_2020"):
        assert {item.answer for item in one.items} <= set(ANSWERS)
        assert all(item.source for item in one.items)
    assert standard_of(datetime.date(2020, 5, 1)).key == "four_hundred_2018"
    assert standard_of(datetime.date(2026, 5, 1)).key == "six_hundred_2022"


def standing(cast):
    with scope.enter(cast.officer.units):
        _standard, found = standings(sites(cast.officer))
        return {one.key: one for one in found[0].results}


def test_the_standing_comes_from_the_registers(cast):
    empty = standing(cast)
    assert not any(one.ok for one in empty.values())
    guard = {
        "name": "王强", "born_on": "1985-01-01", "employer": "self", "certificate_no": "A1",
        "checked_on": str(ago(9)), "check_until": str(ago(-300)),
    }  # fmt: skip
    for n in range(4):
        put(cast, guard | {"name": f"王强{n}"}, key="guard")
    device(cast, tested_on=str(ago(3)))
    device(cast, "SX-1", "camera")
    device(cast, "LX-1", "recorder", days_kept=90)
    device(cast, "FZ-1", "barrier")
    now = standing(cast)
    assert {key for key, one in now.items() if one.ok} == {"guards", "alarm", "video", "barrier"}
    put(cast, guard | {"name": "赵六", "certificate_no": ""}, key="guard")
    device(cast, "BJ-2", linked=False)
    assert "1 人没有保安员证" in standing(cast)["guards"].said
    assert not standing(cast)["alarm"].ok


def test_a_confirmed_check_stays_as_it_was(cast):
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        with pytest.raises(Refused) as refusal:
            check_standard(cast.school, by=cast.officer)
        assert refusal.value.field == "note"
        done = check_standard(cast.school, by=cast.officer, note="列入计划")
    device(cast, "FZ-1", "barrier")
    with scope.enter(cast.officer.units):
        done = StandardCheck.objects.select_related("record").get(pk=done.pk)
    assert (done.passed, done.total, done.record.tags) == (0, 6, ["result:short"])
    sheet = cast.client(cast.officer).get(reverse("protection:check_sheet", args=[done.pk]))
    assert sheet.content.startswith(b"%PDF")


def test_the_bureau_sees_all_sites_in_a_fixed_number_of_queries(cast, asked):
    client = cast.client(cast.bureau)
    where = reverse("protection:standard")
    client.get(where)
    with asked() as seen:
        page = client.get(where)
    assert len(seen) <= 15
    assert cast.school.name in page.content.decode()
    body = client.get(reverse("protection:gaps")).content
    rows = list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(min_row=4, values_only=True))  # fmt: skip
    assert len([row for row in rows if row[0] == cast.school.name]) == 6
    assert client.get(where, {"unit": cast.tianning.key}).status_code == 200
    assert client.get(where, {"unit": "nonsense"}).status_code == 404


def test_the_phone_pages_write_what_the_services_write(cast):
    client = cast.client(cast.guard)
    form_id = str(new_id())
    body = {"on": str(TODAY), "alarm_answered": "1", "alarm_seconds": "9", "cameras_dark": "0", "form_id": form_id}  # fmt: skip
    first = client.post(reverse("protection:round_new"), body)
    again = client.post(reverse("protection:round_new"), body)
    assert first.url == again.url
    assert client.get(first.url).status_code == 200
    wrong = client.post(reverse("protection:round_new"), body | {"alarm_answered": "", "form_id": str(new_id())})  # fmt: skip
    assert wrong.status_code == 422
    assert "invalid-feedback" in wrong.content.decode()
    camera = device(cast, "SX-1", "camera")
    sent = client.post(
        reverse("protection:fault_new"),
        {"device": str(camera.pk), "wrong": "黑屏", "found_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), "form_id": str(new_id())},
    )  # fmt: skip
    assert "摄像机 SX-1" in client.get(sent.url).content.decode()
    assert cast.client(cast.stranger).get(sent.url).status_code == 404
