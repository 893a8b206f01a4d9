"""The four registers: who runs buses, the buses, their drivers and attendants."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from anyuan.core.crypto import SealedField
from anyuan.core.history import track_many
from anyuan.core.models import OnRecord
from anyuan.core.refused import explain_constraint
from anyuan.engines.ledgers.models import NOT_TRACKED, LedgerRow, once_in_a_unit
from anyuan.org.models.person import MOBILE
from anyuan.org.permissions import Permission


class OperatorKind(models.TextChoices):
    SCHOOL = "school", "学校自有"
    COMPANY = "company", "校车公司"
    TRANSIT = "transit", "公交或客运企业"


@track_many(exclude=NOT_TRACKED)
class BusOperator(LedgerRow):
    """Who owns and runs buses for the school."""

    name = models.CharField("运营单位", max_length=60)
    kind = models.CharField(
        "类型", max_length=8, choices=OperatorKind.choices, default=OperatorKind.COMPANY
    )
    contact = models.CharField("联系人", max_length=40, blank=True, default="")
    phone = SealedField("联系电话", blank=True, default="", validators=[MOBILE])
    licence_no = models.CharField("道路运输经营许可证号", max_length=40, blank=True, default="")
    licence_until = models.DateField("许可证有效期至", null=True, blank=True)
    contract_until = models.DateField("服务合同到期日", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "校车运营单位"
        constraints = [once_in_a_unit("name", name="busoperator")]

    def __str__(self) -> str:
        return self.name


class BusKind(models.TextChoices):
    KINDERGARTEN = "kindergarten", "幼儿专用校车"
    PRIMARY = "primary", "小学生专用校车"
    SCHOOL = "school", "中小学生专用校车"
    OTHER = "other", "其他载客汽车"


class BusState(models.TextChoices):
    IN_USE = "in_use", "在用"
    REPAIR = "repair", "维修停用"
    STOPPED = "stopped", "停驶"


@track_many(exclude=NOT_TRACKED)
class Bus(LedgerRow):
    """One bus with the papers without which it may not carry pupils; `seats` is the approved load."""

    plate = models.CharField("车牌号", max_length=10)
    kind = models.CharField("车型", max_length=12, choices=BusKind.choices, default=BusKind.PRIMARY)
    seats = models.PositiveSmallIntegerField("核载人数", validators=[MaxValueValidator(99)])
    state = models.CharField(
        "状态", max_length=8, choices=BusState.choices, default=BusState.IN_USE
    )
    operator = models.CharField("运营单位", max_length=60, blank=True, default="")
    frame_no = models.CharField("车辆识别代号", max_length=20, blank=True, default="")
    registered_on = models.DateField("注册登记日期", null=True, blank=True)
    permit_no = models.CharField("校车标牌号", max_length=40, blank=True, default="")
    permit_until = models.DateField("校车使用许可有效期至", null=True, blank=True)
    inspected_on = models.DateField("最近安全检验日期", null=True, blank=True)
    inspection_until = models.DateField("检验有效期至", null=True, blank=True)
    compulsory_until = models.DateField("交强险到期日", null=True, blank=True)
    insurance_until = models.DateField("承运人责任险到期日", null=True, blank=True)
    gps_no = models.CharField("定位设备编号", max_length=40, blank=True, default="")
    extinguisher_until = models.DateField("灭火器有效期至", null=True, blank=True)
    scrap_on = models.DateField("强制报废日期", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "校车"
        constraints = [
            once_in_a_unit("plate", name="bus"),
            models.CheckConstraint(
                condition=Q(inspected_on__isnull=True)
                | Q(inspection_until__isnull=True)
                | Q(inspection_until__gte=models.F("inspected_on")),
                name="bus_inspection_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.plate


explain_constraint(
    "bus_inspection_runs_forward", "检验有效期不能早于检验日期。", "inspection_until"
)


class LicenceClass(models.TextChoices):
    A1 = "A1", "A1 大型客车"
    A3 = "A3", "A3 城市公交车"
    B1 = "B1", "B1 中型客车"
    C1 = "C1", "C1 小型汽车"


class PersonState(models.TextChoices):
    ON_POST = "on_post", "在岗"
    SUSPENDED = "suspended", "暂停上岗"


@track_many(exclude=NOT_TRACKED)
class BusDriver(LedgerRow):
    """One driver. A driving licence's number is the identity number, so it is not kept."""

    name = models.CharField("姓名", max_length=40)
    born_on = models.DateField("出生日期")
    phone = SealedField("手机号", blank=True, default="", validators=[MOBILE])
    state = models.CharField(
        "状态", max_length=10, choices=PersonState.choices, default=PersonState.ON_POST
    )
    operator = models.CharField("运营单位", max_length=60, blank=True, default="")
    licence_class = models.CharField(
        "准驾车型", max_length=2, choices=LicenceClass.choices, default=LicenceClass.A1
    )
    licensed_on = models.DateField("取得准驾车型日期", null=True, blank=True)
    licence_until = models.DateField("驾驶证有效期至", null=True, blank=True)
    qualified_on = models.DateField("校车驾驶资格签注日期", null=True, blank=True)
    review_until = models.DateField("年度审验有效期至", null=True, blank=True)
    checked_on = models.DateField("违法犯罪记录查询日期", null=True, blank=True)
    check_until = models.DateField("下次查询期限", null=True, blank=True)
    health_until = models.DateField("体检有效期至", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "校车驾驶人"
        constraints = [once_in_a_unit("name", "born_on", name="busdriver")]

    def __str__(self) -> str:
        return self.name


@track_many(exclude=NOT_TRACKED)
class BusAttendant(LedgerRow):
    """One attendant. `account` is the name they sign in with, to have the trips of theirs on the phone."""

    name = models.CharField("姓名", max_length=40)
    phone = SealedField("手机号", blank=True, default="", validators=[MOBILE])
    state = models.CharField(
        "状态", max_length=10, choices=PersonState.choices, default=PersonState.ON_POST
    )
    employer = models.CharField("聘用单位", max_length=60, blank=True, default="")
    account = models.CharField("登录账号", max_length=40, blank=True, default="")
    trained_on = models.DateField("最近培训日期", null=True, blank=True)
    training_until = models.DateField("培训有效期至", null=True, blank=True)
    check_until = models.DateField("下次查询期限", null=True, blank=True)
    health_until = models.DateField("体检有效期至", null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True, default="")

    class Meta(LedgerRow.Meta):
        verbose_name = "照管员"
        constraints = [once_in_a_unit("name", name="busattendant")]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class BusInspection(OnRecord):
    """Buses that passed the half-yearly safety inspection on a day (条例第二十一条)."""

    read_permission: ClassVar[Permission] = Permission.LEDGER_READ

    valid_until = models.DateField("检验有效期至")
    plates = ArrayField(models.CharField(max_length=10), verbose_name="检验合格车辆")
    station = models.CharField("检验机构", max_length=60, blank=True, default="")
    note = models.CharField("备注", max_length=200, blank=True, default="")
    in_use = models.PositiveSmallIntegerField("在用车辆", default=0)

    class Meta(OnRecord.Meta):
        verbose_name = "校车检验登记"
