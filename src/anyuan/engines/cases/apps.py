from django.apps import AppConfig


class Cases(AppConfig):
    name = "anyuan.engines.cases"
    label = "cases"
    verbose_name = "闭环"
