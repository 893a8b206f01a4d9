from django.apps import AppConfig


class Notices(AppConfig):
    name = "anyuan.engines.notices"
    label = "notices"
    verbose_name = "消息与文书"
