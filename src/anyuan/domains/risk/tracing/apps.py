from django.apps import AppConfig


class Tracing(AppConfig):
    name = "anyuan.domains.risk.tracing"
    label = "tracing"
    verbose_name = "责任倒查"
