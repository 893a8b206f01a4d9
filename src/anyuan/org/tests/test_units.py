"""Units and people: pages, moving and closing with history, imports named row by row."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.models import Record
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.core.security import scoped_tables
from anyuan.org.importing import PEOPLE, UNITS
from anyuan.org.models import Person, Post, Profile, Unit
from anyuan.org.services import (
    add_person,
    add_unit,
    close_unit,
    grant_post,
    move_unit,
    reset_password,
)
from anyuan.org.tests.cast import PASSWORD, PROFILE, hire
from anyuan.org.tokens import actor_of_token, issue_token

TODAY = timezone.localdate()


def drill(cast):
    from anyuan.domains.emergency.drills.services.holding import record_drill

    return record_drill(
        cast.school, by=cast.officer, on=TODAY, kind="fire", expected=10, present=10, seconds=60,
        problems=[{"text": "灯坏了"}],
    )  # fmt: skip


def counts():
    """Rows of every scoped table; the history grows by the move itself."""
    models = [m for m, *_ in scoped_tables() if not hasattr(m, "pgh_tracked_model")]
    return {m._meta.label: m._base_manager.count() for m in models}


def test_a_moved_school_keeps_everything_and_answers_to_the_new_district(cast):
    done = drill(cast)
    with scope.everything():
        before = counts()
    moved = move_unit(cast.school, by=cast.bureau, parent=cast.tianning)
    assert moved.key == "320400.320402.2132000001."
    with scope.everything():
        assert Record.objects.get(pk=done.pk).unit_id == moved.key
        assert counts() == before
        for model, table, column, _owner in scoped_tables():
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT count(*) FROM {table} WHERE {column} LIKE '320400.320412.2132%%'"
                )
                assert cursor.fetchone() == (0,), model
    assert (
        cast.client(cast.other_district).get(reverse("org:unit", args=[moved.key])).status_code
        == 200
    )
    assert cast.client(cast.district).get(reverse("org:unit", args=[moved.key])).status_code == 404
    assert (
        cast.client(cast.officer).get(reverse("emergency:drill", args=[done.pk])).status_code == 200
    )


def test_only_who_manages_both_may_move(cast):
    with pytest.raises(Missing):
        move_unit(cast.school, by=cast.district, parent=cast.tianning)
    with pytest.raises(Forbidden):
        move_unit(cast.school, by=cast.officer, parent=cast.school)


def test_a_merged_school_stays_readable_and_its_posts_end(cast):
    drill(cast)
    with scope.everything():
        heir = Unit.objects.get(key=cast.other.key)
    close_unit(cast.school, by=cast.bureau, on=TODAY, successor=heir)
    with scope.everything():
        unit = Unit.objects.get(key=cast.school.key)
        assert (unit.state, unit.successor_id) == ("merged", cast.other.key)
        assert not Post.objects.filter(unit=unit, until__isnull=True).exists()
        # The drill stays; the lamp that it found broken is the successor's to mend.
        assert [r.kind for r in Record.objects.filter(unit=unit)] == ["drill"]
        assert [r.kind for r in Record.objects.filter(unit=heir)] == ["hazard"]
    with pytest.raises(Refused):
        close_unit(unit, by=cast.bureau, on=TODAY)


def test_nobody_hands_on_more_than_they_have(cast):
    with scope.everything():
        person = Person.objects.get(username="teacher")
    with pytest.raises(Refused):
        grant_post(cast.wujin, by=cast.officer.__class__(**{**cast.officer.__dict__, "units": cast.district.units}),
                   person=person, role="district_supervisor")  # fmt: skip
    with pytest.raises(Refused) as refusal:
        grant_post(cast.school, by=cast.district, person=person, role="assessor")
    assert refusal.value.field == "until"
    assert (
        grant_post(cast.school, by=cast.district, person=person, role="principal").role
        == "principal"
    )


def test_a_reset_password_is_new_and_must_be_changed(cast):
    with scope.everything():
        post = Post.objects.select_related("person").get(person__username="teacher")
    password = reset_password(post, by=cast.officer)
    person = Person.objects.get(username="teacher")
    assert person.check_password(password)
    assert not person.check_password(PASSWORD)
    assert person.must_change_password


def test_who_must_change_the_password_is_led_to_that_page(cast):
    Person.objects.filter(username="teacher").update(must_change_password=True)
    answer = cast.client(cast.teacher).get("/", follow=True)
    assert answer.request["PATH_INFO"] == "/accounts/password/change/"


@pytest.mark.parametrize("name", ["unit", "profile", "person_new", "change", "unit_new"])
def test_another_districts_unit_is_404(cast, name):
    assert (
        cast.client(cast.district).get(reverse(f"org:{name}", args=[cast.other.key])).status_code
        == 404
    )


def test_pages_of_units_open_and_do_not_grow(cast):
    client = cast.client(cast.bureau)
    client.get(reverse("org:units"))  # what is kept for a minute is kept now
    with CaptureQueriesContext(connection) as few:
        assert client.get(reverse("org:units")).status_code == 200
    with scope.everything():
        hire(cast.school, "more", "更多", "teacher")
    with CaptureQueriesContext(connection) as more:
        client.get(reverse("org:units"))
    assert len(few) == len(more) <= 15
    assert "安全员甲" in client.get(reverse("org:unit", args=[cast.school.key])).content.decode()
    assert client.get(reverse("org:audit")).status_code == 200
    assert cast.client(cast.officer).get(reverse("org:audit")).status_code == 403


def test_registering_a_person_on_the_page_shows_the_password_once(cast):
    client = cast.client(cast.officer)
    facts = {"name": "新教师", "username": "new.teacher", "phone": "13912345678", "role": "teacher"}
    page = client.post(reverse("org:person_new", args=[cast.school.key]), facts)
    assert "只显示这一次" in page.content.decode()
    again = client.post(reverse("org:person_new", args=[cast.school.key]), facts)
    assert "已被使用" in again.content.decode()


def test_a_profile_is_changed_with_its_history(cast):
    client = cast.client(cast.officer)
    address = reverse("org:profile", args=[cast.school.key])
    facts = {
        "stages": ["primary"],
        "boarders": 900,
        "pupils": 800,
        "staff": 1,
        "classes": 1,
        "buildings": 1,
        "datum": "wgs84",
    }
    wrong = client.post(address, facts)
    assert "不能多于学生数" in wrong.content.decode()
    assert client.post(address, facts | {"boarders": 0}).status_code == 302
    with scope.everything():
        assert Profile.objects.get(unit=cast.school).staff == 1


def workbook(columns, rows, *, title=True, order=None):
    book = openpyxl.Workbook()
    sheet = book.active
    if title:
        sheet.append(["　单位导入表"])
        sheet.append([])
    heads = [column.head for column in columns]
    places = order or range(len(heads))
    sheet.append([f"*{heads[n]} " for n in places])
    for row in rows:
        sheet.append([row.get(columns[n].name) for n in places])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(client, what, body, name="a.xlsx"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return client.post(
        reverse("org:import"), {"what": what, "file": SimpleUploadedFile(name, body)}
    )


GOOD = {"code": 2132000777.0, "name": "新北区　晨光小学", "kind": "学校", "parent": "３２０４１２", "stages": "小学",
        "pupils": "８６０", "has_canteen": "是", "lon": 119.9, "lat": 31.7}  # fmt: skip


def test_units_are_understood_as_a_clerk_would_and_come_after_confirming(cast):
    client = cast.client(cast.bureau)
    body = workbook(UNITS, [GOOD], order=list(reversed(range(len(UNITS)))))
    page = send(client, "units", body)
    assert "将新增 1" in page.content.decode()
    with scope.everything():
        assert not Unit.objects.filter(code="2132000777").exists()
    done = client.post(reverse("org:import"), {"what": "units", "ticket": page.context["ticket"]})
    assert "已导入：新增 1" in done.content.decode()
    with scope.everything():
        assert Profile.objects.get(unit__code="2132000777").pupils == 860
    again = send(client, "units", body)
    assert "未变 1" in again.content.decode()


def test_every_bad_row_is_named_and_nothing_is_imported(cast):
    rows = [
        GOOD,
        GOOD | {"pupils": "很多"},
        {"code": "2132000778", "name": "", "kind": "大学", "parent": "999"},
    ]
    text = send(cast.client(cast.bureau), "units", workbook(UNITS, rows)).content.decode()
    assert "第 5 行 A 列“单位代码”：与第 4 行重复" in text
    assert "第 5 行 H 列“学生数”：应填整数" in text
    assert "第 6 行 B 列“单位名称”：不能为空" in text
    assert "第 6 行 C 列“类别”" in text
    with scope.everything():
        assert not Unit.objects.filter(code="2132000777").exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "可以读取"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 100, ".xls"),
        (b"PK\x03\x04nonsense", "可以读取"),
    ],
)
def test_wrong_files_are_refused_with_a_sentence(cast, body, said):
    answer = send(cast.client(cast.bureau), "units", body or b" ")
    assert said in answer.content.decode()


def test_people_are_imported_with_passwords_and_names_of_others_refused(cast):
    client = cast.client(cast.bureau)
    rows = [
        {
            "username": "li.si",
            "name": "李四",
            "phone": 13811112222,
            "unit": 2132000001,
            "role": "教师",
        }
    ]
    page = send(client, "people", workbook(PEOPLE, rows))
    done = client.post(reverse("org:import"), {"what": "people", "ticket": page.context["ticket"]})
    assert "li.si" in done.content.decode()
    assert Person.objects.get(username="li.si").phone == "13811112222"
    bad = [rows[0] | {"role": "局长", "phone": "123"}]
    text = send(client, "people", workbook(PEOPLE, bad)).content.decode()
    assert "岗位可填" in text
    assert "手机号应为 11 位" in text
    stolen = send(
        cast.client(cast.district), "people", workbook(PEOPLE, [rows[0] | {"username": "stranger"}])
    )
    assert "别的单位使用" in stolen.content.decode()


def test_a_ticket_is_its_makers_only(cast):
    page = send(cast.client(cast.bureau), "units", workbook(UNITS, [GOOD]))
    other = cast.client(cast.district).post(
        reverse("org:import"), {"what": "units", "ticket": page.context["ticket"]}
    )
    assert "已过期" in other.content.decode()


def test_a_school_does_not_import_units(cast):
    assert send(cast.client(cast.officer), "units", workbook(UNITS, [GOOD])).status_code == 422
    from anyuan.org.import_services import import_units

    with pytest.raises(Forbidden):
        import_units(cast.school, by=cast.officer, body=b"", apply=True)


def test_a_weak_first_password_is_refused(cast):
    with pytest.raises(Refused) as refusal:
        add_person(
            cast.school,
            by=cast.officer,
            username="weak",
            name="弱",
            role="teacher",
            password="12345",
        )
    assert refusal.value.field == "password"


def closed_at(cast, on=TODAY):
    with scope.enter(cast.bureau.units):
        return close_unit(Unit.objects.get(key=cast.school.key), by=cast.bureau, on=on)


def test_posts_and_tokens_of_a_closed_school_end(cast):
    with scope.enter(cast.bureau.units):
        late = grant_post(
            cast.school, by=cast.bureau, person=Person.objects.get(username="officer"),
            role="principal", since=TODAY + datetime.timedelta(days=30),
        )  # fmt: skip
        token, text = issue_token(
            cast.school, by=cast.officer, name="取数", permissions=["hazard.read"],
            expires_on=TODAY + datetime.timedelta(days=60),
        )  # fmt: skip
    closed_at(cast)
    with scope.everything():
        token.refresh_from_db()
        late.refresh_from_db()
        assert token.revoked_at is not None
        assert late.until == late.since
        assert not Post.objects.filter(unit_id=cast.school.key, until__isnull=True).exists()
    assert actor_of_token(text) is None
    assert "还没有岗位" in cast.client(cast.officer).get("/").content.decode()


@pytest.mark.parametrize("which", ["wujin", "school", "campus"])
def test_the_successor_is_another_school(cast, which, campus):
    target = campus if which == "campus" else getattr(cast, which)
    with pytest.raises(Refused) as refusal:
        close_unit(cast.school, by=cast.bureau, on=TODAY, successor=target)
    assert refusal.value.field == "target"


def test_the_successor_must_be_within_ones_own_units(cast):
    with pytest.raises(Missing):
        close_unit(cast.school, by=cast.district, on=TODAY, successor=cast.other)


@pytest.fixture
def campus(cast):
    with scope.enter(cast.bureau.units):
        return add_unit(
            cast.school, by=cast.bureau, code="2132000011", name="东校区", kind="campus", profile=PROFILE
        )  # fmt: skip


def test_a_school_whose_last_campus_closes_is_a_site_again(cast, campus):
    with scope.enter(cast.bureau.units):
        assert not Profile.objects.get(unit=cast.school).is_site
        close_unit(campus, by=cast.bureau, on=TODAY)
        assert Profile.objects.get(unit=cast.school).is_site
