from django.apps import AppConfig


class Alerts(AppConfig):
    name = "anyuan.domains.emergency.alerts"
    label = "alerts"
    verbose_name = "紧急通知"
