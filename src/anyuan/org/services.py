"""Every write on units, people and posts."""

from __future__ import annotations

import contextlib
import datetime
import secrets
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.keys import child_key, subtree
from anyuan.core.models import Audit
from anyuan.core.refused import Forbidden, Refused
from anyuan.org.action import action
from anyuan.org.actor import Actor, allow
from anyuan.org.audit import note
from anyuan.org.models import ApiToken, Installation, Person, Post, Profile, Unit
from anyuan.org.moving import rewrite_keys
from anyuan.org.permissions import GRANTS, HANDED_ON, ROLES_AT, Permission, Role

MFA_ROLES_KEPT = "org.mfa_roles"
KINDS_BELOW = {
    Unit.Kind.CITY: [Unit.Kind.DISTRICT, Unit.Kind.SCHOOL],
    Unit.Kind.DISTRICT: [Unit.Kind.SCHOOL],
    Unit.Kind.SCHOOL: [Unit.Kind.CAMPUS],
    Unit.Kind.CAMPUS: [],
}


def refuse_invalid(error: ValidationError) -> Refused:
    """The form of refusal of a model's own validation: the first sentence of each field."""
    errors = {name: texts[0] for name, texts in error.message_dict.items()}
    field, sentence = next(iter(errors.items()))
    return Refused(sentence, field=field, errors=errors)


def checked(row: Any, *, exclude: tuple[str, ...] = ()) -> Any:
    """Validate a row's fields and save it; field errors become a Refused."""
    try:
        row.clean_fields(exclude=exclude)
    except ValidationError as error:
        raise refuse_invalid(error) from error
    row.save(force_insert=row._state.adding)
    return row


@action(Permission.UNIT_MANAGE)
def found_city(key: str, *, by: Actor, code: str, name: str, short_name: str) -> Unit:
    """The root of the tree. Only the system can: no post stands above a city."""
    if Unit.raw.filter(kind=Unit.Kind.CITY).exists():
        raise Refused(_("本系统已经有一个市级单位，不能再建立。"), field="code")
    city = Unit(key=key, code=code, kind=Unit.Kind.CITY, name=name, short_name=short_name)
    return checked(city, exclude=("key",))


@action(Permission.UNIT_MANAGE)
def add_unit(
    parent: Unit,
    *,
    by: Actor,
    code: str,
    name: str,
    kind: str,
    short_name: str = "",
    location: Unit | None = None,
    profile: dict[str, Any] | None = None,
) -> Unit:
    """Put a unit under `parent`; `profile` gives a school's or campus's facts (Profile's fields)."""
    parent = _still_open(parent)
    if kind not in KINDS_BELOW[Unit.Kind(parent.kind)]:
        raise Refused(_("%(parent)s下面不能设立这类单位。") % {"parent": parent.name}, field="kind")
    try:
        key = child_key(parent.key, code)
    except ValueError as error:
        raise Refused(_("单位代码只能用数字和大写字母，最多 20 位。"), field="code") from error
    unit = Unit(
        key=key,
        parent=parent,
        code=code,
        kind=kind,
        name=name.strip(),
        short_name=(short_name or name).strip()[:30],
        location=location or (parent if parent.kind == Unit.Kind.DISTRICT else parent.location),
    )
    checked(unit, exclude=("key", "parent", "location"))
    if profile is not None:
        checked(Profile(unit=unit, **profile), exclude=("unit",))
    changed = [unit.key]
    if kind == Unit.Kind.CAMPUS and Profile.objects.filter(unit=parent).update(is_site=False):
        changed.append(parent.key)
    events.emit("units.changed", keys=changed)
    return unit


@action(Permission.PERSON_MANAGE)
def add_person(
    unit: Unit,
    *,
    by: Actor,
    username: str,
    name: str,
    role: str,
    phone: str | None = None,
    email: str = "",
    until: datetime.date | None = None,
    password: str | None = None,
    must_change_password: bool = True,
) -> Person:
    """A new account with its first post at `unit`."""
    person = Person(
        username=username,
        name=name,
        phone=phone,
        email=email,
        must_change_password=must_change_password,
    )
    if password is not None:
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise Refused(error.messages[0], field="password") from error
    person.set_password(password)
    checked(person, exclude=("password",))
    grant_post(unit, by=by, person=person, role=role, until=until)
    return person


@action(Permission.PERSON_MANAGE)
def grant_post(
    unit: Unit,
    *,
    by: Actor,
    person: Person,
    role: str,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> Post:
    """Give a person a post at a unit; only posts that exist at that kind of unit."""
    _still_open(unit)
    if role not in ROLES_AT[unit.kind]:
        raise Refused(_("%(unit)s没有这个岗位，请重新选择。") % {"unit": unit.name}, field="role")
    if not GRANTS[Role(role)] <= by.permissions | HANDED_ON:
        raise Refused(_("不能授予比自己更高的岗位。"), field="role")
    if role == Role.ASSESSOR and until is None:
        raise Refused(_("评估人员的岗位必须写明截止日期。"), field="until")
    post = Post(unit=unit, person=person, role=Role(role), until=until)
    if since:
        post.since = since
    return checked(post, exclude=("unit", "person"))


@action(Permission.PERSON_MANAGE)
def end_post(post: Post, *, by: Actor, on: datetime.date) -> Post:
    """The person leaves the post after that day; what they did stays theirs."""
    post.until = on
    return checked(post, exclude=("unit", "person"))


def first_password(person: Person) -> str:
    """A password made for a person; chance may make one like their name, which the rules refuse."""
    while True:
        password = secrets.token_urlsafe(9)
        with contextlib.suppress(ValidationError):
            validate_password(password, person)
            return password


@action(Permission.PERSON_MANAGE)
def reset_password(post: Post, *, by: Actor) -> str:
    """A new first password of a person who holds a post here; it must be changed at the next sign-in."""
    if not GRANTS[Role(post.role)] <= by.permissions | HANDED_ON:
        raise Refused(_("不能重置比自己更高岗位的密码。"))
    password = first_password(post.person)
    post.person.set_password(password)
    post.person.must_change_password = True
    post.person.save(update_fields=["password", "must_change_password"])
    note(Audit.Action.CHANGE, f"重置密码 {post.person.username}", by=by)
    return password


@action(Permission.PERSON_MANAGE)
def set_profile(unit: Unit, *, by: Actor, **facts: Any) -> Profile:
    """A school's or campus's facts; duties follow them at once (reactions.py)."""
    profile = Profile.objects.select_for_update().get(unit=unit)
    for name, value in facts.items():
        setattr(profile, name, value)
    checked(profile, exclude=("unit",))
    events.emit("units.changed", keys=[unit.key])
    return profile


@action(Permission.UNIT_MANAGE)
def move_unit(unit: Unit, *, by: Actor, parent: Unit) -> Unit:
    """Put a school with all it owns under another authority: every key is rewritten, every record stays."""
    allow(by, Permission.UNIT_MANAGE, parent)
    unit = _still_open(unit)
    if unit.kind != Unit.Kind.SCHOOL or unit.kind not in KINDS_BELOW[Unit.Kind(parent.kind)]:
        raise Refused(_("只能把学校划到市教育局或辖市区。"), field="target")
    if unit.parent_id == parent.key:
        raise Refused(_("学校已经在这个单位下面。"), field="target")
    key = child_key(parent.key, unit.code)
    rewrite_keys(unit.key, key, parent.key)
    note(Audit.Action.CHANGE, f"{unit.name} 由 {unit.parent_id} 划至 {parent.name}", by=by)
    return Unit.objects.get(key=key)


@action(Permission.PERSON_MANAGE)
def demand_second_factor(city: Unit, *, by: Actor, roles: Iterable[str]) -> list[str]:
    """From now on these posts sign in with a second factor, everywhere in the installation."""
    if city.kind != Unit.Kind.CITY or by.unit_key != city.key:
        raise Forbidden(_("只有市教育局可以设置登录安全。"))
    wanted = sorted({role for role in roles if role in Role.values})
    Installation.objects.update_or_create(only=True, defaults={"mfa_roles": wanted})
    cache.delete(MFA_ROLES_KEPT)
    labels = "、".join(Role(role).label for role in wanted) or "无"
    note(Audit.Action.CHANGE, f"必须两步验证的岗位：{labels}", by=by)
    return wanted


@action(Permission.UNIT_MANAGE)
def close_unit(unit: Unit, *, by: Actor, on: datetime.date, successor: Unit | None = None) -> Unit:
    """Close a school, or merge it into another: posts and tokens end, what it did stays readable.

    `unit.closed` ends its duties and hands what is still open to the successor (reactions.py).
    """
    unit = _still_open(unit)
    if unit.kind not in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}:
        raise Refused(_("这个单位不能停办或并入。"))
    if successor is not None:
        allow(by, Permission.UNIT_MANAGE, successor)
        _refuse_successor(unit, successor)
    ended = {
        "state": Unit.State.MERGED if successor else Unit.State.CLOSED,
        "successor": successor,
        "ended_on": on,
    }
    for one in Unit.objects.within(subtree(unit.key)).filter(state=Unit.State.ACTIVE):
        for name, value in ended.items():
            setattr(one, name, value)
        one.save()
    _end_posts_and_tokens(unit, on)
    unit.refresh_from_db()
    events.emit("unit.closed", unit=unit, by=by)
    if unit.kind == Unit.Kind.CAMPUS:
        _site_again(unit.parent_key)
    note(Audit.Action.CHANGE, f"{unit.name} 停办或并入", by=by)
    return unit


def _still_open(unit: Unit) -> Unit:
    """The unit as it is now, held to the end of the transaction: nobody closes it in between."""
    held = Unit.objects.select_for_update().get(key=unit.key)
    if held.state != Unit.State.ACTIVE:
        raise Refused(_("%(unit)s已停办或并入，不能再办理。") % {"unit": held.name})
    return held


def _refuse_successor(unit: Unit, successor: Unit) -> None:
    inside = subtree(unit.key).holds(successor.key)
    school = successor.kind in {Unit.Kind.SCHOOL, Unit.Kind.CAMPUS}
    if inside or not school or successor.state != Unit.State.ACTIVE:
        raise Refused(_("请选择另一所正常办学的学校。"), field="target")


def _end_posts_and_tokens(unit: Unit, on: datetime.date) -> None:
    units = subtree(unit.key)
    # A post that was to begin later ends on its first day: it never was.
    Post.objects.within(units).filter(Q(until__isnull=True) | Q(until__gt=on)).update(
        until=Greatest(Value(on), F("since"))
    )
    ApiToken.objects.within(units).filter(revoked_at__isnull=True).update(revoked_at=timezone.now())


def _site_again(key: str) -> None:
    """A school whose last campus has closed is a site itself."""
    if Unit.objects.filter(parent_id=key, state=Unit.State.ACTIVE).exists():
        return
    if Profile.objects.filter(unit_id=key, is_site=False).update(is_site=True):
        events.emit("units.changed", keys=[key])
