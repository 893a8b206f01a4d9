"""What runs by itself: sending queued messages every minute, forgetting old sendings at night.

Everything that speaks to the outside runs on the queue `outside`, which has a worker of its own: a mail
server that hangs keeps nothing else waiting.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from anyuan.core import scope
from anyuan.engines.notices.channels import Message
from anyuan.engines.notices.delivering import deliver, forget_old
from anyuan.engines.notices.models import Robot
from anyuan.engines.notices.robots import send_by_robot

QUEUE = "outside"


@app.periodic(cron="* * * * *")
@app.task(name="notices.deliver", queue=QUEUE, queueing_lock="notices.deliver", pass_context=False)
def deliver_queued(timestamp: int) -> None:
    """Send for most of a minute, then leave the rest to the next run."""
    deliver(seconds=50)


@app.task(name="notices.speak_by_robot", queue=QUEUE)
def speak_by_robot(pk: str, unit: str, name: str) -> None:
    """A first word in the group, so that who set the robot up sees that it works."""
    with scope.everything():
        robot = Robot.objects.filter(pk=uuid.UUID(pk), active=True).first()
    if robot is None:
        return
    now = timezone.localtime()
    said = Message(
        title="这是一条试发消息",
        body=f"{unit}的群机器人已接通，由{name}于 {now:%H:%M} 试发，不用理会。",
        url=settings.PUBLIC_URL,
        urgent=False,
        reference=f"{robot.pk.hex}-{now:%Y%m%d%H%M%S}",
    )
    send_by_robot(robot, said)


@app.periodic(cron="45 18 * * *")
@app.task(name="notices.forget", queueing_lock="notices.forget", pass_context=False)
def forget(timestamp: int) -> None:
    """At 2:45 (a cron line is UTC)."""
    with scope.everything():
        forget_old()
