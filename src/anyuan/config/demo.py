"""The demo city: real divisions, invented schools, a term of activity made through the services.

Schools differ in diligence; what each did, late or not at all, follows from its duties, so that the board,
the lists and the loops show what they would show in use. The same day gives the same city.
"""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from django.utils import timezone

from anyuan.config.cli import migrate
from anyuan.config.demo_clock import at
from anyuan.config.demo_ledgers import fill
from anyuan.config.demo_units import build_units
from anyuan.core import scope
from anyuan.core.refused import Refused
from anyuan.domains.campaigns import demo as campaigns_demo
from anyuan.domains.emergency.drills import demo as drills_demo
from anyuan.domains.emergency.incidents import demo as incidents_demo
from anyuan.domains.emergency.plans import demo as plans_demo
from anyuan.domains.emergency.rollcall import demo as rollcall_demo
from anyuan.domains.emergency.warnings import demo as warnings_demo
from anyuan.domains.gate import demo as gate_demo
from anyuan.domains.protection import demo as protection_demo
from anyuan.domains.responsibility.appraisal import demo as appraisal_demo
from anyuan.domains.responsibility.governance import demo as governance_demo
from anyuan.domains.risk.assessments import demo as assessments_demo
from anyuan.domains.risk.points import demo as risk_demo
from anyuan.domains.risk.tracing import demo as tracing_demo
from anyuan.domains.schoolbus import demo as bus_demo
from anyuan.engines.checks.services import publish_checklist
from anyuan.engines.checks.spec import read_folder
from anyuan.engines.indicators.reactions_in import paused
from anyuan.engines.indicators.rollup import month_of, roll_up
from anyuan.engines.obligations.commands import declared_kinds
from anyuan.engines.obligations.generation import keep_up
from anyuan.engines.obligations.loading import load_policy
from anyuan.engines.obligations.models import Policy
from anyuan.engines.obligations.packs import check
from anyuan.org.actor import SYSTEM
from anyuan.org.models import Installation, Unit

WEEKS = 8
PARTS = 2  # processes, one for each core of a small machine


def run(*, size: str, if_empty: bool) -> int:
    """Build the demo. Refused where the installation holds real units."""
    with scope.everything():
        units = Unit.objects.exists()
        demo = Installation.objects.filter(demo=True).exists()
    if units and if_empty:
        return 0
    if units and not demo:
        raise Refused("这里已有正式的单位，不能建立演示城市。请另用一个数据文件夹（ANYUAN_HOME）。")
    started = time.monotonic()
    if units:
        _empty()
    if size == "city":
        from anyuan.config.demo_city import build_city

        build_city()
    else:
        build_town()
    print(f"演示城市已建立，用时 {time.monotonic() - started:.0f} 秒。", flush=True)
    return 0


def build_town() -> None:
    """About 90 schools and a term's work."""
    today = timezone.localdate()
    since = today - datetime.timedelta(weeks=WEEKS)
    print("正在建立演示城市：单位和人员……", flush=True)
    with at(since - datetime.timedelta(days=1)):
        sites = build_units()
        load_pack(since)
    with scope.everything():
        for policy in Policy.objects.all():
            keep_up(policy, today=today)
    with at(since):
        fill(today)
    print("正在模拟一个学期的工作……", flush=True)
    run_parts([site.key for site in sites], since)
    with scope.everything(), paused():
        plans_demo.fill(sites, today, at)
        gate_demo.fill(sites, since, today)
        bus_demo.fill(sites, since, today)
        incidents_demo.fill(sites, today, at)
        drills_demo.fill(sites, today, at)
        warnings_demo.fill(sites, today, at)
        protection_demo.fill(sites, today, at)
        campaigns_demo.fill(sites, today, at)
        rollcall_demo.fill(sites, today, at)
        risk_demo.fill(sites, since, today)
        assessments_demo.fill(sites, today, at)
        governance_demo.fill(sites, today, at)
        tracing_demo.fill(today, at)
    # So much came at once that the planner's figures are behind: a roll-up took four times as long.
    with psycopg.connect(**settings.DATABASE.login("owner"), autocommit=True) as link:
        link.execute("ANALYZE")
    roll_up_since(since)
    with scope.everything(), paused():
        appraisal_demo.fill(today, at)


def load_pack(since: datetime.date) -> None:
    """The shipped pack and its checklists, in force since a day."""
    folder = Path(settings.SOURCE) / "packs" / settings.DEFAULT_PACK
    pack = check.checked_pack(folder, declared_kinds())
    with scope.everything():
        city = Unit.objects.get(kind=Unit.Kind.CITY)
        load_policy(city, by=SYSTEM, pack=pack, today=since)
        for spec in read_folder(folder / "checklists"):
            publish_checklist(city, by=SYSTEM, spec=spec)


def run_parts(keys: list[str], since: datetime.date) -> None:
    """Several processes, each with its share of the sites."""
    code = "import sys; from anyuan.config.demo_term import main; main(sys.argv[1], sys.argv[2:])"
    shares = [keys[n::PARTS] for n in range(PARTS)]
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, since.isoformat(), *share], env=dict(os.environ)
        )
        for share in shares
    ]
    codes = [child.wait() for child in children]
    if any(codes):
        raise Refused("演示数据没有全部建成，请看上面的错误。")


def roll_up_since(since: datetime.date) -> None:
    """Facts of every month of the term, and one ahead."""
    month = month_of(since)
    with scope.everything():
        while month <= timezone.localdate() + datetime.timedelta(days=31):
            roll_up(month)
            month = (month.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)


def _empty() -> None:
    """Take the demo's tables away and migrate anew: nothing of the old demo is left."""
    print("正在清除原演示数据……", flush=True)
    connection.close()
    with psycopg.connect(**settings.DATABASE.login("owner"), autocommit=True) as link:
        link.execute("DROP SCHEMA public CASCADE")
        link.execute("CREATE SCHEMA public")
    if migrate():
        raise Refused("数据库结构未能重建，请看上面的错误。")
