from django.apps import AppConfig


class Rollcall(AppConfig):
    name = "anyuan.domains.emergency.rollcall"
    label = "rollcall"
    verbose_name = "清点"
