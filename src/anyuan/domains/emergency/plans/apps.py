from django.apps import AppConfig


class Plans(AppConfig):
    name = "anyuan.domains.emergency.plans"
    label = "plans"
    verbose_name = "应急预案"
