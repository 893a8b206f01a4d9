from django.apps import AppConfig


class Org(AppConfig):
    name = "anyuan.org"
    label = "org"
    verbose_name = "单位与人员"
