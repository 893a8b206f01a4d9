"""Rounds: opened for units, evidence taken, published, made final. What is published is fixed."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.ids import is_client_id, new_id
from anyuan.core.models import Record
from anyuan.core.periods import add_working_days
from anyuan.core.refused import Conflict, Refused
from anyuan.domains.responsibility.appraisal.evidence import gather, totals
from anyuan.domains.responsibility.appraisal.models import (
    WORTH,
    ItemScore,
    Objection,
    Result,
    Round,
    Scheme,
    Veto,
)
from anyuan.domains.responsibility.appraisal.scoring import grade, ranks
from anyuan.engines.notices.services import tell
from anyuan.engines.obligations.numbers import number_values
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission, Role
from anyuan.org.services import checked

ROLES = {
    "district": [Role.DISTRICT_SUPERVISOR], "school": [Role.PRINCIPAL, Role.SAFETY_OFFICER],
}  # fmt: skip


@action(Permission.APPRAISAL_MANAGE)
def open_round(
    unit: Unit, *, by: Actor, scheme: Scheme, title: str, since: datetime.date, until: datetime.date,
    units: Sequence[Unit], round_id: uuid.UUID | None = None,
) -> Round:  # fmt: skip
    """Appraise `units` by a scheme over whole months, `since` ≤ month < `until`; evidence is taken at once."""
    if round_id is not None and not is_client_id(round_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
    if round_id and (kept := Round.objects.filter(pk=round_id).first()):
        found: Round = kept
        return found
    if scheme.unit_id != unit.key or scheme.state != Scheme.State.READY:
        raise Refused(_("请选择本单位可以使用的方案。"), field="scheme")
    chosen = [
        one for one in units
        if one.kind == scheme.audience and by.units.holds(one.key) and one.key != unit.key
    ]  # fmt: skip
    if not chosen:
        raise Refused(_("请选择要考核的单位。"), field="units")
    if until <= since:
        raise Refused(_("截止月份应在起始月份之后。"), field="until")
    round_ = Round(
        pk=round_id or new_id(), unit=unit, scheme=scheme, title=title, since=since, until=until
    )
    checked(round_, exclude=("unit", "scheme"))
    _put_results(round_, chosen, by)
    _gather(round_)
    _tell(round_, "opened", _("%(who)s开始考核：%(title)s，请自评"))
    return round_


def _put_results(round_: Round, units: Sequence[Unit], by: Actor) -> None:
    """Results, items and vetoes of all units, copied from the scheme's version, a few statements."""
    today, scheme = timezone.localdate(), round_.scheme
    records = [
        Record(
            unit=one, done_by_id=round_.unit_id, kind="appraisal_result", happened_on=today, title=round_.title,
            state="open", counts=False, tags=[f"audience:{scheme.audience}"], created_by_id=by.person_id,
        )
        for one in units
    ]  # fmt: skip
    Record.objects.bulk_create(records, batch_size=500)
    results = [
        Result(
            record=record, unit_id=record.unit_id, round=round_, title=round_.title, by_name=round_.unit.name,
            scheme_version=scheme.version, since=round_.since, until=round_.until, of=len(units),
        )
        for record in records
    ]  # fmt: skip
    Result.objects.bulk_create(results, batch_size=500)
    worth = [{name: getattr(item, name) for name in WORTH} for item in scheme.items.all()]  # type: ignore[attr-defined]
    ItemScore.objects.bulk_create(
        (ItemScore(result=one, unit_id=one.unit_id, **facts) for one in results for facts in worth),
        batch_size=500,
    )
    vetoes = list(scheme.vetoes.all())  # type: ignore[attr-defined]
    Veto.objects.bulk_create(
        (
            Veto(result=one, unit_id=one.unit_id, key=v.key, title=v.title, indicator=v.indicator)
            for one in results
            for v in vetoes
        ),
        batch_size=500,
    )


@action(Permission.APPRAISAL_MANAGE)
def refresh_round(round_: Round, *, by: Actor) -> Round:
    """Take the evidence anew while scores are still being given."""
    held = _locked(round_, Round.State.OPEN)
    _gather(held)
    return held


@action(Permission.APPRAISAL_MANAGE)
def publish_round(round_: Round, *, by: Actor) -> Round:
    """Evidence a last time, totals, grades, places; from now on the scores are fixed and may be objected to."""
    held = _locked(round_, Round.State.OPEN)
    _hold_still(held)
    _gather(held)
    waiting = ItemScore.objects.filter(result__round=held, points__isnull=True)
    if count := waiting.values("result_id").distinct().count():
        raise Refused(_("还有 %(n)d 个单位的项目没有评分，评完再公布。") % {"n": count})
    now = timezone.now()
    days = int(number_values("appraisal_objection_days")[0])
    last = add_working_days(timezone.localdate(), days)
    rows = totals(held)
    places = ranks([(one.unit_id, total, vetoed) for one, total, vetoed in rows])
    for one, total, vetoed in rows:
        one.score, one.rank = total, places[one.unit_id]
        one.grade = grade(total, _cutoffs(held.scheme), vetoed=vetoed)
        one.published_at, one.published_by_id, one.objection_until = now, by.person_id, last
    names = ["score", "rank", "grade", "published_at", "published_by", "objection_until"]
    ItemScore.objects.filter(result__round=held).update(frozen=True)
    Result.objects.bulk_update([one for one, _t, _v in rows], names, batch_size=500)
    _settle(held, Round.State.PUBLISHED, now)
    _tell(held, "published", _("%(who)s公布了考核结果：%(title)s，可以在期限内申诉"))
    return held


@action(Permission.APPRAISAL_MANAGE)
def finish_round(round_: Round, *, by: Actor) -> Round:
    """After the days for objections, with all of them decided: nothing changes any more."""
    held = _locked(round_, Round.State.PUBLISHED)
    if Result.objects.filter(round=held, objection_until__gte=timezone.localdate()).exists():
        raise Refused(_("申诉期还没有结束，结束后再确定结果。"))
    if count := Objection.objects.filter(result__round=held, state=Objection.State.OPEN).count():
        raise Refused(_("还有 %(n)d 件申诉没有答复。") % {"n": count})
    now, rows = timezone.now(), _after_objections(held)
    places = ranks([(one.unit_id, total, vetoed) for one, total, vetoed in rows])
    for one, total, vetoed in rows:
        one.final_score, one.final_at, one.rank = total, now, places[one.unit_id]
        one.grade = grade(total, _cutoffs(held.scheme), vetoed=vetoed)
    names = ["final_score", "final_at", "rank", "grade"]
    Result.objects.bulk_update([one for one, _t, _v in rows], names, batch_size=500)
    _settle(held, Round.State.FINAL, now)
    _tell(held, "final", _("%(who)s确定了考核结果：%(title)s"))
    return held


def _after_objections(round_: Round) -> list[tuple[Result, Decimal, bool]]:
    """The totals with what upheld objections changed."""
    changed: dict[Any, Decimal] = {}
    upheld = Objection.objects.filter(result__round=round_, state=Objection.State.UPHELD)
    for key, new, old in upheld.values_list("result_id", "new_points", "item__points"):
        changed[key] = changed.get(key, Decimal(0)) + new - old
    return [
        (one, total + changed.get(one.pk, Decimal(0)), vetoed)
        for one, total, vetoed in totals(round_)
    ]


def _cutoffs(scheme: Scheme) -> tuple[Decimal, Decimal, Decimal]:
    return scheme.excellent, scheme.good, scheme.passing


def _hold_still(round_: Round) -> None:
    """Who gives a score or decides on a veto just now is waited for, or comes too late."""
    list(
        ItemScore.objects.select_for_update(of=("self",))
        .filter(result__round=round_)
        .values_list("pk")
    )
    list(
        Veto.objects.select_for_update(of=("self",)).filter(result__round=round_).values_list("pk")
    )


def _gather(round_: Round) -> None:
    gather(round_)
    round_.refreshed_at = timezone.now()
    round_.save(update_fields=["refreshed_at"])


def _settle(round_: Round, state: str, now: datetime.datetime) -> None:
    round_.state = state
    round_.save(update_fields=["state"])
    Record.objects.filter(result__round=round_).update(state=state, updated_at=now)


def _tell(round_: Round, what: str, title: str) -> None:
    keys = list(Result.objects.filter(round=round_).values_list("unit_id", flat=True))
    tell(
        keys, ROLES[round_.scheme.audience], kind=f"appraisal.{what}", url="/appraisal/",
        title=title % {"who": round_.unit.name, "title": round_.title}, once_key=f"appraisal:{what}:{round_.pk}",
    )  # fmt: skip


def _locked(round_: Round, state: str) -> Round:
    held: Round = (
        Round.objects.select_for_update(of=("self",))
        .select_related("scheme", "unit")
        .get(pk=round_.pk)
    )
    if held.state != state:
        raise Conflict(
            _("这次考核现在是“%(now)s”，请刷新后再看。") % {"now": held.get_state_display()}
        )
    return held
