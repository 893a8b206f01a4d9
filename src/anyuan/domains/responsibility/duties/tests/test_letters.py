"""Letters: issuing, signing step by step, sending back, what time and people do to them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.models import Record
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.responsibility.duties.content import content
from anyuan.domains.responsibility.duties.models import Letter, LetterRound, Signature
from anyuan.domains.responsibility.duties.rendering import Party, Term, render
from anyuan.domains.responsibility.duties.services import signing
from anyuan.domains.responsibility.duties.services.following import follow_time_and_people
from anyuan.domains.responsibility.duties.services.issuing import issue_letters
from anyuan.domains.responsibility.duties.tests.making import (
    employ,
    head_of,
    issued,
    letter_of,
    proof,
    renewed,
    signed_letter,
    this_year,
)
from anyuan.engines.notices.models import Notification
from anyuan.org.models import Post, Unit
from anyuan.org.services import add_unit, close_unit, end_post, move_unit
from anyuan.org.tests.cast import PROFILE, Cast

pytestmark = pytest.mark.django_db


def states(round_: LetterRound) -> list[str]:
    with scope.everything():
        return list(
            Letter.objects.filter(round=round_).order_by("pk").values_list("state", flat=True)
        )


def test_a_level_issues_to_all_right_below_and_twice_to_nobody(cast: Cast) -> None:
    city = issued(cast, cast.city, cast.bureau)
    with scope.everything():
        assert set(Letter.objects.filter(round=city).values_list("b_name", flat=True)) == {
            cast.wujin.name,
            cast.tianning.name,
        }
    with pytest.raises(Conflict, match="都已经下发"):
        issued(cast, cast.city, cast.bureau)
    school = issued(cast, cast.school, cast.officer)
    with scope.everything():
        people = set(Letter.objects.filter(round=school).values_list("holder__username", flat=True))
        assert people == {"officer", "teacher", "guard"}
        body = Letter.objects.get(round=school, holder__username="guard").body.text  # type: ignore[attr-defined]
    assert "保安员保安丙" in body
    assert "巡逻" in body


def test_later_comers_get_theirs_in_the_same_round(cast: Cast) -> None:
    first = issued(cast, cast.school, cast.officer)
    new = employ(cast.school, "late", "教师己", "teacher")
    again = issued(cast, cast.school, cast.officer)
    assert first.pk == again.pk
    assert letter_of(first, holder=new.person_id).number.endswith("0004号")


def test_signing_goes_from_b_to_a_and_then_the_duty_is_met(cast: Cast) -> None:
    round_, letter, head = signed_letter(cast)
    assert letter.state == "signed"
    with scope.everything():
        turns = list(Signature.objects.filter(letter=letter).order_by("turn"))
        record = Record.objects.get(pk=round_.pk)
        told = Notification.objects.filter(person=head.person_id, kind="duties.letter")
        assert told.exists()
    assert [(one.name, one.post) for one in turns] == [
        ("校长戊", "校（园）长"),
        ("区管理员", "辖市区安全管理员"),
    ]
    assert turns[0].unit_name == cast.school.name
    assert turns[0].sha256 == letter.body.sha256  # type: ignore[attr-defined]
    assert (record.counts, record.state, record.tags) == (True, "done", ["level:district"])


def test_without_a_fresh_proof_nobody_signs(cast: Cast) -> None:
    head = head_of(cast)
    letter = letter_of(issued(cast), unit=cast.school)
    for wrong in (None, proof(head, minutes=6), proof(cast.teacher), proof(head, minutes=-5)):
        with pytest.raises(Refused, match="验证"):
            signing.sign_letter(letter, by=head, confirmed=wrong)
    with pytest.raises(Refused, match="验证"):
        signing.countersign(letter.round, by=cast.district, confirmed=None)
    assert states(letter.round) == ["issued"]


def test_who_has_not_the_post_cannot_sign(cast: Cast) -> None:
    letter = letter_of(issued(cast), unit=cast.school)
    for who in (cast.officer, cast.teacher, cast.district, cast.bureau):
        with pytest.raises(Forbidden):
            signing.sign_letter(letter, by=who, confirmed=proof(who))
    with pytest.raises(Missing):
        signing.sign_letter(letter, by=cast.stranger, confirmed=proof(cast.stranger))
    post = letter_of(issued(cast, cast.school, cast.officer), holder=cast.guard.person_id)
    with pytest.raises(Forbidden, match="本人"):
        signing.sign_letter(post, by=cast.teacher, confirmed=proof(cast.teacher))
    signing.sign_letter(post, by=cast.guard, confirmed=proof(cast.guard))
    with pytest.raises(Forbidden, match="校（园）长"):
        signing.countersign(post.round, by=cast.officer, confirmed=proof(cast.officer))
    with pytest.raises(Missing):
        signing.countersign(post.round, by=cast.stranger, confirmed=proof(cast.stranger))


def test_a_double_click_signs_once_and_a_second_head_comes_too_late(cast: Cast) -> None:
    head, other = head_of(cast), employ(cast.school, "head2", "校长庚", "principal")
    letter = letter_of(issued(cast), unit=cast.school)
    for _ in range(2):
        signing.sign_letter(letter, by=head, confirmed=proof(head))
    with pytest.raises(Conflict, match="待甲方签"):
        signing.sign_letter(letter, by=other, confirmed=proof(other))
    assert signing.countersign(letter.round, by=cast.district, confirmed=proof(cast.district)) == 1
    with pytest.raises(Conflict, match="已经签过"):
        signing.countersign(letter.round, by=cast.district, confirmed=proof(cast.district))
    with scope.everything():
        assert Signature.objects.count() == 2


def test_sent_back_with_a_reason_and_issued_again(cast: Cast) -> None:
    head = head_of(cast)
    letter = letter_of(issued(cast), unit=cast.school)
    with pytest.raises(Refused, match="原因"):
        signing.return_letter(letter, by=head, why=" ")
    signing.return_letter(letter, by=head, why="校名已改")
    with pytest.raises(Conflict):
        signing.sign_letter(letter, by=head, confirmed=proof(head))
    with pytest.raises(Forbidden):
        signing.issue_again(letter, by=cast.officer)
    new = signing.issue_again(letter, by=cast.district)
    assert new.previous_id == letter.pk
    assert new.number != letter.number
    signing.sign_letter(new, by=head, confirmed=proof(head))
    third = signing.send_back(new, by=cast.district, why="请由书记一并签")
    assert states(letter.round) == ["withdrawn", "withdrawn", "issued"]
    signing.withdraw(third, by=cast.district, why="不再签")
    assert states(letter.round)[-1] == "withdrawn"


def test_a_closed_unit_gets_none_and_signs_none(cast: Cast) -> None:
    head = head_of(cast)
    letter = letter_of(issued(cast), unit=cast.school)
    with scope.everything():
        close_unit(cast.school, by=cast.bureau, on=timezone.localdate())
    assert states(letter.round) == ["ended"]
    with pytest.raises(Refused, match="停办"):
        signing.sign_letter(letter, by=head, confirmed=proof(head))
    renewed(cast.school)
    with pytest.raises(Refused, match="停办"):
        issue_letters(cast.school, by=cast.bureau, year=this_year())
    with pytest.raises(Conflict, match=r"下发过|没有可以"):
        issued(cast)


@pytest.mark.parametrize("year", [-1, 2])
def test_only_this_year_and_the_next(cast: Cast, year: int) -> None:
    with pytest.raises(Refused, match="今年或明年"):
        issue_letters(cast.wujin, by=cast.district, year=this_year() + year)


def test_a_person_who_leaves_and_the_successor(cast: Cast) -> None:
    round_ = issued(cast, cast.school, cast.officer)
    old = letter_of(round_, holder=cast.teacher.person_id)
    signing.sign_letter(old, by=cast.teacher, confirmed=proof(cast.teacher))
    today = timezone.localdate()
    with scope.everything():
        post = Post.objects.get(person=cast.teacher.person_id)
        end_post(post, by=cast.officer, on=today - datetime.timedelta(days=0))
        Post.objects.filter(pk=post.pk).update(
            since=today - datetime.timedelta(days=9), until=today - datetime.timedelta(days=1)
        )
    new = employ(cast.school, "successor", "教师辛", "teacher")
    with scope.everything():
        found = follow_time_and_people(today)
        assert (found["left"], found["asked"]) == (1, 1)
        assert follow_time_and_people(today) == dict.fromkeys(found, 0)
        told = Notification.objects.filter(person=new.person_id, kind="duties.letter")
        assert told.count() == 1
    renewed(old)
    assert (old.state, old.why) == ("ended", "人员离开岗位")
    follower = letter_of(round_, holder=new.person_id)
    assert follower.previous_id == old.pk
    assert follower.due_on == today + datetime.timedelta(days=30)


def test_a_round_does_not_wait_for_who_has_gone(cast: Cast) -> None:
    principal, round_ = head_of(cast), issued(cast, cast.school, cast.officer)
    for one in (cast.officer, cast.guard):
        signing.sign_letter(letter_of(round_, holder=one.person_id), by=one, confirmed=proof(one))
    signing.countersign(round_, by=principal, confirmed=proof(principal))
    assert renewed(round_).done_on is None
    today = timezone.localdate()
    with scope.everything():
        Post.objects.filter(person=cast.teacher.person_id).update(
            since=today - datetime.timedelta(days=9), until=today - datetime.timedelta(days=1)
        )
        assert follow_time_and_people(today)["settled"] == 1
        assert Record.objects.get(pk=round_.pk).counts
    assert renewed(round_).done_on == today


def test_a_new_head_signs_anew(cast: Cast) -> None:
    round_, letter, head = signed_letter(cast)
    today = timezone.localdate()
    with scope.everything():
        Post.objects.filter(person=head.person_id).update(
            since=today - datetime.timedelta(days=9), until=today - datetime.timedelta(days=1)
        )
        assert follow_time_and_people(today)["heads"] == 0  # nobody is there yet
    new = employ(cast.school, "head3", "校长壬", "principal")
    with scope.everything():
        assert follow_time_and_people(today)["heads"] == 1
    follower = letter_of(round_, state="issued")
    assert follower.previous_id == letter.pk
    signing.sign_letter(follower, by=new, confirmed=proof(new))


def test_letters_end_with_the_year(cast: Cast) -> None:
    round_, letter, _head = signed_letter(cast)
    with scope.everything():
        follow_time_and_people(datetime.date(this_year(), 12, 31))
        renewed(letter)
        assert letter.state == "signed"
        follow_time_and_people(datetime.date(this_year() + 1, 1, 1))
        renewed(letter)
        assert letter.state == "expired"
        assert Record.objects.get(pk=round_.pk).counts  # what was done was done


def test_nudging_reaches_those_who_have_not_signed_and_not_at_once_again(cast: Cast) -> None:
    round_ = issued(cast, cast.school, cast.officer)
    letter = letter_of(round_, holder=cast.guard.person_id)
    signing.sign_letter(letter, by=cast.guard, confirmed=proof(cast.guard))
    assert signing.nudge(round_, by=cast.officer) == 2
    with pytest.raises(Conflict, match="不久前"):
        signing.nudge(round_, by=cast.officer)


def test_a_school_that_moves_keeps_its_letters_whole(cast: Cast) -> None:
    from anyuan.domains.responsibility.duties.verifying import check_all

    signed_letter(cast)
    with scope.everything():
        move_unit(cast.school, by=cast.bureau, parent=cast.tianning)
        assert check_all() == []


def test_numbers_go_on_after_a_school_has_moved_away(cast: Cast) -> None:
    """The district sees the moved school's letter no more, and its number stays taken."""
    round_, _letter, _head = signed_letter(cast)
    with scope.everything():
        move_unit(cast.school, by=cast.bureau, parent=cast.tianning)
        new = add_unit(
            cast.wujin, by=cast.bureau, code="2132000077", name="新办小学", kind="school", profile=PROFILE
        )  # fmt: skip
    with scope.enter(cast.district.units):
        issued(cast)
    assert letter_of(round_, unit=new).number.endswith("0002号")


def test_issuing_takes_the_same_statements_for_many(cast: Cast) -> None:
    """A city's 1,500 letters, a school's: the statements are those of one letter but for the batches."""
    few, many = 4, 1500
    with scope.everything():
        Unit.objects.bulk_create(
            Unit(
                key=f"{cast.wujin.key}99{n:05d}.", parent=cast.wujin, code=f"99{n:05d}", kind="school",
                name=f"第{n}小学", short_name=f"第{n}小学", state="active",
            )
            for n in range(many)
        )  # fmt: skip
    with CaptureQueriesContext(connection) as seen:
        round_ = issued(cast)
    with scope.everything():
        assert Letter.objects.filter(round=round_).count() == many + 1
    for n in range(few):
        employ(cast.school, f"some{n}", f"教师{n}", "teacher")
    with CaptureQueriesContext(connection) as small:
        issued(cast, cast.school, cast.officer)
    assert len(seen) - len(small) <= 12
    assert len(seen) <= 60


def test_countersigning_takes_the_same_statements_for_many(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    principal = head_of(cast)
    round_ = issued(cast, cast.school, cast.officer)
    people = [employ(cast.school, f"many{n}", f"教师{n}", "teacher") for n in range(20)]
    issued(cast, cast.school, cast.officer)
    for one in people:
        signing.sign_letter(letter_of(round_, holder=one.person_id), by=one, confirmed=proof(one))
    with django_assert_max_num_queries(40):
        assert signing.countersign(round_, by=principal, confirmed=proof(principal)) == 20


@pytest.mark.parametrize("key", list(content().letters))
def test_every_template_can_be_rendered_for_every_post(key: str) -> None:
    plan = content().letters[key]
    term = Term(2026, datetime.date(2026, 3, 1), datetime.date(2026, 12, 31))
    for post in content().posts.values():
        text = render(
            plan, a_name="甲", party=Party("x.", "乙", 1, post.title, post.key), term=term
        )
        assert "{" not in text
        assert "2026年3月1日至2026年12月31日" in text


def test_letters_are_kept_in_history(cast: Cast) -> None:
    _round, letter, _head = signed_letter(cast)
    model = Letter.pgh_event_models["insert"]  # type: ignore[attr-defined]
    with scope.everything():
        assert model.objects.filter(pgh_obj_id=letter.pk).count() >= 3
