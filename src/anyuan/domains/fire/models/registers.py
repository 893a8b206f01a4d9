"""Fire equipment and the people of the micro fire station."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models

from anyuan.core.crypto import SealedField
from anyuan.core.history import track_many
from anyuan.engines.ledgers.models import NOT_TRACKED, LedgerRow, once_in_a_unit
from anyuan.org.models.person import MOBILE


class FacilityType(models.TextChoices):
    EXTINGUISHER = "extinguisher", "灭火器"
    HYDRANT = "hydrant", "消火栓"
    SPRINKLER = "sprinkler", "自动喷淋"
    DETECTOR = "detector", "烟感报警器"
    LIGHTING = "lighting", "应急照明"
    SIGN = "sign", "疏散指示标志"
    DOOR = "door", "防火门"
    SHUTTER = "shutter", "防火卷帘"
    HOSE = "hose", "水带水枪"
    BLANKET = "blanket", "灭火毯"
    OTHER = "other", "其他"


class FacilityState(models.TextChoices):
    NORMAL = "normal", "完好"
    DEFECT = "defect", "有缺陷"
    REPAIRING = "repairing", "维修中"


@track_many(exclude=NOT_TRACKED)
class FireFacility(LedgerRow):
    """One piece of fire equipment, or several alike that hang together under one number."""

    number = models.CharField("编号", max_length=30)
    type = models.CharField("种类", max_length=12, choices=FacilityType.choices)
    place = models.CharField("位置", max_length=60)
    quantity = models.PositiveIntegerField("数量", default=1, validators=[MaxValueValidator(9999)])
    state = models.CharField(
        "状态", max_length=10, choices=FacilityState.choices, default=FacilityState.NORMAL
    )
    model = models.CharField("规格型号", max_length=60, blank=True, default="")
    made_on = models.DateField("生产日期", null=True, blank=True)
    checked_on = models.DateField("最近检查日期", null=True, blank=True)
    test_due_on = models.DateField("下次检测日期", null=True, blank=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    keeper = models.CharField("责任人", max_length=40, blank=True, default="")
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "消防器材"
        constraints = [once_in_a_unit("number", name="firefacility")]

    def __str__(self) -> str:
        return f"{self.number} {self.place}"


class Duty(models.TextChoices):
    HEAD = "head", "站长"
    DEPUTY = "deputy", "副站长"
    FIGHTER = "fighter", "消防员"
    CONTROL = "control", "控制室值班员"
    DRIVER = "driver", "驾驶员"


@track_many(exclude=NOT_TRACKED)
class StationMember(LedgerRow):
    """One person of the micro fire station in one duty."""

    name = models.CharField("姓名", max_length=40)
    duty = models.CharField("职责", max_length=8, choices=Duty.choices, default=Duty.FIGHTER)
    job = models.CharField("本职岗位", max_length=40, blank=True, default="")
    phone = SealedField("手机号", blank=True, default="", validators=[MOBILE])
    shift = models.CharField("班次", max_length=20, blank=True, default="")
    certificate_no = models.CharField("消防设施操作员证号", max_length=40, blank=True, default="")
    certificate_until = models.DateField("证书有效期至", null=True, blank=True)
    joined_on = models.DateField("入队日期", null=True, blank=True)
    trained_on = models.DateField("最近训练日期", null=True, blank=True)
    training_until = models.DateField("下次训练期限", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "微型消防站队员"
        constraints = [once_in_a_unit("name", "duty", name="stationmember")]

    def __str__(self) -> str:
        return self.name


@track_many(exclude=NOT_TRACKED)
class Building(LedgerRow):
    """A building as fire safety sees it."""

    name = models.CharField("建筑名称", max_length=40)
    use = models.CharField("用途", max_length=60)
    storeys = models.PositiveSmallIntegerField("地上层数", validators=[MaxValueValidator(99)])
    height = models.DecimalField(
        "高度（米）", max_digits=5, decimal_places=1, null=True, blank=True
    )
    high_rise = models.BooleanField("高层建筑", default=False)
    exits = models.PositiveSmallIntegerField(
        "每层安全出口", default=2, validators=[MaxValueValidator(50)]
    )
    stairs = models.PositiveSmallIntegerField(
        "疏散楼梯", default=2, validators=[MaxValueValidator(50)]
    )
    alarm_system = models.BooleanField("有火灾报警系统", default=False)
    sprinklers = models.BooleanField("有自动喷淋", default=False)
    service_until = models.DateField("消防设施检测有效期至", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "消防建筑"
        constraints = [once_in_a_unit("name", name="firebuilding")]

    def __str__(self) -> str:
        return self.name


class WayKind(models.TextChoices):
    LANE = "lane", "消防车通道"
    PASSAGE = "passage", "疏散通道"
    STAIRS = "stairs", "疏散楼梯"
    EXIT = "exit", "安全出口"


class WayState(models.TextChoices):
    CLEAR = "clear", "畅通"
    BLOCKED = "blocked", "占用或堵塞"


@track_many(exclude=NOT_TRACKED)
class EscapeWay(LedgerRow):
    """A way that fire engines come in by or people get out by."""

    name = models.CharField("名称", max_length=40)
    kind = models.CharField("种类", max_length=8, choices=WayKind.choices)
    place = models.CharField("位置", max_length=60)
    width = models.DecimalField("净宽（米）", max_digits=4, decimal_places=1, null=True, blank=True)
    height = models.DecimalField(
        "净高（米）", max_digits=4, decimal_places=1, null=True, blank=True
    )
    marked = models.BooleanField("有标线和标识", default=False)
    state = models.CharField("状态", max_length=8, choices=WayState.choices, default=WayState.CLEAR)
    checked_on = models.DateField("最近检查日期", null=True, blank=True)
    keeper = models.CharField("责任人", max_length=40, blank=True, default="")
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "生命通道"
        constraints = [once_in_a_unit("name", name="escapeway")]

    def __str__(self) -> str:
        return self.name


@track_many(exclude=NOT_TRACKED)
class KeyPart(LedgerRow):
    """A part of the school where a fire starts easily or harms many."""

    name = models.CharField("部位", max_length=40)
    place = models.CharField("位置", max_length=60)
    why = models.CharField("危险因素", max_length=100)
    keeper = models.CharField("责任人", max_length=40)
    measures = models.CharField("防范措施", max_length=200)
    signed = models.BooleanField("有标志和制度牌", default=False)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "消防重点部位"
        constraints = [once_in_a_unit("name", name="keypart")]

    def __str__(self) -> str:
        return self.name


class StationGearKind(models.TextChoices):
    EXTINGUISHER = "extinguisher", "灭火器"
    NOZZLE = "nozzle", "水枪"
    HOSE = "hose", "水带"
    PHONE = "phone", "外线电话"
    RADIO = "radio", "手持对讲机"
    HELMET = "helmet", "消防头盔"
    SUIT = "suit", "灭火防护服"
    BOOTS = "boots", "灭火防护靴"
    TOOLS = "tools", "破拆工具"
    MASK = "mask", "防烟面罩"
    OTHER = "other", "其他"


@track_many(exclude=NOT_TRACKED)
class StationGear(LedgerRow):
    """What the micro fire station keeps."""

    kind = models.CharField("器材", max_length=12, choices=StationGearKind.choices)
    place = models.CharField("存放位置", max_length=40)
    quantity = models.PositiveIntegerField("数量", default=1, validators=[MaxValueValidator(9999)])
    checked_on = models.DateField("最近检查日期", null=True, blank=True)
    expires_on = models.DateField("有效期至", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "微型消防站器材"
        constraints = [once_in_a_unit("kind", "place", name="stationgear")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.place}"
