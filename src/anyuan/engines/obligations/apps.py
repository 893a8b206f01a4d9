from django.apps import AppConfig


class Obligations(AppConfig):
    name = "anyuan.engines.obligations"
    label = "obligations"
    verbose_name = "要点与任务"
