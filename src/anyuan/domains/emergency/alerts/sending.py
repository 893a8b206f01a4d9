"""Sending what is due: a batch of each channel at a time, many at once, each outcome kept as it comes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from anyuan.core import scope
from anyuan.domains.emergency.alerts import deliveries
from anyuan.domains.emergency.alerts.deliveries import Held
from anyuan.domains.emergency.alerts.models import Kind, Level
from anyuan.domains.emergency.alerts.numbers import most_attempts
from anyuan.engines.notices import channels
from anyuan.engines.notices.channels import Message, Outcome

AT_ONCE = 8  # messages of one channel under way
ENOUGH = 5  # so many failures and no success: the channel is down


def send_due() -> int:
    """One batch of every channel; how many messages were tried. Enters the scope itself."""
    with scope.everything():
        now = timezone.now()
        deliveries.spare_answered(now)
        batches = {key: deliveries.take(key, now=now) for key in deliveries.keys_sent()}
        most = most_attempts()
    held = [one for batch in batches.values() for one in batch]
    if not held:
        return 0
    # Outside any transaction: a peer that hangs holds no row and no connection.
    went: dict[str, list[Outcome]] = {key: [] for key in batches}
    pools = {key: ThreadPoolExecutor(AT_ONCE) for key, batch in batches.items() if batch}
    try:
        under_way = {
            pools[one.channel].submit(_send, one): one
            for batch in batches.values()
            for one in batch
        }
        for done in as_completed(under_way):
            one, outcome = under_way[done], done.result()
            went[one.channel].append(outcome)
            with scope.everything():
                deliveries.settle(one, outcome, most=most, now=timezone.now())
    finally:
        for pool in pools.values():
            pool.shutdown(wait=True)
    _put_off_dead(went)
    return len(held)


def _send(held: Held) -> Outcome:
    if not held.address:
        return Outcome(ok=False, retry=False, detail="没有可用的地址，可能已停用或更换。")
    return channels.get(held.channel).send(held.address, message_of(held))


def message_of(held: Held) -> Message:
    """What is said outside: a test says so first; the address leads to the two buttons."""
    mark = "【演练】" if held.kind == Kind.TEST else ""
    again = "请尽快回应：" if held.round else ""
    asks = "请打开链接回复“安全”或“需要帮助”。" if held.asks_answer else "请打开链接按“知道了”。"
    return Message(
        title=f"{mark}{again}{held.title}",
        body=f"{held.text}\n{asks}",
        url=settings.PUBLIC_URL + reverse("alerts:mine", args=[held.alert_id]),
        urgent=held.kind == Kind.REAL and held.level != Level.GENERAL,
        reference=f"alert-{held.id}",
    )


def _put_off_dead(went: dict[str, list[Outcome]]) -> None:
    for channel, outcomes in went.items():
        tried_again = all(not one.ok and one.retry for one in outcomes)
        if len(outcomes) >= ENOUGH and tried_again:
            with scope.everything():
                deliveries.put_off(channel, now=timezone.now())
