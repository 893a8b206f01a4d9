"""Every address of the product: who is sent to sign in, who is told it is not there, who may only read.

A new page is covered by itself where its arguments are known below; an unknown one fails with its name.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.files import keep_file
from anyuan.core.kinds import all_kinds, record_url
from anyuan.core.models import Audit, Record
from anyuan.domains.campaigns.models import Task
from anyuan.domains.campaigns.services.running import draft_campaign, step_campaign
from anyuan.domains.campaigns.services.work import draw_sample, write_note
from anyuan.domains.emergency.alerts.audience import Audience
from anyuan.domains.emergency.alerts.services.sending import draft_alert, send_alert
from anyuan.domains.emergency.drills.services.holding import plan_drill, record_drill
from anyuan.domains.emergency.drills.services.overseeing import note_visit
from anyuan.domains.emergency.drills.tests.making import marks, programme_of
from anyuan.domains.emergency.incidents.services.commanding import add_task
from anyuan.domains.emergency.incidents.services.people import add_injured
from anyuan.domains.emergency.incidents.tests.making import happened, sent
from anyuan.domains.emergency.plans.models import PlanCheck, Wish
from anyuan.domains.emergency.plans.services.keeping import want_revision
from anyuan.domains.emergency.plans.tests.making import drafted, published, submitted
from anyuan.domains.emergency.rollcall.models import Group, Member, SchoolClass
from anyuan.domains.emergency.rollcall.services import send_sheet, start_roll_call
from anyuan.domains.emergency.rollcall.services.handing import hand_over
from anyuan.domains.emergency.warnings.services.sources import add_source
from anyuan.domains.emergency.warnings.services.weighing import order_suspension
from anyuan.domains.emergency.warnings.tests.making import copy_of, entered, issued, soon
from anyuan.domains.fire.services import ask_hot_work, call_station, check_way, check_wiring
from anyuan.domains.gate.day_services import close_day
from anyuan.domains.gate.leave_services import start_leave
from anyuan.domains.gate.services import book_entry
from anyuan.domains.hazards.services import report_hazard
from anyuan.domains.protection.services import (
    Passed,
    check_standard,
    record_patrol,
    record_round,
    report_fault,
)
from anyuan.domains.responsibility.appraisal.models import Objection
from anyuan.domains.responsibility.appraisal.tests.making import a_round, item_in, result_in
from anyuan.domains.responsibility.duties.content import Item as DutyLine
from anyuan.domains.responsibility.duties.models import Letter
from anyuan.domains.responsibility.duties.services.issuing import issue_letters
from anyuan.domains.responsibility.duties.services.lists import make_list
from anyuan.domains.responsibility.duties.services.network import start_network
from anyuan.domains.responsibility.governance.tests.making import governed
from anyuan.domains.risk.assessments.services.assessing import add_finding
from anyuan.domains.risk.assessments.tests import making as assessing
from anyuan.domains.risk.points.services.checking import check_point
from anyuan.domains.risk.points.services.identifying import add_control, add_plan
from anyuan.domains.risk.points.tests.making import controlled, found
from anyuan.domains.risk.tracing.tests.making import found as found_in
from anyuan.domains.risk.tracing.tests.making import frozen, served
from anyuan.domains.schoolbus.services.incidents import report_incident
from anyuan.domains.schoolbus.services.inspections import record_inspection
from anyuan.domains.schoolbus.services.sharing import ask_sharing, offer_bus
from anyuan.domains.schoolbus.services.trips import start_trip
from anyuan.domains.schoolbus.tests.making import LATER, Fleet
from anyuan.engines.cases.registry import all_loops
from anyuan.engines.cases.spec import LoopMistake, check
from anyuan.engines.checks.assignment_services import assign_checks
from anyuan.engines.checks.models import CheckAssignment
from anyuan.engines.checks.scoring import Given
from anyuan.engines.checks.services import publish_checklist, submit_inspection
from anyuan.engines.checks.spec import Item, Spec
from anyuan.engines.checks.tests.sending import PNG
from anyuan.engines.ledgers.registry import all_ledgers
from anyuan.engines.ledgers.services import add_row, ask_export
from anyuan.engines.ledgers.tests.test_all_ledgers import sample
from anyuan.engines.notices.history import state_word
from anyuan.engines.notices.queries import inbox
from anyuan.engines.notices.robots import add_robot
from anyuan.engines.notices.services import tell_person
from anyuan.engines.obligations.filings import Work, file_work
from anyuan.engines.obligations.loading import load_policy
from anyuan.engines.obligations.models import Obligation
from anyuan.engines.obligations.queries import topics_offered
from anyuan.engines.obligations.tests.packing import RULES, small_pack
from anyuan.engines.reviews.services import comment
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Post
from anyuan.org.posts import actor_of
from anyuan.org.services import add_person
from anyuan.org.tests.cast import PASSWORD, hire

MOST_QUERIES = 15
NOT_YOURS = "您的岗位不能进行此项操作"

# Addresses for people without an account; each has its own guard.
PUBLIC = {
    "web:healthz": "for the supervisor of the process; tells nothing of any unit",
    "web:service_worker": "a script, the same for everybody",
    "hazards:report": "the address is signed and printed at the place",
    "hazards:receipt": "the address is signed and given to the reporter",
    "gate:public": "the address is signed and printed at the gate",
    "risk:card": "the address is signed and printed at the place of the risk",
    "gate:pass": "the address is signed and given to the visitor",
    "emergency:feed_file": "the address is signed, a person's own, and can be renewed and ended",
    "duties:check": "the address is signed and printed on the letter",
}
# Arguments that name no row of a unit: the same for everybody.
NO_UNIT = {
    "checks:fill": "a checklist is public text",
    "checks:checklist": "a checklist is public text",
    "checks:checklist_edit": "as above; the permission guards it",
    "checks:checklist_switch": "as above; the permission guards it",
    "checks:checklist_export": "a checklist is public text",
    "ledgers:list": "a ledger holds the actor's own rows",
    "ledgers:new": "as above; a row is put at the actor's own school",
    "ledgers:bulk": "as above; the rows are named in the form",
    "ledgers:views": "a person's own views",
    "ledgers:import": "as above; the file's rows are checked one by one",
    "ledgers:template": "an empty sheet",
    "ledgers:export": "the actor's own rows",
    "ledgers:labels": "the actor's own rows",
    "notices:paper_kind": "the actor's own bureau's; a kind of document is the same for everybody",
    "notices:paper_use": "as above",
    "notices:paper_download": "as above",
    "notices:paper_sample": "as above",
    "obligations:rule_switch": "a rule is the city's; the permission guards it",
    "org:import_template": "an empty sheet",
    "plans:lacking": "a kind is the pack's; the schools listed are the actor's own",
    "risk:paper": "the actor's own points",
    "schoolbus:offer_ask": "an offer is published to all schools of the city",
    "web:board_point": "a point of the city's document; its figures are the actor's own",
}
# Pages of a drill that is still to be held.
PLANNED_DRILL = (
    "end",
    "arrange",
    "approve",
    "notified",
    "run",
    "marks",
    "problem",
    "count",
    "finish",
)
# What everybody in a post may send: about oneself, or a remark on what one may read.
EVERYBODY = {
    "notices:mark_read",
    "notices:comment",
    "notices:open",
    "notices:upload",
    "notices:settings",
    "notices:try",
    "emergency:feed",
    "web:post_choose",
}


@dataclasses.dataclass
class Route:
    name: str
    arguments: tuple[str, ...]
    view: Any

    def __str__(self) -> str:
        return self.name


def routes(resolver: Any = None, space: str = "") -> Iterator[Route]:
    """Every page of ours (accounts are allauth's, /api has tests of its own)."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            if one.namespace != "api" and "accounts" not in str(one.pattern):
                yield from routes(one, f"{space}{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern) and one.name and ":" in f"{space}{one.name}":
            yield Route(f"{space}{one.name}", tuple(one.pattern.converters), one.callback)


@pytest.fixture
def world(cast):
    """One thing of every kind at school A: {route name or namespace: {argument: value}}."""
    today = timezone.localdate()
    spec = Spec("round", "巡查", "", (Item("exits", "通道"), Item("lamps", "灯")))
    version = publish_checklist(cast.city, by=cast.bureau, spec=spec)
    with scope.enter(cast.bureau.units):
        pack = small_pack(rules=RULES, valid_from=today.replace(month=1, day=1))
        load_policy(cast.city, by=cast.bureau, pack=pack, today=today)
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        by = cast.officer
        hazard = report_hazard(cast.school, by=by, place="大厅", description="灯坏了")
        drill = record_drill(
            cast.school, by=by, on=today, kind="fire", expected=9, present=9, seconds=9
        )
        planned = plan_drill(cast.school, by=by, on=today, kind="fire")
        programme = programme_of(cast.school, by=by)
        answers = {"exits": Given(result=1), "lamps": Given(result=0)}
        done = submit_inspection(cast.school, by=by, version=version, answers=answers)
        visit = book_entry(cast.school, by=by, on=today, name="张三")
        slip = {
            "pupil": "甲",
            "class_name": "一（1）班",
            "reason": "就医",
            "fetcher": "乙",
            "relation": "父亲",
        }
        leave = start_leave(cast.school, by=by, on=today, **slip)
        gate_day = close_day(cast.school, by=by, on=today)
        month = record_round(cast.school, by=by, on=today, alarm_answered=True, alarm_seconds=5)
        fault = report_fault(cast.school, by=by, what="摄像机", wrong="黑屏")
        check = check_standard(cast.school, by=by, note="列入计划")
        wiring = check_wiring(
            cast.school, by=by, on=today, circuits=9, problems=0, fixed=0, rewired=0, money=0, charging=0
        )  # fmt: skip
        trial = call_station(cast.school, by=by, on=today, place="大厅", people=6, seconds=90)
        soon = timezone.now() + datetime.timedelta(hours=1)
        permit = ask_hot_work(
            cast.school, by=by, place="食堂", what="焊接", worker="甲", watcher="乙", certificate_no="1",
            begins_at=timezone.now(), ends_at=soon, measures="清理",
        )  # fmt: skip
        topic = topics_offered().get(slug="plan")
        filing = file_work(cast.school, by=by, topic=topic, work=Work(today, "写了计划"))
        upload = SimpleUploadedFile("a.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF")
        file = keep_file(upload, unit_id=cast.school.key, by=by, record=filing.record)
        tell_person(by.person_id, cast.school.key, kind="x", title="提醒", once_key="x")
        rows = [
            add_row(cast.school, by=by, ledger=ledger, facts=sample(ledger))
            for ledger in all_ledgers().values()
        ]
        way = next(row for row in rows if row.record.kind == "escape_way")
        point = next(row for row in rows if row.record.kind == "patrol_point")
        patrol = record_patrol(cast.school, by=by, passed=[Passed(point.pk, timezone.now())])
        shot = SimpleUploadedFile("a.png", PNG)
        seen = keep_file(shot, unit_id=cast.school.key, by=by).pk
        look = check_way(cast.school, by=by, way=way, on=today, clear=True, file_ids=[seen])
        export = ask_export(by.unit_key, by=by, ledger=all_ledgers()["guard"], query="", total=1)
        duty = Obligation.objects.filter(unit=cast.school).first()
        message = inbox(by).first()
        said = {"kind": "real", "title": "疏散", "text": "到操场集合"}
        told = Audience(roles=("guard",))  # a page of who is told asks once more
        alert = send_alert(draft_alert(cast.school, by=by, audience=told, **said), by=by)
        unsent = draft_alert(cast.school, by=by, **said)
        hook = "https://open.feishu.cn/open-apis/bot/v2/hook/x"
        robot = add_robot(cast.school, by=by, kind="feishu", name="安全群", url=hook)
    buses, incidents, warned = buses_of(cast), incidents_of(cast), warnings_of(cast)
    calls = roll_calls_of(cast)
    governance, appraisal = governed(cast), appraisal_of(cast)
    duties = duties_of(cast)
    with scope.enter(cast.district.units, person=str(cast.district.person_id)):
        stood_by = note_visit(drill, by=cast.district, verdict="good", words="有序")
        sent = Post.objects.select_related("person", "unit").get(pk=cast.district.post_id)
        pairs = [(cast.school, sent)]
        batch = assign_checks(
            cast.wujin, by=cast.district, checklist=version.checklist, pairs=pairs, due_on=today
        )
        assignment = CheckAssignment.objects.get(batch=batch)
    return {
        "hazards": {"pk": hazard.pk, "transition": "grade", "paper": "notice", "kind": "pdf"},
        "emergency": {"pk": drill.pk},
        "alerts": {"pk": alert.pk, "step": "end", "kind": "pdf"},
        "alerts:act": {"pk": unsent.pk, "step": "cancel"},
        **{f"emergency:{name}": {"pk": planned.pk} for name in PLANNED_DRILL},
        "emergency:paper": {"kind": "pdf"},
        "emergency:visit": {"pk": stood_by.pk},
        "emergency:programme": {"pk": programme.pk},
        "emergency:programme_adopt": {"pk": programme.pk},
        "emergency:programme_paper": {"pk": programme.pk, "kind": "pdf"},
        "fire": {"pk": permit.pk, "transition": "void"},
        "fire:way_check": {"pk": look.pk},
        "fire:station_test": {"pk": trial.pk},
        "fire:electric": {"pk": wiring.pk},
        "protection": {"pk": fault.pk, "transition": "repair"},
        "protection:round": {"pk": month.pk},
        "protection:check": {"pk": check.pk},
        "protection:patrol": {"pk": patrol.pk},
        "protection:check_sheet": {"pk": check.pk},
        "gate": {"pk": visit.pk, "step": "cancel"},
        "gate:day": {"pk": gate_day.pk},
        "gate:pass_enter": {"pk": next(r.pk for r in rows if r.record.kind == "gate_pass")},
        **{f"gate:{name}": {"pk": leave.pk} for name in ("leave", "leave_act", "leave_unseal")},
        "checks": {"pk": done.pk, "key": "round", "batch": batch},
        "checks:assigned": {"pk": assignment.pk},
        "obligations": {"pk": duty.pk},
        "obligations:filing": {"pk": filing.pk},
        "obligations:filing_edit": {"pk": filing.pk},
        "obligations:filing_withdraw": {"pk": filing.pk},
        "obligations:rule_switch": {"pk": duty.rule_id},
        **buses,
        **incidents,
        **warned,
        **risks_of(cast),
        **assessments_of(cast),
        **traces_of(cast),
        **plans_of(cast),
        **calls,
        **governance,
        **appraisal,
        **campaigns_of(cast),
        **duties,
        "ledgers": {"pk": rows[0].pk, "key": "gear"},
        "ledgers:export_progress": {"pk": export.pk},
        "ledgers:export_file": {"pk": export.pk},
        "notices": {"pk": message.pk},
        "notices:small_photo": {"pk": file.pk},
        **{
            f"notices:paper_{name}": {"kind": "general", "form": "pdf"}
            for name in ("kind", "use", "download", "sample")
        },
        **{f"notices:robot_{name}": {"pk": robot.pk} for name in ("row", "try", "switch")},
        "notices:comment": {"pk": hazard.pk},
        "web": {"key": cast.school.key, "number": 8, "pk": file.pk},
        "org": {"key": cast.school.key, "pk": cast.officer.post_id, "what": "units"},
    }


def buses_of(cast: Any) -> dict[str, dict[str, Any]]:
    """School A's buses: a trip on the road and one planned, an offer, a request for a bus of school B."""
    today, by = timezone.localdate(), cast.officer
    fleet, theirs = Fleet(cast.school, by, plate="苏D00009"), Fleet(cast.other, cast.stranger)
    with scope.enter(cast.stranger.units):
        free = {"seats": 5, "since": today, "until": LATER, "times": "早上", "area": "湖塘"}
        offer = offer_bus(cast.other, by=cast.stranger, bus=theirs.bus, **free)
    with scope.enter(by.units, person=str(by.person_id)):
        trip, planned = start_trip(fleet.trip(), by=by), fleet.trip(turn=2)
        incident = report_incident(trip, by=by, kind="other", text="堵车")
        inspection = record_inspection(
            cast.school, by=by, on=today, until=LATER, buses=[fleet.bus.pk]
        )
        mine = offer_bus(cast.school, by=by, bus=fleet.bus, **free)
        side = ask_sharing(
            cast.school, by=by, offer_id=offer.pk, pupils=2, since=today, until=LATER, line="x"
        )
    found = {
        "schoolbus": trip.pk, "trip_start": planned.pk, "trip_crew": planned.pk, "trip_cancel": planned.pk,
        "incident": incident.pk, "incident_withdraw": incident.pk, "inspection": inspection.pk,
        "inspection_withdraw": inspection.pk, "offer": mine.pk, "offer_close": mine.pk, "offer_ask": offer.pk,
        "bus_file": fleet.bus.pk,
    }  # fmt: skip
    found |= dict.fromkeys(("route", "route_edit", "route_stop", "route_riders", "trip_new"), fleet.route.pk)  # fmt: skip
    sides = ("side", "side_accept", "side_permit", "side_cost", "side_step")
    found |= dict.fromkeys(sides, side.pk)
    return {n if n == "schoolbus" else f"schoolbus:{n}": {"pk": pk} for n, pk in found.items()}


def incidents_of(cast: Any) -> dict[str, dict[str, Any]]:
    """School A's incidents: one with a task, somebody hurt and a report, and a new one."""
    by = cast.officer
    with scope.enter(by.units, person=str(by.person_id)):
        first = happened(cast, kind="injury", hurt="some", injured=1)
        task = add_task(first, by=by, text="清点", owner_name="甲")
        person = add_injured(first, by=by, name="乙")
        report = sent(first, by=by)
        second = happened(cast)
    found = {"incidents": first.pk, "act": second.pk, "report_new": second.pk, "task_end": task.pk, "person": person.pk}  # fmt: skip
    found |= dict.fromkeys(("report", "report_receive", "paper"), report.pk)
    rest = {"incidents": {"key": cast.school.key}, "act": {"transition": "start"}, "report_new": {"kind": "first"}, "paper": {"kind": "pdf"}}  # fmt: skip
    return {
        n if n == "incidents" else f"incidents:{n}": {"pk": pk, **rest.get(n, {})}
        for n, pk in found.items()
    }


def plans_of(cast: Any) -> dict[str, dict[str, Any]]:
    """School A's plans: one in force with a wish, one in review with a remark, a draft."""
    with scope.everything():
        head = hire(cast.school, "planhead", "校长己", "principal")
        force = published(cast, head)
    draft = drafted(cast, kind="evacuation")
    review = submitted(drafted(cast, kind="epidemic"), by=cast.officer)
    with scope.enter(cast.officer.units):
        want_revision(
            unit=cast.school, by=cast.officer, kind="other", words="改", record=force.record
        )
        wish, look = Wish.objects.get(), PlanCheck.objects.get()
        remark = comment(review, by=head, section="purpose", text="写细")
    found = {"plans": force.pk, "check": look.pk, "dismiss": wish.pk}
    found |= dict.fromkeys(("edit", "submit", "drop"), draft.pk)
    known = {n if n == "plans" else f"plans:{n}": {"pk": pk} for n, pk in found.items()}
    known["plans"] |= {"kind": "general", "form": "pdf"}
    return {**known, "reviews": {"pk": review.pk}, "reviews:settle": {"pk": remark.pk}}


def warnings_of(cast: Any) -> dict[str, dict[str, Any]]:
    """A warning of the city that school A and its district got, one that waits at the district, an address."""
    by = cast.district
    first = issued(entered(cast.wujin, by=by), by=by)
    whole = issued(entered(cast.city, by=cast.bureau, units=[cast.wujin.key]), by=cast.bureau)
    waits = entered(cast.wujin, by=by)
    with scope.enter(by.units, person=str(by.person_id)):
        order = order_suspension(first, by=by, kind="closed", from_at=soon(1), to_at=soon(9))
        source = add_source(cast.wujin, by=by, name="气象台", url="https://cap.invalid/", minutes=5)
    own, office = copy_of(first, cast.officer), copy_of(whole, by)
    found = {"warnings": first.pk, "issue": waits.pk, "act": waits.pk, "order_paper": order.pk}
    found |= dict.fromkeys(("response", "ack", "report"), own.pk)
    found |= dict.fromkeys(("office_going", "office_more", "office_suspend", "office_summary"), office.pk)  # fmt: skip
    found |= dict.fromkeys(("source_switch", "source_look"), source.pk)
    rest = {"act": {"transition": "void"}, "paper": {"pk": first.pk, "kind": "pdf"}, "order_paper": {"kind": "pdf"}}  # fmt: skip
    return {
        n if n == "warnings" else f"warnings:{n}": {"pk": found.get(n), **rest.get(n, {})}
        for n in {**found, **rest}
    }


def campaigns_of(cast: Any) -> dict[str, dict[str, Any]]:
    """A campaign of district A that runs, with a sample drawn and school A's note."""
    by, today = cast.district, timezone.localdate()
    campaign = draft_campaign(
        cast.wujin,
        by=by,
        template="campus_and_bus",
        name="校园整治",
        starts_on=today,
        ends_on=LATER,
    )
    step_campaign(campaign, by=by, transition="launch")
    drawn = draw_sample(cast.wujin, by=by, campaign=campaign, size=1)
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        note = write_note(cast.school, by=cast.officer, campaign=campaign, words="甲")
        task = Task.objects.filter(campaign=campaign, unit=cast.school).first()
    assert task is not None
    known = {
        "pk": campaign.pk, "link": task.link_id, "task": task.pk, "key": cast.school.key, "draw": drawn.pk,
        "transition": "selfcheck", "paper": "bulletin", "form": "pdf",
    }  # fmt: skip
    return {"campaigns": known, "campaigns:note_one": {"pk": note.pk}}


def traces_of(cast: Any) -> dict[str, dict[str, Any]]:
    """The district's looks back at school A: one with its evidence, one whose finding is served."""
    open_one = frozen(cast)
    finding = found_in(open_one, cast)
    _trace, told = served(cast)
    with scope.enter(cast.officer.units):
        cause = happened(cast).record_id
    found = {"tracing": open_one.pk, "finding": told.pk, "object": told.pk, "notice": told.pk}
    found |= dict.fromkeys(("finding_edit", "finding_drop", "opinion", "answer"), finding.pk)
    rest: dict[str, dict[str, Any]] = {"tracing": {"transition": "cancel", "cause": cause}, "notice": {"form": "pdf"}}  # fmt: skip
    return {
        n if n == "tracing" else f"tracing:{n}": {"pk": pk, **rest.get(n, {})}
        for n, pk in found.items()
    }


def appraisal_of(cast: Any) -> dict[str, dict[str, Any]]:
    """School A's result in a running round of its district."""
    round_ = a_round(cast)
    result, item = result_in(cast, round_), item_in(cast, round_, "3")
    with scope.enter(cast.district.units):
        veto = result.vetoes.first()
        objection = Objection.objects.create(
            unit=cast.school, result=result, item=item, text="停课", made_by_name="甲"
        )
    found = {"appraisal": result.pk, "objection": objection.pk, "veto": veto.pk}
    found |= dict.fromkeys(("item_self", "item_review", "item_object"), item.pk)
    found |= dict.fromkeys(("scheme", "round_new", "scheme_act"), round_.scheme_id)
    found |= dict.fromkeys(("round", "round_table", "round_act"), round_.pk)
    rest = {"appraisal": {"kind": "pdf"}, "scheme_act": {"step": "renew"}, "round_act": {"step": "refresh"}}  # fmt: skip
    return {
        n if n == "appraisal" else f"appraisal:{n}": {"pk": pk, **rest.get(n, {})}
        for n, pk in found.items()
    }


def roll_calls_of(cast: Any) -> dict[str, dict[str, Any]]:
    """School A's running roll call, with a class by name."""
    with scope.enter(cast.officer.units, person=str(cast.officer.person_id)):
        call = start_roll_call(cast.school, by=cast.officer)
        group = Group.objects.get(roll_call=call, kind="class")
        member = Member.objects.get(group=group)
        send_sheet(group, by=cast.officer, rest=True)
        given = hand_over(member, by=cast.officer, guardian=1, how="known")
        one = SchoolClass.objects.get()
    return {
        "rollcall": {"pk": call.pk, "step": "end", "what": "handover", "kind": "pdf"},
        **{f"rollcall:{name}": {"pk": group.pk} for name in ("take", "hand_unlisted")},
        **{f"rollcall:{name}": {"pk": member.pk} for name in ("hand", "guardians")},
        "rollcall:undo": {"pk": given.pk},
        "rollcall:found": {"pk": member.pk},
        "rollcall:class_teacher": {"pk": one.pk},
    }


def risks_of(cast: Any) -> dict[str, dict[str, Any]]:
    """School A's risk points: one in control and looked after, one not yet graded, a plan, a proposal."""
    with scope.everything():
        head = hire(cast.school, "head4", "校长戊", "principal")
    by = cast.officer
    with scope.enter(by.units, person=str(by.person_id)):
        point, new = controlled(cast, head), found(cast, name="别的")
        control = add_control(point, by=by, kind="training", text="演练")
        check = check_point(point, by=by, ok=True)
        plan = add_plan(cast.school, by=by, name="一层", upload=SimpleUploadedFile("p.png", PNG))
        happened(cast, place="食堂操作间")
        proposal, grading = point.proposals.get(), point.gradings.get()
    keys = {
        "risk": point.pk, "grading": grading.pk, "check_one": check.pk, "control_end": control.pk,
        "proposal_decline": proposal.pk, "act": new.pk,
    }  # fmt: skip
    rest = {
        "risk": {"key": cast.school.key, "plan": plan.pk, "kind": "pdf"},
        "act": {"transition": "grade"},
    }
    return {
        n if n == "risk" else f"risk:{n}": {"pk": pk, **rest.get(n, {})} for n, pk in keys.items()
    }


def assessments_of(cast: Any) -> dict[str, dict[str, Any]]:
    """An assessment of school A, on site, hired by the district; and one that is only planned."""
    with scope.everything():
        row, assessor = assessing.on_site(cast)
        site = assessing.site_of(row)
        add_finding(site, by=assessor, place="大厅", text="灯坏了", category="01")
        new = assessing.planned(cast, title="下一次")
    keys = {"assessments": row.pk, "act": new.pk}
    keys |= dict.fromkeys(("site", "finding_new", "hand_in", "answer", "paper"), site.pk)
    rest = {
        "assessments": {"person": assessor.person_id, "kind": "pdf"},
        "act": {"transition": "cancel"},
    }
    return {
        n if n == "assessments" else f"assessments:{n}": {"pk": pk, **rest.get(n, {})}
        for n, pk in keys.items()
    }


def duties_of(cast: Any) -> dict[str, dict[str, Any]]:
    """School A's network, a duty list and its post letters."""
    by, year = cast.officer, timezone.localdate().year
    with scope.enter(by.units, person=str(by.person_id)):
        seat = start_network(cast.school, by=by)[0]
        listed = make_list(cast.school, by=by, title="保安员", items=[DutyLine("守门", "", "", "")])
        issued = issue_letters(cast.school, by=by, year=year)
        letter = Letter.objects.filter(round=issued, holder=by.person_id).get()
    found: dict[str, dict[str, Any]] = {
        "duties": {"key": cast.school.key, "pk": listed.pk, "form": "pdf"}
    }
    found |= {f"duties:{name}": {"pk": seat.pk} for name in ("seat", "seat_end")}
    found |= {
        f"duties:{name}": {"pk": issued.pk} for name in ("round", "round_sign", "round_nudge")
    }
    letters = ("letter", "letter_sign", "letter_paper", "letter_step")
    return found | {f"duties:{name}": {"pk": letter.pk, "step": "return"} for name in letters}


def address(route: Route, world: dict[str, dict[str, Any]]) -> str:
    known = {**world.get(route.name.split(":")[0], {}), **world.get(route.name, {})}
    unknown = set(route.arguments) - set(known)
    assert not unknown, f"{route.name}: say in `world` what {unknown} is"
    return reverse(route.name, kwargs={name: known[name] for name in route.arguments})


def ours() -> list[Route]:
    return [route for route in routes() if route.name not in PUBLIC]


def ask(client: Client, where: str) -> list[Any]:
    """The answers to GET and POST, but for a method the page does not know."""
    answers = [client.get(where), client.post(where)]
    return [answer for answer in answers if answer.status_code != 405]


def test_every_page_of_ours_asks_strangers_to_sign_in(world):
    wrong = {}
    for route in ours():
        for answer in ask(Client(), address(route, world)):
            if answer.status_code != 302 or "/accounts/login/" not in answer.headers["Location"]:
                wrong[route.name] = answer.status_code
    assert wrong == {}


def test_every_page_says_that_it_is_for_people_in_a_post():
    assert [r.name for r in ours() if not getattr(r.view, "signed_in", False)] == []


def test_no_exception_outlives_its_page():
    names = {route.name for route in routes()}
    assert (set(PUBLIC) | set(NO_UNIT) | EVERYBODY) <= names


def test_what_is_another_units_is_not_there(cast, world):
    wrong = {}
    client = cast.client(cast.stranger)
    client.raise_request_exception = False
    for route in ours():
        if route.arguments and route.name not in NO_UNIT:
            for answer in ask(client, address(route, world)):
                if answer.status_code != 404:
                    wrong[route.name] = answer.status_code
    assert wrong == {}


def assessor_at(unit: Any, *, until: datetime.date) -> Any:
    """A person of an outside firm, let in at one unit until a day."""
    today = timezone.localdate()
    with scope.everything():
        person = add_person(
            unit, by=SYSTEM, username="firm9", name="评估员", role="assessor", until=today, password=PASSWORD,
            must_change_password=False,
        )  # fmt: skip
        Post.objects.filter(person=person).update(since=min(today, until), until=until)
        return actor_of(Post.objects.select_related("person", "unit").get(person=person))


def test_a_hired_assessor_sees_nothing_outside_the_scope(cast, world):
    client = cast.client(assessor_at(cast.other, until=timezone.localdate()))
    client.raise_request_exception = False
    wrong = {}
    for route in ours():
        if route.arguments and route.name not in NO_UNIT:
            for answer in ask(client, address(route, world)):
                if answer.status_code not in {403, 404}:  # 403: a page that no assessor has
                    wrong[route.name] = answer.status_code
    assert wrong == {}


def test_a_hired_assessor_sees_nothing_after_the_last_day(cast, world):
    gone = timezone.localdate() - datetime.timedelta(days=1)
    client = cast.client(assessor_at(cast.school, until=gone))
    client.raise_request_exception = False
    wrong = {}
    for route in ours():
        for answer in ask(client, address(route, world)):
            if answer.status_code != 403 or "没有岗位" not in answer.content.decode():
                wrong[route.name] = answer.status_code
    for name in ("hazards", "records", "units", "risk-points", "ledgers"):
        if client.get(f"/api/v1/{name}").status_code not in {401, 403}:
            wrong[f"api:{name}"] = 200
    assert wrong == {}


def rows_of_every_table() -> dict[str, int]:
    """How many rows each table of ours has; histories too, so that a change shows as well."""
    with scope.everything():
        return {
            model.__name__: model._base_manager.count()
            for model in apps.get_models()
            if model.__module__.startswith("anyuan.") and model is not Audit
        }


def test_who_may_only_read_changes_nothing(cast, world):
    """An auditor of the district sends an empty form to every page: refused, or asked to fill it in."""
    with scope.everything():
        auditor = hire(cast.wujin, "auditor", "审计员", "auditor")
    before = rows_of_every_table()
    client = cast.client(auditor)
    client.raise_request_exception = False
    answers = {
        route.name: client.post(address(route, world)).status_code
        for route in ours()
        if route.name not in EVERYBODY
    }
    assert {n: s for n, s in answers.items() if s not in {200, 403, 404, 405, 422}} == {}
    assert rows_of_every_table() == before


def ledger_form(key: str) -> dict[str, str]:
    return {name: str(value) for name, value in sample(all_ledgers()[key]).items()}


def filled(world: dict[str, dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Forms that a writer's post would get through."""
    today = str(timezone.localdate())
    return {
        "hazards:new": {
            "place": "大厅",
            "description": "灯坏了",
            "found_on": today,
            "level": "general",
        },
        "alerts:new": {
            "kind": "test",
            "title": "测试",
            "text": "测试",
            "level": "general",
            "roles": "teacher",
        },
        "alerts:act": {},
        "alerts:correct": {"title": "更正", "text": "到北门"},
        "emergency:plan": {"kind": "fire", "mode": "real", "on": today},
        "emergency:end": {"reason": "下雨"},
        "emergency:arrange": {"on": today},
        "emergency:approve": {},
        "emergency:notified": {"to": "家长群"},
        "emergency:marks": {"step": "signal"},
        "emergency:problem": {"text": "灯不亮"},
        "emergency:count": {},
        "emergency:finish": {"expected": "9", "present": "9", "injured": "0"},
        "emergency:evaluate": {f"item_{key}": "3" for key in marks()} | {"evaluation": "有序"},
        "emergency:report": {},
        "emergency:visit_new": {"verdict": "good", "words": "有序"},
        "emergency:programme": {"form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0"},
        "emergency:programme_adopt": {},
        "emergency:nudge": {},
        "protection:round_new": {
            "on": today,
            "alarm_answered": "1",
            "alarm_seconds": "5",
            "cameras_dark": "0",
        },
        "protection:fault_new": {"what": "摄像机", "wrong": "黑屏", "found_at": f"{today}T00:01"},
        "protection:standard": {"note": "列入计划"},
        "protection:patrol_new": {},
        "protection:rota": {},
        "protection:fault_act": {"repaired_at": f"{today}T00:01", "remedy": "修好"},
        "gate:new": {"kind": "delivery", "name": "顺丰", "people": "1"},
        "gate:book": {"kind": "visitor", "name": "张三", "on": today, "people": "1"},
        "gate:close": {"on": today},
        "gate:settings": {"epidemic": "on"},
        "gate:entry_act": {},
        "gate:leave_act": {},
        "gate:pass_enter": {},
        "checks:checklist_switch": {},
        "checks:fill": {"happened_on": today, "r_exits": "pass", "r_lamps": "pass"},
        "checks:void": {"reason": "填错"},
        "checks:round_withdraw": {},
        "checks:round_postpone": {"due_on": today},
        "checks:round_new": {"checklist": "round", "how": "person", "due_on": today},
        "checks:assigned": {"happened_on": today, "r_exits": "pass", "r_lamps": "pass"},
        "obligations:waive": {"reason": "停课"},
        "obligations:filing_withdraw": {"reason": "填错"},
        "ledgers:new": {**ledger_form("gear"), "form_id": ""},
        "ledgers:end": {"why": "报废"},
        "ledgers:unseal": {},
        "ledgers:bulk": {"ids": str(world["ledgers"]["pk"]), "field": "quantity", "quantity": "3"},
        "schoolbus:trip_start": {},
        "schoolbus:trip_cancel": {"reason": "下雪"},
        "schoolbus:route_stop": {},
        "schoolbus:offer_close": {},
        "schoolbus:day_plan": {},
        "schoolbus:side_step": {"step": "decline", "why": "不需要"},
        "schoolbus:incident_withdraw": {"reason": "误报"},
        "schoolbus:inspection_withdraw": {"reason": "误报"},
        **incident_forms(),
        "plans:drop": {},
        "plans:dismiss": {"why": "不需要"},
        "plans:submit": {},
        "reviews:sign": {},
        "reviews:settle": {},
        **risk_forms(),
        **assessment_forms(world["web"]["key"]),
        "tracing:act": {"note": "重复立项"},
        "tracing:opinion": {"agrees": "yes"},
        "tracing:object": {"words": "不同意"},
        "rollcall:new": {"real": ""},
        "governance:regulation_keep": {},
        "governance:regulation_withdraw": {},
        "governance:decision_end": {"result": "已办", "state": "done"},
        "governance:meeting_withdraw": {},
        "governance:meeting": {"text": "整改", "owner_name": "甲", "due_on": today},
        "governance:visit_act": {"reply": "已改"},
        "governance:target_cancel": {"reason": "下雪"},
        "appraisal:item_review": {"points": "5", "reason": "好"},
        "appraisal:item_self": {"points": "5", "note": "好"},
        "appraisal:scheme_act": {},
        "appraisal:round_act": {},
        "rollcall:act": {"note": "外出"},
        "rollcall:take": {"rest": "1"},
        "rollcall:found": {"state": "missing"},
        "rollcall:here": {},
        "rollcall:hand": {"guardian": "1", "how": "known"},
        "rollcall:hand_unlisted": {
            "pupil_name": "甲",
            "guardian": "乙",
            "relation": "父亲",
            "how": "known",
        },
        "rollcall:guardians": {},
        "rollcall:undo": {"why": "写错"},
        "rollcall:class_teacher": {"person": ""},
        "indicators:target": {"indicator": "point:8", "year": "2026", "value": "0.9"},
        "notices:robots": {
            "kind": "feishu",
            "name": "群",
            "url": "https://open.feishu.cn/open-apis/bot/v2/hook/y",
        },
        "notices:robot_try": {},
        "notices:robot_switch": {"on": "0"},
    }


def risk_forms() -> dict[str, dict[str, str]]:
    point = {
        "name": "燃气", "zone": "食堂", "category": "03", "hazard": "漏气", "accidents": "爆炸", "people": "pupils",
    }  # fmt: skip
    return {
        "risk:new": point,
        "risk:edit": point,
        "risk:library": {"keys": "stairs"},
        "risk:control_new": {"kind": "training", "text": "演练"},
        "risk:control_end": {},
        "risk:check_new": {"ok": "1"},
        "risk:place": {"x": "1", "y": "1"},
        "risk:proposal_decline": {"decision": "不需要"},
        "risk:act": {"method": "lec", "lec_l": "1", "lec_e": "6", "lec_c": "7", "responsible": "甲", "note": "现场"},
    }  # fmt: skip


def assessment_forms(school: str) -> dict[str, dict[str, str]]:
    today = str(timezone.localdate())
    plan = {
        "title": "评估", "firm": "甲", "firm_code": assessing.CODE, "qualification": "甲级", "topics": "消防",
        "begins_on": today, "ends_on": today, "sites": school,
    }  # fmt: skip
    found_ = {"place": "大厅", "text": "灯坏了", "category": "01", "level": "general"}
    return {
        "assessments:new": plan,
        "assessments:act": {"note": "不做了"},
        "assessments:invite": {"name": "庚", "username": "firm2", "phone": "13912345679", "until": today},
        "assessments:access_end": {},
        "assessments:finding_new": found_,
        "assessments:hand_in": {"score": "88", "rating": "fair", "conclusion": "好"},
        "assessments:answer": {"answer": "马上改"},
    }  # fmt: skip


def incident_forms() -> dict[str, dict[str, str]]:
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    figures = {"hurt": "none", "place": "大厅", "happened_at": now}
    return {
        "incidents:new": {**figures, "kind": "fire", "summary": "起火"},
        "incidents:facts": {**figures, "note": "已扑灭"},
        "incidents:phone": {"whom": "值班室", "at": now},
        "incidents:entry": {"text": "消防车到场"},
        "incidents:act": {},
        "incidents:task_new": {"text": "清点", "owner_name": "甲"},
        "incidents:task_end": {"state": "done"},
        "incidents:people": {},
        "incidents:person_new": {"name": "乙", "who": "pupil", "state": "site"},
        "incidents:person": {"name": "乙", "who": "pupil", "state": "site"},
        "incidents:report_new": {**figures, "what": "起火", "measures": "扑灭", "contact": "甲", "contact_phone": "1", "approved_by": "丙"},
        "incidents:report_receive": {},
        "incidents:card": {"address": "1", "gate": "南门", "contact": "甲", "phone": "1"},
    }  # fmt: skip


def test_a_reader_is_refused_a_form_that_is_filled_in(cast, world):
    wrong = {}
    with scope.everything():
        reader = hire(cast.wujin, "auditor", "审计员", "auditor")
    client = cast.client(reader)
    known = {route.name: route for route in ours()}
    for name, form in filled(world).items():
        where = address(known[name], world)
        answer = client.post(where, {**form, "unit": cast.school.key})
        # Refused by the permission, not for the form: a page says it at the form, or instead of it.
        said = answer.status_code in {403, 404} or NOT_YOURS in answer.content.decode()
        if answer.status_code == 302 or not said:
            wrong[name] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("who", ["officer", "teacher", "district", "bureau"])
def test_every_page_opens_with_few_queries(cast, world, who, asked):
    wrong = {}
    client = cast.client(getattr(cast, who))
    client.raise_request_exception = False
    for route in ours():
        where = address(route, world)
        client.get(where)
        with asked() as queries:
            status = client.get(where).status_code
        if status not in {200, 302, 403, 404, 405, 422} or len(queries) > MOST_QUERIES:
            wrong[route.name] = (status, len(queries))
    assert wrong == {}


@pytest.mark.parametrize("kind", sorted(all_kinds()))
def test_every_kind_of_record_has_a_page_and_a_way_to_make_one(kind, cast, world):
    """Read by the school's officer, or where it is an office's by the district or the bureau."""
    declared = all_kinds()[kind]
    with scope.everything():
        record = Record.objects.filter(kind=kind).order_by("-unit_id").first()
    assert record is not None, f"make a {kind} in `world`"
    readers = (cast.officer, cast.district, cast.bureau)
    reader = next(one for one in readers if one.units.holds(record.unit_id))
    client = cast.client(reader)
    assert client.get(record_url(kind, record.pk)).status_code == 200
    assert cast.client(cast.stranger).get(record_url(kind, record.pk)).status_code == 404
    if declared.new_url_name:
        assert client.get(reverse(declared.new_url_name)).status_code in {200, 302}
    assert all(label for values in declared.facets.values() for label in values.values())


def test_histories_name_every_state_in_chinese(world):
    """Of every record there is in `world`: a state without its word would show as it is stored."""
    with scope.everything():
        found = Record.objects.values_list("kind", "state").distinct()
        nameless = [(k, s) for k, s in found if state_word(k, s).isascii()]
    assert nameless == []


@pytest.mark.parametrize("loop", all_loops().values(), ids=lambda loop: loop.key)
def test_a_loop_with_a_state_nobody_can_leave_stops_the_start(loop):
    check(loop)
    for state in loop.open_states:
        kept = tuple(t for t in loop.transitions if state not in t.sources)
        with pytest.raises(LoopMistake):
            check(dataclasses.replace(loop, transitions=kept))
