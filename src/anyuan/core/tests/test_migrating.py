"""What the models declare is in the database that the quickened migrations made."""

from __future__ import annotations

import pgtrigger
import pytest
from django.apps import apps
from django.db import connection

OURS = [model for model in apps.get_models() if model.__module__.startswith("anyuan.")]


def names(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_every_index_constraint_and_trigger_is_there():
    indexes = names("SELECT indexname FROM pg_indexes")
    constraints = names("SELECT conname FROM pg_constraint") | indexes
    triggers = names("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    assert {i.name for m in OURS for i in m._meta.indexes} <= indexes
    assert {c.name for m in OURS for c in m._meta.constraints} <= constraints
    declared = {t.get_pgid(m) for m, t in pgtrigger.registered()}
    assert declared
    assert declared <= triggers
