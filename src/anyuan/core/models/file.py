"""Files kept as evidence: content checked, photos re-encoded, time and place as columns."""

from __future__ import annotations

from django.db import models

from anyuan.core.ids import new_id
from anyuan.core.models.base import Scoped
from anyuan.core.models.record import Record


class File(Scoped):
    """One file of a unit; on a record once the record exists (uploads come first on a phone)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    record = models.ForeignKey(Record, null=True, on_delete=models.PROTECT, related_name="files")
    label = models.CharField("用途", max_length=40, default="", blank=True)
    name = models.CharField("文件名", max_length=200)
    kind = models.CharField("类型", max_length=80)
    size = models.PositiveBigIntegerField("大小（字节）")
    sha256 = models.CharField("校验值", max_length=64)
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    lon = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    lat = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    uploaded_by = models.ForeignKey(
        "org.Person", null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta(Scoped.Meta):
        verbose_name = "文件"
        indexes = [models.Index(fields=["record"], name="file_record")]
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="file_not_empty"),
            models.CheckConstraint(
                condition=models.Q(lon__isnull=True)
                | models.Q(lon__range=(-180, 180), lat__range=(-90, 90)),
                name="file_place_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.kind.startswith("image/")
