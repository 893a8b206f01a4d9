"""互查 and 抽查: assigning, checking another school for once, what the levels see, taking back."""

from __future__ import annotations

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.files import path_of
from anyuan.core.ids import new_id
from anyuan.core.models import File
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.engines.checks.assignment_reminders import remind
from anyuan.engines.checks.assignment_services import (
    assign_checks,
    postpone_checks,
    submit_assigned,
    withdraw_checks,
)
from anyuan.engines.checks.models import CheckAssignment, Inspection
from anyuan.engines.checks.scoring import Given
from anyuan.engines.checks.services import (
    publish_checklist,
    submit_inspection,
    switch_checklist,
    void_inspection,
)
from anyuan.engines.checks.spec import Item, Spec
from anyuan.engines.checks.tests.sending import (
    BAD,
    GOOD,
    PNG,
    assign,
    change,
    in_days,
    now,
    post_of,
    submit,
    titles,
)
from anyuan.org.models import Post, Unit
from anyuan.org.tests.cast import hire


def test_another_schools_officer_checks_and_the_school_gets_inspection_and_hazard(
    cast, version, checker, given_to
):
    from anyuan.domains.hazards.models import Hazard

    done = submit(checker, given_to, version, BAD)
    assert (done.unit_id, done.mode, done.failed) == (cast.school.key, "cross", 1)
    assert done.record.done_by_id == cast.wujin.key
    assert done.record.tags == ["by:cross", "checklist:round"]
    assert (now(given_to).state, now(given_to).inspection_id) == ("done", done.pk)
    with scope.enter(cast.officer.units):
        assert Hazard.objects.get().description == "灯（不合格）：大厅的灯坏了"
    officer = cast.client(cast.officer)
    page = officer.get(reverse("checks:detail", args=[done.pk])).content.decode()
    assert "交叉互查" in page
    assert "大厅的灯坏了" in page
    assert officer.get(reverse("hazards:list")).content.decode().count("大厅的灯坏了") == 1
    assert cast.client(checker).get(reverse("checks:detail", args=[done.pk])).status_code == 404
    assert any("对本校进行了检查" in title for title in titles(cast.officer))
    assert any("1 项不合格" in title for title in titles(cast.district))


def test_the_school_does_not_learn_of_it_beforehand(cast, given_to):
    assert titles(cast.officer) == []
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        assert CheckAssignment.raw.count() == 0
    page = cast.client(cast.officer).get(reverse("checks:rounds"))
    assert "互查表" not in page.content.decode()


def test_the_way_to_the_school_is_open_for_this_inspection_only(cast, version, checker, given_to):
    with pytest.raises(Missing):
        submit_inspection(cast.school, by=checker, version=version, answers=GOOD)
    with scope.enter(checker.units, person=str(checker.person_id)) as before:
        submit(checker, given_to, version)
        assert scope.current() == before
        assert Inspection.raw.count() == 0  # row-level security shows the checker nothing of it
        assert Unit.raw.filter(key=cast.school.key).count() == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.lo')")
            assert cursor.fetchone()[0] == checker.units.lo


def test_a_refusal_saves_nothing_and_shuts_the_way_again(cast, version, checker, given_to):
    with scope.enter(checker.units, person=str(checker.person_id)) as before:
        with pytest.raises(Refused) as refusal:
            submit(checker, given_to, version, {"exits": Given(result=1)})
        assert set(refusal.value.errors) == {"lamps"}
        assert scope.current() == before
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.lo')")
            assert cursor.fetchone()[0] == checker.units.lo
    assert now(given_to).state == "open"
    with scope.everything():
        assert Inspection.objects.count() == 0


def test_only_the_person_sent_may_go(cast, version, checker, given_to):
    with scope.everything():
        colleague = hire(Unit.objects.get(key=checker.unit_key), "other", "校长己", "principal")
    for who in (cast.stranger, cast.officer, cast.district, colleague):
        with pytest.raises(Missing):
            submit(who, given_to, version)
        assert (
            cast.client(who).get(reverse("checks:assigned", args=[given_to.pk])).status_code == 404
        )
    with pytest.raises(Missing):  # one's own post, not another school's
        submit_assigned(
            cast.school.key, by=checker, assignment=given_to, version=version, answers=GOOD
        )


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"due_on": datetime.date(2026, 1, 2)}, "已过"),
        ({"withdrawn_at": timezone.now()}, "撤回"),
        ({"target_id": "320400.320402.2132000002."}, "划转"),
    ],
)
def test_what_is_over_is_refused(cast, version, checker, given_to, facts, sentence):
    change(given_to, **facts)
    with pytest.raises(Refused) as refusal:
        submit(checker, given_to, version)
    assert sentence in refusal.value.sentence


def test_only_the_checklist_that_was_assigned(cast, version, checker, given_to):
    other = publish_checklist(
        cast.city, by=cast.bureau, spec=Spec("else", "别的表", "", (Item("a", "甲"),))
    )
    with pytest.raises(Refused, match="不是交办的那一张"):
        submit(checker, given_to, other, {"a": Given(result=1)})
    switch_checklist(cast.city, by=cast.bureau, checklist=version.checklist, active=False)
    with pytest.raises(Refused, match="停用"):
        submit(checker, given_to, version)


def test_not_before_it_was_assigned_and_not_in_the_future(cast, version, checker, given_to):
    for day in (in_days(-1), in_days(1)):
        with pytest.raises(Refused) as refusal:
            submit(checker, given_to, version, happened_on=day)
        assert refusal.value.field == "happened_on"


def test_a_school_that_has_closed_is_not_checked(cast, version, checker, given_to):
    with scope.everything():
        Unit.objects.filter(key=cast.school.key).update(state="closed")
    with pytest.raises(Conflict, match="停办"):
        submit(checker, given_to, version)


def test_sent_again_it_is_one_inspection_and_done_it_is_done(cast, version, checker, given_to):
    key = new_id()
    first = submit(checker, given_to, version, record_id=key)
    assert submit(checker, given_to, version, record_id=key) == first
    with pytest.raises(Conflict, match="已经完成"):
        submit(checker, given_to, version, record_id=new_id())


def test_photos_belong_to_the_school_checked(cast, version, checker, given_to):
    upload = SimpleUploadedFile("a.png", PNG)
    done = submit(checker, given_to, version, BAD, uploads={"lamps": [upload]})
    with scope.enter(cast.officer.units):
        kept = File.objects.get(record=done.record)
        shown = File.objects.get(record__kind="hazard")
    item = next(one for one in version.checklist.current.items.all() if one.key == "lamps")
    assert (kept.unit_id, kept.label) == (cast.school.key, item.text[:40])
    assert (shown.unit_id, shown.label, shown.sha256) == (cast.school.key, "before", kept.sha256)
    assert path_of(shown).read_bytes() == path_of(kept).read_bytes()
    page = cast.client(cast.officer).get(reverse("hazards:detail", args=[shown.record_id]))
    assert reverse("web:file", args=[shown.pk]) in page.content.decode()
    assert done.failed == 1
    with scope.enter(checker.units, person=str(checker.person_id)):
        assert File.raw.count() == 0


def test_the_office_spot_checks_by_its_own_people(cast, version):
    row = assign(cast, version, cast.district)
    assert row.mode == "district"
    assert submit(cast.district, row, version).mode == "district"
    city = assign(cast, version, cast.bureau, by=cast.bureau, unit=cast.city)
    assert submit(cast.bureau, city, version).mode == "city"


def test_across_districts_the_bureau_sends_whom_no_district_could(cast, version):
    row = assign(cast, version, cast.stranger, by=cast.bureau, unit=cast.city)
    done = submit(cast.stranger, row, version, BAD)
    assert done.record.done_by_id == cast.city.key
    for who in (cast.officer, cast.district, cast.bureau):
        assert cast.client(who).get(reverse("checks:detail", args=[done.pk])).status_code == 200
    assert (
        cast.client(cast.other_district).get(reverse("checks:detail", args=[done.pk])).status_code
        == 404
    )


def refusal_of(cast, version, checker, *, by=None, unit=None, target=None, days=7, pairs=None):
    pair = [(target or cast.school, post_of(checker))]
    with pytest.raises(Refused) as refusal:
        assign_checks(
            unit or cast.wujin, by=by or cast.district, checklist=version.checklist,
            pairs=pair if pairs is None else pairs, due_on=in_days(days),
        )  # fmt: skip
    return refusal.value.errors


def test_what_cannot_be_assigned_is_said_at_its_field(cast, version, checker, near):
    assert "早于今天" in refusal_of(cast, version, checker, days=-1)["due_on"]
    assert "请选择" in refusal_of(cast, version, checker, pairs=[])["targets"]
    assert "不在您的范围内" in refusal_of(cast, version, checker, target=cast.other)["targets"]
    assert "不是学校" in refusal_of(cast, version, checker, target=cast.wujin)["targets"]
    assert "不能检查本校" in refusal_of(cast, version, cast.officer)["post"]
    assert "所属学校里选择" in refusal_of(cast, version, cast.stranger)["post"]
    assert (
        "所属学校里选择"
        in refusal_of(cast, version, cast.district, by=cast.bureau, unit=cast.city)["post"]
    )
    with scope.everything():
        Post.objects.filter(pk=checker.post_id).update(since=in_days(-9), until=in_days(-1))
    assert "已不在这个岗位" in refusal_of(cast, version, checker)["post"]
    many = [(cast.school, post_of(cast.district))] * 301
    assert "最多" in refusal_of(cast, version, cast.district, pairs=many)["targets"]
    switch_checklist(cast.city, by=cast.bureau, checklist=version.checklist, active=False)
    assert "停用" in refusal_of(cast, version, cast.district)["checklist"]


def test_a_list_for_dormitories_is_not_assigned_to_day_schools(cast, checker):
    spec = Spec("dorm", "宿舍检查", "", (Item("a", "甲"),), {"boarding": True})
    errors = refusal_of(cast, publish_checklist(cast.city, by=cast.bureau, spec=spec), checker)
    assert "不适用于：武进区湖塘实验小学" in errors["targets"]


def test_the_same_is_not_assigned_twice_while_open(cast, version, checker, given_to):
    assert "还没有完成" in refusal_of(cast, version, checker)["targets"]
    submit(checker, given_to, version)
    assert assign(cast, version, checker).state == "open"


def test_sent_twice_the_form_makes_one_batch(cast, version, checker):
    key = new_id()
    assert assign(cast, version, checker, batch=key) == assign(cast, version, checker, batch=key)


def test_a_reader_and_a_stranger_assign_nothing(cast, version, checker):
    with scope.everything():
        auditor = hire(cast.wujin, "auditor", "审计员", "auditor")
    pairs = [(cast.school, post_of(checker))]
    for who, error in (
        (auditor, Forbidden),
        (cast.officer, Missing),
        (cast.other_district, Missing),
    ):
        with pytest.raises(error):
            assign_checks(
                cast.wujin, by=who, checklist=version.checklist, pairs=pairs, due_on=in_days(3)
            )


def test_taken_back_it_can_be_done_no_more_and_the_checker_knows(cast, version, checker, given_to):
    with pytest.raises(Missing):
        withdraw_checks(cast.wujin, by=cast.other_district, batch=given_to.batch)
    assert withdraw_checks(cast.wujin, by=cast.district, batch=given_to.batch) == 1
    assert now(given_to).state == "withdrawn"
    assert any("已撤回" in title for title in titles(checker))
    with pytest.raises(Conflict):
        withdraw_checks(cast.wujin, by=cast.district, batch=given_to.batch)
    with pytest.raises(Conflict):
        postpone_checks(cast.wujin, by=cast.district, batch=given_to.batch, due_on=in_days(3))
    page = cast.client(checker).get(reverse("checks:assigned", args=[given_to.pk]))
    assert "已撤回" in page.content.decode()


def test_postponed_it_can_be_done_again(cast, version, checker, given_to):
    change(given_to, due_on=in_days(-2))
    assert now(given_to).state == "overdue"
    with pytest.raises(Refused):
        postpone_checks(cast.wujin, by=cast.district, batch=given_to.batch, due_on=in_days(-1))
    with pytest.raises(Missing):
        postpone_checks(cast.wujin, by=cast.stranger, batch=given_to.batch, due_on=in_days(1))
    assert postpone_checks(
        cast.wujin, by=cast.district, batch=given_to.batch, due_on=in_days(1)
    ) == 1  # fmt: skip
    assert any("改期" in title for title in titles(checker))
    assert submit(checker, given_to, version).ok


def test_an_inspection_taken_back_by_who_assigned_it_is_to_be_done_again(
    cast, version, checker, given_to
):
    done = submit(checker, given_to, version)
    with pytest.raises(Missing):
        void_inspection(done, by=checker, reason="填错")
    with pytest.raises(Refused, match="由进行检查的单位撤销"):
        void_inspection(done, by=cast.officer, reason="不同意")
    page = cast.client(cast.district).get(reverse("checks:detail", args=[done.pk]))
    assert page.context["may_void"]
    assert not (
        cast.client(cast.officer).get(reverse("checks:detail", args=[done.pk])).context["may_void"]
    )
    void_inspection(done, by=cast.district, reason="查错了楼")
    assert now(given_to).state == "open"
    assert any("请重新检查" in title for title in titles(checker))
    with pytest.raises(Conflict, match="已经撤销"):
        submit(checker, given_to, version, record_id=done.pk)
    assert submit(checker, given_to, version).pk != done.pk


def test_who_is_sent_and_who_waits_are_reminded_once(cast, version, checker, given_to):
    def run(days):
        with scope.everything():
            return remind(in_days(days))

    assert [run(0), run(5), run(6), run(6), run(7), run(8), run(8), run(9)] == [
        0, 0, 1, 0, 1, 1, 0, 0,
    ]  # fmt: skip
    assert sum("快到截止日期" in title for title in titles(checker)) == 2
    assert any("到期没有完成" in title for title in titles(cast.district))
    submit(checker, given_to, version)
    with scope.everything():
        CheckAssignment.objects.update(due_on=in_days(20))
    assert run(20) == 0


def test_the_history_keeps_each_step(cast, version, checker, given_to):
    submit(checker, given_to, version)
    with scope.everything():
        events = CheckAssignment.pgh_event_models["insert"].objects.select_related("pgh_context")
        steps = [
            (e.pgh_context.metadata["by"], e.done_at is not None)
            for e in events.filter(pgh_obj_id=given_to.pk).order_by("pgh_id")
        ]
    assert steps == [("区管理员", False), ("安全员戊", True)]


# Pages
