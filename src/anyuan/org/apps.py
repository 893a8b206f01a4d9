from django.apps import AppConfig


class Org(AppConfig):
    name = "anyuan.org"
    label = "org"
    verbose_name = "单位与人员"

    def ready(self) -> None:
        from anyuan.org import signin  # noqa: PLC0415 -- app ready

        signin.connect()
