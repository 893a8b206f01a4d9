"""Every write on units, people and posts."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from anyuan.core.keys import child_key
from anyuan.core.refused import Refused
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.models import Person, Post, Profile, Unit
from anyuan.org.permissions import ROLES_AT, Permission, Role

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
    if kind == Unit.Kind.CAMPUS:
        Profile.objects.filter(unit=parent).update(is_site=False)
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
    grant_post(unit, by=by, person=person, role=role)
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
    if role not in ROLES_AT[unit.kind]:
        raise Refused(_("%(unit)s没有这个岗位，请重新选择。") % {"unit": unit.name}, field="role")
    post = Post(unit=unit, person=person, role=Role(role), until=until)
    if since:
        post.since = since
    return checked(post, exclude=("unit", "person"))


@action(Permission.PERSON_MANAGE)
def end_post(post: Post, *, by: Actor, on: datetime.date) -> Post:
    """The person leaves the post after that day; what they did stays theirs."""
    post.until = on
    return checked(post, exclude=("unit", "person"))
