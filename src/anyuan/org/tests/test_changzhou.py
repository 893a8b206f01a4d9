"""The city's divisions are the real ones, and the zone without a code says so."""

from __future__ import annotations

import pytest

from anyuan.core.refused import Refused
from anyuan.org.changzhou import DISTRICTS, make_city
from anyuan.org.models import Unit


def test_the_city_has_its_bureau_and_seven_districts(whole):
    city, districts = make_city()
    assert city.name == "常州市教育局"
    assert list(districts) == ["320402", "320404", "320411", "320412", "320413", "320481", "320491"]
    assert {unit.parent_id for unit in districts.values()} == {"320400."}
    assert [one.short_name for one in DISTRICTS if not one.official] == ["经开区"]


def test_a_second_city_is_refused(whole):
    make_city()
    with pytest.raises(Refused, match="已经有一个市级单位"):
        make_city()
    assert Unit.objects.filter(kind="city").count() == 1
