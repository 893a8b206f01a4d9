from django.apps import AppConfig


class Hazards(AppConfig):
    name = "anyuan.domains.hazards"
    label = "hazards"
    verbose_name = "隐患"
