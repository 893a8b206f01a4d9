"""The addresses that are looked at, and what looking at one of them gave."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.domains.emergency.warnings.models import CapSource
from anyuan.domains.emergency.warnings.opening import refuse_school
from anyuan.engines.notices.channels.web import check_public
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission
from anyuan.org.services import checked


@action(Permission.WARNING_MANAGE)
def add_source(unit: Unit, *, by: Actor, name: str, url: str, minutes: int) -> CapSource:
    """Look at an address from now on."""
    refuse_school(unit)
    check_public(url, own=settings.CAP_HOSTS)
    source = CapSource(unit=unit, name=name.strip()[:60], url=url.strip(), minutes=minutes)
    found: CapSource = checked(source, exclude=("unit",))
    return found


@action(Permission.WARNING_MANAGE)
def switch_source(source: CapSource, *, by: Actor, on: bool) -> CapSource:
    """Pause it, or go on; going on looks at once."""
    held: CapSource = CapSource.objects.select_for_update(of=("self",)).get(pk=source.pk)
    held.is_on, held.next_at = on, timezone.now()
    held.save(update_fields=["is_on", "next_at"])
    return held


@action(Permission.WARNING_MANAGE)
def note_looked(
    source: CapSource, *, by: Actor, good: bool, said: str, next_at: datetime.datetime, **kept: Any
) -> CapSource:
    """What looking gave, for the page; `kept`: what the peer wants to see again next time."""
    facts = {"last_at": timezone.now(), "last_good": good, "last_said": said[:300], "next_at": next_at}  # fmt: skip
    for name, value in (facts | kept).items():
        setattr(source, name, value)
    source.save(update_fields=[*facts, *kept])
    return source


def result_words(new: int, old: int, refused: int) -> str:
    """How many messages came, in words."""
    said = _("新收到 %(new)d 条，已有 %(old)d 条") % {"new": new, "old": old}
    return said + (_("，%(n)d 条读不懂") % {"n": refused} if refused else "")
