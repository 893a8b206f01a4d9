"""Applying an import: all of it or nothing, in a fixed number of statements for each thousand rows."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from anyuan.core import events
from anyuan.core.keys import child_key
from anyuan.core.models import Audit
from anyuan.core.refused import Refused
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.importing import KINDS, PEOPLE, UNITS, Sheet, check_people, check_units, read
from anyuan.org.models import Person, Post, Profile, Unit
from anyuan.org.permissions import GRANTS, HANDED_ON, Permission, Role
from anyuan.org.services import first_password

PROFILE = ("stages", "boarding", "pupils", "boarders", "staff", "classes", "has_bus", "has_canteen", "has_lab",
           "high_rise", "lon", "lat", "address")  # fmt: skip
TABLE_ORDER = ("district", "school", "campus")


@dataclasses.dataclass
class Outcome:
    """What an import would do or has done; `passwords`: first passwords of new accounts, shown once."""

    added: int = 0
    changed: int = 0
    same: int = 0
    mistakes: list[str] = dataclasses.field(default_factory=list)
    passwords: list[tuple[str, str, str]] = dataclasses.field(default_factory=list)


@action(Permission.UNIT_MANAGE)
def import_units(root: Unit, *, by: Actor, body: bytes, apply: bool) -> Outcome:
    """Units with their profiles; a dry run without `apply`. With any mistake nothing is written."""
    sheet = read(body, UNITS)
    check_units(sheet, by)
    if sheet.mistakes:
        return Outcome(mistakes=_sentences(sheet))
    units = {unit.code: unit for unit in Unit.objects.within(by.units).select_related("profile")}
    outcome = Outcome()
    rows = sorted(
        (row for _n, row in sheet.rows), key=lambda row: TABLE_ORDER.index(KINDS[row["kind"]])
    )
    new_units: list[Unit] = []
    new_profiles: list[Profile] = []
    changed_units: list[Unit] = []
    changed_profiles: list[Profile] = []
    for row in rows:
        unit = units.get(row["code"])
        if unit is None:
            unit = _new_unit(row, units)
            units[unit.code] = unit
            new_units.append(unit)
            if unit.kind in {"school", "campus"}:
                new_profiles.append(Profile(unit=unit, **_facts(row)))
            outcome.added += 1
        elif _update(unit, row, changed_units, changed_profiles):
            outcome.changed += 1
        else:
            outcome.same += 1
    if apply:
        Unit.objects.bulk_create(new_units, batch_size=1000)
        Profile.objects.bulk_create(new_profiles, batch_size=1000)
        Unit.objects.bulk_update(changed_units, ["name"], batch_size=1000)
        Profile.objects.bulk_update(changed_profiles, list(PROFILE), batch_size=500)
        keys = [unit.key for unit in new_units] + [profile.unit_id for profile in changed_profiles]
        events.emit("units.changed", keys=sorted({*keys, *_no_sites(new_units)}))
        note(Audit.Action.CHANGE, f"导入单位：新增 {outcome.added}，更新 {outcome.changed}", by=by)
    return outcome


def _no_sites(new_units: list[Unit]) -> set[str]:
    """Schools with new campuses: the campuses are the sites from now on."""
    schools = {unit.parent_key for unit in new_units if unit.kind == Unit.Kind.CAMPUS}
    Profile.objects.filter(unit_id__in=schools).update(is_site=False)
    return schools


def _sentences(sheet: Sheet) -> list[str]:
    return [
        str(mistake) for mistake in sorted(sheet.mistakes, key=lambda one: (one.row, one.column))
    ]


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    facts = {name: row[name] for name in PROFILE}
    facts["stages"] = facts["stages"] or ["primary"]
    return facts


def _new_unit(row: dict[str, Any], units: dict[str, Unit]) -> Unit:
    parent = units[row["parent"]]
    kind = KINDS[row["kind"]]
    location = units.get(row["location"]) or (
        parent if parent.kind == "district" else parent.location
    )
    return Unit(
        key=child_key(parent.key, row["code"]), parent=parent, code=row["code"], kind=kind, name=row["name"],
        short_name=row["name"][:30], location=None if kind == "district" else location,
    )  # fmt: skip


def _update(unit: Unit, row: dict[str, Any], units: list[Unit], profiles: list[Profile]) -> bool:
    """Note what of an existing unit differs; True where anything does."""
    differs = unit.name != row["name"]
    if differs:
        unit.name = row["name"]
        units.append(unit)
    profile = getattr(unit, "profile", None)
    if profile is not None:
        facts = _facts(row)
        moved = {
            name: value
            for name, value in facts.items()
            if _plain(getattr(profile, name)) != _plain(value)
        }
        for name, value in moved.items():
            setattr(profile, name, value)
        if moved:
            profiles.append(profile)
            differs = True
    return differs


def _plain(value: Any) -> Any:
    return float(value) if value is not None and not isinstance(value, (str, list, bool)) else value


@action(Permission.PERSON_MANAGE)
def import_people(root: Unit, *, by: Actor, body: bytes, apply: bool) -> Outcome:
    """People with a post each; new accounts get a first password. All or nothing."""
    sheet = read(body, PEOPLE)
    check_people(sheet, by)
    if sheet.mistakes:
        return Outcome(mistakes=_sentences(sheet))
    labels = {label: role for role, label in Role.choices} | {role: role for role in Role.values}
    _refuse_higher({labels[row["role"]] for _n, row in sheet.rows}, by)
    units = {unit.code: unit for unit in Unit.objects.within(by.units)}
    names = [row["username"] for _n, row in sheet.rows]
    people = {person.username: person for person in Person.objects.filter(username__in=names)}
    held = set(Post.objects.filter(person__username__in=names, until__isnull=True).values_list(
        "person__username", "unit_id", "role"))  # fmt: skip
    outcome, new, changed, posts = Outcome(), [], [], []
    for _number, row in sheet.rows:
        person = people.get(row["username"])
        unit, role = units[row["unit"]], labels[row["role"]]
        if person is None:
            password = first_password(Person(username=row["username"], name=row["name"]))
            person = Person(username=row["username"], name=row["name"], phone=row["phone"] or None,
                            password=password, must_change_password=True)  # fmt: skip
            people[row["username"]] = person
            new.append(person)
            outcome.passwords.append((row["name"], row["username"], password))
            outcome.added += 1
        elif (person.name, person.phone or "") != (row["name"], row["phone"]):
            person.name, person.phone = row["name"], row["phone"] or None
            changed.append(person)
            outcome.changed += 1
        else:
            outcome.same += 1
        if (row["username"], unit.key, role) not in held:
            posts.append(Post(person=person, unit=unit, role=role))
    if apply:
        for person in new:
            person.password = make_password(person.password)
        Person.objects.bulk_create(new, batch_size=1000)
        Person.objects.bulk_update(changed, ["name", "phone"], batch_size=1000)
        for post in posts:
            post.person_id = people[post.person.username].pk
        Post.objects.bulk_create(posts, batch_size=1000)
        note(Audit.Action.CHANGE, f"导入人员：新增 {outcome.added}，更新 {outcome.changed}", by=by)
    return outcome


def _refuse_higher(roles: set[str], by: Actor) -> None:
    if any(not GRANTS[Role(role)] <= by.permissions | HANDED_ON for role in roles):
        raise Refused(_("表里有比您更高的岗位，请由上级管理员导入。"), field="file")
    if Role.ASSESSOR in roles:
        raise Refused(_("评估人员的岗位要写明截止日期，请在单位页面登记。"), field="file")
