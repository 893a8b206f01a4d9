from django.apps import AppConfig


class Duties(AppConfig):
    name = "anyuan.domains.responsibility.duties"
    label = "duties"
    verbose_name = "责任网络和责任书"
