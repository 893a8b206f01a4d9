"""Plans: from the template to the published version, remarks at places, revisions, who reads what."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from anyuan.core import events, scope
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.drills.services.holding import record_drill
from anyuan.domains.emergency.incidents.tests.making import happened
from anyuan.domains.emergency.plans import jobs, queries, texts
from anyuan.domains.emergency.plans.comparing import compare
from anyuan.domains.emergency.plans.content import content
from anyuan.domains.emergency.plans.models import PlanCheck, PlanVersion, Wish
from anyuan.domains.emergency.plans.services.keeping import check_plan, dismiss_wish
from anyuan.domains.emergency.plans.services.writing import (
    give_up_draft,
    revise_plan,
    save_draft,
    send_to_review,
    start_plan,
)
from anyuan.domains.emergency.plans.tests.making import (
    drafted,
    fresh,
    published,
    saved,
    signed,
    submitted,
)
from anyuan.domains.emergency.plans.texts import LevelPart, RolePart, SectionPart, Text
from anyuan.engines.notices.models import Notification
from anyuan.engines.reviews.models import ReviewComment, ReviewStep
from anyuan.engines.reviews.services import comment, send_back, settle_comment, sign, withdraw
from anyuan.org.permissions import Role
from anyuan.org.tests.cast import hire


@pytest.fixture
def head(cast):
    with scope.everything():
        return hire(cast.school, "head", "校长戊", Role.PRINCIPAL)


def test_a_draft_comes_from_the_template_with_the_schools_own_people(cast, head):
    with scope.enter(cast.officer.units):
        version = start_plan(cast.school, by=cast.officer, kind="general")
        text = texts.read(version)
    assert "武进区湖塘实验小学" in text.sections[0].text
    named = {one.name: one.person_name for one in text.roles}
    assert (named["总指挥"], named["副总指挥"], named["救护组长"]) == ("校长戊", "安全员甲", "")
    assert fresh(version).record.counts is False


def test_every_kind_of_the_pack_can_be_begun_and_every_template_is_whole():
    for template in content().templates.values():
        keys = [key for key, _title, _text in template.sections]
        assert len(set(keys)) == len(keys)
        assert template.roles
        assert template.levels
        assert template.cards
        assert all(text for _key, _title, text in template.sections)


@pytest.mark.parametrize("kind", ["?", "drowning"])
def test_what_a_unit_does_not_keep_is_not_begun(cast, kind):
    with scope.enter(cast.bureau.units), pytest.raises(Refused, match="列出的预案种类"):
        start_plan(cast.city, by=cast.bureau, kind=kind)


def test_begun_twice_it_is_one(cast):
    drafted(cast)
    with scope.enter(cast.officer.units), pytest.raises(Refused, match="已有这种预案"):
        start_plan(cast.school, by=cast.officer, kind="general")


def test_who_may_not_write(cast):
    with scope.enter(cast.teacher.units), pytest.raises(Forbidden):
        start_plan(cast.school, by=cast.teacher, kind="general")
    with scope.enter(cast.stranger.units), pytest.raises(Missing):
        start_plan(cast.school, by=cast.stranger, kind="general")


def test_two_writers_notice_each_other(cast):
    version = drafted(cast)
    seen = fresh(version).edits
    saved(version, by=cast.officer, seen=seen)
    with pytest.raises(Conflict, match="刚刚有人保存"):
        saved(version, by=cast.officer, seen=seen)


def test_what_is_missing_is_said_before_anybody_reads_it(cast):
    with scope.enter(cast.officer.units):
        version = start_plan(cast.school, by=cast.officer, kind="general")
        with pytest.raises(Refused, match="还没有落实到人"):
            send_to_review(version, by=cast.officer)
        text = texts.read(version)
        empty = Text([*text.sections[:1], SectionPart("x", "空章", "")], [RolePart("总指挥", person_name="甲")], text.levels, [])  # fmt: skip
        save_draft(version, by=cast.officer, text=empty)
        with pytest.raises(Refused, match="空章"):
            send_to_review(version, by=cast.officer)
        bare = Text(text.sections, [RolePart("总指挥", person_name="甲")], [LevelPart("I")], [])
        save_draft(version, by=cast.officer, text=bare)
        with pytest.raises(Refused, match="响应级别"):
            send_to_review(version, by=cast.officer)


def test_a_schools_plan_goes_through_its_head_and_its_district(cast, head):
    version = drafted(cast)
    review = submitted(version, by=cast.officer)
    with pytest.raises(Forbidden, match="校（园）长"):
        signed(review, by=cast.officer)
    with pytest.raises(Forbidden, match="本单位负责人"):
        signed(review, by=cast.district)
    review = signed(review, by=head)
    with pytest.raises(Forbidden, match="上级单位"):
        signed(review, by=head)
    signed(review, by=cast.district)
    held = fresh(version)
    assert (held.state, held.record.state, held.record.counts) == ("published", "published", True)
    assert held.record.happened_on == timezone.localdate()
    assert held.review_due > timezone.localdate() + datetime.timedelta(days=360)
    with scope.everything():
        acts = list(ReviewStep.objects.order_by("at", "id").values_list("act", flat=True))
        assert sorted(acts) == ["publish", "sign", "submit"]
        assert PlanCheck.objects.filter(version=held).count() == 1


def test_an_office_of_one_signs_its_own_and_it_is_noted(cast):
    version = drafted(cast, by=cast.district, kind="weather")
    signed(submitted(version, by=cast.district), by=cast.district)
    assert fresh(version).state == "published"
    with scope.everything():
        assert "只有一人" in ReviewStep.objects.get(act="publish").note
        colleague = hire(cast.wujin, "second", "区管理员三", Role.DISTRICT_SUPERVISOR)
    other = drafted(cast, by=cast.district, kind="ice")
    review = submitted(other, by=cast.district)
    with pytest.raises(Forbidden, match="不能自己审核"):
        signed(review, by=cast.district)
    assert signed(review, by=colleague).state == "published"


def test_two_who_sign_at_once(cast, head):
    review = submitted(drafted(cast), by=cast.officer)
    seen = review.turn
    with scope.enter(head.units):
        sign(review, by=head, seen=seen)
        with pytest.raises(Conflict, match="刚刚已有人办理"):
            sign(review, by=head, seen=seen)


def test_what_was_submitted_cannot_be_rewritten_by_anybody(cast, head):
    version = drafted(cast)
    submitted(version, by=cast.officer)
    with scope.enter(cast.officer.units):
        with pytest.raises(Conflict, match="审核中"):
            save_draft(version, by=cast.officer, text=texts.read(version))
        for table in ("plansection", "planrole", "planlevel", "plancard"):
            with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:  # fmt: skip
                cursor.execute(f"UPDATE plans_{table} SET position = 9 WHERE version_id = %s", [version.pk])  # fmt: skip
            with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic(), connection.cursor() as cursor:  # fmt: skip
                cursor.execute(f"DELETE FROM plans_{table} WHERE version_id = %s", [version.pk])


def test_returned_with_remarks_the_writers_go_on_in_the_next_version(cast, head):
    version = drafted(cast, section="集合点在操场东侧。校门由保安看守。")
    review = submitted(version, by=cast.officer)
    with scope.enter(head.units):
        with pytest.raises(Refused, match="正文里没有"):
            comment(review, by=head, section="purpose", text="改", quote="体育馆")
        with pytest.raises(Refused, match="针对的章节"):
            comment(review, by=head, section="?", text="改")
        one = comment(
            review, by=head, section="purpose", text="东侧太小，改到西侧", quote="操场东侧"
        )
        comment(review, by=head, section="purpose", text="夜间也要有人", quote="校门由保安看守")
        assert one.start == 4
        with pytest.raises(Forbidden):
            comment(review, by=cast.teacher, section="purpose", text="改")
        send_back(review, by=head, note="")
    held = fresh(version)
    assert held.state == "returned"
    with scope.enter(cast.officer.units):
        following = PlanVersion.objects.get(plan=held.plan, number=2)
        carried = list(ReviewComment.objects.filter(record_id=following.pk).order_by("at"))
        assert [one.quote for one in carried] == ["操场东侧", "校门由保安看守"]
    saved(following, by=cast.officer, section="集合点在操场西侧。校门由保安看守。")
    with scope.enter(cast.officer.units):
        placed = queries_comments(following)
        assert [one.here for one in placed] == [False, True]
        settle_comment(carried[0], by=cast.officer, answer="已改")
        with pytest.raises(Conflict, match="已由"):
            settle_comment(carried[0], by=cast.officer)


def queries_comments(version):
    from anyuan.engines.reviews.queries import comments_of

    text = texts.as_sections(texts.read(PlanVersion.objects.get(pk=version.pk)))
    return sorted(comments_of(version.record, text)["purpose"], key=lambda one: one.comment.at)


def test_returning_needs_a_reason_or_a_remark(cast, head):
    review = submitted(drafted(cast), by=cast.officer)
    with scope.enter(head.units), pytest.raises(Refused, match="写明退回的原因"):
        send_back(review, by=head, note=" ")


def test_withdrawn_it_is_a_draft_again(cast, head):
    version = drafted(cast)
    review = submitted(version, by=cast.officer)
    with scope.enter(cast.district.units), pytest.raises(Forbidden, match="提交的单位"):
        withdraw(review, by=cast.district)
    with scope.enter(cast.officer.units):
        withdraw(review, by=cast.officer)
    assert fresh(version).state == "draft"


def test_a_new_version_replaces_the_old_one_which_still_counts(cast, head):
    first = published(cast, head)
    with scope.enter(cast.officer.units):
        with pytest.raises(Refused, match="为什么修订"):
            revise_plan(first.plan, by=cast.officer, reason=" ")
        second = revise_plan(first.plan, by=cast.officer, reason="人员调整")
        with pytest.raises(Conflict, match="在修改或审核中"):
            revise_plan(first.plan, by=cast.officer, reason="再来一次")
    saved(second, by=cast.officer, section="改过的目的。")
    signed(signed(submitted(second, by=cast.officer), by=head), by=cast.district)
    old, new = fresh(first), fresh(second)
    assert (old.state, new.state, old.record.counts) == ("replaced", "published", True)
    with scope.enter(cast.officer.units):
        assert queries.in_force(cast.school.key, "general").pk == new.pk
        sides = compare(texts.read(old), texts.read(new))
    changed = [one for one in sides if one.changed]
    assert [one.title for one in changed] == ["目的和适用范围"]
    assert "<ins>" in changed[0].after


def test_a_draft_may_be_given_up(cast):
    version = drafted(cast)
    with scope.enter(cast.officer.units):
        give_up_draft(version, by=cast.officer)
        with pytest.raises(Conflict):
            give_up_draft(version, by=cast.officer)
    assert fresh(version).state == "void"


def test_a_plan_in_force_is_looked_at(cast, head):
    version = published(cast, head)
    with scope.enter(cast.officer.units):
        PlanVersion.objects.filter(pk=version.pk).update(
            review_due=timezone.localdate() - datetime.timedelta(days=1)
        )
        assert [shelf.overdue for shelf in queries.library(cast.school) if shelf.own] == [True]
        with pytest.raises(Refused, match="写明复核"):
            check_plan(version, by=cast.officer, conclusion="keep", note="")
        made = check_plan(version, by=cast.officer, conclusion="keep", note="人员和电话都对。", phones_tried=True)  # fmt: skip
    assert fresh(version).review_due > timezone.localdate()
    assert made.record.counts is True
    with scope.enter(cast.officer.units), pytest.raises(Conflict, match="现行"):
        check_plan(drafted(cast, kind="violence"), by=cast.officer, conclusion="keep", note="x")


def test_a_look_that_is_due_is_told_once(cast, head):
    version = published(cast, head)
    with scope.everything():
        due = timezone.localdate() + datetime.timedelta(days=5)
        PlanVersion.objects.filter(pk=version.pk).update(review_due=due)
        Notification.raw.all().delete()
        assert jobs.remind(timezone.localdate()) == 1
        told = Notification.raw.count()
        assert jobs.remind(timezone.localdate()) == 0
        assert Notification.raw.count() == told == 2
        assert jobs.remind(due + datetime.timedelta(days=1)) == 1


def test_an_incidents_lesson_and_a_drills_become_wishes_until_a_version_takes_them(cast, head):
    version = published(cast, head, kind="evacuation")
    incident = happened(cast)
    with scope.enter(cast.officer.units):
        events.emit(
            "plan.revision_wanted", unit=cast.school, by=cast.officer, kind="fire",
            words="通道改走西侧", record=incident.record,
        )  # fmt: skip
        drill = record_drill(
            cast.school, by=cast.officer, on=timezone.localdate(), kind="fire", expected=9, present=9, seconds=9
        )  # fmt: skip
        for _again in range(2):
            events.emit(
                "plan.change_proposed", record=drill.record, plan_id=version.pk, text="集合点太小",
                by=cast.officer,
            )  # fmt: skip
        wishes = list(queries.wishes_of(cast.officer, version.plan))
        assert [one.text for one in wishes] == ["通道改走西侧", "集合点太小"]
        with pytest.raises(Refused, match="理由"):
            dismiss_wish(wishes[1], by=cast.officer, why="")
        dismiss_wish(wishes[1], by=cast.officer, why="已另设集合点")
        second = revise_plan(version.plan, by=cast.officer, reason="按事件教训")
    signed(
        signed(submitted(saved(second, by=cast.officer), by=cast.officer), by=head),
        by=cast.district,
    )
    with scope.enter(cast.officer.units):
        assert Wish.objects.filter(closed_at__isnull=True).count() == 0
        assert "第2版" in Wish.objects.get(text="通道改走西侧").closed_how


def test_the_district_sees_who_lacks_what(cast, head):
    published(cast, head)
    with scope.enter(cast.district.units):
        standing = {
            one.kind.key: (one.schools, one.have) for one in queries.overview(cast.district)
        }
        assert standing["general"] == (1, 1)
        assert standing["violence"] == (1, 0)
        assert [unit.key for unit in queries.lacking(cast.district, "violence")] == [
            cast.school.key
        ]
