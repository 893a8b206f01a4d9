from django.apps import AppConfig


class Gate(AppConfig):
    name = "anyuan.domains.gate"
    label = "gate"
    verbose_name = "门卫"
