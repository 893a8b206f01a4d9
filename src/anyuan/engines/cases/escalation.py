"""Reminders before a case's due day and escalation after it: school, then district, then city.

One statement for each day of the schedule, over all open cases; a person gets one message for a unit
and day, however many cases it has there. Days come from the pack (`hazard_escalation_days`).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db import connection

from anyuan.engines.live.services import publish
from anyuan.engines.notices.queueing import NEW_ID_SQL, QUEUED, queue_facts
from anyuan.org.permissions import Role

LEVELS = ("school", "school", "district", "city", "city")
ROLES = {
    "school": [Role.SAFETY_OFFICER, Role.PRINCIPAL],
    "district": [Role.DISTRICT_SUPERVISOR],
    "city": [Role.BUREAU_SUPERVISOR],
}
_TELL = f"""
WITH due AS (
    UPDATE cases_case SET escalated = %(days)s
    WHERE closed_at IS NULL AND loop = %(loop)s AND due_on <= %(today)s::date - (%(days)s::int)
      AND (escalated IS NULL OR escalated < %(days)s)
    RETURNING unit_id
), units AS (SELECT unit_id, count(*) AS cases FROM due GROUP BY unit_id), made AS (
INSERT INTO notices_notification (id, person_id, unit_id, kind, title, body, url, once_key, at)
SELECT {NEW_ID_SQL}, post.person_id, post.unit_id, 'case.due',
       format(%(title)s, unit.name, due.cases), '', %(url)s,
       format('case:%%s:%%s:%%s:%%s', %(loop)s::text, due.unit_id, (%(days)s::int)::text, %(today)s::text), now()
FROM units AS due
JOIN org_unit unit ON unit.key = due.unit_id
JOIN org_post post ON starts_with(due.unit_id, post.unit_id) AND post.role = ANY(%(roles)s)
  AND post.since <= %(today)s AND (post.until IS NULL OR post.until >= %(today)s)
JOIN org_person person ON person.id = post.person_id AND person.is_active
ON CONFLICT (person_id, once_key) DO NOTHING
RETURNING id, person_id, unit_id
) {QUEUED}"""  # noqa: S608 -- constants only


def escalate(loop: str, *, days: Sequence[int], url: str, noun: str, today: datetime.date) -> int:
    """Tell what is due or overdue by each of `days` (negative: before); how many messages were made.

    Runs inside a scope over the whole tree (a job). Run twice on a day, it tells once.
    """
    told = 0
    for position, day in enumerate(sorted(days)):
        level = LEVELS[min(position, len(LEVELS) - 1)]
        title = (
            f"%s有 %s 处{noun}将在 {-day} 天内到期"
            if day < 0
            else f"%s有 %s 处{noun}已逾期 {day} 天以上"
        )
        with connection.cursor() as cursor:
            cursor.execute(
                _TELL,
                {
                    "days": day,
                    "loop": loop,
                    "today": today,
                    "title": title,
                    "url": url,
                    "roles": [str(role) for role in ROLES[level]],
                    **queue_facts("case.due"),
                },
            )
            people = [person for (person,) in cursor.fetchall()]
        publish("notice", people=people)
        told += len(people)
    return told
