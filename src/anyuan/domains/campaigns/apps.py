from django.apps import AppConfig


class Campaigns(AppConfig):
    name = "anyuan.domains.campaigns"
    label = "campaigns"
    verbose_name = "专项整治"
