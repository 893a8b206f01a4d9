"""Starting and stopping as an operator does it: real processes, a real database, kill -9."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from anyuan.config import embedded
from tests.browser.conftest import clean_env, command, free_port, wait_healthy


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    tmp_path.chmod(0o755)
    yield tmp_path
    embedded.stop(tmp_path / "postgres")


def run(home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("up"),
        env=clean_env(home, **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_busy_port_is_one_sentence(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = run(home, PORT=str(taken.getsockname()[1]))
    assert ended.returncode == 2
    assert "不能使用" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


def test_a_command_before_the_database_is_prepared_is_one_sentence(home):
    ended = subprocess.run(
        command("user", "add", "zhang", "--name", "张", "--unit", "320400", "--role", "auditor"),
        env=clean_env(home), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "请先运行 anyuan migrate" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://x", "DATABASE_URL 应形如"),
        ("postgresql://u:p@127.0.0.1:1/none", "连接不上数据库"),
    ],
)
def test_wrong_database_address_is_one_sentence(home, address, said):
    ended = run(home, DATABASE_URL=address, PORT=str(free_port()))
    assert ended.returncode == 2
    assert said in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr


def test_nonsense_setting_is_one_sentence(home):
    ended = run(home, PORT="eighty")
    assert ended.returncode == 2
    assert "PORT" in ended.stdout


def test_old_postgresql_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(embedded, "OLDEST", 90)
    with pytest.raises(SystemExit) as ended:
        embedded.prepare(embedded.database())
    assert ended.value.code == 2
    assert "需要 PostgreSQL" in capsys.readouterr().out


def children(pid: int) -> dict[str, int]:
    """Process ids of the supervisor's children by what they run."""
    found = {}
    for task in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        line = Path(f"/proc/{task}/cmdline").read_bytes().decode()
        found["server" if "uvicorn" in line else line.split("\0")[-2]] = int(task)
    return found


def rows(home: Path) -> int:
    password = json.loads((home / "secrets.json").read_text())["database_superuser_password"]
    with psycopg.connect(
        host=str(home / "postgres"), dbname="anyuan", user="postgres", password=password
    ) as link:
        found = link.execute("SELECT count(*) FROM org_installation").fetchone()
    return int(found[0]) if found else 0


def test_killed_parts_come_back_with_every_row_and_ctrl_c_stops_all(home):
    port = free_port()
    log = home / "up.log"
    with log.open("w") as out:
        child = subprocess.Popen(
            command("up"), env=clean_env(home, PORT=str(port)), stdout=out, stderr=out
        )
    address = f"http://127.0.0.1:{port}"
    wait_healthy(address, child, log)
    password = json.loads((home / "secrets.json").read_text())["database_superuser_password"]
    with psycopg.connect(
        host=str(home / "postgres"), dbname="anyuan", user="postgres", password=password
    ) as link:
        link.execute("INSERT INTO org_installation VALUES (true, false, '', now(), '{}')")
    time.sleep(3)
    for pid in children(child.pid).values():
        os.kill(pid, signal.SIGKILL)
    postmaster = int((home / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    time.sleep(5)
    wait_healthy(address, child, log)
    assert rows(home) == 1
    child.send_signal(signal.SIGINT)
    assert child.wait(40) == 0
    assert not (home / "postgres" / "postmaster.pid").exists()
