"""Papers: 演练报告 as Word and PDF, the programme as a workbook and for printing, the notice to neighbours."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from anyuan.core.files import path_of
from anyuan.core.models import File
from anyuan.domains.emergency.drills import moments
from anyuan.domains.emergency.drills.basis import basis_words
from anyuan.domains.emergency.drills.content import content
from anyuan.domains.emergency.drills.facts import goal_seconds, report_late
from anyuan.domains.emergency.drills.models import Drill, Programme
from anyuan.engines.notices.official import Heading, Photo, Table
from anyuan.engines.notices.printing import docx_bytes, pdf_official, xlsx_rows
from anyuan.org.actor import Actor

MOST_PHOTOS = 8
HAZARD_STATES = {True: "已转为隐患整改", False: "演练结束后转为隐患"}
SIGN = "总指挥（签名）：＿＿＿＿＿＿　　安全负责人（签名）：＿＿＿＿＿＿"


def title_of(drill: Drill) -> str:
    return f"{drill.get_kind_display()}应急演练报告"


def facts(drill: Drill) -> list[tuple[str, str]]:
    """The head of the report, in reading order; what is empty is left out."""
    goal = goal_seconds(drill.unit, drill.floors) if moments.sheet_of(drill).goal else None
    used = "" if drill.seconds is None else f"{drill.seconds} 秒"
    if drill.seconds is not None and goal is not None:
        used += f"（目标 {goal} 秒，{'达标' if drill.seconds <= goal else '未达标'}）"
    rows = [
        ("演练单位", drill.unit.name),
        ("演练日期", f"{drill.record.happened_on:%Y年%m月%d日}"),
        ("种类和形式", drill.record.title + ("，夜间" if drill.at_night else "")
         + ("，事先通知" if drill.announced else "，事先未通知")),
        ("依据的预案", basis_words(drill)),
        ("情景", drill.scenario),
        ("总指挥", drill.leader),
        ("演练楼宇", drill.buildings + (f"（最高 {drill.floors} 层）" if drill.floors else "")),
        ("集合地点", drill.place),
        ("批准", f"{drill.approved_by}　{_moment(drill.approved_at)}" if drill.approved_at else ""),
        ("事先告知", f"{drill.notified_to}　{_moment(drill.notified_at)}" if drill.notified_at else ""),
        ("疏散用时", used),
        ("人数", _people(drill)),
        ("受伤", f"{drill.injured} 人" if drill.injured else "无"),
        ("现场记录", drill.notes),
        ("评估得分", "" if drill.rating is None else f"{drill.rating} 分"),
        ("评估意见", drill.evaluation),
        ("预案修改建议", drill.plan_changes),
        ("报送", _reported(drill)),
    ]  # fmt: skip
    return [(name, value) for name, value in rows if value]


def times(drill: Drill) -> list[tuple[str, str, str]]:
    """(step, clock time, seconds since the signal) of the timed steps that were taken."""
    sheet = moments.sheet_of(drill)
    return [
        (one.step.title, f"{timezone.localtime(one.at):%H:%M:%S}", "" if one.seconds is None else str(one.seconds))
        for one in moments.timed_steps(sheet, moments.moments_of(drill))
        if one.step.timed and one.at
    ]  # fmt: skip


def scores(drill: Drill) -> list[tuple[str, str, str]]:
    return [
        (score.label, str(score.weight), "不适用" if score.value is None else f"{score.value}/{score.most}")
        for score in drill.scores.all()
    ]  # fmt: skip


def problems(drill: Drill) -> list[tuple[str, str, str]]:
    return [(one.text, one.place, HAZARD_STATES[one.raised]) for one in drill.problems.all()]


def guides(drill: Drill) -> list[tuple[str, str]]:
    return [(guide.place, guide.name) for guide in drill.guides.all()]


def report_pdf(drill: Drill) -> bytes:
    """The report for printing, with the photos."""
    parts: list[Any] = [Table([list(row) for row in facts(drill)], widths=(1, 4), head=False)]
    tables: list[tuple[str, tuple[str, ...], list[tuple[str, ...]], tuple[float, ...]]] = [
        ("各环节时刻", ("环节", "时刻", "距信号（秒）"), [*times(drill)], (4, 2, 2)),
        ("疏导岗位", ("位置", "姓名"), [*guides(drill)], (3, 2)),
        ("评估", ("项目", "权重", "得分"), [*scores(drill)], (5, 1, 1.4)),
        ("发现的问题", ("问题", "地点", "处理"), [*problems(drill)], (4, 2, 2)),
    ]
    for name, head, rows, widths in tables:
        if rows:
            parts += [Heading(name), Table([list(head), *map(list, rows)], widths=widths)]
    photos = _photos(drill)
    if photos:
        parts += [Heading("现场照片"), *photos]
    parts.append(SIGN)
    return pdf_official(
        title_of(drill), parts=parts, sign_unit=drill.unit.name,
        signed_on=timezone.localdate(drill.reported_at) if drill.reported_at else timezone.localdate(),
    )  # fmt: skip


def report_docx(drill: Drill) -> bytes:
    """The same report from the Word template."""
    day = timezone.localdate(drill.reported_at) if drill.reported_at else timezone.localdate()
    context = {
        "title": title_of(drill),
        "rows": [{"name": name, "value": value} for name, value in facts(drill)],
        "times": [{"a": a, "b": b, "c": c} for a, b, c in times(drill)],
        "guides": [{"a": a, "b": b} for a, b in guides(drill)],
        "scores": [{"a": a, "b": b, "c": c} for a, b, c in scores(drill)],
        "problems": [{"a": a, "b": b, "c": c} for a, b, c in problems(drill)],
        "sign": SIGN,
        "sign_unit": drill.unit.name,
        "date": f"{day:%Y年%m月%d日}",
    }
    return docx_bytes("emergency/report.docx", context)


def programme_rows(programme: Programme) -> list[list[str]]:
    """Day, kind, mode, what it serves, how it stands."""
    found = []
    for entry in programme.entries.select_related("drill__record").order_by("on", "id"):
        drill = entry.drill
        on = drill.record.happened_on if drill else entry.on
        state = drill.record.state if drill else "draft"
        kind = (drill or entry).get_kind_display() + (
            "（夜间）" if (drill or entry).at_night else ""
        )
        found.append([
            f"{on:%Y-%m-%d}", "一二三四五六日"[on.weekday()], kind, (drill or entry).get_mode_display(),
            drill.leader if drill else "", entry.why, STATES.get(state, state),
        ])  # fmt: skip
    return sorted(found)


STATES = {
    "draft": "草稿", "planned": "已计划", "held": "已开展", "evaluated": "已评估", "reported": "已报送",
    "cancelled": "已取消", "void": "已撤销",
}  # fmt: skip
PROGRAMME_HEAD = [
    ("日期", 14), ("星期", 8), ("种类", 18), ("形式", 12), ("负责人", 12), ("依据", 50), ("状态", 12),
]  # fmt: skip


def programme_xlsx(programme: Programme, by: Actor) -> bytes:
    title = f"{programme.unit.short_name}{programme.label}演练计划"
    return xlsx_rows(PROGRAMME_HEAD, programme_rows(programme), title=title, by=by)


def programme_pdf(programme: Programme) -> bytes:
    rows = [[row[0], row[1], row[2], row[3], row[5]] for row in programme_rows(programme)]
    return pdf_official(
        f"{programme.label}应急演练计划",
        parts=[
            "为落实每月（季度）疏散演练要求，结合本校风险和季节特点，安排如下：",
            Table([["日期", "星期", "种类", "形式", "依据"], *rows], widths=(2.2, 1, 2.2, 1.8, 5)),
        ],
        sign_unit=programme.unit.name,
        signed_on=timezone.localdate(programme.adopted_at) if programme.adopted_at else None,
    )


def notice_text(drill: Drill) -> str:
    """What to send to parents and neighbours, ready to copy."""
    day = drill.record.happened_on
    date = f"{day.month}月{day.day}日" + (
        f"{drill.planned_time:%H:%M}" if drill.planned_time else ""
    )
    return content().notice_text.format(
        school=drill.unit.name,
        date=date,
        kind=drill.get_kind_display(),
        place=drill.place or "操场",
    )


def _people(drill: Drill) -> str:
    if drill.expected is None:
        return ""
    why = f"（{drill.absent_why}）" if drill.absent_why else ""
    return f"应到 {drill.expected} 人，实到 {drill.present} 人{why}"


def _reported(drill: Drill) -> str:
    if drill.reported_at is None:
        return ""
    late = "，超过期限" if report_late(drill) else ""
    return f"{drill.reported_by}　{_moment(drill.reported_at)}{late}"


def _moment(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y年%m月%d日 %H:%M}" if moment else ""


def _photos(drill: Drill) -> list[Photo]:
    files = File.objects.filter(record_id=drill.pk, kind__startswith="image/").order_by("id")
    paths = [(path_of(file), file.label) for file in files[:MOST_PHOTOS]]
    return [Photo(path, label or "演练现场") for path, label in paths if path.exists()]
