"""What the whole city did in three years, as SQL: deeds from duties, records, answers, hazards, steps.

Chance is seeded by the unit and the duty (`hashtext`), so the same day gives the same city.
"""

from __future__ import annotations

# A number in 0..1 from a text, always the same.
_CHANCE = "((hashtext({0}) & 2147483647) / 2147483648.0)"
# A UUIDv7 of a moment, on any PostgreSQL (uuidv7() came with 18).
_KEY = """
encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    PLACING substring(int8send((extract(epoch FROM {0}) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
    52, 1), 53, 1), 'hex')::uuid
"""


def _chance(*parts: str) -> str:
    return _CHANCE.format(" || '/' || ".join(f"({part})::text" for part in parts))


# One row for each thing done: for nearly every duty as often as it asks, on time or some days late. The
# first of the tags that a rule takes for each facet is what was done.
_DEEDS = f"""
CREATE UNLOGGED TABLE demo_deed AS
WITH duty AS (
    SELECT o.id, o.unit_id, o.kind, o.level, o.due_on, o.period_start, o.needed, r.tags,
        0.80 + 0.19 * {_chance("o.unit_id")} AS diligence,
        {_chance("o.id", "'done'")} AS did, {_chance("o.id", "'late'")} AS late,
        {_chance("o.id", "'day'")} AS day
    FROM obligations_obligation o JOIN obligations_rule r ON r.id = o.rule_id
    WHERE o.period_start < %(today)s
), deed AS (
    SELECT duty.*, turn.n,
        CASE WHEN late < 0.04 THEN due_on + 1 + (day * 6)::int
             ELSE greatest(period_start, due_on - (day * least(20, due_on - period_start))::int) END AS on_day
    FROM duty CROSS JOIN LATERAL generate_series(1, duty.needed) AS turn(n) WHERE did < diligence
)
SELECT {_KEY.format("on_day + interval '9 hours' + n * interval '1 minute'")} AS record_id,
    unit_id AS done_by_id, level, kind, on_day,
    CASE kind
        WHEN 'filing' THEN (SELECT min(t) FROM unnest(tags) t WHERE t LIKE 'topic:%%')
        WHEN 'drill' THEN coalesce((SELECT min(t) FROM unnest(tags) t WHERE t LIKE 'type:%%'), 'type:fire')
        ELSE coalesce(
            (SELECT t FROM unnest(tags) t WHERE t LIKE 'checklist:%%' ORDER BY hashtext(t || id) LIMIT 1),
            'checklist:fire_monthly') END AS what,
    coalesce((SELECT min(t) FROM unnest(tags) t WHERE t LIKE 'by:%%'), 'by:self') AS done_as,
    {_chance("id", "n", "'site'")} AS chance
FROM deed WHERE on_day <= %(today)s
"""
# A second round on most school days brings inspections to a thousand a campus.
_ROUNDS = f"""
INSERT INTO demo_deed
SELECT {_KEY.format("on_day + interval '15 hours'")}, done_by_id, level, kind, on_day, what, done_as,
    {_chance("record_id")}
FROM demo_deed WHERE what = 'checklist:daily_patrol' AND {_chance("record_id", "'again'")} < 0.62
"""
# Where it happened: at the doer's own site; a level above goes to one of the schools below it.
_PLACES = """
CREATE UNLOGGED TABLE demo_place AS
SELECT site.unit_id, above.key AS above,
    row_number() OVER (PARTITION BY above.key ORDER BY md5(site.unit_id)) - 1 AS n,
    count(*) OVER (PARTITION BY above.key) AS many
FROM org_profile site JOIN org_unit above
    ON above.kind IN ('city', 'district') AND site.unit_id LIKE above.key || '%%'
WHERE site.is_site
"""
_RECORDS = """
INSERT INTO core_record (id, unit_id, done_by_id, kind, happened_on, title, state, counts, tags,
    created_by_id, created_at, updated_at)
SELECT d.record_id, coalesce(p.unit_id, d.done_by_id), d.done_by_id, d.kind, d.on_day,
    CASE d.kind WHEN 'drill' THEN '演练' WHEN 'filing' THEN coalesce(topic.title, '工作记录')
        ELSE coalesce(list.title, '检查') END,
    CASE d.kind WHEN 'drill' THEN 'evaluated' ELSE 'filed' END, true,
    CASE d.kind WHEN 'drill' THEN ARRAY['mode:real', d.what] WHEN 'filing' THEN ARRAY[d.what]
        ELSE ARRAY[d.done_as, d.what] END,
    NULL, d.on_day + interval '9 hours', d.on_day + interval '9 hours'
FROM demo_deed d
LEFT JOIN demo_place p ON d.level IN ('city', 'district') AND d.kind = 'inspection'
    AND p.above = d.done_by_id AND p.n = floor(d.chance * p.many)
LEFT JOIN checks_checklist list ON d.kind = 'inspection' AND list.key = substr(d.what, 11)
LEFT JOIN obligations_topic topic ON d.kind = 'filing' AND topic.slug = substr(d.what, 7)
"""
_FILINGS = """
INSERT INTO obligations_filing (record_id, unit_id, topic_id, what, people, attended, place, figures,
    withdrawn_reason)
SELECT r.id, r.unit_id, t.id, '按要求完成，材料留存备查。', 12, '', '', '', ''
FROM core_record r JOIN obligations_topic t ON r.tags[1] = 'topic:' || t.slug WHERE r.kind = 'filing'
"""
_DRILLS = f"""
INSERT INTO emergency_drill (record_id, unit_id, kind, mode, announced, at_night, plan, scenario, buildings,
    expected, present, absent_why, seconds, injured, rating, evaluation, plan_changes)
SELECT r.id, r.unit_id, substr(r.tags[2], 6), 'real', true, false, '', '', '', coalesce(f.pupils, 100),
    coalesce(f.pupils, 100) - (coalesce(f.pupils, 100) * 0.02 * {_chance("r.id")})::int, '病事假',
    85 + (120 * {_chance("r.id", "'s'")})::int, 0, 80 + (18 * {_chance("r.id", "'r'")})::int, '整体有序。', ''
FROM core_record r LEFT JOIN org_profile f ON f.unit_id = r.unit_id WHERE r.kind = 'drill'
"""
# One item in a fifth of the inspections is not in order.
_ROUND = f"""
CREATE UNLOGGED TABLE demo_round AS
SELECT r.id, r.unit_id, r.done_by_id, r.happened_on, r.tags[1] AS done_as, v.version_id, v.many,
    CASE WHEN {_chance("r.id", "'bad'")} < 0.2 THEN 1 + floor({_chance("r.id", "'item'")} * v.many) ELSE 0 END
        AS bad
FROM core_record r JOIN (
    SELECT list.key, list.current_id AS version_id, count(*) AS many
    FROM checks_checklist list JOIN checks_checkitem i ON i.version_id = list.current_id
        AND i.kind = 'pass'
    GROUP BY list.key, list.current_id
) v ON r.tags[2] = 'checklist:' || v.key
WHERE r.kind = 'inspection'
"""
_INSPECTIONS = """
INSERT INTO checks_inspection (record_id, unit_id, version_id, mode, place, people, passed, failed, skipped,
    score, ok)
SELECT id, unit_id, version_id, substr(done_as, 4), '', '值班人员', many - (bad > 0)::int, (bad > 0)::int, 0,
    round(100.0 * (many - (bad > 0)::int) / many, 2), bad = 0
FROM demo_round
"""
_ITEMS = """
CREATE UNLOGGED TABLE demo_item AS
SELECT id, version_id, key, text, category, row_number() OVER (PARTITION BY version_id ORDER BY position) AS n
FROM checks_checkitem WHERE kind = 'pass'
"""
_ANSWERS = """
INSERT INTO checks_answer (unit_id, inspection_id, item_id, result, number, choice, text)
SELECT d.unit_id, d.id, i.id, CASE WHEN i.n = d.bad THEN 0 ELSE 1 END, NULL, '', ''
FROM demo_round d JOIN demo_item i ON i.version_id = d.version_id
"""
# Each failed item is a hazard; older ones are closed, the newest stand anywhere in their loop.
_HAZARDS = f"""
CREATE UNLOGGED TABLE demo_hazard AS
SELECT {_KEY.format("d.happened_on + interval '10 hours'")} AS id, d.id AS round_id, d.unit_id, d.done_by_id,
    d.happened_on, i.key, i.text, i.category,
    CASE WHEN {_chance("d.id", "'major'")} < 0.02 THEN 'major' ELSE 'general' END AS level,
    row_number() OVER (PARTITION BY d.unit_id, d.happened_on ORDER BY d.id) AS serial,
    CASE WHEN d.happened_on < %(today)s::date - 60 AND {_chance("d.id", "'open'")} > 0.004 THEN 'closed'
         ELSE (ARRAY['closed', 'closed', 'closed', 'closed', 'rectifying', 'applied', 'reported', 'graded'])
            [1 + floor({_chance("d.id", "'state'")} * 8)::int] END AS state,
    1 + floor({_chance("d.id", "'days'")} * 18)::int AS days
FROM demo_round d JOIN demo_item i ON i.version_id = d.version_id AND i.n = d.bad
WHERE d.happened_on < %(today)s
"""
_HAZARD_RECORDS = """
INSERT INTO core_record (id, unit_id, done_by_id, kind, happened_on, title, state, counts, tags,
    created_by_id, created_at, updated_at)
SELECT id, unit_id, done_by_id, 'hazard', happened_on, text, state, true,
    ARRAY['category:' || category, 'level:' || level, 'source:check'], NULL,
    happened_on + interval '10 hours', least(now(), happened_on + days + interval '10 hours')
FROM demo_hazard
"""
_HAZARD_ROWS = """
INSERT INTO hazards_hazard (record_id, unit_id, number, category, level, source, source_ref, place,
    description, basis, found_on, recurrent, responsible, measures, funds, interim_plan, cause,
    rectification, rectified_on, listed_on, reporter_contact)
SELECT id, unit_id, 'YH-' || split_part(unit_id, '.', -2) || '-' || to_char(happened_on, 'YYYYMMDD') || '-'
        || lpad(serial::text, 3, '0'),
    category, level, 'check', round_id || ':' || key, '教学楼', text || '（不合格）', '', happened_on, false,
    '总务主任', '限期整改', 0, '', '', CASE WHEN state = 'closed' THEN '已整改' ELSE '' END,
    CASE WHEN state = 'closed' THEN least(%(today)s, happened_on + days) END,
    CASE WHEN level = 'major' THEN happened_on END, ''
FROM demo_hazard
"""
_CASES = """
INSERT INTO cases_case (record_id, unit_id, loop, state, level, due_on, opened_at, closed_at, version)
SELECT id, unit_id, 'hazard', state, CASE WHEN level = 'major' THEN 'district' ELSE 'school' END,
    happened_on + 15, happened_on + interval '10 hours',
    CASE WHEN state = 'closed' THEN least(now(), happened_on + days + interval '16 hours') END, 5
FROM demo_hazard
"""
_CASE_STEPS = f"""
INSERT INTO cases_step (id, case_id, unit_id, transition, label, from_state, to_state, person_id, by_name,
    at, note)
SELECT {_KEY.format("h.happened_on + s.n * interval '5 hours'")}, h.id, h.unit_id, s.transition, s.label,
    s.from_state, s.to_state, NULL, '演示', least(now(), h.happened_on + s.n * interval '5 hours'), ''
FROM demo_hazard h JOIN (VALUES
    (1, 'open', '发现上报', '', 'reported'), (2, 'grade', '核实定级', 'reported', 'graded'),
    (3, 'assign', '交办整改', 'graded', 'rectifying'), (4, 'rectify', '提交整改', 'rectifying', 'applied'),
    (5, 'verify', '复查合格，销号', 'applied', 'closed')
) AS s (n, transition, label, from_state, to_state)
    ON s.n <= array_position(ARRAY['reported', 'graded', 'rectifying', 'applied', 'closed'], h.state)
"""
_CLEAN = "DROP TABLE demo_deed, demo_place, demo_round, demo_item, demo_hazard"

STEPS: list[tuple[str, list[str]]] = [
    ("做了什么", [_DEEDS, _ROUNDS, _PLACES, "ANALYZE"]),
    ("记录、填报和演练", [_RECORDS, _FILINGS, _DRILLS, "ANALYZE core_record"]),
    ("检查", [_ROUND, _INSPECTIONS]),
    ("检查答案", [_ITEMS, _ANSWERS]),
    ("隐患及其办理", [_HAZARDS, _HAZARD_RECORDS, _HAZARD_ROWS, _CASES, _CASE_STEPS]),
    ("整理", [_CLEAN, "ANALYZE"]),
]
