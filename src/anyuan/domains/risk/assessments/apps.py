from django.apps import AppConfig


class Assessments(AppConfig):
    name = "anyuan.domains.risk.assessments"
    label = "assessments"
    verbose_name = "第三方评估"
