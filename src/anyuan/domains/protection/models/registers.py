"""Guards, protective gear and security devices of a school or campus."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from anyuan.core.crypto import SealedField
from anyuan.core.history import track_many
from anyuan.core.refused import explain_constraint
from anyuan.engines.ledgers.models import NOT_TRACKED, LedgerRow, once_in_a_unit
from anyuan.org.models.person import MOBILE


class Sex(models.TextChoices):
    MAN = "m", "男"
    WOMAN = "f", "女"


class Employer(models.TextChoices):
    COMPANY = "company", "保安公司派驻"
    SELF = "self", "学校自行招用"


class DutyPost(models.TextChoices):
    GATE = "gate", "大门"
    PATROL = "patrol", "巡逻"
    MONITOR = "monitor", "监控室"
    DORMITORY = "dormitory", "宿舍"
    LEADER = "leader", "保安队长"
    OTHER = "other", "其他"


class GuardStatus(models.TextChoices):
    ON_POST = "on_post", "在岗"
    SUSPENDED = "suspended", "暂停上岗"


@track_many(exclude=NOT_TRACKED)
class Guard(LedgerRow):
    """One guard. Of the entry check only its day and when the next is due are kept, never what it found."""

    name = models.CharField("姓名", max_length=40)
    sex = models.CharField("性别", max_length=1, choices=Sex.choices, default=Sex.MAN)
    born_on = models.DateField("出生日期")
    phone = SealedField("手机号", blank=True, default="", validators=[MOBILE])
    employer = models.CharField(
        "用工方式", max_length=8, choices=Employer.choices, default=Employer.COMPANY
    )
    company = models.CharField("保安公司", max_length=60, blank=True, default="")
    contract_until = models.DateField("合同到期日", null=True, blank=True)
    post = models.CharField("岗位", max_length=10, choices=DutyPost.choices, default=DutyPost.GATE)
    shift = models.CharField("班次", max_length=20, blank=True, default="")
    status = models.CharField(
        "状态", max_length=10, choices=GuardStatus.choices, default=GuardStatus.ON_POST
    )
    certificate_no = models.CharField("保安员证号", max_length=40, blank=True, default="")
    certified_on = models.DateField("发证日期", null=True, blank=True)
    checked_on = models.DateField("入职查询日期", null=True, blank=True)
    check_until = models.DateField("下次查询期限", null=True, blank=True)
    health_on = models.DateField("体检日期", null=True, blank=True)
    health_until = models.DateField("体检有效期至", null=True, blank=True)
    trained_on = models.DateField("最近培训日期", null=True, blank=True)
    training_until = models.DateField("培训有效期至", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "保安员"
        constraints = [once_in_a_unit("name", "born_on", name="guard")]

    def __str__(self) -> str:
        return self.name


class GearKind(models.TextChoices):
    """The nine pieces of a guard post, and what is kept besides."""

    HELMET = "helmet", "防暴头盔"
    VEST = "vest", "防刺背心"
    GLOVES = "gloves", "防割手套"
    BATON = "baton", "橡胶警棍"
    SHIELD = "shield", "防暴盾牌"
    FORK = "fork", "钢叉"
    SPRAY = "spray", "辣椒喷雾剂"
    TORCH = "torch", "强光手电"
    RADIO = "radio", "对讲机"
    RESTRAINT = "restraint", "约束叉（抓捕器）"
    DETECTOR = "detector", "金属探测器"
    FIRST_AID = "first_aid", "急救包"
    OTHER = "other", "其他"


@track_many(exclude=NOT_TRACKED)
class Gear(LedgerRow):
    """So many pieces of one kind at one place, against how many should be there."""

    kind = models.CharField("器材", max_length=12, choices=GearKind.choices)
    place = models.CharField("存放位置", max_length=40)
    quantity = models.PositiveIntegerField("实有数量", validators=[MaxValueValidator(9999)])
    standard = models.PositiveIntegerField(
        "标准数量", default=1, validators=[MaxValueValidator(9999)]
    )
    model = models.CharField("品牌型号", max_length=60, blank=True, default="")
    made_on = models.DateField("生产日期", null=True, blank=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    checked_on = models.DateField("最近检查日期", null=True, blank=True)
    keeper = models.CharField("保管人", max_length=40, blank=True, default="")
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "防护器材"
        constraints = [
            once_in_a_unit("kind", "place", name="gear"),
            models.CheckConstraint(
                condition=Q(made_on__isnull=True)
                | Q(expires_on__isnull=True)
                | Q(expires_on__gte=models.F("made_on")),
                name="gear_expires_after_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.place}"


explain_constraint("gear_expires_after_made", "有效期不能早于生产日期。", "expires_on")


class DeviceType(models.TextChoices):
    CAMERA = "camera", "摄像机"
    RECORDER = "recorder", "录像机"
    ALARM = "alarm", "一键报警"
    ACCESS = "access", "门禁"
    PERIMETER = "perimeter", "周界报警"
    PATROL = "patrol", "电子巡更"
    BARRIER = "barrier", "防冲撞设施"
    SCREENING = "screening", "安检设备"
    INTERCOM = "intercom", "对讲"


class DeviceState(models.TextChoices):
    IN_USE = "in_use", "正常使用"
    FAULT = "fault", "故障"
    REPAIRING = "repairing", "维修中"
    STOPPED = "stopped", "停用"


@track_many(exclude=NOT_TRACKED)
class Device(LedgerRow):
    """One security device. `days_kept` is how long its recordings are kept, `days_required` how long they must."""

    number = models.CharField("编号", max_length=30)
    type = models.CharField("类别", max_length=12, choices=DeviceType.choices)
    place = models.CharField("安装位置", max_length=60)
    state = models.CharField(
        "状态", max_length=10, choices=DeviceState.choices, default=DeviceState.IN_USE
    )
    brand = models.CharField("品牌型号", max_length=60, blank=True, default="")
    installed_on = models.DateField("安装日期", null=True, blank=True)
    linked = models.BooleanField("与公安机关联网", default=False)
    days_kept = models.PositiveSmallIntegerField(
        "录像保存天数", null=True, blank=True, validators=[MaxValueValidator(3650)]
    )
    days_required = models.PositiveSmallIntegerField(
        "要求保存天数", null=True, blank=True, validators=[MaxValueValidator(3650)]
    )
    tested_on = models.DateField("最近测试日期", null=True, blank=True)
    service_due_on = models.DateField("下次维保日期", null=True, blank=True)
    warranty_until = models.DateField("保修期至", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "安防设备"
        constraints = [once_in_a_unit("number", name="device")]

    def __str__(self) -> str:
        return f"{self.number} {self.place}"
