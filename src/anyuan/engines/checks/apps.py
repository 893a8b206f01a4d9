from django.apps import AppConfig


class Checks(AppConfig):
    name = "anyuan.engines.checks"
    label = "checks"
    verbose_name = "检查"
