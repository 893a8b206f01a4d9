"""Hot work: asked for, permitted by another person, begun within its hours, watched after it, closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.domains.fire import forms
from anyuan.domains.fire.models import HotWork
from anyuan.domains.fire.numbers import watch_after
from anyuan.engines.cases.registry import declare
from anyuan.engines.cases.spec import Loop, State, Transition
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission

P = Permission


def another_person(work: HotWork, by: Actor) -> str:
    if by.person_id is not None and by.person_id == work.asked_by_id:
        return _("申请和批准不能是同一个人。")
    return "" if timezone.now() < work.ends_at else _("申请的时间已经过去，请重新申请。")


def within_hours(work: HotWork, by: Actor) -> str:
    """A permit is good from its beginning to its end."""
    now = timezone.now()
    if now >= work.ends_at:
        return _("许可已到期，不能动火，请重新申请。")
    if now < work.begins_at:
        begins = timezone.localtime(work.begins_at)
        return _("许可从 %(at)s 起有效。") % {"at": begins.strftime("%m-%d %H:%M")}
    return ""


def watched(work: HotWork, by: Actor) -> str:
    """The place is watched for the pack's minutes after the fire is out."""
    until = work.watched_until
    if until is not None and timezone.now() < until:
        local = timezone.localtime(until)
        return _("动火结束后要看守现场，%(at)s 以后才能关闭。") % {"at": local.strftime("%H:%M")}
    return ""


def begin(work: HotWork, by: Actor, data: Mapping[str, Any]) -> None:
    work.started_at = timezone.now()
    work.save()


def stop(work: HotWork, by: Actor, data: Mapping[str, Any]) -> None:
    work.stopped_at = timezone.now()
    work.watched_until = work.stopped_at + watch_after()
    work.save()


declare(
    Loop(
        key="hot_work",
        label="动火作业",
        url_name="fire:hot_work",
        start=("asked",),
        stages=("申请", "批准", "动火", "看守", "关闭"),
        states=(
            State("asked", "待批准", "azure", "file-pencil", 1),
            State("approved", "已批准", "cyan", "file-check", 2),
            State("working", "动火中", "red", "flame", 3),
            State("watching", "看守中", "orange", "eye", 4),
            State("closed", "已关闭", "green", "circle-check", 5, final=True),
            State("refused", "未批准", "secondary", "file-x", 1, final=True),
            State("void", "已取消", "secondary", "circle-x", 1, final=True),
        ),
        transitions=(
            Transition("approve", "批准", ("asked",), "approved", P.HAZARD_VERIFY, "file-check", "success",
                       form=forms.NoteForm, guard=another_person),
            Transition("refuse", "不批准", ("asked",), "refused", P.HAZARD_VERIFY, "file-x", "warning",
                       form=forms.ReasonForm),
            Transition("begin", "措施已落实，开始动火", ("approved",), "working", P.HAZARD_REPORT, "flame", "danger",
                       form=forms.NoteForm, guard=within_hours, apply=begin),
            Transition("stop", "动火结束，开始看守", ("working",), "watching", P.HAZARD_REPORT, "eye",
                       form=forms.NoteForm, apply=stop),
            Transition("close", "现场没有余火，关闭", ("watching",), "closed", P.HAZARD_REPORT, "circle-check",
                       "success", form=forms.ClosingForm, guard=watched),
            Transition("void", "取消", ("asked", "approved"), "void", P.HAZARD_REPORT, "circle-x", "secondary",
                       form=forms.ReasonForm),
        ),
    )
)  # fmt: skip
