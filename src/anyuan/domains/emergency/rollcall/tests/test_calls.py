"""Starting, taking and ending roll calls, as the people of a school and those above meet them."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.rollcall.models import (
    Mark,
    Member,
    SchoolClass,
    Sheet,
    Where,
)
from anyuan.domains.emergency.rollcall.queries import searches, summary
from anyuan.domains.emergency.rollcall.services import (
    Word,
    check_in,
    end_roll_call,
    send_sheet,
    start_roll_call,
    void_roll_call,
)
from anyuan.domains.emergency.rollcall.tests.making import (
    NAMES,
    a_class,
    a_pupil,
    figures,
    fresh,
    group_of,
    member_of,
    named_class,
    started,
)
from anyuan.org.actor import SYSTEM

MINUTE = datetime.timedelta(minutes=1)


def test_all_there_by_one_press_and_the_clock_stands(cast):
    named_class(cast.school, cast.officer)
    start = timezone.now() - 3 * MINUTE
    call = started(cast.school, cast.officer, started_at=start)
    sheet = send_sheet(group_of(call), by=cast.teacher, rest=True, at=start + 2 * MINUTE)
    assert sheet.rest
    found = summary(fresh(call))
    assert (found.missing, found.seconds, found.safe_seconds) == (0, 120, 120)
    assert found.complete
    assert group_of(call).taken_by_id == cast.teacher.person_id


def test_somebody_missing_is_found_at_another_place(cast):
    named_class(cast.school, cast.officer)
    start = timezone.now() - 10 * MINUTE
    call = started(cast.school, cast.officer, started_at=start)
    lost = member_of(call, "李小红")
    words = {lost.pk: Word(Where.MISSING, note="上厕所未回")}
    send_sheet(group_of(call), by=cast.teacher, words=words, rest=True, at=start + MINUTE)
    assert figures(call) == (4, 3, 0, 1)
    assert fresh(call).safe_at is None
    send_sheet(
        group_of(call), by=cast.guard, words={lost.pk: Word(Where.PRESENT, place="校门")},
        at=start + 6 * MINUTE,
    )  # fmt: skip
    assert figures(call) == (4, 4, 0, 0)
    assert member_of(call, "李小红").place == "校门"
    found = summary(fresh(call))
    assert (found.seconds, found.safe_seconds) == (60, 360)
    with scope.enter(cast.officer.units):
        (search,) = searches(call, cast.officer)
    assert (search.member.name, search.seconds) == ("李小红", 300)


def test_the_same_sheet_sent_twice_is_one(cast):
    named_class(cast.school, cast.officer)
    call, key = started(cast.school, cast.officer), new_id()
    lost = member_of(call, "李小红")
    for _ in range(2):
        send_sheet(
            group_of(call), by=cast.teacher, words={lost.pk: Word(Where.MISSING)}, rest=True, sheet_id=key
        )  # fmt: skip
    with scope.everything():
        assert Sheet.objects.count() == 1
        assert Mark.objects.count() == 1


def test_a_sheet_kept_on_a_phone_does_not_overrule_a_later_word(cast):
    named_class(cast.school, cast.officer)
    start = timezone.now() - 10 * MINUTE
    call = started(cast.school, cast.officer, started_at=start)
    lost = member_of(call, "李小红")
    send_sheet(group_of(call), by=cast.guard, words={lost.pk: Word(Where.PRESENT, place="校门")}, at=start + 5 * MINUTE)  # fmt: skip
    # Tapped before, came after: the phone had no network.
    send_sheet(
        group_of(call), by=cast.teacher, words={lost.pk: Word(Where.MISSING)}, rest=True, at=start + MINUTE
    )  # fmt: skip
    assert figures(call) == (4, 4, 0, 0)
    with scope.everything():
        assert [m.state for m in Mark.objects.filter(member=lost).order_by("at")] == [
            "missing", "present",
        ]  # fmt: skip


def test_all_others_are_there_never_hides_a_missing_child(cast):
    named_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer)
    lost = member_of(call, "李小红")
    send_sheet(group_of(call), by=cast.teacher, words={lost.pk: Word(Where.MISSING)})
    assert figures(call) == (4, 0, 0, 4)
    send_sheet(group_of(call), by=cast.guard, rest=True)
    assert figures(call) == (4, 3, 0, 1)
    assert member_of(call, "李小红").state == "missing"


def test_a_class_by_numbers(cast):
    a_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer)
    with pytest.raises(Refused, match="不能更多"):
        send_sheet(group_of(call), by=cast.teacher, present=40, elsewhere=1)
    with pytest.raises(Refused, match="实到人数"):
        send_sheet(group_of(call), by=cast.teacher)
    send_sheet(group_of(call), by=cast.teacher, present=37, elsewhere=2)
    assert figures(call) == (40, 37, 2, 1)
    send_sheet(group_of(call), by=cast.teacher, present=38, elsewhere=2)
    assert figures(call) == (40, 38, 2, 0)


def test_who_takes_a_class_is_there_too_and_others_say_so_themselves(cast):
    a_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer, staff=True)
    send_sheet(group_of(call), by=cast.teacher, present=40)
    assert figures(call) == (43, 41, 0, 2)
    assert check_in(call, by=cast.guard)
    assert figures(call) == (43, 42, 0, 1)
    send_sheet(group_of(call, "教职工"), by=cast.officer, rest=True)
    assert summary(fresh(call)).missing == 0


def test_ending_with_somebody_missing_needs_a_word(cast):
    named_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer)
    with pytest.raises(Refused, match="还有 4 人"):
        end_roll_call(call, by=cast.officer)
    end_roll_call(call, by=cast.officer, note="班级外出，已电话确认")
    ended = fresh(call)
    assert ended.record.state == "ended"
    assert ended.record.counts
    with pytest.raises(Conflict):
        end_roll_call(call, by=cast.officer, note="再次")
    with pytest.raises(Refused, match="已经结束"):
        send_sheet(group_of(call), by=cast.teacher, rest=True)


def test_a_sheet_tapped_before_the_end_still_counts_when_it_arrives(cast):
    named_class(cast.school, cast.officer)
    start = timezone.now() - 10 * MINUTE
    call = started(cast.school, cast.officer, started_at=start)
    end_roll_call(call, by=cast.officer, note="先结束")
    assert "result:missing" in fresh(call).record.tags
    send_sheet(group_of(call), by=cast.teacher, rest=True, at=start + MINUTE)
    assert figures(call) == (4, 4, 0, 0)
    assert "result:complete" in fresh(call).record.tags


def test_strangers_readers_and_the_levels_above_are_refused(cast):
    a_class(cast.school, cast.officer)
    with scope.everything():
        school = cast.school
    with pytest.raises(Missing):
        start_roll_call(school, by=cast.stranger)
    with pytest.raises(Forbidden):
        start_roll_call(school, by=cast.teacher)
    for above in (cast.district, cast.bureau):
        with pytest.raises(Forbidden):
            start_roll_call(school, by=above)
    with pytest.raises(Refused, match="学校或校区"):
        start_roll_call(cast.city, by=SYSTEM)
    call = started(school, cast.officer)
    group = group_of(call)
    with pytest.raises(Missing):
        send_sheet(group, by=cast.stranger, present=1)
    with pytest.raises(Missing):
        check_in(call, by=cast.stranger)
    for above in (cast.district, cast.bureau):
        with pytest.raises(Forbidden):
            send_sheet(group, by=above, present=1)
        with pytest.raises(Forbidden):
            end_roll_call(call, by=above, note="x")
        with pytest.raises(Forbidden):
            void_roll_call(call, by=above, reason="x")
    with pytest.raises(Forbidden):
        end_roll_call(call, by=cast.teacher, note="x")
    with pytest.raises(Missing):
        end_roll_call(call, by=cast.stranger, note="x")
    with pytest.raises(Missing):
        void_roll_call(call, by=cast.stranger, reason="x")


def test_a_word_about_somebody_of_another_group_is_refused_as_a_whole(cast):
    named_class(cast.school, cast.officer)
    a_pupil(cast.school, cast.officer, "孙小新", "20260099", class_name="四（1）班")
    call = started(cast.school, cast.officer)
    other = member_of(call, "孙小新")
    with pytest.raises(Refused, match="名单里没有"):
        send_sheet(group_of(call), by=cast.teacher, words={other.pk: Word("missing")}, rest=True)
    with scope.everything():
        assert not Sheet.objects.exists()
    with pytest.raises(Refused, match="列出的"):
        send_sheet(
            group_of(call), by=cast.teacher, words={member_of(call, "王小明").pk: Word("gone")}
        )


def test_sheets_and_marks_are_written_once(cast):
    named_class(cast.school, cast.officer)
    call = started(cast.school, cast.officer)
    lost = member_of(call, "李小红")
    send_sheet(group_of(call), by=cast.teacher, words={lost.pk: Word("missing", note="没看见")})
    for change in (
        "UPDATE rollcall_mark SET state = 'present'", "UPDATE rollcall_mark SET note = '别的'",
        "DELETE FROM rollcall_mark", "UPDATE rollcall_sheet SET rest = true",
    ):  # fmt: skip
        with scope.everything(), pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(change)


WORD = st.tuples(
    st.sampled_from(NAMES), st.sampled_from(list(Where.values)), st.integers(0, 20), st.booleans()
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=st.lists(WORD, max_size=8))
def test_the_figures_always_add_up_whatever_is_said_in_whatever_order(cast, said):
    with scope.everything():
        ready = SchoolClass.objects.exists()
    if not ready:
        named_class(cast.school, cast.officer)
    start = timezone.now() - datetime.timedelta(hours=1)
    call = started(cast.school, cast.officer, started_at=start)
    last: dict[str, tuple[int, str]] = {}
    rest = False
    for name, state, minute, others in said:
        word = {member_of(call, name).pk: Word(state)}
        send_sheet(
            group_of(call), by=cast.teacher, words=word, rest=others, at=start + minute * MINUTE
        )
        # The last word by its time; one said "all others" before stands at that time.
        if name not in last or last[name][0] <= minute:
            last[name] = (minute, state)
        if others:
            rest = True
            for one in NAMES:
                last.setdefault(one, (minute, "present"))
    expected, present, elsewhere, missing = figures(call)
    assert expected == present + elsewhere + missing == 4
    states = [state for _minute, state in last.values()]
    assert present == states.count("present")
    assert elsewhere == states.count("elsewhere")
    assert (len(states) == 4) or not rest
    with scope.everything():
        assert Member.objects.filter(roll_call=call).count() == 4
    void_roll_call(call, by=cast.officer, reason="下一个例子")
