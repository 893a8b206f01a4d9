"""Pages of fire safety: the first page, ways, the station, the wiring and its year."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anyuan.core.files import keep_file
from anyuan.core.forms import show_refusal
from anyuan.core.refused import Forbidden, Missing, Refused
from anyuan.domains.fire.forms import ElectricForm, StationForm, WayForm
from anyuan.domains.fire.models import ElectricRound, EscapeWay, HotWork, StationTest, WayCheck
from anyuan.domains.fire.numbers import arrival_seconds
from anyuan.domains.fire.services import call_station, check_way, check_wiring
from anyuan.org.actor import visible
from anyuan.org.middleware import AuthedRequest, signed_in
from anyuan.org.models import Unit
from anyuan.org.pages import get_visible, uuid_or_missing
from anyuan.org.permissions import Permission

LATEST = 6
YEARS = 20


@dataclasses.dataclass(frozen=True)
class Line:
    """One fact of a record's page."""

    head: str
    text: str


def site_of(request: AuthedRequest) -> Unit:
    """The site that is written about: named in the request, or the actor's own."""
    key = request.POST.get("unit") or request.GET.get("unit") or request.actor.unit_key
    unit: Unit = get_visible(Unit, request.actor, key=key)
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("请从学校或校区的岗位办理。"))
    return unit


def kept(request: AuthedRequest, unit_key: str, form: forms.Form) -> list[uuid.UUID]:
    return [
        keep_file(one, unit_id=unit_key, by=request.actor).pk
        for one in form.cleaned_data.get("files") or []
    ]


def latest(model: Any, by: Any) -> Any:
    return visible(model, by).select_related("unit", "record").order_by("-record_id")[:LATEST]


@require_GET
@signed_in
def home(request: AuthedRequest) -> HttpResponse:
    """What is going on and what was done last."""
    by = request.actor
    hot = visible(HotWork, by).filter(record__case__closed_at__isnull=True)
    ways = visible(EscapeWay, by).filter(active=True)
    context = {
        "hot": hot.select_related("unit", "record__case").order_by("ends_at")[:LATEST],
        "ways": ways.aggregate(all=Count("pk"), blocked=Count("pk", filter=Q(state="blocked"))),
        "lists": [
            (_("生命通道检查"), "fire:way_check", latest(WayCheck, by)),
            (_("微型消防站训练"), "fire:station_test", latest(StationTest, by)),
            (_("电气安全检查"), "fire:electric", latest(ElectricRound, by)),
        ],
        "may_write": by.may(Permission.INSPECTION_WRITE) and not by.is_supervisor,
    }
    return render(request, "fire/home.html", context)


def write(
    request: AuthedRequest, unit: Unit, form: Any, *, title: str, hint: str, page: str,
    save: Callable[[list[uuid.UUID]], Any],
) -> HttpResponse:  # fmt: skip
    """The form of a record: shown, or written and shown as a record."""
    if request.method == "POST" and form.is_valid():
        try:
            done = save(kept(request, unit.key, form))
        except (Forbidden, Missing):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已记录。"))
            return redirect(page, done.pk)
    context = {"form": form, "unit": unit, "title": title, "hint": hint}
    return render(request, "fire/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@signed_in
def way_new(request: AuthedRequest) -> HttpResponse:
    unit = site_of(request)
    rows = visible(EscapeWay, request.actor).filter(unit=unit, active=True).order_by("name")[:300]
    ways = [(str(one.pk), f"{one.name}（{one.place}）") for one in rows]
    initial = {"way": request.GET.get("way", "")}
    form = WayForm(request.POST or None, request.FILES or None, ways=ways, initial=initial)

    def save(files: list[uuid.UUID]) -> Any:
        pk = uuid_or_missing(form.cleaned_data["way"])
        way = get_visible(EscapeWay, request.actor, pk=pk, select=("unit", "record"))
        return check_way(
            unit, by=request.actor, way=way, on=form.cleaned_data["on"], file_ids=files,
            record_id=form.once(), **form.facts(),
        )  # fmt: skip

    hint = _("拍一张照片；占用或堵塞的自动转为隐患。")
    if not ways:
        hint = _("台账里还没有通道，请先在“台账 → 生命通道”登记。")
    return write(
        request, unit, form, title=_("检查生命通道"), hint=hint, page="fire:way_check", save=save
    )


@require_http_methods(["GET", "POST"])
@signed_in
def station_new(request: AuthedRequest) -> HttpResponse:
    unit = site_of(request)
    form = StationForm(request.POST or None, request.FILES or None)

    def save(files: list[uuid.UUID]) -> Any:
        return call_station(
            unit, by=request.actor, on=form.cleaned_data["on"], file_ids=files,
            record_id=form.once(), **form.facts(),
        )  # fmt: skip

    hint = _("%(n)s 秒内到位算按时。") % {"n": arrival_seconds()}
    return write(
        request, unit, form, title=_("微型消防站训练"), hint=hint, page="fire:station_test", save=save
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@signed_in
def electric_new(request: AuthedRequest) -> HttpResponse:
    unit = site_of(request)
    form = ElectricForm(request.POST or None, request.FILES or None)

    def save(files: list[uuid.UUID]) -> Any:
        return check_wiring(
            unit, by=request.actor, on=form.cleaned_data["on"], left=form.left(), file_ids=files,
            record_id=form.once(), **form.facts(),
        )  # fmt: skip

    hint = _("查配电箱、漏电保护、老旧线路和电动车充电。")
    return write(
        request, unit, form, title=_("电气安全检查"), hint=hint, page="fire:electric", save=save
    )


def _shown(request: AuthedRequest, done: Any, title: str, lines: list[tuple[str, Any]]) -> HttpResponse:  # fmt: skip
    facts = [Line(head, "—" if text in (None, "") else str(text)) for head, text in lines]
    return render(request, "fire/record.html", {"done": done, "title": title, "lines": facts})


@require_GET
@signed_in
def way_check(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    done: Any = get_visible(WayCheck, request.actor, pk=pk, select=("unit", "way", "record__created_by"))  # fmt: skip
    lines = [
        (_("通道"), f"{done.way.name}（{done.way.place}）"),
        (_("现在"), _("畅通") if done.clear else _("占用或堵塞")),
        (_("实测净宽"), f"{done.width} 米" if done.width is not None else ""),
        (_("发现的问题"), done.found),
    ]
    return _shown(request, done, _("生命通道检查"), lines)


@require_GET
@signed_in
def station_test(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    done: Any = get_visible(StationTest, request.actor, pk=pk, select=("unit", "record__created_by"))  # fmt: skip
    lines = [
        (_("地点"), done.place),
        (_("到位人数"), done.people),
        (_("到位用时"), f"{done.seconds} 秒，{_('按时') if done.in_time else _('超时')}"),
        (_("训练内容和问题"), done.note),
    ]
    return _shown(request, done, _("微型消防站训练"), lines)


@require_GET
@signed_in
def electric(request: AuthedRequest, pk: uuid.UUID) -> HttpResponse:
    done: Any = get_visible(ElectricRound, request.actor, pk=pk, select=("unit", "record__created_by"))  # fmt: skip
    lines = [
        (_("检查回路"), f"{done.circuits} 条"),
        (_("发现问题"), f"{done.problems} 个，已整改 {done.fixed} 个"),
        (_("改造线路"), f"{done.rewired} 米"),
        (_("投入经费"), f"{done.money} 元"),
        (_("电动车充电点"), f"{done.charging} 处"),
        (_("说明"), done.note),
    ]
    return _shown(request, done, _("电气安全检查"), lines)


@require_GET
@signed_in
def electric_year(request: AuthedRequest) -> HttpResponse:
    """The year's sum by unit: what a level reports of its electrical work."""
    this = timezone.localdate().year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() and this - YEARS < int(asked) <= this else this
    rows = visible(ElectricRound, request.actor).filter(
        record__happened_on__year=year, record__counts=True
    )
    sums = {
        name: Sum(name)
        for name in ("circuits", "problems", "fixed", "rewired", "money", "charging")
    }
    by_unit = rows.order_by().values("unit_id", "unit__name").annotate(rounds=Count("pk"), **sums)
    context = {
        "year": year,
        "years": range(this, this - 3, -1),
        "total": rows.aggregate(rounds=Count("pk"), units=Count("unit", distinct=True), **sums),
        "rows": by_unit.order_by("-problems", "unit_id")[:200],
    }
    return render(request, "fire/electric_year.html", context)
