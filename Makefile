# 安园 Anyuan: `make` lists the targets.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help run test check demo bench docs-shots clean

help: ## 列出可用的命令
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/base: requirements/base.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新的版本。"; exit 2; }
	@test -d .venv || $(PYTHON) -m venv .venv || { echo "无法建立 Python 环境，请先安装 python3-venv。"; exit 2; }
	@echo "正在安装 Python 依赖……"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/base requirements/dev.txt
	@echo "正在安装测试依赖……"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

node_modules/.done: package.json package-lock.json
	@command -v npm >/dev/null || { echo "需要 Node.js 20 和 npm。"; exit 2; }
	@echo "正在安装网页组件……"
	@npm ci --silent --no-audit --no-fund
	@touch $@

run: .venv/base node_modules/.done ## 启动安园（首次会建立演示城市），http://127.0.0.1:8000
	@exec $(BIN)/anyuan up --demo

demo: .venv/base node_modules/.done ## 重建演示城市
	@$(BIN)/anyuan demo

test: .venv/dev node_modules/.done ## 检查并运行全部测试
	@$(MAKE) --no-print-directory check
	@bash tests/run.sh

check: .venv/dev node_modules/.done ## 代码检查：ruff、类型、分层、模板、迁移
	@bash tests/check.sh

bench: .venv/dev node_modules/.done ## 性能测量（打印比值，不作断言）
	@$(BIN)/python -m bench

docs-shots: .venv/dev ## 从运行着的演示城市重新截图（先 make run）
	@$(BIN)/python docs/shots.py

lock: ## 更新依赖锁定文件
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements/base.txt
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-header --no-annotate -q -c requirements/base.txt -o requirements/dev.txt

clean: ## 删除环境和数据（包括演示数据）
	rm -rf .venv node_modules .anyuan .anyuan-test
