"""The API keeps to its own schema, whatever is sent (schemathesis, in this process)."""

from __future__ import annotations

import datetime
import json

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from ninja.responses import NinjaJSONEncoder

from anyuan.api.api import api
from anyuan.api.callers import PerCaller
from anyuan.core import scope
from anyuan.org.tokens import grantable, issue_token

CHECKS = [
    schemathesis.checks.not_a_server_error,
    schemathesis.checks.status_code_conformance,
    schemathesis.checks.content_type_conformance,
    schemathesis.checks.response_schema_conformance,
]


def said() -> dict:
    """The schema as /api/v1/openapi.json gives it."""
    return json.loads(
        json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), cls=NinjaJSONEncoder)
    )


schema = schemathesis.openapi.from_dict(said())
schema.app = WSGIHandler()


@pytest.fixture
def in_this_transaction():
    """Requests run inside the test's transaction, as Django's test client has it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def headers(cast, monkeypatch, in_this_transaction):
    """A token of the school that may do all its officer may."""
    monkeypatch.setattr(PerCaller, "allow_request", lambda self, request: True)
    with scope.enter(cast.officer.units):
        _token, text = issue_token(
            cast.school, by=cast.officer, name="对接", permissions=grantable(cast.officer),
            expires_on=timezone.localdate() + datetime.timedelta(days=9),
        )  # fmt: skip
    return {"Authorization": f"Bearer {text}"}


@schema.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_answers_as_its_schema_says(case, headers):
    case.call_and_validate(headers=headers, checks=CHECKS)


def test_the_schema_served_is_the_one_checked(client, db):
    served = client.get("/api/v1/openapi.json").json()
    assert served == said()
    assert len(served["paths"]) >= 20
