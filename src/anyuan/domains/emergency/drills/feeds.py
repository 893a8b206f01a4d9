"""The calendar behind a person's secret address: who it is, and the events that they may see."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable

from django.core import signing
from django.utils import timezone

from anyuan.core import scope
from anyuan.core.refused import Missing
from anyuan.domains.emergency.drills import overview
from anyuan.domains.emergency.drills.ical import Event
from anyuan.domains.emergency.drills.models import Drill, Feed
from anyuan.org.actor import Actor, visible
from anyuan.org.models import Unit
from anyuan.org.posts import actor_of, posts_in_force

SALT = "anyuan.drills.feed"
BACK, AHEAD = datetime.timedelta(days=60), datetime.timedelta(days=400)
MOST = 1000


def token_of(feed: Feed) -> str:
    """The secret part of the address; a new serial makes another one."""
    return signing.dumps([feed.pk.hex, feed.serial], salt=SALT)


def own_feed(by: Actor) -> Feed | None:
    """The person's address at the unit where they act, if it is in use."""
    rows = visible(Feed, by).filter(unit_id=by.unit_key, person_id=by.person_id)
    found: Feed | None = rows.filter(revoked_at__isnull=True).first()
    return found


def reader_of(token: str) -> Actor:
    """The actor of an address, as their posts are today. Errors: Missing for an old or wrong one."""
    try:
        hexed, serial = signing.loads(token, salt=SALT)
        pk = uuid.UUID(hexed)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Missing from error
    with scope.everything():
        feed = Feed.objects.select_related("person").filter(
            pk=pk, serial=serial, revoked_at__isnull=True, person__is_active=True
        )
        found = feed.first()
        post = (
            posts_in_force(found.person).select_related("unit", "person").filter(unit_id=found.unit_id).first()
            if found else None
        )  # fmt: skip
        if post is None:
            raise Missing
        return actor_of(post)


def events_of(by: Actor, address: Callable[[str, str], str]) -> tuple[str, list[Event]]:
    """The calendar's name and events; `address` makes a full address of a page's name and argument."""
    today = timezone.localdate()
    since, until = today - BACK, today + AHEAD
    with scope.enter(by.units, person=str(by.person_id or "")):
        unit = Unit.objects.get(key=by.unit_key)
        if by.is_supervisor:
            return f"{unit.short_name}演练", _by_day(by, since, until, address)
        drills = overview.drills_between(by, since, until, MOST)
        return f"{unit.short_name}演练", [_event(drill, address) for drill in drills]


def _event(drill: Drill, address: Callable[[str, str], str]) -> Event:
    day = drill.record.happened_on
    start = None
    if drill.planned_time is not None:
        start = timezone.make_aware(datetime.datetime.combine(day, drill.planned_time))
    words = [drill.scenario, f"负责人：{drill.leader}" if drill.leader else ""]
    night = "（夜间）" if drill.at_night else ""
    return Event(
        uid=f"drill-{drill.pk}@anyuan", title=f"{drill.get_kind_display()}演练{night}", day=day, start=start,
        changed=drill.record.updated_at, text="\n".join(word for word in words if word),
        place=drill.place or drill.unit.name, url=address("emergency:drill", str(drill.pk)),
    )  # fmt: skip


def _by_day(
    by: Actor, since: datetime.date, until: datetime.date, address: Callable[[str, str], str]
) -> list[Event]:
    """One event a day for those who have many schools."""
    changed = timezone.now().replace(minute=0, second=0, microsecond=0)
    return [
        Event(
            uid=f"drills-{by.unit_key}{day.on:%Y%m%d}@anyuan", title=f"学校演练 {day.total} 场", day=day.on,
            changed=changed, text=day.kinds, url=address("emergency:drills", f"{day.on}"),
        )
        for day in overview.days_of(by, since, until).values()
    ]  # fmt: skip
