"""The wiring of the whole: reactions are connected once all apps are ready."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps

# What a domain or an engine declares, found at start-up as Django's admin finds admin.py.
DECLARATIONS = ("records", "loops", "ledgers", "indicators", "documents", "reviews", "notices")


class Wiring(AppConfig):
    name = "anyuan.config"
    label = "wiring"

    def ready(self) -> None:
        for app in apps.get_app_configs():
            if app.name.startswith("anyuan.domains.") or app.name.startswith("anyuan.engines."):
                for part in DECLARATIONS:
                    if find_spec(f"{app.name}.{part}"):
                        import_module(f"{app.name}.{part}")
        from anyuan import reactions

        reactions.connect()
