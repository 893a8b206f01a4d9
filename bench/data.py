"""The whole city for measuring: made once in its own data folder, kept for the next run."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import django
from django.db import connection

from anyuan.core import scope


def ready() -> None:
    """Migrate, and build the city where it is not there yet (some ten minutes)."""
    run = [sys.executable, "-m", "anyuan.config.cli"]
    subprocess.run([*run, "migrate"], check=True)
    subprocess.run([*run, "demo", "--size", "city", "--if-empty"], check=True)


def counts() -> dict[str, int]:
    """What the city holds."""
    tables = {
        "校址": "org_profile WHERE is_site",
        "任务": "obligations_obligation",
        "记录": "core_record",
        "检查": "checks_inspection",
        "检查答案": "checks_answer",
        "隐患": "hazards_hazard",
        "指标数": "indicators_fact",
    }
    found = {}
    with scope.everything(), connection.cursor() as cursor:
        for name, table in tables.items():
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[name] = cursor.fetchone()[0]
    return found


def machine() -> str:
    """Processors, memory, versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
    return (
        f"{os.cpu_count()} 核，{memory:.0f} GiB 内存；Python {platform.python_version()}，"
        f"Django {django.get_version()}，PostgreSQL {server}"
    )
