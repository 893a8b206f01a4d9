"""`make bench`: builds the whole city where it is missing, measures, prints Markdown for docs/performance.md.

`python -m bench pages sql posting ledgers live alerts letters memory` measures only what is named.
"""

from __future__ import annotations

import sys

from django.utils import timezone

from bench import alerts, data, ledgers, letters, live, pages, posting, sql


def show_pages() -> None:
    print("| 页面 | 毫秒（中位数） | 与普通页之比 |\n|---|---:|---:|")
    for title, milliseconds, ratio in pages.measure():
        print(f"| {title} | {milliseconds:.1f} | {ratio:.1f} |")


def show_sql() -> None:
    print("| 数据库工作 | 安园（秒） | 手写 SQL（秒） | 之比 |\n|---|---:|---:|---:|")
    for title, (ours, bare, many) in {
        "生成一个月的任务（裸 INSERT … SELECT）": sql.generate(),
        "汇总一个月的全部指标（每个指标一条 SQL）": sql.roll_up(),
    }.items():
        print(f"| {title}，{many:,} 项 | {ours:.2f} | {bare:.2f} | {ours / bare:.2f} |", flush=True)
    seconds, many = sql.roll_up_touched()
    print(f"\n一所学校改动后，上级指标随后汇总：{seconds:.2f} 秒（{many:,} 个数）")


def show_posting() -> None:
    print("| 提交 30 项检查 | 每秒次数 | p50 毫秒 | p95 毫秒 | 裸 POST 每秒次数 | 之比 |")
    print("|---|---:|---:|---:|---:|---:|")
    for clients in (1, 4):
        found = posting.measure(clients)
        mine, row = found["ours"], found["bare"]
        print(
            f"| {clients} 个连接，一个服务进程 | {mine['each_second']:.0f} | {mine['p50']:.0f} |"
            f" {mine['p95']:.0f} | {row['each_second']:.0f} | 1 : {found['ratio']:.1f} |",
            flush=True,
        )


def show_memory() -> None:
    parts = posting.memory()
    both = parts.get("uvicorn", 0) + parts.get("procrastinate", 0)
    print(
        f"静止时内存：服务 {parts.get('uvicorn', 0):.0f} MB + 后台 {parts.get('procrastinate', 0):.0f} MB"
        f" = {both:.0f} MB（守护进程另 {parts['anyuan up']:.0f} MB）"
    )


PARTS = {
    "pages": show_pages,
    "sql": show_sql,
    "posting": show_posting,
    "ledgers": ledgers.show,
    "live": live.show,
    "alerts": alerts.show,
    "letters": letters.show,
    "memory": show_memory,
}


def main() -> None:
    data.ready()
    print(f"\n日期：{timezone.localdate()}；机器：{data.machine()}\n")
    counts = "，".join(f"{name} {number:,}" for name, number in data.counts().items())
    print(f"数据：{counts}\n", flush=True)
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
        print(flush=True)


main()
