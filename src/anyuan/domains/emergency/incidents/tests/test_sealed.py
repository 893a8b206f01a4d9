"""What nobody can rewrite, and what only some may read."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from anyuan.core import scope
from anyuan.core.keys import EVERYTHING
from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.emergency.incidents import queries
from anyuan.domains.emergency.incidents.models import Chain, Entry, Incident, Injured
from anyuan.domains.emergency.incidents.services.commanding import step_incident
from anyuan.domains.emergency.incidents.services.people import (
    add_injured,
    change_injured,
    save_card,
)
from anyuan.domains.emergency.incidents.services.reporting import add_note
from anyuan.domains.emergency.incidents.tests.making import happened, sent
from anyuan.domains.emergency.incidents.timeline import check_all
from anyuan.org.services import move_unit

BOY = {"name": "李小明", "age": "11", "class_name": "五（2）班", "injury": "左臂骨折", "hospital": "武进人民医院"}  # fmt: skip
CARD = {"address": "湖塘镇花园街 1 号", "gate": "南门，宽 6 米", "hazards": "食堂北侧燃气阀", "contact": "安全员甲", "phone": "13800000001"}  # fmt: skip


def tamper(statement, *values):
    """As somebody would who can switch the triggers off: the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize("table", ["entry", "report", "receipt"])
@pytest.mark.parametrize(
    "change", ["UPDATE incidents_{} SET by_name = 'x'", "DELETE FROM incidents_{}"]
)
def test_the_database_refuses_to_change_what_was_written(cast, table, change):
    from anyuan.domains.emergency.incidents.services.reports import receive_report

    receive_report(sent(happened(cast), by=cast.officer), by=cast.district)
    with scope.enter(EVERYTHING), pytest.raises(IntegrityError, match="written once"), transaction.atomic():  # fmt: skip
        tamper(change.format(table))


def test_a_chain_that_holds_and_one_that_does_not(cast, monkeypatch):
    incident = happened(cast)
    add_note(incident, by=cast.officer, text="消防车到场")
    with scope.everything():
        assert check_all() == []
        lines, chain = list(Entry.objects.order_by("seq")), Chain.objects.get()
        lines[1].text = "改了"
        assert queries.broken(lines, chain) == "第 2 条记录被改动过。"
        lines = list(Entry.objects.order_by("seq"))
        assert queries.broken([lines[0], *lines[2:]], chain) == "第 2 条记录不见了。"
        assert queries.broken(lines[:-1], chain) == "最后的记录被删去或封签被改动过。"
        assert queries.broken(lines, chain) == ""


def test_the_page_and_the_nightly_check_say_that_a_timeline_was_changed(cast):
    from anyuan.domains.emergency.incidents.jobs import check_timelines

    incident = happened(cast)
    page = reverse("incidents:detail", args=[incident.pk])
    assert "校验通过" in cast.client(cast.officer).get(page).content.decode()
    with scope.everything():
        tamper("UPDATE incidents_chain SET entries = entries - 1, seal = 'x'")
    assert "事件记录校验不通过" in cast.client(cast.officer).get(page).content.decode()
    check_timelines(timestamp=0)
    assert Audit.objects.filter(what__contains="事件记录校验不通过").count() == 1


def test_a_school_that_moves_takes_its_timeline_along(cast):
    incident = happened(cast)
    sent(incident, by=cast.officer)
    with scope.everything():
        move_unit(cast.school, by=cast.bureau, parent=cast.tianning)
        moved = Incident.objects.get()
        assert moved.unit_id.startswith(cast.tianning.key)
        assert check_all() == []


def test_the_injured_are_sealed_and_each_reading_is_logged(cast):
    incident = happened(cast, kind="injury", hurt="some", injured=1)
    person = add_injured(incident, by=cast.officer, **BOY)
    with scope.everything(), connection.cursor() as cursor:
        cursor.execute("SELECT name, injury, hospital FROM incidents_injured")
        assert all(value.startswith(("aes.", "sm4.")) for value in cursor.fetchone())
        cursor.execute("SELECT count(*) FROM incidents_entry WHERE text LIKE '%李小明%'")
        assert cursor.fetchone()[0] == 0
    client = cast.client(cast.officer)
    detail = client.get(reverse("incidents:detail", args=[incident.pk])).content.decode()
    assert "李小明" not in detail
    assert "已登记 1 人" in detail
    before = Audit.objects.filter(action="read_sensitive").count()
    page = client.post(reverse("incidents:people", args=[incident.pk])).content.decode()
    assert "李小明" in page
    assert client.get(reverse("incidents:person", args=[person.pk])).status_code == 200
    assert Audit.objects.filter(action="read_sensitive").count() == before + 2


def test_only_the_school_and_the_level_that_commands_may_see_names(cast):
    incident = happened(cast, kind="injury", hurt="some", injured=1)
    add_injured(incident, by=cast.officer, **BOY)
    where = reverse("incidents:people", args=[incident.pk])
    for who, status in ((cast.district, 403), (cast.bureau, 403), (cast.teacher, 404), (cast.stranger, 404)):  # fmt: skip
        assert cast.client(who).post(where).status_code == status
    with pytest.raises(Forbidden, match="只有本校"):
        add_injured(incident, by=cast.bureau, **BOY)
    with scope.enter(cast.district.units):
        held = queries.one(cast.district, incident.pk)
        step_incident(held, by=cast.district, transition="take")
    assert "李小明" in cast.client(cast.district).post(where).content.decode()
    assert cast.client(cast.bureau).post(where).status_code == 403


def test_how_somebody_is_now(cast):
    incident = happened(cast, kind="injury", hurt="some", injured=1)
    person = add_injured(incident, by=cast.officer, **BOY)
    row = change_injured(person, by=cast.officer, state="treated", serious=True)
    assert (row.state, row.name) == ("treated", "李小明")
    with scope.enter(cast.officer.units):
        assert Entry.objects.filter(
            kind="people", text__contains="重伤学生 1 人：正在救治"
        ).exists()
        count = Entry.objects.count()
    change_injured(row, by=cast.officer, injury="左臂骨折，已手术")
    with scope.enter(cast.officer.units):
        assert Entry.objects.count() == count
        assert Injured.objects.get().injury == "左臂骨折，已手术"
    with pytest.raises(Refused):
        change_injured(row, by=cast.officer, name=" ")
    with pytest.raises(Refused):
        add_injured(incident, by=cast.officer, name="")
    with pytest.raises(Missing):
        change_injured(row, by=cast.stranger, state="home")


def test_sent_twice_one_person_is_one(cast):
    from anyuan.core.ids import new_id

    incident, key = happened(cast, kind="injury", hurt="some", injured=1), new_id()
    for _time in range(2):
        add_injured(incident, by=cast.officer, person_id=key, **BOY)
    with scope.enter(cast.officer.units):
        assert Injured.objects.count() == 1


def test_the_note_says_what_to_read_aloud_and_fits_one_page(cast):
    incident = happened(cast)
    client = cast.client(cast.guard)
    save_card(cast.school, by=cast.officer, **CARD)
    page = client.get(reverse("incidents:note", args=[incident.pk])).content.decode()
    for words in ("tel:119", "南门，宽 6 米", "食堂北侧燃气阀", "138 0000 0001", "北纬 31.700000"):
        assert words in page
    body = client.get(reverse("incidents:note_pdf", args=[incident.pk])).content
    assert body.count(b"/Type /Page\n") == 1
    assert "南门" in client.get(reverse("incidents:card", args=[cast.school.key])).content.decode()
    assert client.post(reverse("incidents:card", args=[cast.school.key]), CARD).status_code == 403
    with pytest.raises(Refused):
        save_card(cast.school, by=cast.officer, **{**CARD, "gate": ""})
    with pytest.raises(Refused):
        save_card(cast.wujin, by=cast.district, **CARD)


def test_the_reports_papers_and_the_list_as_a_workbook(cast):
    from io import BytesIO

    import docx
    from openpyxl import load_workbook

    incident = happened(cast)
    report = sent(incident, by=cast.officer)
    client = cast.client(cast.district)
    assert "初报" in client.get(reverse("incidents:report", args=[report.pk])).content.decode()
    body = client.get(reverse("incidents:paper", args=[report.pk, "docx"])).content
    document = docx.Document(BytesIO(body))
    words = "".join(p.text for p in document.paragraphs)
    cells = "".join(c.text for row in document.tables[0].rows for c in row.cells)
    assert "突发事件信息快报（初报）" in words
    assert cast.wujin.name in words
    assert "灭火毯扑灭" in cells
    body = client.get(reverse("incidents:paper", args=[report.pk, "pdf"])).content
    assert body.startswith(b"%PDF")
    assert client.get(reverse("incidents:paper", args=[report.pk, "txt"])).status_code == 404
    sheet = load_workbook(BytesIO(client.get(reverse("incidents:export")).content)).active
    assert sheet.cell(4, 4).value == "食堂后厨"
