from django.apps import AppConfig


class Warnings(AppConfig):
    name = "anyuan.domains.emergency.warnings"
    label = "warnings"
    verbose_name = "预警"
