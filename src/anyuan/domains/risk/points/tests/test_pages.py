"""Risk points through people's eyes: pages, the card without an account, papers, the interface."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.domains.hazards.models import Hazard
from anyuan.domains.risk.points.cards import sign_point
from anyuan.domains.risk.points.demo import drawn_plan
from anyuan.domains.risk.points.models import RiskCheck, RiskPoint, SitePlan
from anyuan.domains.risk.points.tests.making import controlled, found
from anyuan.org.tests.cast import hire

pytestmark = pytest.mark.django_db


@pytest.fixture
def point(cast):
    with scope.everything():
        return controlled(cast, hire(cast.school, "head", "校长戊", "principal"), "orange")


def test_a_school_ticks_what_it_has_and_grades_it(cast):
    client = cast.client(cast.officer)
    assert "食堂燃气" in client.get("/risk/library/").content.decode()
    assert client.post("/risk/library/", {"keys": ["stairs", "wiring"]}).status_code == 302
    with scope.everything():
        stairs = RiskPoint.objects.get(typical="stairs")
    page = client.get(f"/risk/{stairs.pk}/").content.decode()
    assert 'value="3" selected' in page  # the library's suggestion
    form = {"method": "lec", "lec_l": "3", "lec_e": "6", "lec_c": "15", "responsible": "政教主任", "note": "现场看过"}  # fmt: skip
    answer = client.post(f"/risk/{stairs.pk}/step/grade/", {**form, "lec_c": ""})
    assert answer.status_code == 422
    assert "请选择这一项的分值" in answer.content.decode()
    assert client.post(f"/risk/{stairs.pk}/step/grade/", form).status_code == 302
    with scope.everything():
        stairs.refresh_from_db()
    assert (stairs.colour, stairs.value) == ("orange", 270)


def test_a_look_on_the_phone_sent_twice_is_one(cast, point):
    client, form = cast.client(cast.guard), {"ok": "1", "form_id": str(new_id())}
    for _turn in range(2):
        assert client.post(f"/risk/{point.pk}/check/", form).status_code == 302
    with scope.everything():
        assert RiskCheck.objects.count() == 1


def test_what_is_wrong_comes_back_beside_the_field_or_becomes_a_hazard(cast, point):
    client = cast.client(cast.guard)
    answer = client.post(f"/risk/{point.pk}/check/", {"ok": "0"})
    assert (answer.status_code, "请勾选没有落实的措施" in answer.content.decode()) == (422, True)
    assert (
        client.post(f"/risk/{point.pk}/check/", {"ok": "0", "note": "报警器坏了"}).status_code
        == 302
    )
    with scope.everything():
        assert Hazard.objects.count() == 1


def test_the_card_is_for_everybody_and_names_nobody(cast, point, client):
    page = client.get(f"/risk/card/{sign_point(point)}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "装报警器和切断阀" in text
    assert "分管副校（园）长" in text
    assert "总务主任" not in text
    assert "安全员甲" not in text
    assert client.get("/risk/card/x/").status_code == 404
    with scope.everything():
        RiskPoint.objects.update(token="renewed-renewed")
    assert client.get(f"/risk/card/{sign_point(point)}/").status_code == 404


def test_marking_a_point_on_a_plan(cast, point):
    client = cast.client(cast.officer)
    where = f"/risk/map/{cast.school.key}/"
    sent = {"name": "总平面图", "file": SimpleUploadedFile("p.png", drawn_plan())}
    assert client.post(f"{where}plan/", sent).status_code == 302
    with scope.everything():
        plan = SitePlan.objects.get()
    place = f"/risk/{point.pk}/place/{plan.pk}/"
    assert client.post(place, {"x": "", "y": ""}).status_code == 422
    assert client.post(place, {"x": "2000", "y": "1"}).status_code == 422
    assert client.post(place, {"x": "500", "y": "250"}).status_code == 302
    page = client.get(where).content.decode()
    assert "translate(600 200)" in page
    assert "橙1" in page
    assert cast.client(cast.teacher).post(f"{where}plan/", sent).status_code == 403
    assert cast.client(cast.stranger).get(where).status_code == 404


def test_a_plan_must_be_a_picture(cast):
    upload = SimpleUploadedFile("p.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF")
    answer = cast.client(cast.officer).post(
        f"/risk/map/{cast.school.key}/plan/", {"name": "一层", "file": upload}
    )
    assert answer.status_code == 422
    assert "照片或图片" in answer.content.decode()


def test_maps_of_a_school_and_of_a_district(cast, point):
    assert cast.client(cast.officer).get("/risk/map/").status_code == 302
    answer = cast.client(cast.district).get("/risk/map/")
    page = answer.content.decode()
    assert [(one.unit.key, one.orange) for one in answer.context["districts"]] == [
        (cast.wujin.key, 1)
    ]
    assert "湖塘实验小学" in page
    assert "朝阳小学" not in page


def test_lists_and_cards_to_print(cast, point):
    client = cast.client(cast.officer)
    book = openpyxl.load_workbook(io.BytesIO(client.get("/risk/export/?colour=orange").content))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert "食堂燃气" in cells
    assert any("橙色" in cell for cell in cells[:2] + cells)
    assert client.get("/risk/export.pdf").content.startswith(b"%PDF")
    assert client.get("/risk/export.docx").content.startswith(b"PK")
    assert client.get(f"/risk/{point.pk}/card.pdf").content.startswith(b"%PDF")
    assert client.get(f"/risk/map/{cast.school.key}/cards.pdf").content.startswith(b"%PDF")
    assert cast.client(cast.teacher).get("/risk/export/").status_code == 403


def test_today_and_the_list_of_looks_show_what_is_due(cast, point):
    with scope.everything():
        RiskPoint.objects.update(next_check_on="2020-01-01")
    client = cast.client(cast.guard)
    for page in ("/risk/today/", "/risk/checks/", "/risk/?due=overdue"):
        assert "食堂燃气" in client.get(page).content.decode()
    assert cast.client(cast.district).get("/risk/today/").status_code == 403


def test_the_interface_gives_points_and_takes_looks(cast, point):
    client = cast.client(cast.officer)
    with scope.everything():
        found(cast, name="别的")
    listed = client.get("/api/v1/risk-points?colour=orange").json()
    assert [one["name"] for one in listed["items"]] == ["食堂燃气"]
    body = {"id": str(new_id()), "unit": cast.school.key, "point": str(point.pk), "ok": True}
    codes = [client.post("/api/v1/risk-checks", body, content_type="application/json").status_code for _ in range(2)]  # fmt: skip
    assert codes == [201, 200]
    assert cast.client(cast.stranger).get(f"/api/v1/risk-points/{point.pk}").status_code == 404
