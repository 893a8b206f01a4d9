"""What people did that leaves no changed row: signing in, exporting, being refused, reading secrets."""

from __future__ import annotations

from django.db import models

from anyuan.core.models.base import KeyField


class Audit(models.Model):
    """One line of the audit log; written only, never changed (the app role may not update it)."""

    class Action(models.TextChoices):
        SIGN_IN = "sign_in", "登录"
        SIGN_IN_FAILED = "sign_in_failed", "登录失败"
        SIGN_OUT = "sign_out", "退出"
        EXPORT = "export", "导出"
        STRANGER = "stranger", "访问范围外内容"
        READ_SENSITIVE = "read_sensitive", "查看敏感信息"
        CHANGE = "change", "重要操作"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("时间", auto_now_add=True)
    action = models.CharField("行为", max_length=20, choices=Action.choices)
    person = models.ForeignKey("org.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    # The unit the person stood in; empty where nobody is signed in yet.
    unit_key = KeyField("单位", blank=True, default="")
    what = models.CharField("内容", max_length=300)
    address = models.GenericIPAddressField("来源地址", null=True)
    request_id = models.CharField("请求编号", max_length=36, blank=True, default="")

    class Meta:
        verbose_name = "审计"
        indexes = [models.Index(fields=["unit_key", "-at"], name="audit_unit_at")]
