"""The demo's risk points: the usual ones of each school, graded and looked after; one school with a plan."""

from __future__ import annotations

import datetime
import io
import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pghistory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from anyuan.core import events
from anyuan.core.ids import new_id
from anyuan.core.models import Record
from anyuan.domains.risk.points.content import Typical, library, scoring
from anyuan.domains.risk.points.models import (
    ColourKey,
    RegradeProposal,
    RiskCheck,
    RiskControl,
    RiskGrading,
    RiskPoint,
)
from anyuan.domains.risk.points.numbers import bands_of, next_check, next_review
from anyuan.domains.risk.points.scoring import lec
from anyuan.domains.risk.points.services.identifying import add_plan, place_point
from anyuan.engines.cases.models import Case, Step
from anyuan.engines.ledgers import bulk
from anyuan.engines.notices.official import FONT_FILES, REGULAR
from anyuan.org.models import Post, Profile, Unit
from anyuan.org.permissions import Role
from anyuan.org.posts import actor_of

COMMON = (
    "stairs", "classroom_fire", "rails", "wiring", "gate_crowd", "intruder", "pe_class", "epidemic", "kitchen_gas",
)  # fmt: skip
RARER = ("sports_gear", "goals", "ebike", "trees", "wind_rain", "small_shops", "walls", "alarm", "mind")  # fmt: skip
DEMO_SCHOOL = "school"
WHO = {"red": "校（园）长", "orange": "分管副校长", "yellow": "总务主任", "blue": "年级组长"}
SPOTS = ((300, 300), (520, 290), (700, 320), (250, 640), (500, 930), (540, 860), (760, 700), (330, 500), (860, 420), (820, 640))  # fmt: skip


class Sheets:
    """Rows of many schools, kept until they are inserted table by table."""

    def __init__(self, rng: random.Random, today: datetime.date) -> None:
        self.rng, self.today = rng, today
        self.rows: dict[Any, list[dict[str, Any]]] = {}
        self.bands, self.tables = bands_of("lec"), scoring()

    def add(self, model: Any, **facts: Any) -> Any:
        self.rows.setdefault(model, []).append(facts)
        return facts.get("id") or facts.get("record")

    def record(self, kind: str, unit: str, on: datetime.date, title: str, state: str, tags: list[str]) -> Any:  # fmt: skip
        moment = min(_at(on), timezone.now())
        return self.add(
            Record, id=new_id(), kind=kind, unit=unit, done_by=unit, happened_on=on, title=title, state=state,
            counts=True, tags=sorted(tags), created_by=None, created_at=moment, updated_at=moment,
        )  # fmt: skip

    def insert(self) -> None:
        for model in (Record, Case, Step, RiskPoint, RiskControl, RiskGrading, RiskCheck, RegradeProposal):  # fmt: skip
            bulk.insert(model, self.rows.get(model, []))


def _at(on: datetime.date) -> datetime.datetime:
    nine = datetime.time(9)
    return datetime.datetime.combine(on, nine, timezone.get_default_timezone())


def fill(sites: Sequence[Unit], since: datetime.date, today: datetime.date) -> None:
    """Points of nearly all sites, and the demo's school with a plan; call with the whole tree in scope."""
    rng = random.Random("risk")  # noqa: S311 -- the same demo each time
    sheets = Sheets(rng, today)
    profiles = {one.unit_id: one for one in Profile.objects.filter(unit__in=sites)}
    ours = set(Post.objects.filter(person__username=DEMO_SCHOOL).values_list("unit_id", flat=True))
    for site in sites:
        if site.key in ours or rng.random() < 0.94:
            keys = _keys(profiles[site.key], rng)
            for n, key in enumerate(keys, start=1):
                _point(sheets, site, library()[key], n, since, certain=site.key in ours)
    with pghistory.context(by="系统", action="demo"):
        sheets.insert()
        for kind in ("risk_grading", "risk_check"):
            rows = [row for row in sheets.rows[Record] if row["kind"] == kind]
            units, days = {r["unit"] for r in rows}, {r["happened_on"] for r in rows}
            events.emit("records.changed", kind=kind, units=units, days=days)
        for site in sites:
            if site.key in ours:
                _plan(site)


def _keys(profile: Profile, rng: random.Random) -> list[str]:
    """Which usual points a site has, by what it is like."""
    found = [*COMMON, *rng.sample(RARER, 2)]
    if not profile.has_canteen:
        found.remove("kitchen_gas")
    else:
        found.append("food_cook")
    found += ["dorm_exit", "dorm_electric"] if profile.boarding else []
    found += ["lab_toxic"] if profile.has_lab else []
    found += ["bus_board"] if profile.has_bus else []
    return found


def _point(sheets: Sheets, site: Unit, typical: Typical, n: int, since: datetime.date, *, certain: bool) -> None:  # fmt: skip
    rng = sheets.rng
    on = since + datetime.timedelta(days=rng.randint(1, 20))
    # As suggested, but a school may see the likelihood one step lower.
    likelihood, exposure, consequence = typical.score
    steps = [step.score for step in sheets.tables.lec["likelihood"]]
    if rng.random() < 0.4:
        likelihood = steps[min(steps.index(likelihood) + 1, len(steps) - 1)]
    value = lec(likelihood, exposure, consequence)
    colour = sheets.tables.colours[sheets.bands.colour(value)]
    waiting = colour.key in {"red", "orange"} and rng.random() < 0.15
    state = "approved" if waiting else "controlled"
    due = _next_due(sheets, site, colour.days, waiting=waiting, certain=certain)
    title = f"{typical.zone}：{typical.name}"
    pk = sheets.record("risk_point", site.key, on, title, state, [f"category:{typical.category}", f"colour:{colour.key}"])  # fmt: skip
    moment = _at(on)
    sheets.add(
        Case, record=pk, unit=site.key, loop="risk_point", state=state, level="school", opened_at=moment, version=3,
    )  # fmt: skip
    for transition, label, before, after in (
        ("open", "辨识", "", "draft"), ("grade", "评估分级", "draft", "graded"), ("approve", "学校审核通过", "graded", state),
    ):  # fmt: skip
        sheets.add(
            Step, id=new_id(), case=pk, unit=site.key, transition=transition, label=label, from_state=before,
            to_state=after, by_name="安全干部", at=moment, note="",
        )  # fmt: skip
    sheets.add(
        RiskPoint, record=pk, unit=site.key, number=f"FX-{site.code}-{n:03d}", name=typical.name,
        category=typical.category, typical=typical.key, zone=typical.zone, hazard=typical.hazard,
        accidents=typical.accidents, people=list(typical.people), people_count=rng.randint(1, 20) * 50,
        checklist=typical.checklist, phone="0519-80000000", colour=colour.key, value=value,
        control_level=colour.control, responsible=WHO[colour.key], graded_on=on, review_due=next_review(on),
        check_days=colour.days, next_check_on=due, token=new_id().hex,
    )  # fmt: skip
    for kind, text in typical.controls.items():
        sheets.add(
            RiskControl, id=new_id(), point=pk, unit=site.key, kind=kind, text=text, owner=WHO[colour.key], active=True,
        )  # fmt: skip
    _grading(sheets, site, pk, title, on, (likelihood, exposure, consequence, value), colour)
    if not waiting:
        _checks(sheets, site, pk, title, colour, on)


def _next_due(sheets: Sheets, site: Unit, days: int, *, waiting: bool, certain: bool) -> Any:
    """When the next look is due; some schools are late, and the demo's own school has something to do today."""
    if waiting:
        return None
    late = sheets.rng.random() < (0.25 if certain else 0.1)
    if late:
        return sheets.today - datetime.timedelta(days=sheets.rng.randint(0, 3))
    return next_check(sheets.today, sheets.rng.randint(1, days))


def _grading(
    sheets: Sheets, site: Unit, pk: Any, title: str, on: datetime.date, scores: tuple[Decimal, ...], colour: Any,
) -> None:  # fmt: skip
    likelihood, exposure, consequence, value = scores
    grading = sheets.record("risk_grading", site.key, on, title, "filed", [f"colour:{colour.key}", "method:lec"])  # fmt: skip
    sheets.add(
        RiskGrading, record=grading, unit=site.key, point=pk, on=on, method="lec", likelihood=likelihood,
        exposure=exposure, consequence=consequence, value=value, direct="", limits=list(sheets.bands.limits),
        limit_up=sheets.bands.up, table=sheets.tables.version, colour=colour.key, before="",
        control_level=colour.control, responsible=WHO[colour.key], reason="对照现场逐项评估", by_name="安全干部",
    )  # fmt: skip


def _checks(
    sheets: Sheets, site: Unit, pk: Any, title: str, colour: Any, on: datetime.date
) -> None:
    """The last two looks of a point, now and then one day late."""
    day = max(on, sheets.today - datetime.timedelta(days=2 * colour.days))
    for _turn in range(2):
        due = next_check(day, colour.days)
        done = due + datetime.timedelta(days=sheets.rng.random() < 0.12)
        if done >= sheets.today:
            return
        check = sheets.record("risk_check", site.key, done, title, "filed", [f"colour:{colour.key}", "result:ok"])  # fmt: skip
        sheets.add(
            RiskCheck, record=check, unit=site.key, point=pk, on=done, ok=True, failed=[], note="", due_on=due,
            in_time=done <= due, by_name="安全干部",
        )  # fmt: skip
        day = done


def _plan(site: Unit) -> None:
    """A drawn site plan with the school's points on it, and a proposal to grade one of them anew."""
    held = Post.objects.filter(unit=site, person__username=DEMO_SCHOOL, role=Role.SAFETY_OFFICER)
    post = held.select_related("person", "unit").first()
    if post is None:  # the account may hold another post at a site of its school
        return
    by = actor_of(post)
    points = list(RiskPoint.objects.filter(unit=site).select_related("record", "unit").order_by("number"))  # fmt: skip
    plan = add_plan(
        site, by=by, name="总平面图", upload=SimpleUploadedFile("plan.png", drawn_plan())
    )
    for point, (x, y) in zip(points, SPOTS, strict=False):
        place_point(point, by=by, plan=plan, x=x, y=y)
    yellow = next((one for one in points if one.colour == ColourKey.YELLOW), points[0])
    RegradeProposal.objects.create(
        unit=site, point=yellow, why=RegradeProposal.Why.REPEATED, detail="365 天内出现 3 处同类隐患", fact="repeat:demo",
    )  # fmt: skip


def drawn_plan() -> bytes:
    """A plain site plan: buildings, sports field, gate."""
    from django.conf import settings  # noqa: PLC0415 -- the font's folder is known when settings are

    image = Image.new("RGB", (1200, 800), "#f7f8f5")
    pen = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(settings.FONT_FOLDER) + "/" + FONT_FILES[REGULAR], 26)
    pen.rectangle((30, 30, 1170, 770), outline="#66707a", width=6)
    for left, top, right, bottom, name in (
        (200, 140, 520, 300, "一号教学楼"), (580, 140, 900, 300, "二号教学楼"), (200, 380, 440, 480, "综合楼"),
        (200, 560, 440, 680, "食堂"), (960, 140, 1120, 460, "宿舍楼"), (560, 690, 660, 745, "门卫室"),
    ):  # fmt: skip
        pen.rectangle((left, top, right, bottom), fill="#dfe7ee", outline="#44515e", width=3)
        pen.text(((left + right) / 2, (top + bottom) / 2), name, font=font, fill="#25303a", anchor="mm")  # fmt: skip
    pen.ellipse((560, 380, 920, 650), fill="#e4efe0", outline="#6d8f62", width=3)
    pen.text((740, 515), "操场", font=font, fill="#3f5f36", anchor="mm")
    pen.rectangle((520, 758, 720, 776), fill="#c9a227")
    pen.text((440, 740), "校门", font=font, fill="#25303a", anchor="mm")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
