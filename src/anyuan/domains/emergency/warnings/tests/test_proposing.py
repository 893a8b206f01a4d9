"""Where the proposed measures come from: the plan in force of who issues, else the pack."""

from __future__ import annotations

import dataclasses

from django.urls import reverse

from anyuan.core import scope
from anyuan.domains.emergency.plans import texts
from anyuan.domains.emergency.plans.content import content as plans_content
from anyuan.domains.emergency.plans.queries import level_in_force
from anyuan.domains.emergency.plans.services.writing import save_draft
from anyuan.domains.emergency.plans.tests.making import drafted, fresh, signed, submitted
from anyuan.domains.emergency.warnings.content import content, grade_of
from anyuan.domains.emergency.warnings.proposing import LONGEST, measures_for
from anyuan.domains.emergency.warnings.tests.making import entered


def in_force(cast, by, kind):
    version = drafted(cast, by=by, kind=kind)
    signed(submitted(version, by=by), by=by)
    return fresh(version)


def proposed(cast, unit, by, **more):
    signal = entered(unit, by=by, **more)
    with scope.enter(by.units):
        return signal, measures_for(signal)


def test_without_a_plan_the_packs_measures_are_proposed(cast):
    signal, found = proposed(cast, cast.wujin, cast.district)
    assert found.measures == list(grade_of("rainstorm", "red").measures)
    assert (found.plan, "系统建议" in found.source) == (None, True)
    page = cast.client(cast.district).get(reverse("warnings:issue", args=[signal.pk]))
    assert "系统建议（暴雨" in page.content.decode()


def test_the_issuers_plan_gives_the_measures_of_the_colours_level(cast):
    plan = in_force(cast, cast.district, "weather")
    for colour, level in (("red", "I"), ("yellow", "III")):
        signal, found = proposed(cast, cast.wujin, cast.district, colour=colour)
        with scope.enter(cast.district.units):
            lines = level_in_force(cast.wujin.key, "weather", level).lines
        assert found.measures == lines
        assert found.plan.pk == plan.pk
        page = cast.client(cast.district).get(reverse("warnings:issue", args=[signal.pk]))
        words = page.content.decode()
        assert f"《{plan.title}》" in words
        assert reverse("plans:read", args=[plan.pk]) in words
        assert lines[0] in words


def test_a_plan_from_above_serves_where_the_issuer_has_none(cast):
    plan = in_force(cast, cast.bureau, "weather")
    _signal, found = proposed(cast, cast.wujin, cast.district)
    assert found.plan.pk == plan.pk
    own = in_force(cast, cast.district, "weather")
    _signal, found = proposed(cast, cast.wujin, cast.district, colour="blue")
    assert found.plan.pk == own.pk


def test_ice_goes_before_weather_and_pollution_has_its_own(cast):
    weather = in_force(cast, cast.district, "weather")
    _signal, found = proposed(cast, cast.wujin, cast.district, kind="snowstorm")
    assert found.plan.pk == weather.pk
    ice = in_force(cast, cast.district, "ice")
    _signal, found = proposed(cast, cast.wujin, cast.district, kind="snowstorm", colour="orange")
    assert found.plan.pk == ice.pk
    _signal, found = proposed(cast, cast.wujin, cast.district, kind="pollution")
    assert found.plan is None
    assert found.measures == list(grade_of("pollution", "red").measures)


def test_a_line_too_long_for_a_measure_is_cut_into_several(cast):
    version = drafted(cast, by=cast.district, kind="weather")
    with scope.enter(cast.district.units):
        text = texts.read(version)
        first, *others = text.levels
        levels = [dataclasses.replace(first, measures="停" * (LONGEST + 1)), *others]
        save_draft(version, by=cast.district, text=dataclasses.replace(text, levels=levels))
    signed(submitted(fresh(version), by=cast.district), by=cast.district)
    _signal, found = proposed(cast, cast.wujin, cast.district)
    assert [len(line) for line in found.measures] == [LONGEST, 1]


def test_the_pack_names_kinds_and_levels_that_exist():
    known, plans = content(), plans_content()
    named = {kind for row in known.plans.values() for kind in row} | set(known.other_plans)
    assert named <= set(plans.kinds)
    assert {one.level for one in known.colours.values()} <= set(plans.levels)
    assert set(known.plans) <= set(known.kinds)
