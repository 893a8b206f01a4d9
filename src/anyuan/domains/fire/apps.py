from django.apps import AppConfig


class Fire(AppConfig):
    name = "anyuan.domains.fire"
    label = "fire"
    verbose_name = "消防"
