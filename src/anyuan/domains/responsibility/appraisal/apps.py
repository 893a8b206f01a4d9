from django.apps import AppConfig


class Appraisal(AppConfig):
    name = "anyuan.domains.responsibility.appraisal"
    label = "appraisal"
    verbose_name = "考核"
