"""The demo's assessments: one in rectification, one on site, each hired by a district."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anyuan.core.files import keep_file
from anyuan.domains.risk.assessments.credit import check_letter
from anyuan.domains.risk.assessments.models import AssessedSite, Assessment
from anyuan.domains.risk.assessments.queries import one
from anyuan.domains.risk.assessments.services.assessing import add_finding, answer, hand_in
from anyuan.domains.risk.assessments.services.hiring import (
    invite_assessor,
    plan_assessment,
    step_assessment,
)
from anyuan.engines.notices.printing import pdf_official
from anyuan.org.actor import Actor
from anyuan.org.models import Post, Unit
from anyuan.org.posts import actor_of

Clock = Callable[[datetime.date, int], AbstractContextManager[None]]
DESK, SCHOOL = "wujin", "school"  # the demo's own accounts
FINDINGS = (
    ("食堂操作间", "燃气报警器超过检定日期", "03"), ("二号教学楼三楼", "疏散指示灯两处不亮", "01"),
    ("操场", "可移动球门没有固定", "09"), ("药品室", "领用登记与实物不符", "06"),
)  # fmt: skip


def fill(sites: Sequence[Unit], today: datetime.date, clock: Clock) -> None:
    """Two assessments of the demo's district; call with the whole tree in scope."""
    desk = _actor(Post.objects.filter(person__username=DESK))
    below = [site for site in sites if desk.units.holds(site.key) and site.kind == Unit.Kind.SCHOOL]
    ours = set(Post.objects.filter(person__username=SCHOOL).values_list("unit_id", flat=True))
    below.sort(key=lambda site: (site.key not in ours, site.key))
    first, second = below[:3], below[3:5]
    row, crew = _hired(desk, "秋季校园安全第三方评估", "assessor1", first, today - datetime.timedelta(days=20), clock)  # fmt: skip
    with clock(today - datetime.timedelta(days=15), 60):
        parts = list(AssessedSite.objects.filter(whole=row.pk).select_related("record", "unit"))
        for n, site in enumerate(parts):
            _assess(site, crew[site.unit_id], FINDINGS[n : n + 2], Decimal(92 - 4 * n))
    with clock(today - datetime.timedelta(days=12), 60):
        _step(row, desk, "report")
        _step(row, desk, "rectify")
        _answer(parts[0])
    if second:
        _hired(
            desk,
            "寄宿学校消防专项评估",
            "assessor2",
            second,
            today - datetime.timedelta(days=2),
            clock,
        )


def _hired(
    desk: Actor, title: str, username: str, schools: Sequence[Unit], begins: datetime.date, clock: Clock
) -> tuple[Assessment, dict[str, Actor]]:  # fmt: skip
    ends = begins + datetime.timedelta(days=25)
    with clock(begins, 30):
        base = f"91320411MA1{username[-1] * 6}"[:17]
        code = base.ljust(17, "0")
        row = plan_assessment(
            Unit.objects.get(key=desk.unit_key), by=desk, sites=schools, title=title, firm="常州常安安全评估有限公司（演示）",
            firm_code=code + check_letter(code), qualification="安全评价机构资质（演示）", topics="消防、校舍、用电用气、食堂、周边",
            begins_on=begins, ends_on=ends,
        )  # fmt: skip
        _step(row, desk, "contract", contract_no=f"HT-{begins:%Y%m%d}")
        name = {"1": "陈评估（演示）", "2": "周评估（演示）"}[username[-1]]
        phone = f"1391234567{username[-1]}"
        invite_assessor(row, by=desk, name=name, username=username, phone=phone, until=ends)
        _step(row, desk, "start")
    posts = Post.objects.filter(person__username=username).select_related("person", "unit")
    return row, {post.unit_id: actor_of(post) for post in posts}


def _assess(site: AssessedSite, by: Actor, findings: Sequence[tuple[str, str, str]], score: Decimal) -> None:  # fmt: skip
    for place, text, category in findings:
        add_finding(site, by=by, place=place, text=text, category=category)
    paper = pdf_official(
        f"{site.unit.name}安全评估报告（演示）", parts=["现场查看并查阅资料，形成以下结论。", "总体较好，部分设施需要更新。"],
        sign_unit=site.firm, signed_on=timezone.localdate(),
    )  # fmt: skip
    file = keep_file(SimpleUploadedFile("评估报告.pdf", paper), unit_id=site.unit_id, by=by)
    hand_in(
        site, by=by, score=score, rating="good" if score >= 90 else "fair", conclusion="总体较好，部分设施需要更新。",
        file_ids=[file.pk],
    )  # fmt: skip


def _answer(site: AssessedSite) -> None:
    posts = Post.objects.filter(unit=site.unit, role="safety_officer")
    if posts.exists():
        answer(site, by=_actor(posts), text="已逐条落实责任人，本月内整改完成。")


def _step(row: Assessment, by: Actor, transition: str, **data: Any) -> None:
    files = []
    if transition == "contract":
        paper = pdf_official("评估合同（演示）", parts=["委托评估，详见附件。"], sign_unit="演示")
        files = [keep_file(SimpleUploadedFile("合同.pdf", paper), unit_id=row.unit_id, by=by).pk]
    step_assessment(one(by, row.pk), by=by, transition=transition, data=data, file_ids=files)


def _actor(posts: Any) -> Actor:
    return actor_of(posts.select_related("person", "unit").order_by("pk")[0])
