"""The run sheet on the phone: moments, problems, the end."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.ids import new_id
from anyuan.core.refused import Conflict, Forbidden, Missing, Refused
from anyuan.domains.emergency.drills import moments
from anyuan.domains.emergency.drills.basis import cards_of, plan_of
from anyuan.domains.emergency.drills.facts import goal_seconds
from anyuan.domains.emergency.drills.forms import FinishForm, ProblemForm
from anyuan.domains.emergency.drills.models import Drill, State
from anyuan.domains.emergency.drills.services.running import (
    finish_run,
    mark_step,
    see_problem,
    undo_marks,
)
from anyuan.domains.emergency.rollcall.queries import for_record, summary
from anyuan.domains.emergency.rollcall.services import start_roll_call
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Profile
from anyuan.org.pages import get_visible, uuid_or_missing
from anyuan.org.permissions import Permission


def _one(request: AuthedRequest, pk: uuid.UUID) -> Drill:
    drill: Drill = get_visible(Drill, request.actor, pk=pk, select=("unit", "record"))
    return drill


@require_http_methods(["GET"])
@signed_in
def run(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The sheet: phases with big buttons, posts, problems."""
    drill = _one(request, pk)
    if drill.record.state not in {State.PLANNED, State.HELD, State.EVALUATED}:
        return redirect("emergency:drill", drill.pk)
    return _sheet(request, drill, ProblemForm())


def _sheet(
    request: AuthedRequest, drill: Drill, form: ProblemForm, status: int = 200
) -> HttpResponse:
    sheet, taken = moments.sheet_of(drill), moments.moments_of(drill)
    timed = {one.step.key: one for one in moments.timed_steps(sheet, taken)}
    basis = plan_of(drill)
    facts = {
        "basis": basis, "cards": cards_of(basis),
        "drill": drill, "sheet": sheet, "form": form,
        "phases": [(phase, [timed[step.key] for step in phase.steps]) for phase in sheet.phases],
        "guides": [(guide, f"{moments.POST}{guide.pk}", taken.get(f"{moments.POST}{guide.pk}")) for guide in drill.guides.all()],
        "problems": drill.problems.select_related("photo"), "goal": goal_seconds(drill.unit, drill.floors) if sheet.goal else None,
        "seconds": moments.seconds_of(sheet, taken), "planned": drill.record.state == State.PLANNED,
        "may_mark": request.actor.may(Permission.FILING_WRITE), "may_finish": request.actor.may(Permission.DRILL_WRITE),
        "now": timezone.now(), "call": for_record(drill.record), "may_count": request.actor.may(Permission.ROLLCALL_RUN),
    }  # fmt: skip
    return render(request, "emergency/run.html", facts, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def marks(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """The moments as data for open sheets; a tap, or taps taken back, is sent here."""
    drill = _one(request, pk)
    if request.method == "POST":
        if undo := request.POST.getlist("undo"):
            undo_marks(drill, by=request.actor, mark_ids=[uuid_or_missing(one) for one in undo])
        else:
            _take(request, drill)
        if "application/json" not in request.headers.get("Accept", ""):
            return redirect("emergency:run", drill.pk)
    said = {"now": timezone.now().isoformat(), "steps": moments.as_data(drill.marks.all())}
    said["state"] = drill.record.state
    return JsonResponse(said, headers={"Cache-Control": "no-store"})


def _take(request: AuthedRequest, drill: Drill) -> None:
    form_id = request.POST.get("form_id", "")
    at = parse_datetime(request.POST.get("at", ""))
    if at is not None and timezone.is_naive(at):
        at = timezone.make_aware(at)
    mark_step(
        drill, by=request.actor, step=request.POST.get("step", "")[:44], at=at,
        mark_id=uuid_or_missing(form_id) if form_id else new_id(),
    )  # fmt: skip


@require_POST
@signed_in
def problem(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Something wrong, with a photo."""
    drill = _one(request, pk)
    if not request.actor.may(Permission.FILING_WRITE):
        raise Forbidden(_("您的岗位不能进行此项操作。如确需办理，请联系本单位安全干部。"))
    form = ProblemForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        try:
            files = [
                keep_file(one, unit_id=drill.unit_id, by=request.actor).pk for one in data["files"]
            ]
            see_problem(
                drill, by=request.actor, text=data["text"], place=data["place"],
                problem_id=form.once(), file_ids=files,
            )  # fmt: skip
        except (Forbidden, Missing, Conflict):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已记下，演练结束后转为隐患。"))
            return redirect("emergency:run", drill.pk)
    return _sheet(request, drill, form, status=422)


@require_POST
@signed_in
def count(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """Start the roll call of this drill, or go to the one that runs."""
    drill = _one(request, pk)
    call = start_roll_call(
        drill.unit, by=request.actor, about=drill.record, real=False,
        title=_("%(title)s清点") % {"title": drill.record.title},
    )  # fmt: skip
    return redirect("rollcall:detail", call.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def finish(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    """People and notes; then the drill is held."""
    drill = _one(request, pk)
    if not request.actor.may(Permission.DRILL_WRITE):
        raise Forbidden(_("您的岗位不能进行此项操作。如确需办理，请联系本单位安全干部。"))
    if request.method == "GET" and drill.record.state != State.PLANNED:
        return redirect("emergency:drill", drill.pk)
    form = FinishForm(request.POST or None, request.FILES or None, initial=_people(drill))
    if request.method == "POST" and form.is_valid():
        try:
            files = [
                keep_file(one, unit_id=drill.unit_id, by=request.actor).pk
                for one in form.cleaned_data["files"]
            ]
            finish_run(drill, by=request.actor, file_ids=files, **form.facts())
        except (Forbidden, Missing, Conflict):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("演练已完成。请在当天评估，并按期报送报告。"))
            return redirect("emergency:evaluate", drill.pk)
    sheet, taken = moments.sheet_of(drill), moments.moments_of(drill)
    facts = {
        "drill": drill, "form": form, "seconds": moments.seconds_of(sheet, taken),
        "timed": [one for one in moments.timed_steps(sheet, taken) if one.step.timed],
        "goal": goal_seconds(drill.unit, drill.floors) if sheet.goal else None, "call": for_record(drill.record),
    }  # fmt: skip
    return render(request, "emergency/finish.html", facts, status=422 if form.errors else 200)


def _people(drill: Drill) -> dict[str, Any]:
    """Who should come and who came: as the roll call counted, else expected as the profile says."""
    call = for_record(drill.record)
    if call is not None:
        counted = summary(call)
        away = [
            _("%(n)d 人在别处") % {"n": counted.elsewhere} if counted.elsewhere else "",
            _("%(n)d 人没有清点到") % {"n": counted.missing} if counted.missing else "",
        ]
        words = "，".join(word for word in away if word)
        return {"expected": counted.expected, "present": counted.present, "absent_why": words}
    profile = Profile.objects.filter(unit=drill.unit).first()
    people = profile.pupils + profile.staff if profile else None
    if profile and drill.at_night:
        people = profile.boarders or people
    return {"expected": people}
