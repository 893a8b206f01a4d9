"""API tokens: shown once, never more than their person or giver may, ended at once."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.keys import NOTHING
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.org.models import ApiToken, Person, Post
from anyuan.org.tokens import actor_of_token, issue_token, revoke_token

NEXT_MONTH = datetime.timedelta(days=30)


def give(cast, by, unit=None, **changes):
    facts = {
        "name": "政务平台取数",
        "permissions": ["hazard.read", "record.read"],
        "expires_on": timezone.localdate() + NEXT_MONTH,
        **changes,
    }
    with scope.enter(by.units):
        return issue_token(unit or cast.school, by=by, **facts)


def test_a_systems_token_acts_within_its_unit_with_its_permissions_only(cast):
    token, text = give(cast, cast.officer)
    with scope.enter(NOTHING):
        actor = actor_of_token(text)
        assert scope.current().units == NOTHING
    assert actor.units.holds(cast.school.key)
    assert not actor.units.holds(cast.other.key)
    assert {str(p) for p in actor.permissions} == {"hazard.read", "record.read"}
    assert actor.token_id == token.pk
    with scope.everything():
        assert ApiToken.objects.get().last_used_at is not None


def test_the_secret_is_not_kept(cast, whole):
    token, text = give(cast, cast.officer)
    secret = text.split("_", 2)[2]
    assert secret not in str(ApiToken.objects.values().get(pk=token.pk))


@pytest.mark.parametrize("spoil", ["", "anyuan", "anyuan_x_y", "tail", "other"])
def test_a_wrong_text_makes_no_actor(cast, spoil):
    _, text = give(cast, cast.officer)
    wrong = {"tail": text + "x", "other": text.replace("anyuan", "other")}.get(spoil, spoil)
    assert actor_of_token(wrong) is None


def test_a_revoked_token_ends_at_once_and_is_revoked_once(cast, whole):
    token, text = give(cast, cast.officer)
    revoke_token(token, by=cast.officer)
    assert actor_of_token(text) is None
    with pytest.raises(Conflict):
        revoke_token(token, by=cast.officer)


def test_a_token_ends_after_its_day(cast, whole):
    _, text = give(cast, cast.officer)
    ApiToken.objects.update(expires_on=timezone.localdate() - datetime.timedelta(days=1))
    assert actor_of_token(text) is None


def test_a_personal_token_loses_what_the_person_loses(cast, whole):
    teacher = Person.objects.get(pk=cast.teacher.person_id)
    _, text = give(cast, cast.officer, person=teacher, permissions=["hazard.read", "hazard.assign"])
    assert {str(p) for p in actor_of_token(text).permissions} == {"hazard.read"}
    Post.objects.filter(person=teacher).update(
        until=timezone.localdate() - NEXT_MONTH, since="2020-01-01"
    )
    assert actor_of_token(text) is None


def test_a_token_of_a_closed_unit_does_nothing(cast, whole):
    _, text = give(cast, cast.officer)
    cast.school.state = "closed"
    cast.school.save()
    assert actor_of_token(text) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"permissions": []}, "permissions"),
        ({"permissions": ["unit.manage"]}, "permissions"),
        ({"permissions": ["person.manage"]}, "permissions"),
        ({"expires_on": datetime.date(2020, 1, 1)}, "expires_on"),
        ({"expires_on": datetime.date(2099, 1, 1)}, "expires_on"),
        ({"name": "  "}, "name"),
    ],
)
def test_what_a_token_is_refused_for(cast, changes, field):
    with pytest.raises(Refused) as refusal:
        give(cast, cast.officer, **changes)
    assert refusal.value.field == field


def test_no_token_for_a_person_without_a_post_there(cast, whole):
    stranger = Person.objects.get(pk=cast.stranger.person_id)
    with pytest.raises(Refused, match="没有岗位"):
        give(cast, cast.officer, person=stranger)


def test_who_may_not_issue(cast):
    with pytest.raises(Forbidden):
        give(cast, cast.teacher)
    with pytest.raises(Missing):
        give(cast, cast.stranger)


def test_issuing_is_in_the_history(cast, whole):
    token, _ = give(cast, cast.officer)
    event = ApiToken.pgh_event_models["insert"].objects.select_related("pgh_context").get()
    assert event.name == token.name
    assert event.pgh_context.metadata["by"] == "安全员甲"
