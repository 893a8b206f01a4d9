"""Messages from outside: once each, in any order, for our units only; what is no real warning stays none."""

from __future__ import annotations

import pytest

from anyuan.core import scope
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.emergency.warnings.models import CapMessage, WarningResponse, WarningSignal
from anyuan.domains.emergency.warnings.tests.making import (
    SENT,
    cap,
    copy_of,
    entered,
    fresh,
    geocode,
    issued,
    polygon,
    soon,
    step,
    take,
)
from anyuan.engines.notices.models import Notification

LATER = "2026-06-21T16:00:00+08:00"
REFERS = f"w@cma.gov.cn,A1,{SENT}"


def state(signal, by):
    return fresh(signal, by).record.case.state


def signal_of(taken, by):
    with scope.enter(by.units):
        return WarningSignal.objects.get(pk=taken.signal_id)


def test_a_message_waits_to_be_weighed_and_the_desk_is_told(cast):
    taken = take(cast.city, cast.bureau, cap())
    signal = signal_of(taken, cast.bureau)
    assert (signal.title, signal.units) == ("暴雨红色预警", [cast.wujin.key])
    assert state(signal, cast.bureau) == "pending"
    with scope.everything():
        told = Notification.objects.get(kind="warning.new")
        assert told.person_id == cast.bureau.person_id
        assert WarningResponse.objects.count() == 0


def test_the_same_message_is_taken_once(cast):
    first = take(cast.city, cast.bureau, cap())
    # The same moment written from another place is the same message.
    again = take(cast.city, cast.bureau, cap(sent="2026-06-21T07:00:00-00:00"))
    assert (first.new, again.new, again.message.pk) == (True, False, first.message.pk)
    with scope.everything():
        assert WarningSignal.objects.count() == 1
    # A district may take it as well, for itself.
    assert take(cast.wujin, cast.district, cap()).new


@pytest.mark.parametrize("encoding", ["utf-16", "gbk"])
def test_a_message_in_other_bytes_is_kept_as_text(cast, encoding):
    said = cap().decode().replace("UTF-8", encoding)
    taken = take(cast.city, cast.bureau, said.encode(encoding))
    assert "暴雨" in taken.message.xml


def test_who_may_bring_messages_in(cast):
    with pytest.raises(Forbidden):
        take(cast.school, cast.officer, cap())
    with pytest.raises(Missing):
        take(cast.city, cast.district, cap())
    with pytest.raises(Missing):
        take(cast.wujin, cast.other_district, cap())
    with pytest.raises(Refused, match="教育部门"):
        take(cast.school, cast.district, cap())


def test_an_update_takes_the_place_of_what_waits(cast):
    first = signal_of(take(cast.city, cast.bureau, cap()), cast.bureau)
    second = take(cast.city, cast.bureau, cap(identifier="A2", sent=LATER, kind="Update", references=REFERS, headline="暴雨橙色预警"))  # fmt: skip
    assert state(first, cast.bureau) == "void"
    assert fresh(first, cast.bureau).end_reason == "replaced"
    assert state(signal_of(second, cast.bureau), cast.bureau) == "pending"


def test_what_was_passed_on_holds_until_its_update_is_passed_on(cast):
    first = issued(signal_of(take(cast.city, cast.bureau, cap()), cast.bureau), by=cast.bureau)
    taken = take(cast.city, cast.bureau, cap(identifier="A2", sent=LATER, kind="Update", references=REFERS, headline="暴雨橙色预警"))  # fmt: skip
    second = signal_of(taken, cast.bureau)
    assert second.replaces_id == first.pk
    assert state(first, cast.bureau) == "running"
    issued(second, by=cast.bureau, level="II")
    assert fresh(first, cast.bureau).end_reason == "replaced"
    assert copy_of(first, cast.officer).ended_at is not None
    assert copy_of(second, cast.officer).title == "暴雨橙色预警"
    # Schools hear of the new one, not of an end in between.
    with scope.everything():
        assert not Notification.objects.filter(kind="warning.ended").exists()


def test_a_cancel_ends_it_and_schools_hear_so(cast):
    signal = issued(signal_of(take(cast.city, cast.bureau, cap()), cast.bureau), by=cast.bureau)
    taken = take(cast.city, cast.bureau, cap(identifier="A3", sent=LATER, kind="Cancel", references=REFERS))  # fmt: skip
    assert taken.message.result == "已解除"
    assert state(signal, cast.bureau) == "ended"
    response = copy_of(signal, cast.officer)
    assert (response.end_reason, response.record.state) == ("cancel", "ended")
    with scope.everything():
        assert Notification.objects.filter(kind="warning.ended", person_id=cast.officer.person_id).exists()  # fmt: skip


def test_a_cancel_that_comes_before_its_alert_is_not_lost(cast):
    early = take(cast.city, cast.bureau, cap(identifier="A3", sent=LATER, kind="Cancel", references=REFERS))  # fmt: skip
    assert "没有找到" in early.message.result
    late = take(cast.city, cast.bureau, cap())
    assert late.signal_id is None
    assert "解除" in late.message.result


def test_an_update_that_comes_before_its_alert_stands(cast):
    update = take(cast.city, cast.bureau, cap(identifier="A2", sent=LATER, kind="Update", references=REFERS))  # fmt: skip
    late = take(cast.city, cast.bureau, cap())
    assert late.signal_id == update.signal_id
    with scope.everything():
        assert WarningSignal.objects.count() == 1


def test_the_end_of_an_update_is_the_end_of_what_it_replaces(cast):
    first = issued(signal_of(take(cast.city, cast.bureau, cap()), cast.bureau), by=cast.bureau)
    second = take(cast.city, cast.bureau, cap(identifier="A2", sent=LATER, kind="Update", references=REFERS))  # fmt: skip
    refers = f"w@cma.gov.cn,A2,{LATER}"
    take(cast.city, cast.bureau, cap(identifier="A3", sent=LATER, kind="Cancel", references=refers))
    assert state(first, cast.bureau) == "ended"
    assert state(signal_of(second, cast.bureau), cast.bureau) == "void"


def test_nobody_else_ends_a_warning(cast):
    signal = issued(signal_of(take(cast.city, cast.bureau, cap()), cast.bureau), by=cast.bureau)
    other = {"identifier": "B1", "kind": "Cancel", "references": REFERS, "sent": LATER}
    take(cast.city, cast.bureau, cap(sender="someone@example.org", **other))
    # An exercise does not end what is real.
    take(cast.city, cast.bureau, cap(status="Exercise", **{**other, "identifier": "B2"}))
    assert state(signal, cast.bureau) == "running"


def test_receipts_and_drafts_are_kept_and_lead_to_nothing(cast):
    for number, facts in enumerate(({"kind": "Ack", "info": ""}, {"status": "Draft"}, {"status": "System"})):  # fmt: skip
        taken = take(cast.city, cast.bureau, cap(identifier=f"C{number}", **facts))
        assert taken.signal_id is None
    with scope.everything():
        assert CapMessage.objects.count() == 3


def test_an_exercise_says_so_wherever_it_is_shown(cast):
    signal = signal_of(take(cast.city, cast.bureau, cap(status="Exercise")), cast.bureau)
    assert signal.title == "【演练】暴雨红色预警"
    issued(signal, by=cast.bureau)
    response = copy_of(signal, cast.officer)
    assert response.title.startswith("【演练】")
    assert response.record.counts is False
    assert fresh(signal, cast.bureau).record.counts is False
    page = cast.client(cast.officer).get("/today/").content.decode()
    assert "【演练】暴雨红色预警" in page
    with scope.everything():
        titles = Notification.objects.filter(kind="warning.issued").values_list("title", flat=True)
        assert titles
        assert all(title.startswith("【演练】") for title in titles)


@pytest.mark.parametrize(
    ("area", "found"),
    [
        (geocode("320400"), ["320400."]), (geocode("320000"), ["320400."]), (geocode("320412000000"), ["320400.320412."]),
        (geocode("320412103000"), ["320400.320412."]), (geocode("320402") + geocode("320412"), ["320400.320402.", "320400.320412."]),
        (geocode("UTF", "武进区大部"), ["320400.320412."]), (geocode("UTF", "常州市大部"), ["320400."]),
        (geocode("UTF", "某个地方"), []),
        (polygon((31, 119), (32, 119), (32, 121), (31, 121), (31, 119)), ["320400.320402.2132000002.", "320400.320412.2132000001."]),
        ("<area><areaDesc>x</areaDesc><circle>31.70,119.95 5</circle></area>", ["320400.320402.2132000002.", "320400.320412.2132000001."]),
    ],
)  # fmt: skip
def test_areas_mean_our_units(cast, area, found):
    taken = take(cast.city, cast.bureau, cap(area=area))
    assert signal_of(taken, cast.bureau).units == found


@pytest.mark.parametrize(
    "area", [geocode("320500"), geocode("110000"), polygon((40, 119), (41, 119), (41, 121), (40, 121), (40, 119))]
)  # fmt: skip
def test_what_is_somebody_elses_is_kept_and_shown_to_nobody(cast, area):
    taken = take(cast.city, cast.bureau, cap(area=area))
    assert (taken.signal_id, taken.message.result) == (None, "不涉及本单位范围")


def test_a_polygon_over_the_border_holds_the_schools_on_our_side_of_it(cast):
    with scope.everything():
        cast.school.profile.lat, cast.school.profile.lon = "31.5", "119.5"
        cast.school.profile.save()
        cast.other.profile.lat, cast.other.profile.lon = "31.6", "120.5"
        cast.other.profile.save()
    area = polygon((31, 118), (32, 118), (32, 120), (31, 120), (31, 118))
    taken = take(cast.city, cast.bureau, cap(area=area))
    assert signal_of(taken, cast.bureau).units == [cast.school.key]


def test_a_school_on_a_chinese_map_is_found_where_it_really_is(cast):
    """GCJ-02 shifts places by some hundred metres: the school's mark lies outside, the school inside."""
    with scope.everything():
        profile = cast.school.profile
        profile.datum, profile.lat, profile.lon = "gcj02", "31.697900", "119.954850"
        profile.save()
        cast.other.profile.lat = "30"
        cast.other.profile.save()
    area = "<area><areaDesc>x</areaDesc><circle>31.70,119.95 0.1</circle></area>"
    taken = take(cast.city, cast.bureau, cap(area=area))
    assert signal_of(taken, cast.bureau).units == [cast.school.key]


def test_what_is_over_when_it_comes_is_not_weighed(cast):
    taken = take(cast.city, cast.bureau, cap(expires="2026-06-21T16:00:00+08:00"))
    assert (taken.signal_id, taken.message.result) == (None, "收到时已过有效期")


def test_times_are_kept_right_and_shown_in_local_time(cast):
    taken = take(cast.city, cast.bureau, cap(sent="2026-06-21T07:00:00-00:00"))
    signal = signal_of(taken, cast.bureau)
    page = cast.client(cast.bureau).get(f"/warnings/{signal.pk}/").content.decode()
    assert "15:00" in page


def test_a_file_is_brought_in_on_the_page(cast):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = cast.client(cast.bureau)
    answer = client.post("/warnings/import/", {"file": SimpleUploadedFile("a.xml", cap())})
    assert answer.status_code == 302
    assert "待研判" in client.get(answer.headers["Location"]).content.decode()
    bad = client.post("/warnings/import/", {"file": SimpleUploadedFile("a.xml", b"<alert/>")})
    assert bad.status_code == 422
    assert "命名空间" in bad.content.decode()


def test_a_warning_by_hand(cast):
    signal = entered(cast.wujin, by=cast.district)
    assert (signal.number[:10], signal.source) == ("YJ-320412-", "武进区教育局")
    again = entered(cast.wujin, by=cast.district, record_id=None)
    assert again.number != signal.number


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "x"}, "kind"), ({"colour": "black"}, "colour"), ({"kind": "drought", "colour": "blue"}, "colour"),
        ({"words": " "}, "words"), ({"expires_at": soon(-1)}, "expires_at"), ({"expires_at": soon(24 * 60)}, "expires_at"),
        ({"units": []}, "units"), ({"units": ["320400.320402."]}, "units"),
    ],
)  # fmt: skip
def test_what_is_wrong_by_hand_is_said_at_its_field(cast, facts, field):
    with pytest.raises(Refused) as refusal:
        entered(cast.wujin, by=cast.district, **facts)
    assert refusal.value.field == field


def test_what_waits_is_laid_aside_with_a_reason(cast):
    signal = entered(cast.wujin, by=cast.district)
    assert step(signal, cast.district, "void", note="只涉及山区").state == "void"
