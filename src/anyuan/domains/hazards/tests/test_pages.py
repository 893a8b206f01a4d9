"""Pages of hazards: list and filter, reporting with photos, papers, export, the public code."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.models import Audit
from anyuan.domains.hazards.models import Hazard, PublicReports
from anyuan.domains.hazards.public import forget_counts, sign_place
from anyuan.domains.hazards.services import add_place, step_hazard
from anyuan.domains.hazards.tests.test_loop import grade, report


def png(name="a.png"):
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")


def test_reporting_with_a_photo_on_the_page(cast):
    client = cast.client(cast.guard)
    page = client.get(reverse("hazards:new"))
    assert page.status_code == 200
    answer = client.post(
        reverse("hazards:new"),
        {"unit": cast.school.key, "place": "东门", "description": "围墙开裂", "level": "general",
         "found_on": "2026-01-05", "files": [png()]},
        follow=True,
    )  # fmt: skip
    assert "已上报" in answer.content.decode()
    with scope.enter(cast.guard.units):
        hazard = Hazard.objects.get()
        assert hazard.category == "08" or hazard.category == "02"
        assert hazard.record.files.count() == 1


def test_a_wrong_file_is_named_and_what_was_typed_stays(cast):
    answer = cast.client(cast.guard).post(
        reverse("hazards:new"),
        {"unit": cast.school.key, "place": "东门", "description": "围墙开裂", "level": "general",
         "found_on": "2026-01-05", "files": [SimpleUploadedFile("a.exe", b"MZ" + b"0" * 50)]},
    )  # fmt: skip
    text = answer.content.decode()
    assert "类型不能上传" in text
    assert "围墙开裂" in text
    with scope.enter(cast.guard.units):
        assert Hazard.objects.count() == 0


def test_another_schools_unit_in_the_form_is_404(cast):
    answer = cast.client(cast.guard).post(
        reverse("hazards:new"), {"unit": cast.other.key, "place": "x", "description": "y"}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "query", ["", "?state=open", "?due=overdue", "?listed=1", "?q=走廊", "?level=major"]
)
def test_the_list_filters_in_its_address(cast, query):
    report(cast)
    answer = cast.client(cast.district).get(reverse("hazards:list") + query)
    assert answer.status_code == 200
    shown = "三楼走廊" in answer.content.decode()
    assert shown == (query in {"", "?state=open", "?q=走廊"})


def test_the_list_makes_the_same_queries_for_one_and_many(cast):
    client = cast.client(cast.officer)
    report(cast)
    client.get(reverse("hazards:list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("hazards:list"))
    for n in range(8):
        report(cast, place=f"第{n}处")
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("hazards:list"))
    assert len(many) == len(one)
    assert len(one) <= 15


def test_detail_shows_the_next_step_and_stays_within_its_queries(cast):
    hazard = report(cast)
    client = cast.client(cast.officer)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse("hazards:detail", args=[hazard.pk]))
    assert "核实定级" in answer.content.decode()
    assert len(asked) <= 25


def test_a_steps_errors_stand_at_its_fields(cast):
    hazard = report(cast)
    answer = cast.client(cast.officer).post(
        reverse("hazards:act", args=[hazard.pk, "grade"]),
        {"level": "major", "category": "01", "seen": "1"},
    )
    assert answer.status_code == 422
    assert "请写明判定依据" in answer.content.decode()


def test_papers_are_word_and_pdf_and_logged(cast):
    hazard = report(cast, description="=cmd|'/c calc'!A1 <b>{{ 7*7 }}</b>")
    client = cast.client(cast.officer)
    pdf = client.get(reverse("hazards:paper", args=[hazard.pk, "notice", "pdf"]))
    word = client.get(reverse("hazards:paper", args=[hazard.pk, "notice", "docx"]))
    assert pdf.content[:5] == b"%PDF-"
    assert word.content[:2] == b"PK"
    assert Audit.objects.filter(action="export").count() == 2
    none = client.get(reverse("hazards:paper", args=[hazard.pk, "supervision", "pdf"]))
    assert none.status_code == 409


def test_the_export_holds_exactly_what_is_filtered_and_no_formula(cast):
    report(cast, description="=1+1")
    report(cast, place="食堂", description="留样不足")
    answer = cast.client(cast.district).get(reverse("hazards:export") + "?q=食堂")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert [row[2] for row in rows] == ["食堂"]
    answer = cast.client(cast.district).get(reverse("hazards:export"))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    found = {cell.value: cell.data_type for row in sheet.iter_rows(min_row=4) for cell in row}
    assert found["=1+1"] == "s" or "=1+1" in found
    assert all(cell.data_type != "f" for row in sheet.iter_rows(min_row=4) for cell in row)


def test_a_teacher_may_not_export(cast):
    assert cast.client(cast.teacher).get(reverse("hazards:export")).status_code == 403


@pytest.fixture
def place(cast):
    return add_place(cast.school, by=cast.officer, name="东门")


def test_anyone_reports_through_a_places_code(cast, place):
    visitor = Client()
    address = reverse("hazards:report", args=[sign_place(place)])
    assert "东门" in visitor.get(address).content.decode()
    answer = visitor.post(address, {"description": "门口有人摆摊", "contact": "13800000000"})
    assert "受理编号" in answer.content.decode()
    with scope.enter(cast.officer.units):
        hazard = Hazard.objects.get()
        assert (hazard.source, hazard.place, hazard.reporter_contact) == (
            "public",
            "东门",
            "13800000000",
        )
    with connection.cursor() as cursor, scope.enter(cast.officer.units):
        cursor.execute("SELECT reporter_contact FROM hazards_hazard")
        assert "13800000000" not in cursor.fetchone()[0]


def test_a_forged_code_is_404_and_a_machine_writes_nothing(cast, place):
    assert (
        Client().get(reverse("hazards:report", args=["x" + sign_place(place)])).status_code == 404
    )
    Client().post(
        reverse("hazards:report", args=[sign_place(place)]), {"description": "spam", "website": "x"}
    )
    with scope.enter(cast.officer.units):
        assert Hazard.objects.count() == 0


def test_reports_without_an_account_are_limited(cast, place):
    visitor, address = Client(), reverse("hazards:report", args=[sign_place(place)])
    for n in range(5):
        visitor.post(address, {"description": f"问题{n}"})
    answer = visitor.post(address, {"description": "第六个"})
    assert "太频繁" in answer.content.decode()
    with scope.enter(cast.officer.units):
        assert Hazard.objects.count() == 5


def test_the_count_is_shared_by_all_processes_and_begins_anew_after_an_hour(cast, place):
    visitor, address = Client(), reverse("hazards:report", args=[sign_place(place)])
    for n in range(5):
        visitor.post(address, {"description": f"问题{n}"})
    cache.clear()  # another process has a cache of its own
    assert "太频繁" in Client().post(address, {"description": "第六个"}).content.decode()
    assert PublicReports.objects.get(key__startswith="from:").reports == 6
    PublicReports.objects.update(since=timezone.now() - datetime.timedelta(minutes=61))
    assert "受理编号" in visitor.post(address, {"description": "第七个"}).content.decode()
    assert PublicReports.objects.get(key__startswith="from:").reports == 1


def test_a_place_is_limited_whoever_reports(cast, place):
    address = reverse("hazards:report", args=[sign_place(place)])
    PublicReports.objects.create(key=f"place:{place.pk}", reports=30, since=timezone.now())
    answer = Client().post(address, {"description": "第三十一个"})
    assert answer.status_code == 429
    assert "太频繁" in answer.content.decode()


def test_counts_that_are_over_are_forgotten(cast, place):
    now = timezone.now()
    PublicReports.objects.create(key="from:old", reports=3, since=now - datetime.timedelta(hours=2))
    PublicReports.objects.create(key="from:new", reports=3, since=now)
    forget_counts()
    assert list(PublicReports.objects.values_list("key", flat=True)) == ["from:new"]


def test_the_code_of_a_closed_school_leads_nowhere(cast, place):
    with scope.everything():
        cast.school.state = "closed"
        cast.school.save()
    assert Client().get(reverse("hazards:report", args=[sign_place(place)])).status_code == 404


def test_the_sheet_of_codes_is_a_pdf(cast, place):
    answer = cast.client(cast.officer).get(reverse("hazards:place_sheet"))
    assert answer.content[:5] == b"%PDF-"


def test_escalation_tells_each_level_once(cast):
    from anyuan.domains.hazards.numbers import escalation_days
    from anyuan.engines.cases.escalation import escalate
    from anyuan.engines.cases.models import Case
    from anyuan.engines.notices.models import Notification

    hazard = report(cast)
    grade(hazard, cast.officer)
    today = timezone.localdate()
    with scope.everything():
        Case.objects.filter(pk=hazard.pk).update(due_on=today - datetime.timedelta(days=4))
        facts = {"days": escalation_days(), "url": "/hazards/", "noun": "隐患", "today": today}
        escalate("hazard", **facts)
        escalate("hazard", **facts)
        told = set(
            Notification.raw.filter(kind="case.due").values_list("person__username", flat=True)
        )
        assert told == {"officer", "district"}
        assert Notification.raw.filter(kind="case.due", person__username="district").count() == 1


def test_a_listed_hazard_has_a_supervision_order(cast):
    hazard = report(cast)
    grade(hazard, cast.officer, "major", basis="x")
    answer = cast.client(cast.district).get(
        reverse("hazards:paper", args=[hazard.pk, "supervision", "docx"])
    )
    assert answer.content[:2] == b"PK"
    step_hazard(hazard, by=cast.district, transition="delist", data={"note": "降级"})
