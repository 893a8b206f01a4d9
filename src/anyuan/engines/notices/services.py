"""Telling people, and what a person does with messages, remarks and uploads."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import kinds, scope
from anyuan.core.files import keep_file
from anyuan.core.ids import is_client_id
from anyuan.core.keys import EVERYTHING
from anyuan.core.models import Comment, File, Record
from anyuan.core.refused import Refused
from anyuan.engines.live.services import publish
from anyuan.engines.notices import queries
from anyuan.engines.notices.queueing import NEW_ID_SQL, QUEUED, queue_facts
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission

COMMENT_LIMIT = 2000

_COLUMNS = "(id, person_id, unit_id, kind, title, body, url, record_id, once_key, at)"
_TELL = f"""
WITH made AS (
INSERT INTO notices_notification {_COLUMNS}
SELECT {NEW_ID_SQL}, person_id, unit_id, %(kind)s, %(title)s, %(body)s, %(url)s, %(record)s,
       %(once_key)s, %(at)s
FROM (
  SELECT DISTINCT ON (post.person_id) post.person_id, post.unit_id
  FROM org_post AS post
  JOIN org_person AS person ON person.id = post.person_id AND person.is_active
  WHERE post.unit_id = ANY(%(units)s) AND post.role = ANY(%(roles)s)
    AND post.since <= %(today)s AND (post.until IS NULL OR post.until >= %(today)s)
  ORDER BY post.person_id, post.unit_id
) AS told
ON CONFLICT (person_id, once_key) DO NOTHING
RETURNING id, person_id, unit_id
) {QUEUED}"""  # noqa: S608 -- constants only
_TELL_PERSON = f"""
WITH made AS (
INSERT INTO notices_notification {_COLUMNS}
VALUES ({NEW_ID_SQL}, %(person)s, %(unit)s, %(kind)s, %(title)s, %(body)s, %(url)s, %(record)s,
        %(once_key)s, %(at)s)
ON CONFLICT (person_id, once_key) DO NOTHING
RETURNING id, person_id, unit_id
) {QUEUED}"""  # noqa: S608 -- constants only

_TELL_PEOPLE = f"""
WITH made AS (
INSERT INTO notices_notification {_COLUMNS}
SELECT {NEW_ID_SQL}, told.person_id, told.unit_id, %(kind)s, %(title)s, %(body)s, %(url)s, %(record)s,
       %(once_key)s, %(at)s
FROM unnest(%(people)s::bigint[], %(units)s::varchar[]) AS told(person_id, unit_id)
JOIN org_person AS person ON person.id = told.person_id AND person.is_active
ON CONFLICT (person_id, once_key) DO NOTHING
RETURNING id, person_id, unit_id
) {QUEUED}"""  # noqa: S608 -- constants only


def tell(
    unit_keys: Iterable[str],
    roles: Iterable[str],
    *,
    kind: str,
    title: str,
    body: str = "",
    url: str = "",
    record: Record | None = None,
    once_key: str,
) -> int:
    """One message to each person who holds one of the roles at one of the units today; how many were made.

    The units may lie outside the scope in force: a school's deed is told to its district.
    """
    facts = _facts(kind, title, body, url, record, once_key)
    return _write(_TELL, {**facts, "units": list(unit_keys), "roles": [str(r) for r in roles]})


def tell_person(
    person_id: int,
    unit_key: str,
    *,
    kind: str,
    title: str,
    body: str = "",
    url: str = "",
    record: Record | None = None,
    once_key: str,
) -> int:
    """One message to one person about something of a unit; 0 where they were told already."""
    facts = _facts(kind, title, body, url, record, once_key)
    return _write(_TELL_PERSON, {**facts, "person": person_id, "unit": unit_key})


def tell_people(
    people: Iterable[tuple[int, str]],
    *,
    kind: str,
    title: str,
    body: str = "",
    url: str = "",
    record: Record | None = None,
    once_key: str,
) -> int:
    """One message to each of several people, each at a unit of theirs, by one statement."""
    facts = _facts(kind, title, body, url, record, once_key)
    told = dict(people)
    return _write(_TELL_PEOPLE, {**facts, "people": list(told), "units": list(told.values())})


def _facts(
    kind: str, title: str, body: str, url: str, record: Record | None, once_key: str
) -> dict[str, Any]:
    if not url and record is not None and record.kind in kinds.all_kinds():
        url = kinds.record_url(record.kind, record.pk)
    return {
        "kind": kind[:40],
        "title": title[:200],
        "body": body,
        "url": url[:300],
        "record": record.pk if record else None,
        "once_key": once_key,
        "today": timezone.localdate(),
        **queue_facts(kind),
    }


def _write(statement: str, facts: dict[str, Any]) -> int:
    now = scope.current()
    with (
        scope.enter(EVERYTHING, person=now.person if now else ""),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, facts)
        told = [person for (person,) in cursor.fetchall()]
    publish("notice", people=told)
    return len(told)


@action(Permission.UNIT_READ)
def mark_read(
    own_unit: str, *, by: Actor, ids: Iterable[uuid.UUID] | None = None, kind: str = ""
) -> int:
    """Mark the actor's own messages as read (all of them, of a kind, or `ids`); how many were unread."""
    rows = queries.inbox(by, unread_only=True, kind=kind)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    read = rows.update(read_at=timezone.now())
    if read and by.person_id is not None:
        publish("notice", people=[by.person_id])
    return read


@action(Permission.RECORD_READ)
def add_comment(record: Record, *, by: Actor, text: str) -> Comment:
    """A remark by anyone who may read the record; who filed the record is told."""
    if by.person_id is None:
        raise Refused(_("留言须由本人登录后填写。"))
    text = text.strip()
    if not text:
        raise Refused(_("请先写下要说的话。"), field="text")
    if len(text) > COMMENT_LIMIT:
        raise Refused(_("留言最多 2000 字，请写得短一些。"), field="text")
    comment = Comment.objects.create(
        record=record, unit_id=record.unit_id, person_id=by.person_id, text=text
    )
    if record.created_by_id and record.created_by_id != by.person_id:
        tell_person(
            record.created_by_id,
            record.unit_id,
            kind="comment",
            title=_("%(name)s在“%(title)s”下留言") % {"name": by.name, "title": record.title},
            body=text[:200],
            record=record,
            once_key=f"comment:{comment.pk}",
        )
    return comment


@action(Permission.FILING_WRITE)
def receive_file(
    unit: Unit, *, by: Actor, upload: UploadedFile, file_id: uuid.UUID, label: str = ""
) -> File:
    """Keep one file that a phone sends ahead of its record; sent again, the same file is returned."""
    if not is_client_id(file_id):
        raise Refused(_("提交编号不正确，请刷新页面后重新选择文件。"))
    return keep_file(upload, unit_id=unit.key, by=by, label=label[:40], file_id=file_id)
