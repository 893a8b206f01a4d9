"""Letters and proofs as the tests want them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anyuan.config.home import secret
from anyuan.core import scope
from anyuan.domains.responsibility.duties.models import Letter, LetterRound
from anyuan.domains.responsibility.duties.services.issuing import issue_letters
from anyuan.domains.responsibility.duties.services.signing import countersign, sign_letter
from anyuan.org.actor import Actor
from anyuan.org.confirming import Confirmed
from anyuan.org.tests.cast import PASSWORD, hire


def proof(by: Actor, *, minutes: float = 1) -> Confirmed:
    at = timezone.now() - datetime.timedelta(minutes=minutes)
    return Confirmed(by.person_id or 0, at, "密码")


def this_year() -> int:
    return timezone.localdate().year


def issued(cast: Any, unit: Any = None, by: Any = None) -> LetterRound:
    """Letters of this year: of the district to its schools, if nothing else is said."""
    return issue_letters(unit or cast.wujin, by=by or cast.district, year=this_year())


def letter_of(round_: LetterRound, **lookup: Any) -> Letter:
    with scope.everything():
        found: Letter = Letter.objects.select_related("unit", "round__unit", "body", "party_a").get(
            round=round_, **lookup
        )
        return found


def employ(unit: Any, username: str, name: str, role: str) -> Actor:
    with scope.everything():
        return hire(unit, username, name, role)


def renewed(row: Any) -> Any:
    """The row as it is in the database now."""
    with scope.everything():
        row.refresh_from_db()
    return row


def head_of(cast: Any) -> Actor:
    return employ(cast.school, "head", "校长戊", "principal")


def signed_letter(cast: Any) -> tuple[LetterRound, Letter, Actor]:
    """The district's letter to school A, signed by both."""
    head, round_ = head_of(cast), issued(cast)
    letter = letter_of(round_, unit=cast.school)
    sign_letter(letter, by=head, confirmed=proof(head))
    countersign(round_, by=cast.district, confirmed=proof(cast.district))
    return round_, letter_of(round_, unit=cast.school), head


def prove(client: Client, back: str = "/") -> Any:
    """Give the password once more, as a person does."""
    where = f"{reverse('account_reauthenticate')}?next={back}"
    return client.post(where, {"password": PASSWORD, "next": back})


@contextmanager
def by_hand() -> Iterator[psycopg.Connection]:
    """As somebody would who has the database: a superuser's session with triggers off. Needs committed data."""
    where = settings.DATABASE.login("owner") | {
        "user": "postgres",
        "password": secret("database_superuser_password"),
        "dbname": connection.settings_dict["NAME"],
    }
    with psycopg.connect(**where, autocommit=True) as link:
        link.execute("SET session_replication_role = replica")
        yield link


def wipe() -> None:
    """The app may not truncate; the owner of the tables empties all that hangs on a unit or a person."""
    where = settings.DATABASE.login("owner") | {"dbname": connection.settings_dict["NAME"]}
    with psycopg.connect(**where) as link:
        link.execute("TRUNCATE org_unit, org_person, core_audit CASCADE")
        events = "SELECT tablename FROM pg_tables WHERE tablename LIKE '%event'"
        for (table,) in link.execute(events).fetchall():
            link.execute(f'TRUNCATE "{table}" CASCADE')
