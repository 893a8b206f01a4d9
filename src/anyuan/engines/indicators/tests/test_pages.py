"""The page of indicators: figures, aims, who may set them."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anyuan.domains.emergency.services import record_drill


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


def test_figures_of_the_own_unit_with_their_numbers(cast):
    drill(cast, 120)
    client = cast.client(cast.officer)
    with CaptureQueriesContext(connection) as asked:
        text = client.get(reverse("indicators:list")).content.decode()
    assert "演练参与率" in text
    assert "98/100" in text
    assert len(asked) <= 15


def test_a_level_sets_its_aim_and_a_school_does_not(cast):
    drill(cast, 120)
    address = reverse("indicators:target")
    facts = {"indicator": "drills.present", "value": "97"}
    assert cast.client(cast.district).post(address, facts).status_code == 302
    assert "达到" in cast.client(cast.officer).get(reverse("indicators:list")).content.decode()
    assert cast.client(cast.officer).post(address, facts).status_code == 403
    assert cast.client(cast.district).post(address, facts | {"value": "很高"}).status_code == 422


def test_a_guard_has_no_indicators(cast):
    assert cast.client(cast.guard).get(reverse("indicators:list")).status_code == 403
