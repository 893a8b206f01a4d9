"""The plan that an incident is handled by: offered, started, read on its pages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anyuan.core import scope
from anyuan.domains.emergency.incidents.acting import named, offered, plans_for, started
from anyuan.domains.emergency.incidents.models import Entry, Incident
from anyuan.domains.emergency.incidents.tests.making import happened
from anyuan.domains.emergency.plans.services.writing import revise_plan
from anyuan.domains.emergency.plans.tests.making import (
    drafted,
    fresh,
    published,
    saved,
    signed,
    submitted,
)
from anyuan.org.permissions import Role
from anyuan.org.tests.cast import hire


@pytest.fixture
def head(cast):
    with scope.everything():
        return hire(cast.school, "head", "校长戊", Role.PRINCIPAL)


def from_above(cast, kind="evacuation"):
    version = drafted(cast, by=cast.district, kind=kind)
    signed(submitted(version, by=cast.district), by=cast.district)
    return fresh(version)


def began(cast, incident, **data):
    url = reverse("incidents:act", args=[incident.pk, "start"])
    assert cast.client(cast.officer).post(url, data).status_code == 302
    with scope.everything():
        return Incident.objects.select_related("unit", "record").get(pk=incident.pk)


def start_form(cast, incident):
    page = cast.client(cast.officer).get(reverse("incidents:detail", args=[incident.pk]))
    return next(
        form for choice, form, _url in page.context["actions"] if choice.transition.key == "start"
    )


def test_the_plans_that_fit_are_offered_own_ones_first(cast, head):
    above = from_above(cast)
    own = published(cast, head, kind="evacuation")
    general = published(cast, head, kind="general")
    published(cast, head, kind="violence")
    incident = happened(cast)
    with scope.enter(cast.officer.units):
        assert [one.pk for one in offered(plans_for(incident))] == [own.pk, above.pk, general.pk]
    names = [key for key, _said in start_form(cast, incident).fields["chosen"].choices]
    assert names[0] == f"《{own.title}》第1版"
    assert names[1] == f"武进区教育局《{above.title}》第1版"
    assert names[-1] == ""


def test_the_chosen_plan_is_written_and_read_from_the_incidents_page(cast, head):
    own = published(cast, head, kind="evacuation")
    incident = began(cast, happened(cast), chosen=f"《{own.title}》第1版")
    with scope.enter(cast.officer.units):
        assert started(incident, plans_for(incident)).pk == own.pk
        said = "\n".join(Entry.objects.values_list("text", flat=True))
    assert f"启动处置，预案：《{own.title}》第1版" in said
    for name in ("incidents:detail", "incidents:note"):
        page = cast.client(cast.officer).get(reverse(name, args=[incident.pk])).content.decode()
        assert reverse("plans:read", args=[own.pk]) in page
        assert "地震先喊“躲到桌下”，停震再走" in page
        assert "看住全班，听到解除才回" not in page
    page = cast.client(cast.district).get(reverse("incidents:detail", args=[incident.pk]))
    assert reverse("plans:read", args=[own.pk]) in page.content.decode()


def test_words_of_ones_own_go_before_the_list(cast, head):
    own = published(cast, head, kind="evacuation")
    incident = began(cast, happened(cast), chosen=f"《{own.title}》第1版", plan="校内约定")
    assert incident.plan == "校内约定"
    page = cast.client(cast.officer).get(reverse("incidents:detail", args=[incident.pk]))
    assert "按预案先做什么" not in page.content.decode()


def test_without_plans_it_is_written_as_before(cast):
    incident = happened(cast)
    assert "chosen" not in start_form(cast, incident).fields
    assert began(cast, incident, plan="火灾事故应急预案").plan == "火灾事故应急预案"


def test_the_note_shows_the_plan_that_fits_before_anybody_started_it(cast, head):
    above = from_above(cast)
    incident = happened(cast)
    page = cast.client(cast.guard).get(reverse("incidents:note", args=[incident.pk]))
    words = page.content.decode()
    assert "供参考" in words
    assert above.title in words


def test_a_replaced_version_is_still_the_one_that_was_started(cast, head):
    own = published(cast, head, kind="evacuation")
    incident = began(cast, happened(cast), chosen=f"《{own.title}》第1版")
    with scope.enter(cast.officer.units):
        second = revise_plan(own.plan, by=cast.officer, reason="按事件教训")
    review = signed(submitted(saved(second, by=cast.officer), by=cast.officer), by=head)
    signed(review, by=cast.district)
    with scope.enter(cast.officer.units):
        assert started(incident, plans_for(incident)).pk == own.pk
        assert offered(plans_for(incident))[0].pk == second.pk


def test_a_very_long_name_still_fits_the_field(cast, head):
    own = published(cast, head, kind="evacuation")
    above = from_above(cast)
    own.title, above.title, above.unit_name = "长" * 120, "长" * 100, "局" * 100
    incident = happened(cast)
    assert max(len(named(one, incident)) for one in (own, above)) <= 120


@pytest.mark.parametrize("name", ["incidents:detail", "incidents:note"])
@pytest.mark.parametrize("handled", [False, True])
@pytest.mark.parametrize("who", ["officer", "district"])
def test_pages_with_a_plan_ask_little(cast, head, asked, name, handled, who):
    own = published(cast, head, kind="evacuation")
    incident = happened(cast)
    if handled:
        incident = began(cast, incident, chosen=f"《{own.title}》第1版")
    client, url = cast.client(getattr(cast, who)), reverse(name, args=[incident.pk])
    client.get(url)
    with asked() as queries:
        assert client.get(url).status_code == 200
    assert len(queries) <= 15, "\n".join(
        q[:60] + " FROM " + q.partition(" FROM ")[2][:150] for q in queries
    )
