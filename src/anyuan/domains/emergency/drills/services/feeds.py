"""A person's calendar address: asked for, renewed, ended."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core.refused import Conflict, Refused
from anyuan.domains.emergency.drills.models import Feed
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission


@action(Permission.RECORD_READ)
def renew_feed(own_unit: Unit, *, by: Actor) -> Feed:
    """A first or a new address; the ones given before end at once."""
    if by.person_id is None or by.token_id is not None:
        raise Refused(_("日历地址须由本人登录后取得。"))
    feed = _own(own_unit, by)
    if feed is None:
        feed = Feed(unit=own_unit, person_id=by.person_id, serial=1, made_at=timezone.now())
        feed.save(force_insert=True)
        return feed
    feed.serial += 1
    feed.made_at, feed.revoked_at = timezone.now(), None
    feed.save(update_fields=["serial", "made_at", "revoked_at"])
    return feed


@action(Permission.RECORD_READ)
def end_feed(own_unit: Unit, *, by: Actor) -> Feed:
    """No address leads to the person's calendar any more."""
    feed = _own(own_unit, by)
    if feed is None or feed.revoked_at is not None:
        raise Conflict(_("日历地址已经停用。"))
    feed.revoked_at = timezone.now()
    feed.save(update_fields=["revoked_at"])
    return feed


def _own(unit: Unit, by: Actor) -> Feed | None:
    rows = Feed.objects.select_for_update(of=("self",))
    found: Feed | None = rows.filter(unit=unit, person_id=by.person_id).first()
    return found
