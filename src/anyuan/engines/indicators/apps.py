from django.apps import AppConfig


class Indicators(AppConfig):
    name = "anyuan.engines.indicators"
    label = "indicators"
    verbose_name = "指标"
