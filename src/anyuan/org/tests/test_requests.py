"""The request's scope: one transaction, 404 for strangers, nothing half saved."""

from __future__ import annotations

from anyuan.core.models import Audit


def test_anonymous_is_sent_to_sign_in(client, db):
    answer = client.get("/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_pages_carry_the_security_headers(cast):
    answer = cast.client(cast.officer).get("/", follow=True)
    assert answer.status_code == 200
    assert "script-src" not in answer["Content-Security-Policy"]
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Request-Id"]


def test_another_units_file_is_404_and_logged(cast):
    answer = cast.client(cast.officer).get("/files/0190f6a0-0000-7000-8000-000000000000")
    assert answer.status_code == 404
    assert Audit.objects.filter(action="stranger", person_id=cast.officer.person_id).count() == 1


def test_health_names_the_part_that_fails(client, db):
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "part": "worker"}
