"""The anchor row: everything that happened and can count, be discussed, carry files or be found."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from anyuan.core.history import track_many
from anyuan.core.ids import new_id
from anyuan.core.models.base import Scoped


@track_many()
class Record(Scoped):
    """One deed or thing of a unit.

    `unit` is whom it is about, `done_by` which unit did it (a district's spot check: the school, the
    district). `tags` are the facets rules match, written `name:value`. Only a record that `counts`
    fulfils duties: drafts and withdrawn ones do not.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("种类", max_length=40)
    done_by = models.ForeignKey(
        "org.Unit", on_delete=models.PROTECT, related_name="+", verbose_name="完成单位"
    )
    happened_on = models.DateField("日期")
    title = models.CharField("名称", max_length=200)
    state = models.CharField("状态", max_length=24, default="filed")
    counts = models.BooleanField("有效", default=True)
    tags = ArrayField(
        models.CharField(max_length=80), default=list, blank=True, verbose_name="特征"
    )
    created_by = models.ForeignKey(
        "org.Person", null=True, on_delete=models.PROTECT, related_name="+", verbose_name="填报人"
    )
    created_at = models.DateTimeField("填报时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta(Scoped.Meta):
        verbose_name = "记录"
        indexes = [
            models.Index(
                fields=["unit", "kind", "-happened_on", "-id"], name="record_unit_kind_day"
            ),
            models.Index(fields=["done_by", "kind", "happened_on"], name="record_doer_kind_day"),
        ]

    def __str__(self) -> str:
        return self.title


class Comment(Scoped):
    """A remark on a record, by a person, kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="comments")
    person = models.ForeignKey("org.Person", on_delete=models.PROTECT, related_name="+")
    text = models.TextField("内容")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta(Scoped.Meta):
        verbose_name = "留言"
        indexes = [models.Index(fields=["record", "at"], name="comment_record_at")]
