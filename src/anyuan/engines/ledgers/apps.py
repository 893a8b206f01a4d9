from django.apps import AppConfig


class Ledgers(AppConfig):
    name = "anyuan.engines.ledgers"
    label = "ledgers"
    verbose_name = "台账"
