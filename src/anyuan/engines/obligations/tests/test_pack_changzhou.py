"""The 2020 pack as it is shipped: whole, without a mistake, and light enough for a school."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import anyuan
from anyuan.engines.obligations.commands import declared_kinds
from anyuan.engines.obligations.packs.check import check_folder
from anyuan.engines.obligations.packs.load import load_pack
from anyuan.engines.obligations.packs.spec import LEVELS, Pack, Rule

FOLDER = Path(anyuan.__file__).parent / "packs" / "changzhou_2020"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(FOLDER)


def test_it_has_no_mistake() -> None:
    assert check_folder(FOLDER, declared_kinds()) == []


def test_it_holds_seven_sections_and_nineteen_points(pack: Pack) -> None:
    assert [section.number for section in pack.sections] == list(range(1, 8))
    assert [point.number for point in pack.points] == list(range(1, 20))


def test_every_point_has_at_least_two_rules(pack: Pack) -> None:
    rules = Counter(rule.point for rule in pack.rules)
    assert len(pack.rules) >= 70
    assert {number: rules[number] for number in range(1, 20) if rules[number] < 2} == {}


def test_every_level_has_duties(pack: Pack) -> None:
    owed = Counter(rule.who for rule in pack.rules)
    assert min(owed[level] for level in LEVELS) >= 20


def test_a_quarterly_and_a_monthly_drill_can_be_switched_apart(pack: Pack) -> None:
    quarter, month = pack.rule("p08_drill_quarter"), pack.rule("p08_drill_month")
    assert (quarter.who, quarter.period, quarter.source.certainty) == ("site", "quarter", "seed")
    assert quarter.where.stages == ()
    assert (month.period, month.source.doc, month.source.certainty) == (
        "month",
        "drill_guide",
        "found",
    )
    assert "kindergarten" not in month.where.stages


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        ("p08_drill_quarter", "drill_all_per_quarter"),
        ("p08_drill_month", "drill_school_per_month"),
        ("p08_drill_kindergarten", "drill_kindergarten_per_quarter"),
        ("p07_site_fire_month", "fire_inspection_per_month"),
        ("p07_site_daily_patrol", "fire_patrol_per_day"),
        ("p02_city_spot", "spot_city_quarter"),
        ("p02_district_spot", "spot_district_month"),
        ("p02_district_cross", "cross_half_year"),
        ("p07_site_laboratory", "laboratory_per_term"),
        ("p07_district_bus_spot", "bus_spot_per_term"),
        ("p11_school_staff", "training_staff_per_term"),
    ],
)
def test_a_count_is_the_number_of_its_source(pack: Pack, rule: str, number: str) -> None:
    numbers = {entry.key: entry.value for entry in pack.numbers}
    assert pack.rule(rule).count == numbers[number]
    assert number in pack.rule(rule).numbers


def test_the_platform_snapshot_asks_for_six_rates(pack: Pack) -> None:
    topic = next(topic for topic in pack.topics if topic.slug == "platform_month")
    assert [ask.unit for ask in topic.asks] == ["%"] * 6


def test_the_point_about_persons_is_served_by_areas_only(pack: Pack) -> None:
    slugs = {slug for rule in pack.rules if rule.point == 14 for slug in rule.match["topic"]}
    hints = [topic.hint for topic in pack.topics if topic.slug in slugs]
    assert hints
    assert all("任何个人" in hint for hint in hints)


def test_every_topic_is_used_and_every_source_is_registered(pack: Pack) -> None:
    used = {slug for rule in pack.rules for slug in rule.match.get("topic", ())}
    assert {topic.slug for topic in pack.topics} == used
    cited = {rule.source.doc for rule in pack.rules} | {n.source.doc for n in pack.numbers}
    assert cited <= {document.key for document in pack.documents}


def test_all_school_years_have_two_terms(pack: Pack) -> None:
    years = Counter(term.school_year for term in pack.calendar.terms)
    assert list(years) == [f"{year}/{year % 100 + 1}" for year in range(2019, 2028)]
    assert set(years.values()) == {2}


def _a_plain_primary_school_owes(rule: Rule) -> bool:
    where = rule.where
    special = (where.boarding, where.has_bus, where.has_lab, where.key_fire_unit, where.high_rise)
    return (
        rule.enabled
        and rule.who in {"school", "site"}
        and rule.period != "once"
        and not any(special)
        and (not where.stages or "primary" in where.stages)
    )


def _deeds_a_year(rule: Rule) -> int:
    times = {"week": 40, "quarter": 4, "term": 2, "half_year": 2, "year": 1}
    times |= {"day": 0, "month": len(rule.months) or 12, "fixed": len(rule.fixed)}
    return times[rule.period] * rule.count


def test_a_plain_primary_school_does_not_drown(pack: Pack) -> None:
    """Apart from the daily patrol: at most four deeds in each of 40 weeks, counted once each."""
    owed = [rule for rule in pack.rules if _a_plain_primary_school_owes(rule)]
    assert [rule.key for rule in owed if rule.period == "day"] == ["p07_site_daily_patrol"]
    deeds: dict[tuple[object, ...], int] = {}
    for rule in owed:
        same = (rule.kind, *sorted(rule.match.items()))
        deeds[same] = max(deeds.get(same, 0), _deeds_a_year(rule))
    assert sum(deeds.values()) <= 4 * 40


def test_one_record_serves_several_rules(pack: Pack) -> None:
    self_checks = [
        rule.key
        for rule in pack.rules
        if rule.kind == "inspection"
        and rule.who in {"school", "site"}
        and "fire_monthly" in rule.match["checklist"]
    ]
    assert len(self_checks) >= 5
