"""CAP files from anywhere: what is wrong is said with the element and the line; nothing harmful is done."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anyuan.domains.emergency.warnings.cap.datum import to_gcj02, to_wgs84
from anyuan.domains.emergency.warnings.cap.geometry import circle, inside, polygon
from anyuan.domains.emergency.warnings.cap.message import Area
from anyuan.domains.emergency.warnings.cap.reading import LARGEST, NotCap, moment, read_message
from anyuan.domains.emergency.warnings.interpreting import meaning_of
from anyuan.domains.emergency.warnings.tests.making import cap, info_of

DAY = datetime.timedelta(days=1)
AT_SEVEN = datetime.datetime(2026, 6, 21, 7, 0, tzinfo=datetime.UTC)
ALERT_PARTS = ("identifier", "sender", "sent", "status", "msgType", "scope")
INFO_PARTS = ("category", "event", "urgency", "severity", "certainty")


def without(raw: bytes, name: str) -> bytes:
    """The message without an element of one line."""
    lines = raw.decode().splitlines()
    return "\n".join(line for line in lines if not line.startswith(f"<{name}>")).encode()


def wrong(raw: bytes) -> str:
    with pytest.raises(NotCap) as refusal:
        read_message(raw)
    assert refusal.value.field == "file"
    return refusal.value.sentence


def test_a_message_is_read():
    found = read_message(cap())
    assert (found.identifier, found.type, found.sent) == ("A1", "Alert", AT_SEVEN)
    meaning = meaning_of(found, usual=DAY)
    assert (meaning.kind, meaning.colour, meaning.source) == ("rainstorm", "red", "常州市气象台")


@pytest.mark.parametrize("name", ALERT_PARTS)
def test_what_the_alert_lacks_is_named(name):
    assert f"alert 里缺少 {name}" in wrong(without(cap(), name))


@pytest.mark.parametrize("name", INFO_PARTS)
def test_what_the_info_lacks_is_named_with_its_line(name):
    said = wrong(without(cap(), name))
    assert f"info 里缺少 {name}" in said
    assert said.startswith("第 10 行")


def test_an_area_and_its_codes_have_their_own_parts():
    assert "area 里缺少 areaDesc" in wrong(cap(area="<area></area>"))
    coded = "<area><areaDesc>x</areaDesc><geocode><value>1</value></geocode></area>"
    assert "geocode 里缺少 valueName" in wrong(cap(area=coded))


def test_what_kinds_of_message_need_besides():
    assert "alert 里缺少 info" in wrong(cap(info=""))
    assert "缺少 references" in wrong(cap(kind="Cancel"))
    assert "references 应写成" in wrong(cap(kind="Cancel", references="a,b"))
    private = cap().replace(b"<scope>Public</scope>", b"<scope>Private</scope>")
    assert "缺少 addresses" in wrong(private)


def test_words_outside_the_standard_are_named():
    assert "severity 的内容“Huge”不在标准里" in wrong(cap(severity="Huge"))
    assert "status 的内容" in wrong(cap(status="Real"))
    twice = cap().replace(b"<scope>Public</scope>", b"<scope>Public</scope><scope>Public</scope>")
    assert "scope 只能有一个" in wrong(twice)
    assert "只能是文字" in wrong(cap(headline="<b>x</b>").replace(b"<b>", b"<event>").replace(b"</b>", b"</event>"))  # fmt: skip
    assert "不能有空格" in wrong(cap(identifier="A 1"))


def test_other_versions_and_files_are_said_to_be_so():
    assert "CAP 旧版本" in wrong(cap(ns="urn:oasis:names:tc:emergency:cap:1.1"))
    assert "命名空间" in wrong(cap(ns="urn:x"))
    assert "最外层应是 alert" in wrong(b"<html/>")
    assert "空的" in wrong(b"  ")
    assert "不是完整的 XML" in wrong(cap()[:300])
    assert "XML" in wrong(b"%PDF-1.4 nothing")


def test_encodings():
    said = cap().decode()
    utf16 = said.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    assert read_message(utf16).identifier == "A1"
    gbk = said.replace('encoding="UTF-8"', 'encoding="GBK"').encode("gbk")
    assert read_message(gbk).infos[0].event == "暴雨"
    assert "编码" in wrong(said.encode("gbk"))
    assert wrong(said.replace("UTF-8", "klingon").encode())


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><alert>&a9;</alert>"
)
QUADRATIC = (
    b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 50_000 + b'">]><alert>' + b"&a;" * 50_000 + b"</alert>"
)
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><alert>&a;</alert>'
REMOTE = b'<!DOCTYPE alert SYSTEM "http://127.0.0.1:1/x.dtd"><alert/>'
PARAMETER = b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x">%p;]><alert/>'


@pytest.mark.parametrize("raw", [BOMB, QUADRATIC, EXTERNAL, REMOTE, PARAMETER])
def test_entities_and_document_types_are_refused(raw):
    assert "没有读取" in wrong(raw)


def test_a_document_type_in_other_bytes_is_refused_too():
    said = EXTERNAL.decode()
    for encoding in ("utf-16", "utf-16-be", "utf-32"):
        assert wrong(f'<?xml version="1.0" encoding="{encoding}"?>{said}'.encode(encoding))


def test_huge_and_deep_files_are_refused():
    assert "文件太大" in wrong(b" " * (LARGEST + 1))
    assert "层次太深" in wrong(b"<a>" * 50 + b"</a>" * 50)
    assert "内容太多" in wrong(b"<alert>" + b"<a/>" * 25_000 + b"</alert>")
    assert wrong(b"<a>" * 100_000)
    assert "文字太长" in wrong(cap(headline="长" * 21_000))


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("2026-06-21T15:00:00+08:00", 7), ("2026-06-21T07:00:00-00:00", 7), ("2026-06-21T07:00:00+00:00", 7),
        ("2026-06-21T07:00:00Z", 7), ("2026-06-21T02:30:00-04:30", 7), ("2026-06-21T20:45:00+13:45", 7),
    ],
)  # fmt: skip
def test_a_moment_is_the_same_wherever_it_was_written(said, hour):
    assert moment(said) == datetime.datetime(2026, 6, 21, hour, tzinfo=datetime.UTC)


@pytest.mark.parametrize("said", ["2026-06-21", "2026-06-21T15:00:00", "2026-02-30T15:00:00+08:00", "now", "2026-06-21T25:00:00+08:00"])  # fmt: skip
def test_what_is_no_moment_is_said(said):
    assert moment(said) is None
    assert "sent 的时间" in wrong(cap(sent=said))


@given(st.integers(0, 4_000_000_000), st.integers(-840, 840))
def test_any_distance_from_utc_is_kept_right(seconds, minutes):
    zone = datetime.timezone(datetime.timedelta(minutes=minutes))
    when = datetime.datetime.fromtimestamp(seconds, zone)
    assert moment(when.isoformat()) == when


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_a_sentence(raw):
    assert wrong(raw)


def test_chinese_is_chosen_among_several_languages():
    english = info_of(language="en-US", headline="Red rainstorm warning")
    chinese = info_of(language="zh-CN", headline="暴雨橙色预警", severity="Unknown")
    found = meaning_of(read_message(cap(info=english + chinese)), usual=DAY)
    assert (found.headline, found.colour) == ("暴雨橙色预警", "orange")


@pytest.mark.parametrize(
    ("facts", "kind", "colour"),
    [
        ({"code": "11B01", "headline": "台风蓝色预警", "event": "台风"}, "typhoon", "blue"),
        ({"code": "", "event": "Road icing", "headline": "orange warning"}, "icing", "orange"),
        ({"code": "x", "event": "沙尘暴", "headline": "发布预警", "severity": "Moderate"}, "sandstorm", "yellow"),
        ({"code": "x", "event": "重污染", "headline": "重污染黄色预警"}, "pollution", "yellow"),
        ({"code": "x", "event": "地震", "headline": "地震", "severity": "Unknown"}, "", ""),
    ],
)  # fmt: skip
def test_kinds_and_colours_are_understood(facts, kind, colour):
    facts = {"code": "11B03", **facts}
    found = meaning_of(read_message(cap(**facts)), usual=DAY)
    assert (found.kind, found.colour) == (kind, colour)


def test_a_parameter_names_the_colour_before_the_severity():
    said = "<parameter><valueName>预警颜色</valueName><value>橙色</value></parameter>"
    found = meaning_of(read_message(cap(headline="暴雨预警", parameters=said)), usual=DAY)
    assert found.colour == "orange"


def test_a_warning_without_an_end_has_the_usual_one():
    raw = without(cap(), "expires")
    assert meaning_of(read_message(raw), usual=DAY).expires_at == AT_SEVEN + DAY


@pytest.mark.parametrize(
    "said", ["<polygon>31,119 32,120</polygon>", "<polygon>31,119 32,119 32,120 31,120</polygon>",
             "<polygon>91,119 32,119 32,120 91,119</polygon>", "<polygon>a,b c,d e,f a,b</polygon>",
             "<circle>31,119</circle>", "<circle>31,119 -3</circle>", "<circle>31,119 nan</circle>"],
)  # fmt: skip
def test_a_shape_that_is_none_is_said(said):
    assert "坐标不对" in wrong(cap(area=f"<area><areaDesc>x</areaDesc>{said}</area>"))


def test_places_lie_inside_outside_and_on_the_border():
    area = [Area("x", polygons=(polygon("31,119 32,119 32,120 31,120 31,119"),))]
    assert inside((31.5, 119.5), area)
    assert inside((31.0, 119.5), area)
    assert inside((32.0, 120.0), area)
    assert not inside((30.999, 119.5), area)
    ring = [Area("x", circles=(circle("31.5,119.5 10"),))]
    assert inside((31.58, 119.5), ring)
    assert not inside((31.6, 119.5), ring)


@given(st.floats(20, 45), st.floats(80, 130))
def test_a_chinese_map_coordinate_is_brought_back_to_where_it_is(lat, lon):
    shifted = to_gcj02(lat, lon)
    back = to_wgs84(*shifted, "gcj02")
    assert abs(back[0] - lat) < 1e-7
    assert abs(back[1] - lon) < 1e-7


def test_baidu_and_other_places():
    # A point of Beijing as the three systems have it, to about ten metres.
    lat, lon = to_wgs84(39.928714, 116.397026, "bd09")
    assert abs(lat - 39.9213) < 0.002
    assert abs(lon - 116.3843) < 0.002
    assert to_wgs84(51.5, -0.1, "gcj02") == (51.5, -0.1)
