from django.apps import AppConfig


class Emergency(AppConfig):
    name = "anyuan.domains.emergency.drills"
    label = "emergency"
    verbose_name = "应急"
