"""Third-party assessments: hired, found, answered, followed; the firm's people see only what they must."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.files import keep_file
from anyuan.core.ids import new_id
from anyuan.core.models import Record
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.hazards.models import Hazard
from anyuan.domains.hazards.services import report_hazard
from anyuan.domains.risk.assessments.models import AssessorAccess, Finding
from anyuan.domains.risk.assessments.queries import one_site, sites
from anyuan.domains.risk.assessments.services.assessing import add_finding, answer, hand_in
from anyuan.domains.risk.assessments.services.hiring import end_access, invite_assessor
from anyuan.domains.risk.assessments.tests.making import (
    PDF,
    on_site,
    paper,
    planned,
    site_of,
    step,
)
from anyuan.org.models import Person, Post

pytestmark = pytest.mark.django_db
FOUND = {"place": "食堂", "text": "灭火器过期", "category": "01"}


def test_an_assessment_goes_all_the_way(cast, whole):
    row, assessor = on_site(cast)
    site = site_of(row)
    finding = add_finding(site, by=assessor, **FOUND)
    hazard = Hazard.objects.get()
    assert (hazard.source, hazard.category, finding.hazard_id) == ("third_party", "01", hazard.pk)
    with pytest.raises(Forbidden, match="还没有提交"):
        step(row, cast.district, "report")
    hand_in(site, by=assessor, score=Decimal(88), rating="fair", conclusion="总体较好", file_ids=paper(site, assessor))  # fmt: skip
    row = step(row, cast.district, "report")
    assert "stage:reported" in row.record.tags
    row = step(row, cast.district, "rectify")
    with pytest.raises(Forbidden, match="还没有答复"):
        step(row, cast.district, "recheck")
    answer(site, by=cast.officer, text="马上更换")
    row = step(row, cast.district, "recheck")
    with pytest.raises(Forbidden, match="没有销号"):
        step(row, cast.district, "archive")
    Record.objects.filter(pk=hazard.pk).update(state="closed")
    row = step(row, cast.district, "archive")
    assert row.record.state == site_of(row).record.state == "archived"
    assert not AssessorAccess.objects.filter(ended_at__isnull=True).exists()


def test_a_finding_sent_twice_is_one(cast, whole):
    row, assessor = on_site(cast)
    key = new_id()
    for _turn in range(2):
        add_finding(site_of(row), by=assessor, finding_id=key, **FOUND)
    assert (Finding.objects.count(), Hazard.objects.count()) == (1, 1)


def test_an_assessor_reports_nothing_but_findings(cast, whole):
    row, assessor = on_site(cast)
    with pytest.raises(Forbidden):
        report_hazard(cast.school, by=assessor, place="x", description="y")
    with pytest.raises(Refused, match="判定依据"):
        add_finding(site_of(row), by=assessor, **FOUND, level="major")


def test_only_who_was_let_in_writes_and_only_on_site(cast, whole):
    row, assessor = on_site(cast)
    site = site_of(row)
    with pytest.raises(Forbidden):
        add_finding(site, by=cast.officer, **FOUND)
    with pytest.raises(Missing):
        add_finding(site, by=cast.stranger, **FOUND)
    other = step(planned(cast, title="另一次"), cast.district, "contract")
    with pytest.raises(Forbidden, match="没有参加"):
        add_finding(site_of(other), by=assessor, **FOUND)
    end_access(row, by=cast.district)
    with pytest.raises(Forbidden, match="没有参加"):
        add_finding(site, by=assessor, **FOUND)


def test_a_report_needs_its_paper_and_conclusion(cast, whole):
    row, assessor = on_site(cast)
    site, facts = site_of(row), {"score": Decimal(80), "rating": "pass"}
    with pytest.raises(Refused, match="上传评估报告"):
        hand_in(site, by=assessor, conclusion="好", **facts)
    with pytest.raises(Refused, match="结论"):
        hand_in(site, by=assessor, conclusion=" ", **facts)
    with pytest.raises(Refused):
        hand_in(site, by=assessor, conclusion="好", score=Decimal(101), rating="pass", file_ids=paper(site, assessor))  # fmt: skip
    with pytest.raises(Conflict, match="提交以后"):
        answer(site, by=cast.officer, text="好")


def test_who_may_hire_whom(cast, whole):
    with pytest.raises(Refused, match="至少选择"):
        planned(cast, sites=iter(()))
    with pytest.raises(Refused, match="负责范围"):
        planned(cast, sites=[cast.other])
    with pytest.raises(Refused, match="信用代码"):
        planned(cast, firm_code="91350100M000100Y44")
    with pytest.raises(Refused, match="结束日期"):
        planned(cast, ends_on=timezone.localdate() - datetime.timedelta(days=1))
    with pytest.raises(Forbidden):
        planned(cast, by=cast.teacher, unit=cast.school)
    with pytest.raises(Missing):
        planned(cast, by=cast.other_district)
    key = new_id()
    assert planned(cast, record_id=key).pk == planned(cast, record_id=key).pk
    assert planned(cast, by=cast.officer, unit=cast.school).unit_id == cast.school.key


def test_inviting(cast, whole):
    row = planned(cast)
    facts = {"name": "评估员己", "username": "firm1", "phone": "13912345678"}
    today = timezone.localdate()
    with pytest.raises(Refused, match="签订合同以后"):
        invite_assessor(row, by=cast.district, until=today, **facts)
    row = step(row, cast.district, "contract")
    with pytest.raises(Forbidden, match="邀请"):
        step(row, cast.district, "start")
    with pytest.raises(Refused, match="截止日期"):
        invite_assessor(row, by=cast.district, until=today + datetime.timedelta(days=400), **facts)
    with pytest.raises(Conflict, match="用户名"):
        invite_assessor(row, by=cast.district, until=today, **{**facts, "username": "officer"})
    assert invite_assessor(row, by=cast.district, until=today, **facts)
    post = Post.objects.get(person__username="firm1")
    assert (post.unit_id, post.role, post.until) == (cast.school.key, "assessor", today)


def test_an_assessor_of_one_assessment_does_not_see_another(cast, whole):
    row, assessor = on_site(cast)
    other = planned(cast, title="以前的")
    assert [one.pk for one in sites(assessor)] == [site_of(row).pk]
    with pytest.raises(Missing):
        one_site(assessor, site_of(other).pk)
    assert sites(cast.officer).count() == 2


def test_after_the_last_day_and_when_shut_out_nothing_is_seen(cast):
    with scope.everything():
        row, assessor = on_site(cast)
        pages = ["/assessments/", f"/assessments/sites/{site_of(row).pk}/", "/hazards/", "/api/v1/hazards", "/ledgers/"]  # fmt: skip
    client = cast.client(assessor)
    assert {client.get(page).status_code for page in pages} == {200}
    with scope.everything():
        end_access(row, by=cast.district)
    assert {client.get(page).status_code for page in pages} <= {401, 403}


def test_the_day_after_the_end_is_no_day(cast):
    with scope.everything():
        _row, assessor = on_site(cast)
        gone = timezone.localdate() - datetime.timedelta(days=1)
        Post.objects.filter(person_id=assessor.person_id).update(since=gone, until=gone)
    client = cast.client(assessor)
    wrong = {}
    for page in ("/", "/assessments/", "/today/", "/hazards/", "/risk/", "/api/v1/hazards", "/api/v1/units"):  # fmt: skip
        answered = client.get(page).status_code
        if answered not in {401, 403}:
            wrong[page] = answered
    assert wrong == {}


def test_the_hired_person_sees_no_other_school(cast):
    with scope.everything():
        _row, assessor = on_site(cast)
        theirs = report_hazard(cast.other, by=cast.stranger, place="大厅", description="灯坏了")
        upload = SimpleUploadedFile("a.pdf", PDF)
        file = keep_file(upload, unit_id=cast.other.key, by=cast.stranger)
        ours_ = report_hazard(cast.school, by=cast.officer, place="大厅", description="灯坏了")
    client = cast.client(assessor)
    assert client.get(f"/hazards/{theirs.pk}/").status_code == 404
    assert client.get(f"/api/v1/hazards/{theirs.pk}").status_code == 404
    assert client.get(f"/files/{file.pk}").status_code == 404
    assert client.get(f"/hazards/{ours_.pk}/").status_code == 200


def test_a_person_hired_again_keeps_the_account(cast, whole):
    _row, _assessor = on_site(cast)
    again = step(planned(cast, title="第二次"), cast.district, "contract")
    until = timezone.localdate() + datetime.timedelta(days=5)
    facts = {"name": "评估员己", "username": "assessor", "phone": "13912345678"}
    assert invite_assessor(again, by=cast.district, until=until, **facts) == ""
    assert Person.objects.filter(username="assessor").count() == 1
