from django.apps import AppConfig


class Live(AppConfig):
    name = "anyuan.engines.live"
    label = "live"
    verbose_name = "实时通道"
