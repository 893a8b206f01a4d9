"""The demo's risk points and assessments stand as the services would have left them."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from anyuan.config.demo_clock import at
from anyuan.domains.risk.assessments import demo as assessments_demo
from anyuan.domains.risk.assessments.models import AssessedSite, Finding
from anyuan.domains.risk.points import demo
from anyuan.domains.risk.points.models import RiskCheck, RiskGrading, RiskPoint, SitePlan
from anyuan.domains.risk.points.numbers import bands_of
from anyuan.org.tests.cast import hire

pytestmark = pytest.mark.django_db


def test_schools_have_points_and_the_demos_own_has_a_plan(cast, whole):
    hire(cast.school, "school", "演示安全员", "safety_officer")
    today = timezone.localdate()
    demo.fill([cast.school, cast.other], today - datetime.timedelta(weeks=8), today)
    ours = RiskPoint.objects.filter(unit=cast.school)
    assert ours.count() >= 10
    assert ours.filter(plan=SitePlan.objects.get()).count() >= 8
    assert RiskCheck.objects.exists()
    for grading in RiskGrading.objects.all():
        assert bands_of("lec").colour(grading.value) == grading.colour
    page = cast.client(cast.officer).get(f"/risk/map/{cast.school.key}/")
    assert page.status_code == 200
    first = ours.order_by("pk").first()
    for address in (f"/risk/{first.pk}/", f"/risk/{first.pk}/past/", "/risk/", "/risk/today/"):
        assert cast.client(cast.officer).get(address).status_code == 200


def test_two_assessments_of_the_demos_district(cast, whole):
    hire(cast.wujin, "wujin", "演示区管理员", "district_supervisor")
    hire(cast.school, "school", "演示安全员", "safety_officer")
    assessments_demo.fill([cast.school, cast.other], timezone.localdate(), at)
    site = AssessedSite.objects.get()
    assert (site.unit_id, site.record.state) == (cast.school.key, "rectification")
    assert Finding.objects.filter(hazard__isnull=False).count() == 2
    assert site.answer
