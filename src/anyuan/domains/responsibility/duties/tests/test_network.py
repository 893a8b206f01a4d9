"""The duty network: starting, changing, what is missing, who may."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.responsibility.duties import queries
from anyuan.domains.responsibility.duties.models import Seat
from anyuan.domains.responsibility.duties.services.network import (
    add_seat,
    change_seat,
    end_seat,
    start_network,
)
from anyuan.domains.responsibility.duties.tests.making import head_of
from anyuan.org.tests.cast import Cast

pytestmark = pytest.mark.django_db
LEADER = {
    "kind": "leader",
    "title": "分管德育副校长",
    "name": "赵",
    "field": "德育",
    "duty": "管安全教育",
}


def seat(title: str) -> Seat:
    with scope.everything():
        found: Seat = Seat.objects.select_related("unit").get(title=title, active=True)
        return found


def test_a_network_starts_with_the_usual_seats_and_who_holds_them(cast: Cast) -> None:
    head = head_of(cast)
    start_network(cast.school, by=cast.officer)
    assert seat("校（园）长").person_id == head.person_id
    assert seat("门卫").person_id == cast.guard.person_id
    with scope.enter(cast.officer.units):
        chart = queries.chart_of(cast.officer, cast.school)
    assert [one.kind for one in chart.heads] == ["party", "head"]
    assert "党组织书记：没有责任人" in chart.lacks
    assert [node.seat.title for node in chart.tree] == [
        "分管安全副校（园）长",
        "分管教学副校（园）长",
    ]
    assert chart.tree[0].below[0].seat.title == "安全办公室"
    assert {one.title for one in chart.group} >= {"党组织书记", "校（园）长", "安全办公室"}
    with pytest.raises(Conflict):
        start_network(cast.school, by=cast.officer)


def test_what_is_missing_below_is_seen_above_in_one_query(
    cast: Cast, django_assert_num_queries
) -> None:
    start_network(cast.school, by=cast.officer)
    with scope.enter(cast.bureau.units), django_assert_num_queries(1):
        rows = {one.name: one for one in queries.below(cast.bureau)}
    assert rows[cast.school.name].seats == 10
    assert not rows[cast.school.name].party
    assert rows[cast.other.name].seats == 0
    with scope.enter(cast.bureau.units):
        for title in Seat.objects.filter(person__isnull=True).values_list("title", flat=True):
            Seat.objects.filter(title=title).update(name="某人")
        lacking = {one.name for one in queries.below(cast.bureau, lacking=True)}
    assert cast.school.name not in lacking
    assert cast.other.name in lacking


def test_a_seat_is_added_once_changed_and_ended(cast: Cast) -> None:
    pk = new_id()
    for _ in range(2):
        add_seat(cast.school, by=cast.officer, seat_id=pk, **LEADER)
    leader = seat("分管德育副校长")
    office = add_seat(cast.school, by=cast.officer, parent=leader, kind="office", title="政教处")
    assert office.lacks == ["没有责任人"]
    with pytest.raises(Refused, match="下面"):
        change_seat(leader, by=cast.officer, parent=office, **LEADER)
    change_seat(
        office, by=cast.officer, person=cast.teacher.person_id, kind="office", title="政教处"
    )
    end_seat(leader, by=cast.officer)
    assert seat("政教处").parent_id is None
    with pytest.raises(Conflict):
        change_seat(leader, by=cast.officer, **LEADER)
    model = Seat.pgh_event_models["update"]  # type: ignore[attr-defined]
    with scope.everything():
        assert model.objects.filter(pgh_obj_id=leader.pk, active=False).count() == 1


def test_refusals(cast: Cast) -> None:
    with pytest.raises(Refused, match="分管领域"):
        add_seat(cast.school, by=cast.officer, **{**LEADER, "field": ""})
    with pytest.raises(Refused, match="在岗"):
        add_seat(cast.school, by=cast.officer, person=cast.stranger.person_id, **LEADER)
    add_seat(cast.school, by=cast.officer, kind="head", title="校长", name="甲")
    with pytest.raises(Refused, match="只能有一位"):
        add_seat(cast.school, by=cast.officer, kind="head", title="第二校长", name="乙")
    with pytest.raises(Refused, match="同名"):
        add_seat(cast.school, by=cast.officer, kind="office", title="校长")
    for who, error in ((cast.teacher, Forbidden), (cast.stranger, Missing)):
        with pytest.raises(error):
            add_seat(cast.school, by=who, **LEADER)
        with pytest.raises(error):
            start_network(cast.school, by=who)


def test_the_pages(cast: Cast) -> None:
    client = cast.client(cast.officer)
    where = reverse("duties:network")
    assert "还没有责任网络" in client.get(where).content.decode()
    client.post(reverse("duties:start", args=[cast.school.key]))
    page = client.get(where).content.decode()
    assert "党政同责" in page
    assert "还缺" in page
    new = reverse("duties:seat_new", args=[cast.school.key])
    answer = client.post(new, {**LEADER, "field": ""})
    assert answer.status_code == 422
    assert "分管领域" in answer.content.decode()
    assert client.post(new, LEADER).status_code == 302
    edit = reverse("duties:seat", args=[seat(LEADER["title"]).pk])
    assert "德育" in client.get(edit).content.decode()
    client.post(edit, {**LEADER, "field": "德育和体育"})
    assert seat(LEADER["title"]).field == "德育和体育"
    assert cast.client(cast.teacher).get(where).status_code == 200
    assert cast.client(cast.teacher).get(edit).status_code == 403
    assert cast.client(cast.stranger).get(edit).status_code == 404
    of = reverse("duties:network_of", args=[cast.school.key])
    assert cast.client(cast.district).get(of).status_code == 200
    assert cast.client(cast.other_district).get(of).status_code == 404
    below = (
        cast.client(cast.district).get(reverse("duties:below"), {"lacking": "1"}).content.decode()
    )
    assert "缺党组织负责人" in below
    assert client.get(reverse("duties:below")).status_code == 403
