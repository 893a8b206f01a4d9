"""Pages kept for a time without network: the script for them, and who allows a page to be kept."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client

from anyuan.core.offline import KEEP_HEADER, may_be_kept


@pytest.mark.django_db
def test_the_script_is_there_before_signing_in_and_answers_for_all_pages():
    answer = Client().get("/sw.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"


def test_only_a_page_that_says_so_may_be_kept():
    assert may_be_kept(HttpResponse()).headers[KEEP_HEADER] == "yes"


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["/today/", "/hazards/", "/org/"])
def test_ordinary_pages_are_not_kept(cast, where):
    assert KEEP_HEADER not in cast.client(cast.officer).get(where).headers


def test_the_button_names_the_pages_it_keeps():
    html = render_to_string("components/keep.html", {"urls": "/a/ /b/", "auto": True})
    assert 'data-urls="/a/ /b/"' in html
    assert "data-auto" in html
    assert "保存到手机" in html
