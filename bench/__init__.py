"""Measurements against the whole city, printed as ratios of one run; never asserted in tests.

Importing it points to the city's own data folder and sets Django up, so that the modules read like others.
"""

import os
from pathlib import Path

import django

FOLDER = Path(os.environ.get("ANYUAN_BENCH_HOME", ".anyuan-bench")).resolve()
os.environ["ANYUAN_HOME"] = str(FOLDER)
os.environ.pop("DATABASE_URL", None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anyuan.config.settings")
django.setup()
