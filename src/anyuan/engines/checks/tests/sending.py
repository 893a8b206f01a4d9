"""People sent to check other schools: fixtures and helpers of the tests of assignments."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from anyuan.core import scope
from anyuan.engines.checks.assignment_services import (
    assign_checks,
    submit_assigned,
)
from anyuan.engines.checks.models import CheckAssignment
from anyuan.engines.checks.scoring import Given
from anyuan.engines.checks.services import (
    publish_checklist,
)
from anyuan.engines.checks.spec import Item, Spec
from anyuan.engines.notices.queries import inbox
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Post
from anyuan.org.services import add_unit
from anyuan.org.tests.cast import PROFILE, hire

GOOD = {"exits": Given(result=1), "lamps": Given(result=1)}
BAD = {"exits": Given(result=1), "lamps": Given(result=0, text="大厅的灯坏了")}
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)


def in_days(days):
    return timezone.localdate() + datetime.timedelta(days=days)


@pytest.fixture
def near(cast):
    """Another school of the same district."""
    with scope.everything():
        return add_unit(
            cast.wujin, by=SYSTEM, code="2132000009", name="武进区星河小学", kind="school", profile=PROFILE
        )  # fmt: skip


@pytest.fixture
def checker(near):
    with scope.everything():
        return hire(near, "checker", "安全员戊", "safety_officer")


@pytest.fixture
def version(cast):
    spec = Spec("round", "互查表", "", (Item("exits", "通道"), Item("lamps", "灯")))
    return publish_checklist(cast.city, by=cast.bureau, spec=spec)


def post_of(actor):
    with scope.everything():
        return Post.objects.select_related("person", "unit").get(pk=actor.post_id)


def assign(cast, version, checker, *, by=None, unit=None, days=7, **more):
    """School A is to be checked by `checker`; the assignment."""
    batch = assign_checks(
        unit or cast.wujin, by=by or cast.district, checklist=version.checklist,
        pairs=[(cast.school, post_of(checker))], due_on=in_days(days), **more,
    )  # fmt: skip
    with scope.everything():
        return CheckAssignment.objects.select_related("unit").get(batch=batch)


@pytest.fixture
def given_to(cast, version, checker):
    return assign(cast, version, checker)


def change(row, **facts):
    with scope.everything():
        CheckAssignment.objects.filter(pk=row.pk).update(**facts)


def submit(by, row, version, answers=GOOD, **more):
    return submit_assigned(
        by.unit_key, by=by, assignment=row, version=version, answers=answers, **more
    )


def now(row):
    with scope.everything():
        return CheckAssignment.objects.get(pk=row.pk)


def titles(actor):
    with scope.enter(actor.units, person=str(actor.person_id)):
        return [message.title for message in inbox(actor)]
