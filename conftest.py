"""Fixtures of all tests: the fixed cast; the database is made by anyuan.config.testing."""

import pytest

pytest_plugins = ["anyuan.org.tests.cast"]


@pytest.fixture(scope="session")
def django_db_setup():
    """The database is there already."""
