"""Signing in: name or phone, a pause after failures, the log, no self sign-up."""

from __future__ import annotations

import pytest
from django.test import Client

from anyuan.core.models import Audit
from anyuan.org.models import Installation, Person
from anyuan.org.models.signin import SignInFailures
from anyuan.org.tests.cast import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(client, name, password=PASSWORD):
    return client.post(LOGIN, {"login": name, "password": password})


def test_by_name_and_by_phone(cast):
    Person.objects.filter(username="officer").update(phone="13900001111")
    assert sign_in(Client(), "officer").status_code == 302
    assert sign_in(Client(), "13900001111").status_code == 302
    assert Audit.objects.filter(action="sign_in", person__username="officer").count() == 2


def test_a_wrong_password_is_one_sentence_in_chinese_and_logged(cast):
    answer = sign_in(Client(), "officer", "nonsense")
    assert answer.status_code == 200
    assert "密码" in answer.content.decode()
    assert Audit.objects.filter(action="sign_in_failed", what="officer").exists()


def test_after_five_failures_even_the_right_password_waits(cast):
    client = Client()
    for _ in range(5):
        sign_in(client, "officer", "nonsense")
    answer = sign_in(client, "officer")
    assert answer.status_code == 200
    assert "分钟后再试" in answer.content.decode()
    assert sign_in(Client(), "teacher").status_code == 302
    SignInFailures.objects.all().delete()
    assert sign_in(client, "officer").status_code == 302


def test_nobody_signs_up(cast):
    answer = Client().get("/accounts/signup/")
    assert "password1" not in answer.content.decode()


@pytest.mark.parametrize("demo", [True, False])
def test_demo_accounts_are_shown_in_a_demo_only(cast, demo):
    Installation.objects.update_or_create(only=True, defaults={"demo": demo})
    assert ("anyuan-demo" in Client().get(LOGIN).content.decode()) is demo


def test_next_stays_on_our_own_site(cast):
    answer = Client().post(
        LOGIN + "?next=https://evil.example/", {"login": "officer", "password": PASSWORD}
    )
    assert "evil" not in answer["Location"]


@pytest.mark.parametrize(
    "page", ["/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/"]
)
def test_account_pages_open_in_our_layout(cast, page):
    answer = cast.client(cast.officer).get(page, follow=True)
    assert answer.status_code == 200
    assert "安园" in answer.content.decode()
