"""Fixtures of all tests: the fixed cast; the database is made by anyuan.config.testing."""

import pytest
from django.core.cache import cache

pytest_plugins = ["anyuan.org.tests.cast"]


@pytest.fixture(scope="session")
def django_db_setup():
    """The database is there already."""


@pytest.fixture(autouse=True)
def nothing_kept():
    """What one test kept in memory is not another's."""
    cache.clear()
