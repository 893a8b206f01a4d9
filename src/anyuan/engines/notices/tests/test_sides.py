"""Beside a record: remarks, files with time and place, and who changed what from what to what."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from anyuan.core import scope
from anyuan.core.files import path_of
from anyuan.core.ids import new_id
from anyuan.core.models import Comment, File, Record
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.engines.notices import sides
from anyuan.engines.notices.history import history
from anyuan.engines.notices.models import Notification
from anyuan.engines.notices.services import add_comment, receive_file
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission
from anyuan.org.records import amend_record, open_record, void_record
from anyuan.org.tests.cast import Cast

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 3)


@action(Permission.FILING_WRITE)
def file_it(unit: Any, *, by: Actor) -> Record:
    return open_record(unit, by=by, kind="test.filing", happened_on=DAY, title="消防巡查")


@action(Permission.FILING_WRITE)
def correct(record: Record, *, by: Actor, **changes: Any) -> Record:
    return amend_record(record, by=by, **changes)


@pytest.fixture
def record(cast: Cast) -> Record:
    with scope.everything():
        return file_it(cast.school, by=cast.officer)


def photo(name: str = "p.jpg") -> SimpleUploadedFile:
    image = Image.new("RGB", (900, 600), "teal")
    exif = image.getexif()
    exif.get_ifd(0x8769)[0x9003] = "2026:11:03 08:15:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 42.0, 0.0), 3: "E", 4: (119.0, 57.0, 0.0)})
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue())


def test_history_says_who_changed_what_from_what_to_what(
    cast: Cast, record: Record, whole: None
) -> None:
    correct(record, by=cast.officer, title="消防夜间巡查", happened_on=DAY.replace(day=4))
    newest, first = history(record)
    assert (first.label, first.by, first.changes) == ("建立", "安全员甲", [])
    assert (newest.label, newest.by) == ("修改", "安全员甲")
    assert sorted(newest.changes) == [
        ("名称", "消防巡查", "消防夜间巡查"),
        ("日期", "2026-11-03", "2026-11-04"),
    ]


def test_history_shows_states_in_words_and_units_by_name(
    cast: Cast, record: Record, whole: None
) -> None:
    void_record(record, by=cast.officer)
    correct(record, by=cast.officer, done_by_id=cast.wujin.key)
    told = [change for entry in history(record) for change in entry.changes]
    assert ("状态", "已填报", "已撤销") in told
    assert ("有效", "是", "否") in told
    assert ("完成单位", cast.school.name, cast.wujin.name) in told


def test_history_takes_as_many_queries_for_many_changes(
    cast: Cast, record: Record, whole: None
) -> None:
    def count() -> int:
        fresh = Record.objects.get(pk=record.pk)
        with CaptureQueriesContext(connection) as caught:
            sides.side(fresh, cast.officer)
        return len(caught)

    correct(record, by=cast.officer, title="一")
    few = count()
    for n in range(5):
        correct(record, by=cast.officer, title=f"第{n}次")
        add_comment(record, by=cast.district, text=f"意见{n}")
    assert count() == few
    assert few <= 6


def test_a_remark_is_shown_and_who_filed_the_record_is_told(cast: Cast, record: Record) -> None:
    address = reverse("notices:comment", args=[record.pk])
    answer = cast.client(cast.district).post(
        address, {"text": "请补<b>照片</b>"}, headers={"HX-Request": "true"}
    )
    page = answer.content.decode()
    assert "请补&lt;b&gt;照片&lt;/b&gt;" in page
    assert "区管理员" in page
    with scope.everything():
        message = Notification.objects.get()
    assert message.person_id == cast.officer.person_id
    assert "消防巡查" in message.title


def test_an_empty_remark_is_refused_at_its_field(cast: Cast, record: Record) -> None:
    answer = cast.client(cast.officer).post(
        reverse("notices:comment", args=[record.pk]), {"text": "  "}, headers={"HX-Request": "true"}
    )
    assert "请先写下要说的话。" in answer.content.decode()
    with scope.everything():
        assert not Comment.objects.exists()
        with pytest.raises(Refused):
            add_comment(record, by=cast.officer, text="   ")


def test_another_school_cannot_remark_and_is_not_told_of_the_record(
    cast: Cast, record: Record
) -> None:
    answer = cast.client(cast.stranger).post(
        reverse("notices:comment", args=[record.pk]), {"text": "x"}
    )
    assert answer.status_code == 404
    with scope.everything(), pytest.raises(Missing):
        add_comment(record, by=cast.stranger, text="x")


def test_a_phone_s_file_sent_twice_is_kept_once(cast: Cast) -> None:
    client, key = cast.client(cast.guard), str(new_id())
    answers = [
        client.post(reverse("notices:upload"), {"file": photo(), "id": key}) for _ in range(2)
    ]
    assert [answer.json()["id"] for answer in answers] == [key, key]
    with scope.everything():
        kept = File.objects.get()
    assert kept.unit_id == cast.school.key
    assert kept.uploaded_by_id == cast.guard.person_id


def test_a_file_for_another_school_is_not_taken(cast: Cast) -> None:
    data = {"file": photo(), "id": str(new_id()), "unit": cast.other.key}
    assert cast.client(cast.officer).post(reverse("notices:upload"), data).status_code == 404
    data = {"file": photo(), "id": str(new_id()), "unit": cast.school.key}
    assert cast.client(cast.district).post(reverse("notices:upload"), data).status_code == 200


def test_a_script_is_refused_with_a_sentence(cast: Cast) -> None:
    data = {"file": SimpleUploadedFile("a.jpg", b"<script>alert(1)</script>"), "id": str(new_id())}
    answer = cast.client(cast.officer).post(reverse("notices:upload"), data)
    assert answer.status_code == 422
    assert "类型不能上传" in answer.json()["error"]


def test_who_may_not_file_may_not_upload(cast: Cast, whole: None) -> None:
    from anyuan.org.tests.cast import hire

    auditor = hire(cast.wujin, "auditor", "审计", "auditor")
    with pytest.raises(Forbidden):
        receive_file(cast.school, by=auditor, upload=photo(), file_id=new_id())


def test_a_photo_is_shown_small_with_its_time_and_place(cast: Cast, record: Record) -> None:
    with scope.everything():
        kept = receive_file(cast.school, by=cast.officer, upload=photo(), file_id=new_id())
        File.objects.filter(pk=kept.pk).update(record=record)
        from django.template.loader import render_to_string

        page = render_to_string(
            "notices/files.html", {"files": sides.split_files(sides.files_of(record))}
        )
    assert "拍摄于 2026-11-03 08:15" in page
    assert "119.95000，31.70000" in page
    small = cast.client(cast.officer).get(reverse("notices:small_photo", args=[kept.pk]))
    with Image.open(io.BytesIO(b"".join(small))) as image:
        assert max(image.size) == 360
    assert path_of(kept).stat().st_size > 0
    stranger = cast.client(cast.stranger).get(reverse("notices:small_photo", args=[kept.pk]))
    assert stranger.status_code == 404
