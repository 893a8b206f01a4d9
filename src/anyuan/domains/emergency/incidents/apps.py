from django.apps import AppConfig


class Incidents(AppConfig):
    name = "anyuan.domains.emergency.incidents"
    label = "incidents"
    verbose_name = "突发事件"
