"""After and around a drill: arranging, the head's word, evaluation, report, visits, asking those who wait."""

from __future__ import annotations

import datetime
from fractions import Fraction

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.periods import is_working_day
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.drills.facts import (
    computed_rating,
    goal_seconds,
    report_due,
    report_late,
)
from anyuan.domains.emergency.drills.models import Score
from anyuan.domains.emergency.drills.services.arranging import (
    approve_drill,
    arrange_drill,
    note_notified,
)
from anyuan.domains.emergency.drills.services.closing import report_drill, score_drill
from anyuan.domains.emergency.drills.services.overseeing import note_visit, nudge
from anyuan.domains.emergency.drills.tests.making import marks, planned, reported, run
from anyuan.engines.notices.models import Notification
from anyuan.engines.obligations.models import Obligation
from anyuan.org.tests.cast import hire

TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


@pytest.fixture
def head(cast):
    with scope.everything():
        return hire(cast.school, "head", "校长戊", "principal")


def told(kind: str) -> set[str]:
    with scope.everything():
        rows = Notification.objects.filter(kind=kind).select_related("person")
        return {one.person.username for one in rows}


MARKS = st.lists(
    st.tuples(st.integers(1, 30), st.integers(1, 9), st.integers(0, 9) | st.none()), max_size=9
).map(lambda rows: [(w, most, None if v is None else min(v, most)) for w, most, v in rows])


@given(MARKS)
def test_the_score_is_the_weighted_share_rounded_half_up(rows):
    asked = [(w, most, v) for w, most, v in rows if v is not None]
    found = computed_rating(rows)
    if not asked:
        assert found is None
        return
    exact = 100 * sum(Fraction(w * v, most) for w, most, v in asked) / sum(w for w, _, _ in asked)
    assert found - Fraction(1, 2) <= exact < found + Fraction(1, 2)
    assert 0 <= found <= 100


@given(MARKS, st.integers(0, 8))
def test_a_better_mark_never_makes_a_worse_score(rows, n):
    if not rows:
        return
    weight, most, value = rows[n % len(rows)]
    if value is None or value == most:
        return
    better = [*rows]
    better[n % len(rows)] = (weight, most, value + 1)
    assert computed_rating(better) >= computed_rating(rows)


def test_low_buildings_have_a_shorter_aim(cast):
    with scope.enter(cast.officer.units):
        assert goal_seconds(cast.school, 3) == 120
        assert goal_seconds(cast.school, 4) == 180
        assert goal_seconds(cast.wujin) is None


@given(st.dates(datetime.date(2024, 1, 1), datetime.date(2026, 12, 20)))
def test_a_report_is_due_on_the_third_working_day(day):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("anyuan.domains.emergency.drills.facts.number_values", lambda key: [3])
        due = report_due(day)
    between = [day + DAY * n for n in range(1, (due - day).days + 1)]
    assert sum(is_working_day(one) for one in between) == 3
    assert is_working_day(due)


def test_evaluation_then_report(cast):
    drill = run(planned(cast), by=cast.officer)
    with pytest.raises(Conflict):
        report_drill(drill, by=cast.officer)
    values = marks(3) | {"order": 1, "weak": None}
    with pytest.raises(Refused, match="没打分"):
        score_drill(drill, by=cast.officer, values={"order": 1}, evaluation="有序")
    with pytest.raises(Refused, match="评分"):
        score_drill(drill, by=cast.officer, values=marks(9), evaluation="有序")
    with pytest.raises(Refused, match="评估意见"):
        score_drill(drill, by=cast.officer, values=values, evaluation=" ")
    with pytest.raises(Refused, match="至少"):
        score_drill(drill, by=cast.officer, values=marks(None), evaluation="有序")
    done = score_drill(drill, by=cast.officer, values=values, evaluation="有序")
    # 90 of the weights asked: 70 in full, 20 at a third.
    assert done.rating == round(100 * (70 + 20 / 3) / 90)
    assert done.record.state == "evaluated"
    score_drill(drill, by=cast.officer, values=marks(2), evaluation="重评")
    with scope.enter(cast.officer.units):
        assert Score.objects.count() == len(marks())
    sent = report_drill(drill, by=cast.officer)
    assert (sent.record.state, report_late(sent)) == ("reported", False)
    assert told("drill.report") == {"district"}
    with pytest.raises(Conflict):
        score_drill(drill, by=cast.officer, values=marks(), evaluation="再评")


def test_the_head_agrees_and_a_change_asks_again(cast, head):
    drill = planned(cast)
    with pytest.raises(Forbidden):
        approve_drill(drill, by=cast.officer)
    assert approve_drill(drill, by=head).approved_by == "校长戊"
    with pytest.raises(Conflict):
        approve_drill(drill, by=head)
    same = arrange_drill(drill, by=cast.officer, on=TODAY)
    assert same.approved_at is not None
    moved = arrange_drill(drill, by=cast.officer, on=TODAY + DAY, leader="校长戊")
    assert (moved.approved_at, moved.record.happened_on) == (None, TODAY + DAY)
    with pytest.raises(Refused):
        arrange_drill(drill, by=cast.officer, on=TODAY - DAY)


def test_parents_are_told_with_a_text_to_copy(cast):
    drill = planned(cast)
    page = cast.client(cast.officer).get(reverse("emergency:drill", args=[drill.pk]))
    assert "请家长和周边居民不要惊慌" in page.content.decode()
    with pytest.raises(Refused):
        note_notified(drill, by=cast.officer, to=" ")
    assert note_notified(drill, by=cast.officer, to="家长群").notified_to == "家长群"


def test_a_district_stands_by_and_the_school_hears_of_it(cast):
    drill = run(planned(cast), by=cast.officer)
    key = new_id()
    said = {"verdict": "good", "words": "路线清楚", "record_id": key}
    visit = note_visit(drill, by=cast.district, **said)
    assert note_visit(drill, by=cast.district, **said).pk == visit.pk
    assert (visit.record.unit_id, visit.record.done_by_id) == (cast.school.key, cast.wujin.key)
    assert told("drill.visit") == {"officer"}
    page = cast.client(cast.officer).get(reverse("emergency:drill", args=[drill.pk]))
    assert "路线清楚" in page.content.decode()
    with pytest.raises(Forbidden):
        note_visit(drill, by=cast.officer, verdict="good", words="好")
    with pytest.raises(Missing):
        note_visit(drill, by=cast.other_district, verdict="good", words="好")
    for wrong in ({"verdict": "x", "words": "好"}, {"verdict": "good", "words": ""}):
        with pytest.raises(Refused):
            note_visit(drill, by=cast.district, **wrong)
    with pytest.raises(Refused):
        note_visit(planned(cast, on=TODAY + DAY), by=cast.district, verdict="good", words="好")


def test_those_who_have_not_drilled_are_asked_once_a_day(cast, quarter):
    with scope.enter(cast.bureau.units):
        assert nudge(cast.city, by=cast.bureau) == 2
    assert told("drill.nudge") == {"officer", "stranger"}
    run(planned(cast), by=cast.officer)
    with scope.enter(cast.bureau.units):
        assert nudge(cast.city, by=cast.bureau) == 1
        assert nudge(cast.city, by=cast.bureau, units=[cast.school.key]) == 0
    with pytest.raises(Forbidden):
        nudge(cast.school, by=cast.officer)
    page = cast.client(cast.bureau).get(reverse("emergency:overview")).content.decode()
    assert "1 / 2" in page
    assert cast.other.name in page
    assert cast.client(cast.officer).get(reverse("emergency:overview")).status_code == 403


@pytest.fixture
def quarter(cast):
    """The shipped pack in force: each school owes a drill this quarter."""
    from django.conf import settings

    from anyuan.engines.obligations.loading import load_policy
    from anyuan.engines.obligations.packs.load import load_pack

    with scope.everything():
        folder = settings.SOURCE / "packs" / settings.DEFAULT_PACK
        load_policy(cast.city, by=cast.bureau, pack=load_pack(folder), today=TODAY)
        assert Obligation.objects.filter(rule__key="p08_drill_quarter", period_start__lte=TODAY).count() == 2  # fmt: skip
    return cast


def test_the_point_shows_both_rules_and_lateness_goes_up_to_the_district(quarter):
    from anyuan.engines.obligations.reminders import remind

    page = quarter.client(quarter.officer).get(reverse("web:board_point", args=[8]))
    text = page.content.decode()
    assert "每季度至少演练一次" in text
    assert "中小学每月一次疏散演练" in text
    with scope.everything():
        due = (
            Obligation.objects.filter(rule__key="p08_drill_quarter", unit=quarter.school)
            .latest("due_on")
            .due_on
        )
        Obligation.objects.exclude(rule__key="p08_drill_quarter").delete()
        remind(due + 7 * DAY)
        sent = Notification.objects.filter(kind="obligation", person__username="district")
        assert "逾期" in sent.get().title


def test_papers(cast):
    drill = reported(run(planned(cast), by=cast.officer), by=cast.officer)
    client = cast.client(cast.district)
    for kind, start in (("docx", b"PK"), ("pdf", b"%PDF")):
        paper = client.get(reverse("emergency:paper", args=[drill.pk, kind]))
        assert paper.content.startswith(start)
    assert client.get(reverse("emergency:paper", args=[drill.pk, "exe"])).status_code == 404
    other = planned(cast)
    assert client.get(reverse("emergency:paper", args=[other.pk, "pdf"])).status_code == 404


def test_the_word_report_says_what_happened(cast):
    import io

    from docx import Document

    drill = reported(run(planned(cast), by=cast.officer, seconds=130), by=cast.officer)
    body = (
        cast.client(cast.officer).get(reverse("emergency:paper", args=[drill.pk, "docx"])).content
    )
    cells = [
        cell.text for t in Document(io.BytesIO(body)).tables for row in t.rows for cell in row.cells
    ]
    assert "130 秒（目标 180 秒，达标）" in cells
    assert "全部到达集合点" in cells
    assert not any("{" in text for text in cells)


def test_the_pages_of_the_way_through(cast, head):
    drill = planned(cast)
    client = cast.client(cast.officer)
    where = reverse("emergency:arrange", args=[drill.pk])
    form = {
        "on": str(TODAY),
        "planned_time": "10:00",
        "place": "操场",
        "guides": "南门，李老师",
        "floors": 3,
    }
    wrong = client.post(where, {**form, "guides": "南门"})
    assert wrong.status_code == 422
    assert "缺少姓名" in wrong.content.decode()
    page = client.post(where, form, follow=True).content.decode()
    assert "南门：李老师" in page
    assert "等校（园）长批准" in page
    done = cast.client(head).post(reverse("emergency:approve", args=[drill.pk]), follow=True)
    assert "校长戊" in done.content.decode()
    page = client.get(reverse("emergency:run", args=[drill.pk])).content.decode()
    assert "目标 120 秒" in page
    start = timezone.now() - datetime.timedelta(seconds=50)
    for step, seconds in (("signal", 0), ("all_out", 45)):
        moment = (start + datetime.timedelta(seconds=seconds)).isoformat()
        sent = {"form_id": str(new_id()), "step": step, "at": moment}
        assert client.post(reverse("emergency:marks", args=[drill.pk]), sent).status_code == 302
    end = reverse("emergency:finish", args=[drill.pk])
    assert "45 秒" in client.get(end).content.decode()
    assert client.post(end, {"expected": 5, "present": 6, "injured": 0}).status_code == 422
    page = client.post(end, {"expected": 6, "present": 6, "injured": 0}, follow=True)
    assert "评估演练" in page.content.decode()
    score = reverse("emergency:evaluate", args=[drill.pk])
    assert client.post(score, {"evaluation": "好"}).status_code == 422
    picked = {f"item_{key}": "3" for key in marks()}
    page = client.post(score, {**picked, "evaluation": "好"}, follow=True).content.decode()
    assert "100 分" in page
    page = client.post(reverse("emergency:report", args=[drill.pk]), follow=True).content.decode()
    assert "报告已报送" in page


def test_readers_see_no_forms_of_others_and_strangers_nothing(cast):
    drill = planned(cast)
    stranger, teacher = cast.client(cast.stranger), cast.client(cast.teacher)
    for name in ("run", "marks", "finish", "evaluate", "arrange", "visit_new"):
        where = reverse(f"emergency:{name}", args=[drill.pk])
        assert stranger.get(where).status_code == 404, name
    for name in ("finish", "evaluate", "arrange", "visit_new"):
        where = reverse(f"emergency:{name}", args=[drill.pk])
        assert teacher.get(where).status_code == 403, name
