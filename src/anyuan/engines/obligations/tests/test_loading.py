"""Loading packs: shown first, nothing fulfilled rewritten, another year takes over."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest

import anyuan
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.engines.obligations.content import pack_content, pack_from, pack_of
from anyuan.engines.obligations.generation import keep_up
from anyuan.engines.obligations.loading import load_policy, preview_load
from anyuan.engines.obligations.models import Obligation, Policy, Rule, Topic
from anyuan.engines.obligations.packs import spec
from anyuan.engines.obligations.packs.load import load_pack
from anyuan.engines.obligations.services import waive
from anyuan.engines.obligations.tests.packing import RULES, START, rule, small_pack
from anyuan.engines.obligations.tests.test_recount import deed, duty

SHIPPED = Path(anyuan.__file__).parent / "packs" / "changzhou_2020"


def changed(key: str, **fields: object) -> tuple[spec.Rule, ...]:
    return tuple(dataclasses.replace(r, **fields) if r.key == key else r for r in RULES)


def duties() -> set[tuple[object, ...]]:
    names = ("unit_id", "rule__key", "period_start", "due_on", "needed", "state", "done")
    return set(Obligation.objects.values_list(*names))


def test_the_shipped_pack_loads_and_comes_back_the_same(cast, whole):
    pack = load_pack(SHIPPED)
    assert pack_from(pack_content(pack)) == pack
    result = load_policy(cast.city, by=cast.bureau, pack=pack, today=date(2020, 3, 2))
    assert result.policy.points.count() == 19
    assert Rule.objects.count() == len(pack.rules)
    assert result.duties.made > 50
    owed = set(Obligation.objects.filter(unit=cast.school).values_list("point", flat=True))
    assert len(owed) > 10


def test_loading_the_same_again_changes_nothing(cast, policy, whole):
    before = duties()
    result = load_policy(cast.city, by=cast.bureau, pack=small_pack(), today=START)
    assert not result.diff
    assert duties() == before
    assert Policy.objects.get().version == 1


def test_a_preview_tells_what_a_load_does_and_does_nothing(cast, policy, whole):
    before = duties()
    pack = small_pack(rules=(*changed("month", count=2), rule("extra", who="school")))
    expected = preview_load(cast.city, by=cast.bureau, pack=pack, today=START)
    assert duties() == before
    assert Rule.objects.count() == len(RULES)
    done = load_policy(cast.city, by=cast.bureau, pack=pack, today=START)
    assert expected.duties == done.duties
    assert expected.lines() == done.lines()
    assert [r.key for r in done.diff.added] == ["extra"]


def test_new_words_keep_the_rule_and_its_duties(cast, policy, whole):
    before = Rule.objects.get(key="month")
    load_policy(
        cast.city,
        by=cast.bureau,
        pack=small_pack(rules=changed("month", title="新名称")),
        today=START,
    )
    after = Rule.objects.get(key="month")
    assert (after.pk, after.version, after.title) == (before.pk, 1, "新名称")


def test_a_changed_rule_begins_with_the_next_period(cast, policy, whole):
    record = deed(cast.school, date(2020, 3, 2), "topic:drill")
    load_policy(
        cast.city, by=cast.bureau, pack=small_pack(rules=changed("month", count=3)), today=START
    )
    march, april = duty(cast.school, "month"), duty(cast.school, "month", "2020-04-01")
    assert (march.needed, march.state, march.rule.version) == (1, "met", 1)
    assert (april.needed, april.rule.version) == (3, 2)
    assert march.evidence.get().record_id == record.pk
    assert Rule.objects.get(key="month", version=1).ends_on == START


def test_an_ended_rule_leaves_what_was_begun(cast, policy, whole):
    rest = tuple(r for r in RULES if r.key != "month")
    result = load_policy(cast.city, by=cast.bureau, pack=small_pack(rules=rest), today=START)
    left = Obligation.objects.filter(rule__key="month").values_list("period_start", flat=True)
    assert set(left) == {date(2020, 3, 1)}
    assert result.duties.removed == 2  # April at two schools
    keep_up(result.policy, today=date(2020, 4, 20))
    assert not Obligation.objects.filter(rule__key="month", period_start__gt=START).exists()


def test_a_rule_that_returns_does_not_ask_twice_for_one_period(cast, policy, whole):
    rest = tuple(r for r in RULES if r.key != "month")
    load_policy(cast.city, by=cast.bureau, pack=small_pack(rules=rest), today=START)
    load_policy(cast.city, by=cast.bureau, pack=small_pack(), today=START)
    rows = Obligation.objects.filter(unit=cast.school, rule__key="month")
    assert sorted(rows.values_list("period_start", "rule__version")) == [
        (date(2020, 3, 1), 1),
        (date(2020, 4, 1), 2),
    ]


def test_a_new_rule_begins_with_the_period_in_force(cast, policy, whole):
    pack = small_pack(rules=(*RULES, rule("extra", who="school")))
    load_policy(cast.city, by=cast.bureau, pack=pack, today=date(2020, 3, 20))
    assert duty(cast.school, "extra").period_start == date(2020, 3, 1)


def test_a_waiver_ahead_outlives_a_changed_rule(cast, policy, whole):
    waive(duty(cast.school, "month", "2020-04-01"), by=cast.district, reason="停课")
    load_policy(
        cast.city, by=cast.bureau, pack=small_pack(rules=changed("month", count=3)), today=START
    )
    april = duty(cast.school, "month", "2020-04-01")
    assert (april.state, april.rule.version) == ("waived", 2)


def test_a_moved_term_moves_the_duties_not_begun(cast, policy, whole):
    autumn = spec.Term("2020/21", "autumn", date(2020, 9, 14), date(2021, 1, 25))
    keep_up(policy, today=START, until=date(2020, 10, 1))
    pack = small_pack()
    calendar = spec.Calendar(terms=(pack.calendar.terms[0], autumn))
    load_policy(
        cast.city, by=cast.bureau, pack=dataclasses.replace(pack, calendar=calendar), today=START
    )
    starts = Obligation.objects.filter(unit=cast.school, rule__key="school_term")
    assert sorted(starts.values_list("period_start", flat=True)) == [
        date(2020, 2, 17),
        date(2020, 9, 14),
    ]


def test_next_years_pack_takes_over_from_its_first_day(cast, policy, whole):
    keep_up(policy, today=date(2020, 12, 20))
    pack = small_pack(key="small_2021", year=2021, valid_from=date(2021, 1, 1))
    result = load_policy(cast.city, by=cast.bureau, pack=pack, today=date(2020, 12, 20))
    assert result.replaces == "2020年工作要点"
    for start, year in [("2020-12-01", 2020), ("2021-01-01", 2021)]:
        assert duty(cast.school, "month", start).rule.policy.year == year
    assert duty(cast.school, "school_term", "2020-09-01").rule.policy.year == 2020
    old = Policy.objects.get(year=2020)
    assert old.valid_to == date(2020, 12, 31)
    assert keep_up(old, today=date(2021, 2, 1)).made == 0


def test_a_topic_that_left_the_pack_is_offered_no_more(cast, policy, whole):
    pack = small_pack()
    load_policy(
        cast.city,
        by=cast.bureau,
        pack=dataclasses.replace(pack, topics=pack.topics[1:]),
        today=START,
    )
    assert Topic.objects.get(slug="drill").offered is False


def test_who_may_not_load(cast, policy, whole):
    for by, refusal in [(cast.district, Missing), (cast.officer, Missing)]:
        for service in (load_policy, preview_load):
            with pytest.raises(refusal):
                service(cast.city, by=by, pack=small_pack())
    with pytest.raises(Forbidden):
        load_policy(cast.wujin, by=cast.district, pack=small_pack())
    with pytest.raises(Refused, match="市级"):
        load_policy(cast.wujin, by=cast.bureau, pack=small_pack())
    older = small_pack(key="small_2019", valid_from=date(2019, 1, 1))
    with pytest.raises(Refused, match="更早"):
        load_policy(cast.city, by=cast.bureau, pack=older)


def test_a_rule_switched_off_here_is_seen_in_the_comparison(cast, policy, whole):
    row = Rule.objects.get(key="month")
    row.enabled = False
    row.save()
    result = preview_load(cast.city, by=cast.bureau, pack=small_pack(), today=START)
    assert [c.key for c in result.diff.changed] == ["month"]
    assert pack_of(policy).rule("month").enabled
