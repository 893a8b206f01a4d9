"""The pytest plugin: a real PostgreSQL for tests, one fresh database a process, copied from a template.

The template is migrated once for each state of the migrations, so a run starts in a second.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
os.environ["ANYUAN_HOME"] = os.environ.get("ANYUAN_TEST_HOME", str(PROJECT / ".anyuan-test"))
os.environ.pop("DATABASE_URL", None)
os.environ["DJANGO_SETTINGS_MODULE"] = "anyuan.config.settings"
os.environ["ANYUAN_TESTING"] = "1"

import psycopg
import pytest
from psycopg import sql

from anyuan.config import embedded
from anyuan.config.home import secret

LOCK = 71294
# What only opens and closes a transaction or sets the reader's scope.
SHELL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT set_config")


def _state() -> str:
    """Changes whenever a migration or the guard of the tables changes."""
    seen = hashlib.sha256()
    source = PROJECT / "src" / "anyuan"
    for path in sorted([*source.rglob("migrations/*.py"), source / "core" / "security.py"]):
        seen.update(path.read_bytes())
    seen.update((PROJECT / "requirements" / "base.txt").read_bytes())
    return seen.hexdigest()[:12]


def _superuser(where: embedded.Database, dbname: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(
        host=where.host,
        port=where.port,
        dbname=dbname,
        user="postgres",
        password=secret("database_superuser_password"),
        autocommit=True,
    )


def prepare_database() -> str:
    """Make this process's database and return its name."""
    where = embedded.database()
    template, mine = f"tmpl_{_state()}", f"test_{os.getpid()}"
    with _superuser(where) as link:
        link.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        link.execute("ALTER SYSTEM SET fsync = off")
        link.execute("ALTER SYSTEM SET synchronous_commit = off")
        link.execute("SELECT pg_reload_conf()")
        embedded.prepare(where)
        names = {row[0] for row in link.execute("SELECT datname FROM pg_database")}
        _drop_stale(link, names, template)
        if template not in names:
            part = f"{template}_part"
            link.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(part), sql.Identifier(where.owner)
                )
            )
            code = "from anyuan.config.cli import django_command as c; c(['migrate', '--no-input', '-v', '0'])"
            subprocess.run(
                [sys.executable, "-c", code],
                check=True,
                env={**os.environ, "ANYUAN_DB_NAME": part, "ANYUAN_DB_ROLE": "owner"},
            )
            link.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(part), sql.Identifier(template)
                )
            )
        link.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(mine), sql.Identifier(where.owner), sql.Identifier(template)
            )
        )
    return mine


def _drop_stale(link: psycopg.Connection, names: set[str], template: str) -> None:
    """Databases of test processes that are gone, and templates of older states."""
    for name in names:
        gone = name.startswith("test_") and not Path(f"/proc/{name[5:]}").exists()
        old = name.startswith("tmpl_") and name != template
        if gone or old:
            link.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


if (
    "xdist" not in sys.modules
    or "PYTEST_XDIST_WORKER" in os.environ
    or not any(a.startswith("-n") for a in sys.argv)
):
    os.environ["ANYUAN_DB_NAME"] = prepare_database()


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = Path(os.environ["ANYUAN_HOME"]) / f"files-{os.getpid()}"


def pytest_unconfigure(config: pytest.Config) -> None:
    from django.db import connections

    connections.close_all()
    name = os.environ.get("ANYUAN_DB_NAME", "")
    if name == f"test_{os.getpid()}":
        with _superuser(embedded.database()) as link:
            link.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


@pytest.fixture
def asked() -> Callable[[], AbstractContextManager[list[str]]]:
    """`with asked() as queries:` fills the list with the SQL asked inside, without the shell around it."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    @contextlib.contextmanager
    def listen() -> Iterator[list[str]]:
        found: list[str] = []
        with CaptureQueriesContext(connection) as seen:
            yield found
        found += [q["sql"] for q in seen.captured_queries if not q["sql"].startswith(SHELL)]

    return listen
