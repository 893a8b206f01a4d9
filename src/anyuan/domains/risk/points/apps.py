from django.apps import AppConfig


class Points(AppConfig):
    name = "anyuan.domains.risk.points"
    label = "risk"
    verbose_name = "风险点"
