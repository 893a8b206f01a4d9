from django.apps import AppConfig


class Governance(AppConfig):
    name = "anyuan.domains.responsibility.governance"
    label = "governance"
    verbose_name = "制度、会议和督查"
