from django.apps import AppConfig


class Reviews(AppConfig):
    name = "anyuan.engines.reviews"
    label = "reviews"
    verbose_name = "审核"
