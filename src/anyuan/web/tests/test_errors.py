"""Requests that cannot be taken: a sentence in Chinese, nothing saved."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from anyuan.core import scope
from anyuan.domains.hazards.models import Hazard
from anyuan.org.models import Person


def test_a_form_without_its_key_is_said_to_have_expired(cast):
    with scope.everything():
        person = Person.objects.get(pk=cast.officer.person_id)
    client = Client(enforce_csrf_checks=True)
    client.force_login(person, backend="anyuan.org.signin.NameOrPhone")
    answer = client.post(reverse("hazards:new"), {"place": "大厅", "description": "灯坏了"})
    assert answer.status_code == 403
    assert "页面已过期，没有保存" in answer.content.decode()
    with scope.everything():
        assert not Hazard.objects.exists()


def test_far_too_much_at_once_is_said(cast, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = cast.client(cast.officer).post(reverse("hazards:new"), {"description": "长" * 2000})
    assert answer.status_code == 400
    assert "未能接收，没有保存" in answer.content.decode()


def test_an_address_that_is_none(cast):
    answer = cast.client(cast.officer).get("/nothing/")
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.content.decode()
