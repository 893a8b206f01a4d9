#!/usr/bin/env bash
# Everything that can be said without running the product: style, types, floors, templates, migrations.
set -eu
ruff check src tests conftest.py $(ls -d bench 2>/dev/null)
ruff format --check src tests conftest.py
lint-imports --no-cache
mypy --no-error-summary
djlint src --lint --quiet
ANYUAN_HOME=.anyuan-test ANYUAN_DB_ROLE=owner python -m anyuan.config.cli migrate
ANYUAN_HOME=.anyuan-test ANYUAN_DB_ROLE=owner python -c \
  "from anyuan.config.cli import django_command as c; c(['makemigrations', '--check', '--dry-run', '-v', '0'])" \
  || { echo "模型有变化但没有迁移文件：请运行 makemigrations。"; exit 1; }
for lock in requirements/*.txt package-lock.json; do
  if grep -qE 'https?://[^ ]*\.(whl|tgz|tar\.gz)' "$lock"; then echo "$lock 含有下载地址"; exit 1; fi
done
echo "检查通过"
