"""Failed sign-ins, counted where every server process sees them."""

from __future__ import annotations

from django.db import models


class SignInFailures(models.Model):
    """How often signing in failed for one key (an account at an address, an account, an address).

    A table, not the cache: the default cache lives in one process, so each further worker would grant
    its own five tries; and a cache's read-then-write lets guesses sent at once pass together, where a
    row's lock makes them queue.
    """

    key = models.CharField(primary_key=True, max_length=120)
    failures = models.PositiveIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = "登录失败计数"
        indexes = [models.Index(fields=["last_at"], name="signin_last_at")]
