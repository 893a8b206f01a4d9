"""API tokens: giving one, taking it back, and the actor that one makes."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import scope
from anyuan.core.ids import new_id
from anyuan.core.keys import ancestors, subtree
from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Refused
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models import ApiToken, Person, Unit
from anyuan.org.permissions import GRANTS, Permission, Role
from anyuan.org.posts import posts_in_force

PREFIX = "anyuan"
LONGEST = datetime.timedelta(days=366)
# A token must not be able to make accounts or further tokens: taking it back has to end what it can do.
NEVER = frozenset({Permission.PERSON_MANAGE, Permission.TOKEN_MANAGE})
# Noting every use would be one write for each read of the API.
USE_NOTED_EVERY = datetime.timedelta(minutes=1)


def grantable(by: Actor) -> list[Permission]:
    """What this actor may put into a token: their own permissions but for those no token has."""
    return [
        permission for permission in Permission if by.may(permission) and permission not in NEVER
    ]


@action(Permission.TOKEN_MANAGE)
def issue_token(
    unit: Unit,
    *,
    by: Actor,
    name: str,
    permissions: Iterable[str],
    expires_on: datetime.date,
    person: Person | None = None,
) -> tuple[ApiToken, str]:
    """A new token of `unit` and its text, which is shown once and not kept.

    `person` makes it a personal one: it then never does more than the person's posts of the day allow.
    """
    wanted = sorted(set(permissions))
    if not wanted:
        raise Refused(_("请至少选择一项令牌可以做的事。"), field="permissions")
    if not set(wanted) <= set(grantable(by)):
        raise Refused(_("只能授予您自己的岗位也有的权限。"), field="permissions")
    today = timezone.localdate()
    if not today <= expires_on <= today + LONGEST:
        raise Refused(_("有效期应在今天之后、一年之内。"), field="expires_on")
    if not name.strip():
        raise Refused(_("请填写令牌的用途，如“市政务平台取数”。"), field="name")
    if person is not None and not _posts_covering(person, unit.key):
        raise Refused(_("此人在这个单位没有岗位，不能为其发放令牌。"), field="person")
    secret = secrets.token_urlsafe(32)
    token = ApiToken(
        pk=new_id(),
        unit=unit,
        name=name.strip()[:60],
        person=person,
        permissions=wanted,
        digest=_digest(secret),
        expires_on=expires_on,
        issued_by_id=by.person_id,
    )
    token.save(force_insert=True)
    note(Audit.Action.CHANGE, f"发放接口令牌：{token.name}（{unit.name}）", by=by)
    return token, f"{PREFIX}_{token.pk.hex}_{secret}"


@action(Permission.TOKEN_MANAGE)
def revoke_token(token: ApiToken, *, by: Actor) -> ApiToken:
    """End a token at once; its line stays in the list."""
    if token.revoked_at is not None:
        raise Conflict(_("这个令牌已经收回。"))
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    note(Audit.Action.CHANGE, f"收回接口令牌：{token.name}", by=by)
    return token


def actor_of_token(raw: str) -> Actor | None:
    """The actor of a token's text, or None where it is wrong, revoked, past its day or its unit has closed.

    Works in any scope and leaves it as it was: the caller then enters `actor.units` itself.
    """
    prefix, _sep, rest = raw.partition("_")
    hexed, _sep, secret = rest.partition("_")
    if prefix != PREFIX or not secret:
        return None
    try:
        pk = uuid.UUID(hexed)
    except ValueError:
        return None
    with scope.everything():
        token = (
            ApiToken.raw.select_related("unit", "person")
            .filter(pk=pk, revoked_at__isnull=True, expires_on__gte=timezone.localdate())
            .first()
        )
        if token is None or not hmac.compare_digest(token.digest, _digest(secret)):
            return None
        actor = _actor(token)
        if actor is not None:
            now = timezone.now()
            ApiToken.raw.filter(pk=pk).filter(
                Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
            ).update(last_used_at=now)
        return actor


def _actor(token: ApiToken) -> Actor | None:
    if token.unit.state != Unit.State.ACTIVE:
        return None
    # Permissions dropped from the product since the token was issued are simply no longer there.
    allowed = {Permission(name) for name in token.permissions if name in set(Permission)} - NEVER
    if token.person is not None:
        if not token.person.is_active:
            return None
        held = [GRANTS[Role(role)] for role in _posts_covering(token.person, token.unit_id)]
        if not held:
            return None
        allowed &= frozenset().union(*held)
    return Actor(
        name=token.person.name if token.person else token.name,
        units=subtree(token.unit_id),
        permissions=frozenset(allowed),
        unit_key=token.unit_id,
        person_id=token.person_id,
        token_id=token.pk,
    )


def _posts_covering(person: Person, unit_key: str) -> list[str]:
    """Roles the person holds today at the unit or above it."""
    rows = posts_in_force(person).filter(unit_id__in=ancestors(unit_key))
    return list(rows.values_list("role", flat=True))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
