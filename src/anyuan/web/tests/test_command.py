"""The command page: what runs is on it, of one's own units only, and it is heard at once."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anyuan.core import scope
from anyuan.domains.emergency.incidents.tests.making import happened
from anyuan.engines.live.models import Event

PAGES = ["web:command", "web:command_panels", "web:screen", "web:screen_panels"]


@pytest.mark.parametrize("name", PAGES)
def test_a_running_incident_is_shown_to_its_district_and_not_to_another(cast, name):
    happened(cast, summary="食堂起火")
    seen = cast.client(cast.district).get(reverse(name)).content.decode()
    assert cast.school.name in seen
    other = cast.client(cast.other_district).get(reverse(name)).content.decode()
    assert cast.school.name not in other


def test_its_mark_is_on_the_map(cast):
    held = happened(cast)
    marks = cast.client(cast.bureau).get(reverse("web:command_marks")).json()["marks"]
    assert [mark[3] for mark in marks] == [str(held.pk)]
    assert marks[0][:2] == [31.7, 119.95]


def test_who_does_not_command_has_no_such_page(cast):
    assert cast.client(cast.guard).get(reverse("web:command")).status_code == 403


def test_open_pages_hear_of_it(cast):
    happened(cast)
    with scope.everything():
        kinds = {event.kind: event.topics for event in Event.objects.all()}
    assert f"u:{cast.wujin.key}" in kinds["incident"]


def test_it_asks_few_questions(cast, asked):
    happened(cast)
    client = cast.client(cast.bureau)
    client.get(reverse("web:screen"))
    with asked() as queries:
        client.get(reverse("web:screen"))
    assert len(queries) <= 15
