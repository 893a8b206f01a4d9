"""The ASGI entry: `uvicorn anyuan.config.asgi:application`."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anyuan.config.settings")
os.environ.setdefault("ANYUAN_DB_POOL", "1")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
