"""What a unit does with its group robots, and sending by one."""

from __future__ import annotations

import datetime
import uuid

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anyuan.core import scope
from anyuan.core.ids import is_client_id, new_id
from anyuan.core.models import Audit
from anyuan.core.refused import Conflict, Refused
from anyuan.engines.notices import channels
from anyuan.engines.notices.channels import Message, Outcome
from anyuan.engines.notices.models import Robot, RobotKind
from anyuan.org.action import action
from anyuan.org.actor import Actor
from anyuan.org.audit import note
from anyuan.org.models import Unit
from anyuan.org.permissions import Permission

MOST = 20  # robots in use of one unit
TEST_PAUSE = datetime.timedelta(seconds=30)


@action(Permission.TOKEN_MANAGE)
def add_robot(
    unit: Unit,
    *,
    by: Actor,
    kind: str,
    name: str,
    url: str,
    secret: str = "",
    robot_id: uuid.UUID | None = None,
) -> Robot:
    """A robot of one of the unit's group chats. Sent twice with one `robot_id` it is one robot."""
    if robot_id is not None:
        if not is_client_id(robot_id):
            raise Refused(_("提交编号不正确，请刷新页面后重新填写。"))
        if made := Robot.objects.filter(pk=robot_id, unit_id=unit.key).first():
            return made
    if not settings.ROBOTS_ENABLED:
        raise Refused(_("本系统没有开启群机器人，请联系系统管理员。"))
    if kind not in RobotKind.values:
        raise Refused(_("请选择平台。"), field="kind")
    if not name.strip():
        raise Refused(_("请填写群名称，如“湖塘小学安全群”。"), field="name")
    channels.check_robot(kind, url)
    if any(ord(sign) < 33 or ord(sign) > 126 for sign in secret.strip()):
        raise Refused(_("签名密钥中有不应有的字符，请重新复制。"), field="secret")
    if Robot.objects.filter(unit_id=unit.key, active=True).count() >= MOST:
        raise Refused(_("一个单位最多使用 20 个机器人，请先停用不用的。"))
    robot = Robot(
        pk=robot_id or new_id(), unit=unit, kind=kind, name=name.strip()[:40],
        url=url.strip().partition("#")[0], secret=secret.strip(), created_by_id=by.person_id,
    )  # fmt: skip
    robot.save(force_insert=True)
    note(Audit.Action.CHANGE, f"添加群机器人：{robot.name}（{robot.get_kind_display()}）", by=by)
    return robot


@action(Permission.TOKEN_MANAGE)
def switch_robot(robot: Robot, *, by: Actor, on: bool) -> Robot:
    """Stop using a robot, or use it again."""
    if robot.active != on:
        robot.active = on
        robot.save(update_fields=["active"])
        what = "启用" if on else "停用"
        note(Audit.Action.CHANGE, f"{what}群机器人：{robot.name}", by=by)
    return robot


@action(Permission.TOKEN_MANAGE)
def try_robot(robot: Robot, *, by: Actor) -> Robot:
    """Have the robot say something; the worker sends, as nothing is sent inside a request."""
    from anyuan.engines.notices.jobs import speak_by_robot  # noqa: PLC0415 -- jobs need the apps ready

    if not robot.active:
        raise Refused(_("机器人已停用，请先启用。"))
    now = timezone.now()
    if robot.tested_at is not None and now - robot.tested_at < TEST_PAUSE:
        raise Conflict(_("刚刚试发过，请稍等半分钟再试。"))
    robot.tested_at = now
    robot.save(update_fields=["tested_at"])
    speak_by_robot.defer(pk=str(robot.pk), unit=robot.unit.name, name=by.name)
    return robot


def send_by_robot(robot: Robot, message: Message) -> Outcome:
    """Send now and keep how it went. Call outside a transaction."""
    outcome = channels.get(robot.kind).send(robot.address, message)
    with scope.everything():
        Robot.objects.filter(pk=robot.pk).update(
            last_at=timezone.now(), last_ok=outcome.ok, last_detail=outcome.detail[:200]
        )
    return outcome
