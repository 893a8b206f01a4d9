"""The page of indicators: figures, aims, who may set them."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.emergency.drills.services.holding import record_drill
from anyuan.engines.indicators.models import Target


def drill(cast, seconds):
    return record_drill(
        cast.school,
        by=cast.officer,
        on=timezone.localdate(),
        kind="fire",
        expected=100,
        present=98,
        seconds=seconds,
    )


def test_figures_of_the_own_unit_with_their_numbers(cast, asked):
    drill(cast, 120)
    client = cast.client(cast.officer)
    with asked() as queries:
        text = client.get(reverse("indicators:list")).content.decode()
    assert "演练参与率" in text
    assert "98/100" in text
    assert len(queries) <= 15


def test_a_level_sets_its_aim_and_a_school_does_not(cast):
    drill(cast, 120)
    address = reverse("indicators:target")
    year = str(timezone.localdate().year)
    facts = {"unit": cast.wujin.key, "indicator": "drills.present", "year": year, "value": "97"}
    assert cast.client(cast.district).post(address, facts).status_code == 302
    assert "已达目标" in cast.client(cast.officer).get(reverse("indicators:list")).content.decode()
    own = facts | {"unit": cast.school.key}
    assert cast.client(cast.officer).post(address, facts).status_code == 404
    assert cast.client(cast.officer).post(address, own).status_code == 403
    wrong = cast.client(cast.district).post(address, facts | {"value": "很高"}, follow=True)
    assert "目标值应是一个数。" in wrong.content.decode()
    with scope.everything():
        assert Target.objects.get().value == 97


def test_a_guard_has_no_indicators(cast):
    assert cast.client(cast.guard).get(reverse("indicators:list")).status_code == 403
