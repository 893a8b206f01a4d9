"""After a drill: the evaluation by items, what the plan should change, the report."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.keys import parent_key
from anyuan.core.refused import Refused
from anyuan.domains.emergency.drills.content import content
from anyuan.domains.emergency.drills.facts import computed_rating
from anyuan.domains.emergency.drills.models import Drill, Score, State
from anyuan.domains.emergency.drills.parts import locked, propose_change, set_facts
from anyuan.engines.notices.services import tell
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.permissions import Permission, Role
from anyuan.org.records import amend_record

SUPERVISORS = (Role.DISTRICT_SUPERVISOR, Role.BUREAU_SUPERVISOR)


@action(Permission.DRILL_WRITE)
def score_drill(
    drill: Drill, *, by: Actor, values: Mapping[str, int | None], evaluation: str,
    plan_changes: str = "",
) -> Drill:  # fmt: skip
    """The evaluation: {item: mark, None where it does not apply}; the score follows from the weights.

    What the plan should change is told to the plan where the drill followed one.
    """
    drill = locked(drill, State.HELD, State.EVALUATED)
    known = content()
    most = len(known.scale) - 1
    if missing := [item.title for item in known.items if item.key not in values]:
        raise Refused(_("还有没打分的项目：%(names)s。") % {"names": "、".join(missing)})
    if any(value is not None and not 0 <= value <= most for value in values.values()):
        raise Refused(_("评分不在给出的几档里，请重新选择。"))
    rating = computed_rating([(item.weight, most, values[item.key]) for item in known.items])
    if rating is None:
        raise Refused(_("请至少给一个项目打分。"))
    if not evaluation.strip():
        raise Refused(_("请写下评估意见。"), field="evaluation")
    drill.scores.all().delete()
    Score.objects.bulk_create(
        Score(
            drill=drill, unit_id=drill.unit_id, key=item.key, label=item.title, weight=item.weight,
            most=most, value=values[item.key], position=n,
        )
        for n, item in enumerate(known.items)
    )  # fmt: skip
    before = drill.plan_changes
    facts = {
        "rating": rating,
        "evaluation": evaluation.strip(),
        "plan_changes": plan_changes.strip(),
    }
    set_facts(drill, facts, facts)
    amend_record(drill.record, by=by, state=State.EVALUATED)
    propose_change(drill, before=before, by=by)
    return drill


@action(Permission.DRILL_WRITE)
def report_drill(drill: Drill, *, by: Actor) -> Drill:
    """Hand the report in: nothing of the drill changes after that."""
    drill = locked(drill, State.EVALUATED)
    drill.reported_at, drill.reported_by = timezone.now(), by.name[:40]
    drill.save()
    amend_record(drill.record, by=by, state=State.REPORTED)
    tell(
        [parent_key(drill.unit_id)], SUPERVISORS, kind="drill.report",
        title=_("%(unit)s报送了演练报告：%(title)s")
        % {"unit": drill.unit.short_name, "title": drill.record.title},
        record=drill.record, once_key=f"drill:{drill.pk}:reported",
    )  # fmt: skip
    return drill
