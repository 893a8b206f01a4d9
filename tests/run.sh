#!/usr/bin/env bash
# All tests; the browser tests need Chromium and are skipped with a visible line where it cannot be had.
set -eu
export ANYUAN_CHROMIUM="${ANYUAN_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}"
if [ -z "$ANYUAN_CHROMIUM" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "正在安装 Chromium（浏览器测试需要）……"
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk) >/dev/null 2>&1 || true
  ANYUAN_CHROMIUM="$(command -v chromium || true)"
fi
[ -n "$ANYUAN_CHROMIUM" ] || echo "没有 Chromium：浏览器测试将跳过。"
python -m pytest -q -m "not browser" -n 2 --dist loadfile
if [ -n "$ANYUAN_CHROMIUM" ]; then python -m pytest -q -m browser tests || [ $? = 5 ]; fi
