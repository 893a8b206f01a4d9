"""People and the posts they hold."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from anyuan.core.ids import new_id
from anyuan.core.models import Scoped
from anyuan.core.refused import explain_constraint
from anyuan.org.permissions import Permission, Role

MOBILE = RegexValidator(r"^1[3-9]\d{9}$", "手机号应为 11 位数字，以 1 开头。")
USERNAME = RegexValidator(
    r"^[A-Za-z0-9_.@-]{3,40}$", "用户名可用字母、数字和 _ . @ -，3 到 40 位。"
)


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(username=username, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


@pghistory.track(exclude=["password", "last_login"])
class Person(AbstractBaseUser):
    """A person with an account. What they may do comes from their posts, never from a flag here."""

    username = models.CharField("用户名", max_length=40, unique=True, validators=[USERNAME])
    name = models.CharField("姓名", max_length=40)
    phone = models.CharField(
        "手机号", max_length=11, null=True, blank=True, unique=True, validators=[MOBILE]
    )
    email = models.EmailField("电子邮箱", blank=True, default="")
    is_active = models.BooleanField("可登录", default=True)
    must_change_password = models.BooleanField("首次登录须改密码", default=False)
    date_joined = models.DateTimeField("建立时间", default=timezone.now)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = PersonManager()

    class Meta:
        verbose_name = "人员"

    def __str__(self) -> str:
        return self.name or self.username

    # What the framework's own pages ask; posts answer everything else.
    is_staff = False
    is_superuser = False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False

    def get_full_name(self) -> str:
        return self.name


explain_constraint("org_person_username_key", "这个用户名已被使用，请换一个。", "username")
explain_constraint("org_person_phone_key", "这个手机号已登记给另一个账号。", "phone")


@pghistory.track()
class Post(Scoped):
    """A person's post at a unit, from a day until a day. Several at once are usual."""

    scope_owner: ClassVar[str] = "person_id"
    read_permission: ClassVar[Permission] = Permission.UNIT_READ

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="posts", verbose_name="人员"
    )
    role = models.CharField("岗位", max_length=24, choices=Role.choices)
    since = models.DateField("起始日期", default=timezone.localdate)
    until = models.DateField("截止日期", null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = "岗位"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit", "role"],
                condition=models.Q(until__isnull=True),
                name="post_once",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="post_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["unit", "role"], name="post_unit_role")]

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()}"


explain_constraint("post_once", "该人员在这个单位已有同样的岗位。", "role")
explain_constraint("post_ends_after_start", "截止日期不能早于起始日期。", "until")
