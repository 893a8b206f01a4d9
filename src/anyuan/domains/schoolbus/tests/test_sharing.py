"""A bus shared between two districts, step by step, each party from its own side."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.schoolbus.models import BusSharing, BusSide, Party
from anyuan.domains.schoolbus.services.sharing import (
    accept_sharing,
    ask_sharing,
    close_offer,
    confirm_cost,
    consent_sharing,
    decline_sharing,
    end_sharing,
    object_sharing,
    offer_bus,
    permit_sharing,
    write_cost,
)
from anyuan.domains.schoolbus.services.trips import Crew, plan_trip
from anyuan.domains.schoolbus.tests.making import TODAY, Fleet, bus
from anyuan.engines.ledgers.registry import find
from anyuan.engines.ledgers.services import change_row
from anyuan.engines.notices.queries import inbox

SOON = TODAY + datetime.timedelta(days=60)
PLACE = {"since": TODAY, "until": SOON, "times": "7:40 以后", "area": "武进湖塘"}
PERMIT = {
    "permit_no": "常公交临〔2026〕1号",
    "since": TODAY,
    "until": SOON,
    "supervisor": "borrower",
}


class Story:
    """The provider's fleet in 天宁, the borrower's in 武进; steps in the order of the work."""

    def __init__(self, cast):
        self.cast = cast
        self.theirs = Fleet(cast.other, cast.stranger, plate="苏D88888")
        self.ours = Fleet(cast.school, cast.officer)

    def act(self, by):
        return scope.enter(by.units, person=str(by.person_id))

    def offer(self, **more):
        with self.act(self.cast.stranger):
            return offer_bus(self.cast.other, by=self.cast.stranger, **({"bus": self.theirs.bus, "seats": 10} | PLACE | more))  # fmt: skip

    def ask(self, offer, **more):
        facts = {"pupils": 6, "since": TODAY, "until": SOON, "line": "湖塘桥 7:50 至学校 8:10"}
        with self.act(self.cast.officer):
            return ask_sharing(self.cast.school, by=self.cast.officer, offer_id=offer.pk, **(facts | more))  # fmt: skip

    def side(self, sharing, party):
        with scope.everything():
            return BusSide.objects.select_related("record", "unit", "sharing").get(sharing=sharing, party=party)  # fmt: skip

    def accept(self, mine):
        side = self.side(mine.sharing_id, Party.PROVIDER)
        with self.act(self.cast.stranger):
            return accept_sharing(side, by=self.cast.stranger, driver=self.theirs.driver, fee="每趟 120 元", duty="车辆和驾驶人由提供方负责")  # fmt: skip

    def consent(self, mine, by, party):
        with self.act(by):
            return consent_sharing(self.side(mine.sharing_id, party), by=by)

    def permitted(self):
        mine = self.ask(self.offer())
        self.accept(mine)
        self.consent(mine, self.cast.other_district, Party.PROVIDER)
        self.consent(mine, self.cast.district, Party.BORROWER)
        with self.act(self.cast.officer):
            sharing = permit_sharing(self.side(mine.sharing_id, Party.BORROWER), by=self.cast.officer, **PERMIT)  # fmt: skip
        return mine, sharing


@pytest.fixture
def story(cast):
    return Story(cast)


def test_from_the_offer_to_a_trip_with_the_shared_bus(story, cast):
    mine, sharing = story.permitted()
    assert (sharing.state, sharing.provider_office, sharing.borrower_office) == ("permitted", "天宁区教育局", "武进区教育局")  # fmt: skip
    for party in Party.values:
        record = story.side(mine.sharing_id, party).record
        assert (record.state, record.counts) == ("permitted", True)
    with story.act(cast.officer):
        crew = Crew(story.ours.attendant, sharing=sharing)
        trip = plan_trip(story.ours.route, by=cast.officer, day=TODAY, crew=crew)
        assert (trip.plate, trip.driver_name, trip.bus_id) == ("苏D88888", "李师傅", None)
        late = TODAY + datetime.timedelta(days=20)
        assert plan_trip(story.ours.route, by=cast.officer, day=late, crew=crew)


def test_every_party_hears_of_it(story, cast):
    mine = story.ask(story.offer())
    with story.act(cast.stranger):
        assert "申请共享校车" in inbox(cast.stranger).first().title
    story.accept(mine)
    for by in (cast.district, cast.other_district):
        with story.act(by):
            assert "待教育局同意" in inbox(by).first().title


def test_what_expires_at_the_provider_stops_the_borrowers_trip(story, cast):
    _mine, sharing = story.permitted()
    with story.act(cast.stranger):
        past = TODAY - datetime.timedelta(days=1)
        change_row(
            story.theirs.bus, by=cast.stranger, ledger=find("bus"), facts={"insurance_until": past}
        )
    crew = Crew(story.ours.attendant, sharing=sharing)
    with story.act(cast.officer), pytest.raises(Refused) as refusal:
        plan_trip(story.ours.route, by=cast.officer, day=TODAY, crew=crew)
    assert "苏D88888：承运人责任险已于" in refusal.value.errors["sharing"]


def test_no_permit_before_both_offices_agreed_says_the_service_and_the_database(story, cast):
    mine = story.ask(story.offer())
    story.accept(mine)
    story.consent(mine, cast.district, Party.BORROWER)
    with story.act(cast.officer), pytest.raises(Conflict):
        permit_sharing(mine, by=cast.officer, **PERMIT)
    with pytest.raises(IntegrityError), transaction.atomic():
        BusSharing.objects.filter(pk=mine.sharing_id).update(permit_no="x", permit_since=TODAY, permit_until=SOON)  # fmt: skip
    crew = Crew(story.ours.attendant, sharing=BusSharing.objects.get(pk=mine.sharing_id))
    with story.act(cast.officer), pytest.raises(Refused, match="还没有临时许可"):
        plan_trip(story.ours.route, by=cast.officer, day=TODAY, crew=crew)


def test_each_acts_on_the_own_side_only(story, cast):
    mine = story.ask(story.offer())
    theirs = story.side(mine.sharing_id, Party.PROVIDER)
    with scope.everything():
        for step in (
            lambda by: accept_sharing(theirs, by=by, driver=None, fee="", duty="x"),
            lambda by: decline_sharing(theirs, by=by, why="x"),
            lambda by: consent_sharing(theirs, by=by),
            lambda by: object_sharing(theirs, by=by, why="x"),
        ):
            with pytest.raises(Missing):
                step(cast.district)
        with pytest.raises(Forbidden):
            consent_sharing(theirs, by=cast.stranger)
        with pytest.raises(Forbidden):
            accept_sharing(theirs, by=cast.other_district, driver=None, fee="", duty="x")
        with pytest.raises(Conflict, match="由对方学校办理"):
            accept_sharing(mine, by=cast.officer, driver=None, fee="", duty="x")
        with pytest.raises(Forbidden):
            ask_sharing(cast.school, by=cast.teacher, offer_id=new_id(), pupils=1, since=TODAY, until=SOON, line="x")  # fmt: skip
    page = reverse("schoolbus:side", args=[theirs.pk])
    assert cast.client(cast.officer).get(page).status_code == 404
    assert cast.client(cast.stranger).get(page).status_code == 200


def test_offers_must_be_true_and_requests_within_them(story, cast):
    for facts, field in (
        ({"seats": 21}, "seats"), ({"bus": story.ours.bus}, "bus"),
        ({"until": TODAY - datetime.timedelta(days=1)}, "until"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            story.offer(**facts)
        assert field in refusal.value.errors
    with story.act(cast.stranger):
        broken = bus(cast.other, cast.stranger, plate="苏D77777", permit_no="")
    with pytest.raises(Refused, match="没有校车标牌号"):
        story.offer(bus=broken)
    offer = story.offer()
    for facts, field in (({"pupils": 11}, "pupils"), ({"until": SOON + datetime.timedelta(days=1)}, "since"), ({"line": " "}, "line")):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            story.ask(offer, **facts)
        assert field in refusal.value.errors
    assert BusSharing.objects.count() == 0
    key = new_id()
    assert story.ask(offer, record_id=key).pk == story.ask(offer, record_id=key).pk
    assert BusSharing.objects.count() == 1
    with story.act(cast.stranger):
        close_offer(offer, by=cast.stranger)
        with pytest.raises(Conflict):
            close_offer(offer, by=cast.stranger)
    with pytest.raises(Missing):
        story.ask(offer)


def test_seats_are_not_given_twice(story, cast):
    offer = story.offer()
    story.accept(story.ask(offer))
    second = story.ask(offer)
    with pytest.raises(Refused, match="只剩 4 座"):
        story.accept(second)


def test_an_office_may_object_and_a_school_may_end_it(story, cast):
    mine, _sharing = story.permitted()
    side = story.side(mine.sharing_id, Party.BORROWER)
    with story.act(cast.officer):
        with pytest.raises(Refused):
            end_sharing(side, by=cast.officer, why="")
        assert end_sharing(side, by=cast.officer, why="自有车辆到位").state == "ended"
    again = story.ask(story.offer())
    with story.act(cast.officer):
        assert decline_sharing(again, by=cast.officer, why="不需要了").state == "declined"
    third = story.ask(story.offer())
    story.accept(third)
    with story.act(cast.district):
        side = story.side(third.sharing_id, Party.BORROWER)
        assert object_sharing(side, by=cast.district, why="线路过长").state == "declined"


def test_one_office_above_both_schools_agrees_once(story, cast):
    from anyuan.org.actor import SYSTEM
    from anyuan.org.services import add_unit
    from anyuan.org.tests.cast import PROFILE, hire

    with scope.everything():
        near = add_unit(cast.tianning, by=SYSTEM, code="2132000009", name="天宁区青龙小学", kind="school", profile=PROFILE)  # fmt: skip
        officer = hire(near, "near", "安全员戊", "safety_officer")
    offer = story.offer()
    with story.act(officer):
        mine = ask_sharing(near, by=officer, offer_id=offer.pk, pupils=2, since=TODAY, until=SOON, line="x")  # fmt: skip
    story.accept(mine)
    assert story.consent(mine, cast.other_district, Party.PROVIDER).state == "consented"


def test_the_permit_and_the_cost_keep_to_what_was_agreed(story, cast):
    mine = story.ask(story.offer(until=TODAY + datetime.timedelta(days=400)), until=TODAY + datetime.timedelta(days=400))  # fmt: skip
    story.accept(mine)
    story.consent(mine, cast.other_district, Party.PROVIDER)
    story.consent(mine, cast.district, Party.BORROWER)
    with story.act(cast.officer):
        side = story.side(mine.sharing_id, Party.BORROWER)
        for facts, field in (
            ({"permit_no": " "}, "permit_no"), ({"until": TODAY + datetime.timedelta(days=300)}, "until"),
            ({"since": TODAY - datetime.timedelta(days=1)}, "since"), ({"supervisor": ""}, "supervisor"),
        ):  # fmt: skip
            with pytest.raises(Refused) as refusal:
                permit_sharing(side, by=cast.officer, **(PERMIT | facts))
            assert field in refusal.value.errors
        permit_sharing(side, by=cast.officer, **PERMIT)
        cost = write_cost(side, by=cast.officer, month=TODAY, trips=20, amount=Decimal(2400))
        corrected = write_cost(side, by=cast.officer, month=TODAY, trips=21, amount=Decimal(2520))
        assert corrected.pk == cost.pk
        with pytest.raises(Refused):
            write_cost(side, by=cast.officer, month=SOON, trips=1, amount=Decimal(1))
    other = story.side(mine.sharing_id, Party.PROVIDER)
    with story.act(cast.stranger):
        confirm_cost(other, by=cast.stranger, cost_id=cost.pk)
        with pytest.raises(Conflict):
            confirm_cost(other, by=cast.stranger, cost_id=cost.pk)
        with pytest.raises(Missing):
            confirm_cost(other, by=cast.stranger, cost_id=new_id())
    with story.act(cast.officer), pytest.raises(Conflict, match="已经确认"):
        write_cost(side, by=cast.officer, month=TODAY, trips=1, amount=Decimal(1))


def test_the_pages_carry_it_from_the_offer_to_the_permit(story, cast):
    provider, borrower = cast.client(cast.stranger), cast.client(cast.officer)
    form = {"bus": str(story.theirs.bus.pk), "seats": "10", "since": str(TODAY), "until": str(SOON), "times": "早上", "area": "湖塘"}  # fmt: skip
    assert provider.post(reverse("schoolbus:offer_new"), form).status_code == 302
    listed = borrower.get(reverse("schoolbus:sharing")).content.decode()
    assert "天宁区朝阳小学" in listed
    pk = re.search(r"offers/([0-9a-f-]{36})/ask/", listed)[1]
    ask = {"pupils": "6", "since": str(TODAY), "until": str(SOON), "line": "湖塘桥至学校"}
    wrong = borrower.post(reverse("schoolbus:offer_ask", args=[pk]), ask | {"pupils": "50"})
    assert "最多可申请 10 座" in wrong.content.decode()
    answer = borrower.post(reverse("schoolbus:offer_ask", args=[pk]), ask)
    assert answer.status_code == 302, answer.content.decode()
    with scope.everything():
        theirs, ours = (
            BusSide.objects.get(party=party) for party in (Party.PROVIDER, Party.BORROWER)
        )
    accept = reverse("schoolbus:side_accept", args=[theirs.pk])
    assert provider.post(accept, {"driver": "", "duty": ""}).status_code == 422
    assert provider.post(accept, {"driver": str(story.theirs.driver.pk), "duty": "各负其责"}).status_code == 302  # fmt: skip
    for by, side in ((cast.other_district, theirs), (cast.district, ours)):
        office = cast.client(by)
        assert "同意共享" in office.get(reverse("schoolbus:side", args=[side.pk])).content.decode()
        assert office.post(reverse("schoolbus:side_step", args=[side.pk]), {"step": "consent"}).status_code == 302  # fmt: skip
    permit = reverse("schoolbus:side_permit", args=[ours.pk])
    late = borrower.post(permit, {"permit_no": "1号", "since": "2020-01-01", "until": str(SOON), "supervisor": "borrower"})  # fmt: skip
    assert "许可期限应在申请的" in late.content.decode()
    assert borrower.post(permit, {"permit_no": "1号", "since": str(TODAY), "until": str(SOON), "supervisor": "borrower"}).status_code == 302  # fmt: skip
    cost = {"month": str(TODAY), "trips": "3", "amount": "360"}
    assert borrower.post(reverse("schoolbus:side_cost", args=[ours.pk]), cost).status_code == 302
    assert "360" in provider.get(reverse("schoolbus:side", args=[theirs.pk])).content.decode()
    planned = borrower.get(
        reverse("schoolbus:trip_new", args=[story.ours.route.pk])
    ).content.decode()
    assert "使用外校共享校车" in planned
