"""A look back: the evidence as it stood, the panel, who may read and object, the decision."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.models import Record
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.drills.services.holding import record_drill
from anyuan.domains.emergency.incidents.tests.making import ago, happened
from anyuan.domains.hazards.services import report_hazard
from anyuan.domains.risk.tracing import queries
from anyuan.domains.risk.tracing.models import Finding, Item, Trace
from anyuan.domains.risk.tracing.sealing import broken
from anyuan.domains.risk.tracing.services.deciding import (
    answer_objection,
    drop_finding,
    give_opinion,
    object_to,
    write_finding,
)
from anyuan.domains.risk.tracing.services.opening import change_panel
from anyuan.domains.risk.tracing.tests.making import (
    found,
    frozen,
    opened,
    served,
    stepped,
    written_at,
)
from anyuan.org.permissions import Role
from anyuan.org.tests.cast import hire


def items(trace: Trace, by) -> list[Item]:
    with scope.enter(by.units):
        return queries.evidence(trace)


def titles(trace: Trace, by, section: str) -> list[str]:
    return [one.title for one in items(trace, by) if one.section == section]


@pytest.fixture
def head(cast):
    with scope.everything():
        return hire(cast.school, "head", "校长戊", Role.PRINCIPAL)


@pytest.fixture
def second(cast):
    with scope.everything():
        return hire(cast.wujin, "second", "区管理员三", Role.DISTRICT_SUPERVISOR)


def test_the_evidence_is_what_stood_at_the_moment(cast):
    with scope.enter(cast.officer.units):
        record_drill(
            cast.school, by=cast.officer, on=timezone.localdate() - datetime.timedelta(days=20),
            kind="fire", mode="real", expected=800, present=800, seconds=110,
        )  # fmt: skip
        report_hazard(
            cast.school, by=cast.officer, place="食堂", description="灭火毯被移走", category="01"
        )
        Record.objects.update(created_at=ago(60 * 24))
    with scope.everything():
        written_at(ago(60 * 24), "core_recordevent", "org_postevent")
    incident = happened(cast)
    with scope.enter(cast.officer.units):
        record_drill(
            cast.school, by=cast.officer, on=timezone.localdate() - datetime.timedelta(days=2),
            kind="fire", mode="desk", expected=10, present=10,
        )  # fmt: skip
    trace = frozen(cast, incident=incident)
    assert "安全员甲" in [one.who for one in items(trace, cast.district) if one.section == "posts"]
    assert titles(trace, cast.district, "open") == ["隐患：食堂：灭火毯被移走"]
    assert titles(trace, cast.district, "records") == [
        "应急演练：火灾疏散（实战演练）",
        "隐患：食堂：灭火毯被移走",
    ]
    assert titles(trace, cast.district, "later") == ["应急演练：火灾疏散（桌面推演）"]


def test_what_was_corrected_afterwards_reads_as_it_was(cast):
    with scope.enter(cast.officer.units):
        drill = record_drill(
            cast.school, by=cast.officer, on=timezone.localdate() - datetime.timedelta(days=20),
            kind="fire", mode="real", expected=800, present=800, seconds=110,
        )  # fmt: skip
        Record.objects.update(created_at=ago(60 * 24))
    with scope.everything():
        written_at(ago(60 * 24), "core_recordevent")
    incident = happened(cast)
    with scope.enter(cast.officer.units):
        drill.record.title = "事后改过的名称"
        drill.record.save(update_fields=["title"])
    trace = frozen(cast, incident=incident)
    assert titles(trace, cast.district, "records") == ["应急演练：火灾疏散（实战演练）"]


def test_who_may_look_back(cast, head):
    incident = happened(cast)
    with pytest.raises(Forbidden):
        opened(cast, by=head, incident=incident)
    with pytest.raises(Missing):
        opened(cast, by=cast.other_district, incident=incident)
    assert opened(cast, incident=incident).number.startswith("DC-320412-")
    assert opened(cast, by=cast.bureau, incident=incident).unit_id == cast.city.key


def test_an_incident_is_traced_once_by_an_office_unless_that_was_cancelled(cast):
    incident = happened(cast)
    trace = opened(cast, incident=incident)
    with pytest.raises(Refused, match="已经立项倒查"):
        opened(cast, incident=incident)
    stepped(trace, "cancel", by=cast.district, note="重复立项")
    assert opened(cast, incident=incident).pk != trace.pk


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"moment": ago(-60)}, "moment"),
        ({"moment": ago(60 * 24 * 5)}, "moment"),
        ({"panel": [10**9]}, "panel"),
        ({"reason": " "}, "reason"),
    ],
)
def test_what_cannot_be_opened(cast, facts, field):
    with pytest.raises(Refused) as refused:
        opened(cast, **facts)
    assert field in refused.value.errors


def test_evidence_cannot_be_changed_and_a_change_by_hand_is_shown(cast):
    trace = frozen(cast)
    with scope.enter(cast.district.units):
        assert broken(Trace.objects.get(pk=trace.pk), queries.evidence(trace)) == ""
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            Item.objects.filter(trace=trace).update(title="别的")
        last = queries.evidence(trace)[-1]
        Item.objects.create(
            trace=trace, unit_id=trace.unit_id, seq=last.seq + 1, section="records", title="补进来的证据",
            unit_name="武进区湖塘实验小学", hash=last.hash,
        )  # fmt: skip
    page = cast.client(cast.district).get(reverse("tracing:detail", args=[trace.pk]))
    assert f"第 {last.seq + 1} 条证据被改动过" in page.content.decode()


def test_the_seal_knows_every_word(cast):
    trace = frozen(cast)
    with scope.enter(cast.district.units):
        held = Trace.objects.get(pk=trace.pk)
        for change in ({"title": "别的"}, {"who": "别人"}, {"stood": "已办结"}, {"seq": 9}):
            kept = queries.evidence(trace)
            for name, value in change.items():
                setattr(kept[0], name, value)
            assert broken(held, kept) != ""
        assert broken(held, queries.evidence(trace)[:-1]) == "证据有增减，或者封签被改动过。"
        held.frozen_hash = "0" * 64
        assert broken(held, queries.evidence(trace)) == "证据有增减，或者封签被改动过。"


def test_the_panel_agrees_before_anything_is_served(cast, second):
    trace = frozen(cast, panel=[cast.district.person_id, second.person_id])
    with pytest.raises(Refused, match="还没有写下意见"):
        stepped(trace, "serve", by=cast.district)
    finding = found(trace, cast)
    with scope.enter(cast.district.units):
        give_opinion(finding, by=cast.district, agrees=True)
        with pytest.raises(Refused, match="请写明意见"):
            give_opinion(finding, by=second, agrees=False)
        give_opinion(finding, by=second, agrees=False, words="证据不足")
    with pytest.raises(Refused, match="还有 1 项意见"):
        stepped(trace, "serve", by=cast.district)
    with pytest.raises(Forbidden, match="组长"):
        stepped(trace, "serve", by=second)
    with scope.enter(cast.district.units):
        give_opinion(finding, by=second, agrees=True)
    assert stepped(trace, "serve", by=cast.district).served_at is not None


def test_a_corrected_finding_is_weighed_anew_and_a_member_who_leaves_takes_the_word_along(
    cast, second
):
    trace = frozen(cast, panel=[cast.district.person_id, second.person_id])
    finding = found(trace, cast)
    with scope.enter(cast.district.units):
        give_opinion(finding, by=second, agrees=True)
    found(trace, cast, finding_id=finding.pk, reasons="改过的理由。")
    with scope.enter(cast.district.units):
        assert finding.opinions.count() == 0
        give_opinion(finding, by=second, agrees=True)
        change_panel(trace, by=cast.district, panel=[], lead=cast.district.person_id)
        assert finding.opinions.count() == 0
        with pytest.raises(Forbidden, match="倒查组成员"):
            give_opinion(finding, by=second, agrees=True)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"handling": ""}, "handling"),
        ({"handling": "order"}, "handling"),
        ({"conclusion": "done"}, "handling"),
        ({"evidence": [9999]}, "evidence"),
        ({"evidence": []}, "evidence"),
        ({"conclusion": "?"}, "conclusion"),
        ({"reasons": ""}, "reasons"),
    ],
)
def test_what_cannot_be_found(cast, facts, field):
    trace = frozen(cast)
    with pytest.raises(Refused) as refused:
        found(trace, cast, **facts)
    assert field in refused.value.errors


def test_nobody_on_the_panel_is_judged_by_it(cast):
    trace = frozen(cast)
    with pytest.raises(Refused, match="不能认定自己"):
        found(trace, cast, person_id=cast.district.person_id, unit=cast.wujin)


def test_findings_come_after_the_evidence_and_are_closed_by_serving(cast):
    trace = opened(cast)
    with pytest.raises(Refused, match="先固定证据"):
        found(trace, cast)
    stepped(trace, "cancel", by=cast.district, note="另立")
    trace, finding = served(cast)
    with pytest.raises(Conflict, match="已经告知"):
        found(trace, cast, finding_id=finding.pk)
    with scope.enter(cast.district.units), pytest.raises(Conflict, match="已经告知"):
        drop_finding(finding, by=cast.district)


def test_only_those_concerned_read_a_served_finding(cast, head):
    trace = frozen(cast)
    finding = found(trace, cast)
    address = reverse("tracing:finding", args=[finding.pk])
    assert cast.client(cast.officer).get(address).status_code == 404  # not served yet
    with scope.enter(cast.district.units):
        give_opinion(finding, by=cast.district, agrees=True)
    stepped(trace, "serve", by=cast.district)
    seen = {
        who: cast.client(actor).get(address).status_code
        for who, actor in {
            "officer": cast.officer, "head": head, "teacher": cast.teacher, "stranger": cast.stranger,
            "district": cast.district, "bureau": cast.bureau, "other": cast.other_district,
        }.items()
    }  # fmt: skip
    assert seen == {
        "officer": 200, "head": 200, "teacher": 404, "stranger": 404, "district": 200, "bureau": 200,
        "other": 404,
    }  # fmt: skip
    assert (
        cast.client(cast.officer).get(reverse("tracing:detail", args=[trace.pk])).status_code == 404
    )


def test_a_district_does_not_see_what_the_city_has_not_served(cast):
    trace = frozen(cast, by=cast.bureau)
    finding = found(trace, cast, by=cast.bureau)
    address = reverse("tracing:finding", args=[finding.pk])
    assert cast.client(cast.district).get(address).status_code == 404
    with scope.enter(cast.district.units), pytest.raises(Missing):
        give_opinion(finding, by=cast.district, agrees=True)


def test_an_objection_is_the_persons_own_once_and_in_time(cast, head):
    _trace, finding = served(cast)
    with scope.enter(cast.officer.units):
        with pytest.raises(Forbidden, match="当事人"):
            object_to(finding, by=head, words="不同意")
        with pytest.raises(Refused, match="请写下申辩意见"):
            object_to(finding, by=cast.officer, words="  ")
        object_to(finding, by=cast.officer, words="月查做了，有照片。")
        with pytest.raises(Conflict, match="已经提交"):
            object_to(finding, by=cast.officer, words="再说一次")


def test_objections_end_with_their_days(cast, monkeypatch):
    _trace, finding = served(cast)
    late = timezone.localdate() + datetime.timedelta(days=60)
    monkeypatch.setattr(timezone, "localdate", lambda *a: late)
    with scope.enter(cast.officer.units), pytest.raises(Refused, match="申辩期限"):
        object_to(finding, by=cast.officer, words="晚了")


def test_nothing_is_decided_before_the_days_are_over_or_objections_answered(cast):
    trace, finding = served(cast)
    with pytest.raises(Refused, match="期满后"):
        stepped(trace, "decide", by=cast.district, note="局长办公会")
    with scope.enter(cast.officer.units):
        object_to(finding, by=cast.officer, words="月查做了，有照片。")
    with pytest.raises(Refused, match="没有复核"):
        stepped(trace, "decide", by=cast.district, note="局长办公会")
    with scope.enter(cast.district.units):
        with pytest.raises(Refused, match="请选择维持"):
            answer_objection(finding, by=cast.district, answer="changed", reason="同前",
                             conclusion="weak", handling="talk")  # fmt: skip
        answer_objection(finding, by=cast.district, answer="changed", reason="部分采信",
                         conclusion="weak", handling="criticise")  # fmt: skip
    stepped(trace, "decide", by=cast.district, note="局长办公会")
    with scope.enter(cast.district.units):
        held = Finding.objects.get(pk=finding.pk)
        assert (held.conclusion, held.final_handling, held.answer) == (
            "weak",
            "criticise",
            "changed",
        )
        with pytest.raises(Conflict, match="已经作出决定"):
            object_to(held, by=cast.officer, words="再申辩")
    stepped(trace, "close", by=cast.district, note="已通报批评并整改。")
    with scope.enter(cast.district.units):
        assert Trace.objects.get(pk=trace.pk).outcome == "已通报批评并整改。"


def test_without_objection_what_was_intended_is_decided(cast, monkeypatch):
    trace, finding = served(cast)
    late = timezone.localdate() + datetime.timedelta(days=60)
    monkeypatch.setattr(timezone, "localdate", lambda *a: late)
    stepped(trace, "decide", by=cast.district, note="局长办公会")
    with scope.enter(cast.district.units):
        held = Finding.objects.get(pk=finding.pk)
    assert (held.final_conclusion, held.final_handling) == ("weak", "talk")


def test_a_finding_on_the_school_is_answered_by_its_head(cast, head):
    _trace, finding = served(cast, person_id=None, person_name="", post_name="", handling="order")
    with scope.enter(cast.officer.units):
        with pytest.raises(Forbidden):
            object_to(finding, by=cast.officer, words="不同意")
        assert object_to(finding, by=head, words="已经整改。").objected_by == "校长戊"


def test_the_history_keeps_who_wrote_what(cast):
    trace = frozen(cast)
    finding = found(trace, cast)
    found(trace, cast, finding_id=finding.pk, conclusion="neglect", handling="admonish")
    with scope.enter(cast.district.units), connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.conclusion, c.metadata->>'by' FROM tracing_findingevent e"
            " JOIN pghistory_context c ON c.id = e.pgh_context_id ORDER BY e.pgh_id"
        )
        rows = cursor.fetchall()
    assert rows == [("weak", cast.district.name), ("neglect", cast.district.name)]


def test_writing_needs_the_panel(cast, second):
    trace = frozen(cast)
    with scope.enter(second.units), pytest.raises(Forbidden, match="倒查组成员"):
        write_finding(
            trace,
            by=second,
            unit=cast.school,
            conclusion="done",
            basis="责任清单",
            reasons="都做了。",
        )
