"""The loop, tasks, written reports, and what closing leads to."""

from __future__ import annotations

import pytest
from django.urls import reverse

from anyuan.core import events, scope
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.incidents import queries
from anyuan.domains.emergency.incidents.models import Entry, Incident, Report, Task
from anyuan.domains.emergency.incidents.services.commanding import (
    add_task,
    end_task,
    step_incident,
)
from anyuan.domains.emergency.incidents.services.reports import receive_report
from anyuan.domains.emergency.incidents.tests.making import ago, happened, sent
from anyuan.domains.hazards.models import Hazard
from anyuan.engines.notices.models import Notification
from anyuan.org.tests.cast import hire

LESSON = {"cause": "油温过高，无人看守", "lessons": "灶台加装熄火保护\n\n值守制度没有落实", "revise": "食堂火灾的报警顺序"}  # fmt: skip


@pytest.fixture
def head(cast):
    with scope.everything():
        return hire(cast.school, "head", "校长戊", "principal")


def step(incident, by, transition, **data):
    with scope.enter(by.units, person=str(by.person_id)):
        held = queries.one(by, incident.pk)
        return step_incident(held, by=by, transition=transition, data=data)


def fresh(incident, by):
    with scope.enter(by.units):
        return Incident.objects.select_related("record__case", "unit").get(pk=incident.pk)


def test_from_the_first_report_to_the_final_one(cast, head):
    incident = happened(cast)
    assert step(incident, cast.district, "receive").state == "received"
    assert step(incident, head, "confirm").state == "received"
    step(incident, cast.officer, "level", level="IV")
    assert step(incident, cast.officer, "start", plan="火灾事故应急预案").state == "handling"
    first = sent(fresh(incident, cast.officer), by=cast.officer)
    assert (first.title, first.is_late, first.to_name) == ("初报", False, cast.wujin.name)
    with pytest.raises(Conflict, match="已经报送"):
        sent(incident, by=cast.officer)
    with pytest.raises(Refused, match="处置还没有结束"):
        sent(incident, by=cast.officer, kind="final")
    assert sent(incident, by=cast.officer, kind="follow").title == "续报（第 1 次）"
    assert step(incident, cast.officer, "close", **LESSON).state == "closed"
    done = fresh(incident, cast.officer)
    assert done.follow_due_at is None
    assert done.final_due_at > done.record.case.closed_at
    assert sent(done, by=cast.officer, kind="final").title == "终报"
    with pytest.raises(Conflict):
        sent(done, by=cast.officer, kind="final")
    assert queries.lateness(fresh(incident, cast.officer)) == "in_time"


def test_closing_opens_hazards_and_asks_for_the_plans_revision(cast):
    heard = []
    events.on("plan.revision_wanted", lambda **facts: heard.append(facts))
    incident = happened(cast)
    step(incident, cast.officer, "start")
    with pytest.raises(Refused, match="书面初报"):
        step(incident, cast.officer, "close", **LESSON)
    sent(incident, by=cast.officer)
    step(incident, cast.officer, "close", **LESSON)
    with scope.enter(cast.officer.units):
        found = Hazard.objects.order_by("pk").values_list("description", "source")
        assert list(found) == [("灶台加装熄火保护", "incident"), ("值守制度没有落实", "incident")]
    assert (heard[0]["kind"], heard[0]["words"]) == ("fire", "食堂火灾的报警顺序")
    # Closed again after it was opened again: the same lesson is the same hazard.
    step(incident, cast.officer, "reopen", note="复燃")
    assert fresh(incident, cast.officer).follow_due_at is not None
    step(incident, cast.officer, "close", **LESSON)
    with scope.enter(cast.officer.units):
        assert Hazard.objects.count() == 2


def test_each_level_does_its_own_part(cast, head):
    incident = happened(cast)
    with pytest.raises(Forbidden, match="值班室接报"):
        step(incident, cast.officer, "receive")
    with pytest.raises(Forbidden, match="由校（园）长确认"):
        step(incident, cast.officer, "confirm")
    with pytest.raises(Forbidden, match="值班室核实后撤销"):
        step(incident, head, "void", note="误报")
    with pytest.raises(Forbidden, match="已由本级"):
        step(incident, head, "take")
    with pytest.raises(Missing):
        step(incident, cast.stranger, "start")
    with pytest.raises(Missing):
        step(incident, cast.teacher, "start")
    assert step(incident, cast.district, "void", note="误报").state == "void"
    with pytest.raises(Refused, match="已经撤销"):
        sent(incident, by=cast.officer)


def test_a_graver_level_has_a_higher_command(cast):
    incident = happened(cast, kind="injury", hurt="some", injured=2, serious=1)
    assert incident.record.case.level == "district"
    with pytest.raises(Forbidden, match="由辖市区指挥"):
        step(incident, cast.officer, "level", level="III")
    with pytest.raises(Refused, match="写明理由"):
        step(incident, cast.district, "level", level="II")
    assert step(incident, cast.district, "level", level="II", note="伤势加重").level == "city"
    with pytest.raises(Forbidden, match="由市教育局指挥"):
        step(incident, cast.district, "level", level="IV", note="好转")
    assert fresh(incident, cast.bureau).record.tags == ["level:II", "type:injury"]


def test_the_city_takes_over(cast):
    incident = happened(cast)
    assert step(incident, cast.bureau, "take", note="社会关注").level == "city"


def test_two_commanders_at_once_are_told_of_each_other(cast, head):
    incident = happened(cast)
    with scope.enter(cast.officer.units):
        mine, theirs = queries.one(cast.officer, incident.pk), queries.one(head, incident.pk)
    seen = mine.record.case.version
    with scope.enter(head.units):
        step_incident(theirs, by=head, transition="start", data={"plan": "火灾预案"}, seen=seen)
    with pytest.raises(Conflict, match="刚刚已由他人办理，现在是“处置中”"), scope.enter(cast.officer.units):  # fmt: skip
        step_incident(mine, by=cast.officer, transition="start", data={"plan": "另一个"}, seen=seen)
    assert fresh(incident, head).plan == "火灾预案"
    page = cast.client(cast.officer).post(
        reverse("incidents:act", args=[incident.pk, "level"]), {"level": "IV", "seen": seen}
    )
    assert "刚刚已由他人办理" in page.content.decode()


def test_two_first_reports_at_once_make_one(cast):
    incident = happened(cast)
    key = new_id()
    assert sent(incident, by=cast.officer, report_id=key).pk == key
    assert sent(incident, by=cast.officer, report_id=key).pk == key
    with scope.enter(cast.officer.units):
        assert Report.objects.count() == 1


def test_a_report_brings_its_figures_to_the_incident_and_is_signed_for_once(cast):
    incident = happened(cast, kind="food", hurt="some", injured=8)
    assert incident.must_report is True  # eight: more than three are hurt
    report = sent(incident, by=cast.officer, hurt="some", injured=12)
    held = fresh(incident, cast.officer)
    assert (held.injured, held.must_why) == (12, "三人以上受伤、疑似食物中毒十人以上")
    with pytest.raises(Forbidden, match="值班室签收"):
        receive_report(report, by=cast.officer)
    assert receive_report(report, by=cast.district).unit_name == cast.wujin.name
    with pytest.raises(Conflict, match="区管理员签收"):
        receive_report(report, by=cast.bureau)
    with pytest.raises(Missing):
        receive_report(report, by=cast.other_district)


def test_what_a_report_lacks_is_said_at_the_field(cast):
    incident = happened(cast)
    for name in ("what", "measures", "contact", "contact_phone", "approved_by"):
        with pytest.raises(Refused) as refusal:
            sent(incident, by=cast.officer, **{name: ""})
        assert refusal.value.field == name
    with pytest.raises(Refused, match="还没有初报"):
        sent(incident, by=cast.officer, kind="follow")
    with pytest.raises(Forbidden):
        sent(incident, by=cast.teacher)
    assert fresh(incident, cast.officer).written_at is None


def test_a_late_report_says_so(cast):
    incident = happened(cast, happened_at=ago(130))
    report = sent(incident, by=cast.officer)
    assert report.is_late
    assert queries.lateness(fresh(incident, cast.officer)) == "over_cap"


def test_a_task_is_told_to_its_owner_who_ends_it(cast):
    incident = happened(cast)
    task = add_task(
        incident, by=cast.officer, text="清点六（1）班", owner_id=cast.teacher.person_id
    )
    with scope.everything():
        assert Notification.objects.get(kind="incident.task").person_id == cast.teacher.person_id
    client = cast.client(cast.teacher)
    assert "清点六（1）班" in client.get(reverse("incidents:mine")).content.decode()
    with pytest.raises(Forbidden, match="由教师乙办理"):
        end_task(task, by=cast.guard, state="done")
    with pytest.raises(Refused, match="写明原因"):
        end_task(task, by=cast.teacher, state="dropped", result="不想做")
    answer = client.post(
        reverse("incidents:task_end", args=[task.pk]), {"result": "应到 42，实到 42"}
    )
    assert answer.status_code == 302
    with pytest.raises(Conflict, match="教师乙办结"):
        end_task(task, by=cast.officer, state="done")
    with scope.enter(cast.officer.units):
        assert Entry.objects.filter(kind="task", text__contains="实到 42").exists()


def test_what_a_task_lacks(cast):
    incident = happened(cast)
    add = {"by": cast.officer, "text": "联系家长"}
    with pytest.raises(Refused, match="选择负责人"):
        add_task(incident, **add)
    with pytest.raises(Refused, match="本校在岗"):
        add_task(incident, **add, owner_id=cast.stranger.person_id)
    with pytest.raises(Refused):
        add_task(incident, by=cast.officer, text=" ", owner_name="王医生")
    key = new_id()
    for _time in range(2):
        add_task(incident, **add, owner_name="王医生", task_id=key)
    with scope.enter(cast.officer.units):
        assert Task.objects.count() == 1
    sent(incident, by=cast.officer)
    step(incident, cast.officer, "start")
    with pytest.raises(Refused, match="没办完的任务"):
        step(incident, cast.officer, "close", **LESSON)
    with pytest.raises(Missing):
        add_task(incident, by=cast.stranger, text="x", owner_name="y")


def test_the_pages_of_the_commander(cast, asked):
    incident = happened(cast)
    client = cast.client(cast.officer)
    for name in ("detail", "facts", "phone", "task_new", "note", "person_new"):
        assert client.get(reverse(f"incidents:{name}", args=[incident.pk])).status_code == 200
    where = reverse("incidents:report_new", args=[incident.pk, "first"])
    page = client.get(where).content.decode()
    assert "油锅起火，已扑灭" in page
    answer = client.post(where, {"hurt": "none", "what": "起火"})
    assert answer.status_code == 422
    assert "起火" in answer.content.decode()
    entry = reverse("incidents:entry", args=[incident.pk])
    assert client.post(entry, {"text": "消防车到场"}).status_code == 302
    assert client.post(entry, {"text": ""}).status_code == 422
    with asked() as queries_made:
        assert "消防车到场" in client.get(reverse("incidents:detail", args=[incident.pk])).content.decode()  # fmt: skip
    assert len(queries_made) <= 15


def test_what_need_not_be_reported_may_be_and_is_never_late(cast):
    incident = happened(cast, kind="injury", hurt="some", injured=1, happened_at=ago(300))
    report = sent(incident, by=cast.officer)
    assert (report.due_at, report.is_late) == (None, False)
    assert fresh(incident, cast.officer).follow_due_at is None
    assert queries.lateness(incident) == ""
