"""Messages reach the right posts once, are one's own, and lead where they say."""

from __future__ import annotations

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.keys import subtree
from anyuan.engines.notices.models import Notification
from anyuan.engines.notices.services import mark_read, tell, tell_person
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Person, Post
from anyuan.org.permissions import Role
from anyuan.org.services import end_post, grant_post
from anyuan.org.tests.cast import Cast

pytestmark = pytest.mark.django_db


def told(cast: Cast, once_key: str = "k", **more: object) -> int:
    return tell(
        [cast.school.key, cast.wujin.key],
        [Role.SAFETY_OFFICER, Role.DISTRICT_SUPERVISOR],
        kind="reminder",
        title="灭火器检查明天到期",
        once_key=once_key,
        **more,
    )  # type: ignore[arg-type]


def test_holders_of_the_role_at_the_units_are_told_and_nobody_else(cast: Cast, whole: None) -> None:
    assert told(cast) == 2
    people = set(Notification.objects.values_list("person_id", flat=True))
    assert people == {cast.officer.person_id, cast.district.person_id}


def test_the_same_occasion_is_told_once(cast: Cast, whole: None) -> None:
    told(cast)
    assert told(cast) == 0
    assert told(cast, "another") == 2


def test_a_school_in_its_own_scope_can_tell_its_district(cast: Cast) -> None:
    with scope.enter(subtree(cast.school.key), person=str(cast.officer.person_id)):
        assert told(cast) == 2
        assert Notification.objects.count() == 1  # and does not see the district's message
        assert scope.require().units == subtree(cast.school.key)


def test_who_left_the_post_or_cannot_sign_in_is_not_told(cast: Cast, whole: None) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    post = Post.objects.get(person_id=cast.officer.person_id)
    Post.objects.filter(pk=post.pk).update(since=yesterday - datetime.timedelta(days=9))
    post.refresh_from_db()
    end_post(post, by=SYSTEM, on=yesterday)
    Person.objects.filter(pk=cast.district.person_id).update(is_active=False)
    assert told(cast) == 0


def test_two_posts_of_one_person_make_one_message(cast: Cast, whole: None) -> None:
    person = Person.objects.get(pk=cast.officer.person_id)
    grant_post(cast.other, by=SYSTEM, person=person, role=Role.SAFETY_OFFICER)
    made = tell(
        [cast.school.key, cast.other.key], [Role.SAFETY_OFFICER], kind="x", title="t", once_key="k"
    )
    assert made == 2  # the officer once, the other school's officer once


def test_keys_made_by_the_database_are_version_7_and_sort_by_time(cast: Cast, whole: None) -> None:
    tell_person(cast.officer.person_id, cast.school.key, kind="x", title="一", once_key="1")
    before = timezone.now().timestamp() * 1000
    key = Notification.objects.get().pk
    assert key.version == 7
    assert abs((key.int >> 80) - before) < 60_000


def test_the_inbox_shows_one_s_own_messages_only(cast: Cast) -> None:
    tell_person(
        cast.officer.person_id, cast.school.key, kind="x", title="给安全员的消息", once_key="1"
    )
    own = cast.client(cast.officer).get(reverse("notices:inbox")).content.decode()
    colleague = cast.client(cast.teacher).get(reverse("notices:inbox")).content.decode()
    assert "给安全员的消息" in own
    assert "1 条未读" in own
    assert "给安全员的消息" not in colleague


def test_opening_a_message_marks_it_and_goes_to_its_page(cast: Cast) -> None:
    tell_person(
        cast.officer.person_id, cast.school.key, kind="x", title="t", url="/notices/?unread=1",
        once_key="1",
    )  # fmt: skip
    with scope.everything():
        message = Notification.objects.get()
    address = reverse("notices:open", args=[message.pk])
    assert cast.client(cast.teacher).post(address).status_code == 404
    answer = cast.client(cast.officer).post(address)
    assert answer["Location"] == "/notices/?unread=1"
    with scope.everything():
        assert Notification.objects.get().read_at is not None


def test_a_message_never_leads_outside(cast: Cast) -> None:
    tell_person(
        cast.officer.person_id, cast.school.key, kind="x", title="t", url="https://example.org/",
        once_key="1",
    )  # fmt: skip
    with scope.everything():
        message = Notification.objects.get()
    answer = cast.client(cast.officer).post(reverse("notices:open", args=[message.pk]))
    assert answer["Location"] == reverse("notices:inbox")


def test_a_message_to_another_post_opens_in_that_post(cast: Cast) -> None:
    with scope.everything():
        person = Person.objects.get(pk=cast.officer.person_id)
        second = grant_post(cast.other, by=SYSTEM, person=person, role=Role.TEACHER)
    tell_person(person.pk, cast.other.key, kind="x", title="t", url="/notices/", once_key="1")
    client = cast.client(cast.officer)
    session = client.session
    session["post"] = str(cast.officer.post_id)
    session.save()
    with scope.everything():
        message = Notification.objects.get()
    client.post(reverse("notices:open", args=[message.pk]))
    assert client.session["post"] == str(second.pk)


def test_marking_all_as_read_leaves_others_messages(cast: Cast) -> None:
    told(cast)
    assert cast.client(cast.officer).post(reverse("notices:mark_read")).status_code == 302
    with scope.everything():
        unread = Notification.objects.filter(read_at__isnull=True)
        assert [row.person_id for row in unread] == [cast.district.person_id]
        assert mark_read(cast.officer.unit_key, by=cast.officer) == 0


def test_the_inbox_is_paged_in_a_stable_order(cast: Cast) -> None:
    with scope.everything():
        for n in range(35):
            tell_person(
                cast.officer.person_id, cast.school.key, kind="x", title=f"消息{n:02d}。",
                once_key=str(n),
            )  # fmt: skip
    client = cast.client(cast.officer)
    first = client.get(reverse("notices:inbox"))
    page = first.context["page"]
    second = client.get(reverse("notices:inbox"), {"after": page.next}).context["page"]
    titles = [row.title for row in [*page.rows, *second.rows]]
    assert titles == [f"消息{n:02d}。" for n in reversed(range(35))]
