from django.apps import AppConfig


class Schoolbus(AppConfig):
    name = "anyuan.domains.schoolbus"
    label = "schoolbus"
    verbose_name = "校车"
