from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Core(AppConfig):
    name = "anyuan.core"
    label = "core"
    verbose_name = "基础"

    def ready(self) -> None:
        from anyuan.core.migrating import quicken  # noqa: PLC0415 -- app ready
        from anyuan.core.security import guard_tables  # noqa: PLC0415 -- app ready

        quicken()
        post_migrate.connect(guard_tables, dispatch_uid="anyuan.guard_tables")
