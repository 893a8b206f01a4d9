from django.apps import AppConfig


class Web(AppConfig):
    name = "anyuan.web"
    label = "web"
    verbose_name = "页面"
