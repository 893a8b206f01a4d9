"""Loading a policy pack for a city: what changes is shown first, and nothing fulfilled is rewritten.

Words of a rule change in place. A change that touches duties ends the rule's version and begins the
next one with the periods that begin after today; a new rule begins with the period in force. Another
year's pack takes over from its first day on; periods begun before stay with the pack before.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.models import Audit
from anyuan.core.refused import Refused
from anyuan.engines.obligations.content import pack_content, pack_hash, pack_in_force
from anyuan.engines.obligations.generation import Made, keep_up
from anyuan.engines.obligations.models import (
    Escalation,
    Number,
    Point,
    Policy,
    Rule,
    Section,
    Topic,
    TopicAsk,
)
from anyuan.engines.obligations.numbers import forget_numbers
from anyuan.engines.obligations.packs import spec
from anyuan.engines.obligations.packs.diff import PackDiff, compare
from anyuan.engines.obligations.sql import hold_lock
from anyuan.engines.obligations.windows import first_start
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission

_ONE = datetime.timedelta(days=1)
_FLAGS = ("boarding", "has_bus", "has_canteen", "has_lab", "high_rise", "key_fire_unit")


@dataclasses.dataclass(frozen=True)
class LoadResult:
    """What a load did, or would do: the changes of the rules and the duties made and removed.

    `replaces` is the title of another year's pack that ends with it; `policy` is None in a preview.
    """

    policy: Policy | None
    diff: PackDiff
    duties: Made
    replaces: str = ""

    def lines(self) -> list[str]:
        """The result as sentences for a page or the command line."""
        said = self.diff.lines()
        if self.replaces:
            said.insert(
                0, _("原方案《%(title)s》到期后不再产生新任务。") % {"title": self.replaces}
            )
        said.append(
            _("新增任务 %(made)d 项，撤下尚未开始的任务 %(removed)d 项；已开始和已完成的任务不变。")
            % {"made": self.duties.made, "removed": self.duties.removed}
        )
        return said


@action(Permission.POLICY_MANAGE)
def load_policy(
    unit: Unit, *, by: Actor, pack: spec.Pack, today: datetime.date | None = None
) -> LoadResult:
    """Put the pack in force for a city and make its duties. Loading the same again changes nothing.

    Refused: not a city, or a pack of an earlier year than the one in force.
    """
    today = today or timezone.localdate()
    result = _load(unit, by=by, pack=pack, today=today)
    note(
        Audit.Action.CHANGE,
        f"载入工作要点 {pack.title}，规则新增 {len(result.diff.added)}、"
        f"停用 {len(result.diff.ended)}、修改 {len(result.diff.changed)}",
        by=by,
    )
    return result


@action(Permission.POLICY_MANAGE)
def preview_load(
    unit: Unit, *, by: Actor, pack: spec.Pack, today: datetime.date | None = None
) -> LoadResult:
    """What `load_policy` would do, exactly: it is done and taken back."""
    with transaction.atomic():
        result = _load(unit, by=by, pack=pack, today=today or timezone.localdate())
        transaction.set_rollback(True)
    return dataclasses.replace(result, policy=None)


def policy_in_force(unit_key: str) -> Policy | None:
    """The policy loaded last and not ended, of the city in whose tree the unit stands."""
    city = unit_key[: unit_key.find(".") + 1]
    return Policy.objects.filter(unit_id=city, valid_to__isnull=True).first()


def _load(unit: Unit, *, by: Actor, pack: spec.Pack, today: datetime.date) -> LoadResult:
    if unit.kind != Unit.Kind.CITY:
        raise Refused(_("工作要点只能在市级载入。"))
    hold_lock()
    before = policy_in_force(unit.key)
    _refuse_older(before, pack)
    diff = compare(pack_in_force(before) if before else None, pack)
    policy, same = _policy_row(unit, before, by=by, pack=pack)
    if same:
        return LoadResult(policy, diff, keep_up(policy, today=today))
    began = max(today + _ONE, pack.valid_from)
    duties = Made()
    _keep_texts(policy, pack)
    if before and before.pk != policy.pk:
        known = set(before.rules.values_list("key", flat=True))
        _end_policy(before, began - _ONE)
        _add_rules(policy, pack, pack.rules, known=known, began=began, today=today)
        duties += keep_up(before, today=today)
    else:
        _change_rules(policy, pack, diff, began=began, today=today)
    duties += keep_up(policy, today=today)
    replaced = before.title if before and before.pk != policy.pk else ""
    return LoadResult(policy, diff, duties, replaced)


def _refuse_older(before: Policy | None, pack: spec.Pack) -> None:
    if before and before.key != pack.key and pack.valid_from <= before.valid_from:
        raise Refused(
            _("《%(title)s》已在执行，不能再载入更早的方案。") % {"title": before.title},
            field="pack",
        )


def _policy_row(
    unit: Unit, before: Policy | None, *, by: Actor, pack: spec.Pack
) -> tuple[Policy, bool]:
    """The row of this pack, new or brought up to date; and whether its content is the same."""
    digest = pack_hash(pack)
    if before and before.key == pack.key and before.content_hash == digest:
        return before, True
    fresh: dict[str, Any] = {
        "title": pack.title,
        "year": pack.year,
        "summary": pack.summary,
        "valid_from": pack.valid_from,
        "content": pack_content(pack),
        "content_hash": digest,
        "loaded_by_id": by.person_id,
    }
    if before and before.key == pack.key:
        for name, value in fresh.items():
            setattr(before, name, value)
        before.version += 1
        before.save()
        return before, False
    if Policy.objects.filter(unit=unit, key=pack.key).exists():
        raise Refused(_("这套方案已停用，请换一个代号再载入。"), field="pack")
    return Policy.objects.create(unit=unit, key=pack.key, **fresh), False


def _keep_texts(policy: Policy, pack: spec.Pack) -> None:
    """Sections, points, topics and numbers as the pack has them; what filings rest on stays."""
    Section.objects.bulk_create(
        [Section(policy=policy, number=s.number, title=s.title) for s in pack.sections],
        update_conflicts=True,
        unique_fields=["policy", "number"],
        update_fields=["title"],
    )
    sections = dict(policy.sections.values_list("number", "id"))
    Point.objects.bulk_create(
        [
            Point(
                policy=policy,
                section_id=sections[p.section],
                number=p.number,
                title=p.title,
                summary=p.summary,
                measures=list(p.measures),
            )
            for p in pack.points
        ],
        update_conflicts=True,
        unique_fields=["policy", "number"],
        update_fields=["section", "title", "summary", "measures"],
    )
    policy.points.filter(rules=None).exclude(number__in=[p.number for p in pack.points]).delete()
    _keep_topics(policy, pack)
    policy.numbers.all().delete()
    Number.objects.bulk_create(
        Number(
            policy=policy,
            key=n.key,
            title=n.title,
            values=list(n.value) if isinstance(n.value, tuple) else [n.value],
            measure=n.unit,
            source=_source(pack, n.source),
            certainty=n.source.certainty,
        )
        for n in pack.numbers
    )
    forget_numbers()


def _keep_topics(policy: Policy, pack: spec.Pack) -> None:
    policy.topics.exclude(slug__in=[t.slug for t in pack.topics]).update(offered=False)
    Topic.objects.bulk_create(
        [
            Topic(policy=policy, slug=t.slug, title=t.title, point=t.point, hint=t.hint)
            for t in pack.topics
        ],
        update_conflicts=True,
        unique_fields=["policy", "slug"],
        update_fields=["title", "point", "hint", "offered"],
    )
    topics = dict(policy.topics.values_list("slug", "id"))
    TopicAsk.objects.filter(topic__policy=policy).delete()
    TopicAsk.objects.bulk_create(
        TopicAsk(
            topic_id=topics[topic.slug],
            position=position,
            key=ask.key,
            title=ask.title,
            measure=ask.unit,
            required=ask.required,
        )
        for topic in pack.topics
        for position, ask in enumerate(topic.asks)
    )


def _end_policy(policy: Policy, last: datetime.date) -> None:
    """The policy and its rules own no period that begins after `last`."""
    policy.valid_to = max(last, policy.valid_from - _ONE)
    policy.save(update_fields=["valid_to"])
    # A rule that was to begin later ends before it begins.
    for rule in policy.rules.filter(ends_on__isnull=True, starts_on__gt=policy.valid_to):
        rule.starts_on = policy.valid_to + _ONE
        rule.save(update_fields=["starts_on"])
    policy.rules.filter(ends_on__isnull=True).update(ends_on=policy.valid_to)


def _change_rules(
    policy: Policy,
    pack: spec.Pack,
    diff: PackDiff,
    *,
    began: datetime.date,
    today: datetime.date,
) -> None:
    rows = {rule.key: rule for rule in policy.rules.filter(ends_on__isnull=True)}
    _end_rules([rows[rule.key] for rule in diff.ended if rule.key in rows], today)
    anew = {c.key: c.new for c in diff.changed if c.touches_duties and c.key in rows}
    _end_rules([rows[key] for key in anew], today)
    fresh = [*anew.values(), *(rule for rule in pack.rules if rule.key not in rows)]
    # A rule that was there before, even one ended since, may own the period in force.
    known = set(policy.rules.values_list("key", flat=True))
    _add_rules(policy, pack, fresh, known=known, began=began, today=today)
    _reword(policy, pack, rows, [r for r in pack.rules if r.key in rows and r.key not in anew])


def _end_rules(rules: list[Rule], today: datetime.date) -> None:
    for rule in rules:
        rule.ends_on = max(today, rule.starts_on - _ONE)
    Rule.objects.bulk_update(rules, ["ends_on"])


def _add_rules(
    policy: Policy,
    pack: spec.Pack,
    rules: Any,
    *,
    known: set[str],
    began: datetime.date,
    today: datetime.date,
) -> None:
    """New rule rows; those in `known` take over from `began`, others begin with the period in force."""
    points = dict(policy.points.values_list("number", "id"))
    places = {rule.key: position for position, rule in enumerate(pack.rules)}
    versions = dict(policy.rules.values_list("key").annotate(last=Max("version")))
    rows = []
    for rule in rules:
        start = began
        if rule.key not in known:
            start = first_start(rule, pack, max(today, pack.valid_from))
        rows.append(
            Rule(
                policy=policy,
                key=rule.key,
                version=versions.get(rule.key, 0) + 1,
                starts_on=start,
                enabled=rule.enabled,
                **_words(rule, pack, points, places),
                **_terms_of(rule),
            )
        )
    Rule.objects.bulk_create(rows)
    steps = {rule.key: rule.escalate for rule in rules}
    Escalation.objects.bulk_create(
        Escalation(rule=row, after_days=step.after_days, to=step.to)
        for row in rows
        for step in steps[row.key]
    )
    _carry_waivers(rows)


def _reword(policy: Policy, pack: spec.Pack, rows: dict[str, Rule], rules: list[spec.Rule]) -> None:
    points = dict(policy.points.values_list("number", "id"))
    places = {rule.key: position for position, rule in enumerate(pack.rules)}
    changed = []
    names: set[str] = set()
    for rule in rules:
        row = rows[rule.key]
        words = _words(rule, pack, points, places)
        if any(getattr(row, name) != value for name, value in words.items()):
            for name, value in words.items():
                setattr(row, name, value)
            names.update(words)
            changed.append(row)
    if changed:
        Rule.objects.bulk_update(changed, sorted(names))


def _carry_waivers(rows: list[Rule]) -> None:
    """Duties waived ahead stay waived under the version that takes over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE obligations_obligation o SET rule_id = fresh.id"
            " FROM obligations_rule old"
            " JOIN obligations_policy old_policy ON old_policy.id = old.policy_id"
            " JOIN obligations_policy policy ON policy.unit_id = old_policy.unit_id"
            " JOIN obligations_rule fresh ON fresh.policy_id = policy.id AND fresh.key = old.key"
            " WHERE o.rule_id = old.id AND fresh.id = ANY(%s) AND old.id <> fresh.id"
            " AND old.period = fresh.period AND o.state = 'waived'"
            " AND o.period_start >= fresh.starts_on",
            [[row.pk for row in rows]],
        )


def _words(
    rule: spec.Rule, pack: spec.Pack, points: dict[int, int], places: dict[str, int]
) -> dict[str, Any]:
    """What may change without touching a duty."""
    return {
        "point_id": points[rule.point],
        "title": rule.title,
        "advice": rule.advice,
        "source": _source(pack, rule.source),
        "certainty": rule.source.certainty,
        "position": places[rule.key],
    }


def _terms_of(rule: spec.Rule) -> dict[str, Any]:
    """Who, what and how often, as columns."""
    where = {name: getattr(rule.where, name) for name in _FLAGS}
    return {
        **where,
        "is_public": rule.where.public,
        "stages": list(rule.where.stages),
        "min_pupils": rule.where.min_pupils,
        "who": rule.who,
        "kind": rule.kind,
        "tags": [f"{facet}:{value}" for facet, values in rule.match.items() for value in values],
        "facets": len(rule.match),
        "area": rule.scope == "area",
        "needed": rule.count,
        "period": rule.period,
        "remind_days": list(rule.remind_days),
    }


def _source(pack: spec.Pack, source: spec.Source) -> str:
    """The document's title and number, and the clause."""
    document = next((d for d in pack.documents if d.key == source.doc), None)
    if document is None:
        return source.clause
    number = f"（{document.number}）" if document.number else ""
    return f"《{document.title}》{number}{source.clause}"
