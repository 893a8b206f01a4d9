from django.apps import AppConfig


class Protection(AppConfig):
    name = "anyuan.domains.protection"
    label = "protection"
    verbose_name = "安防"
