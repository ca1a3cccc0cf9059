# The commands of the house, one word each. Every one sets up what it needs on first use; a second start does nothing twice.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
INSTALL = python="$$(sh tools/find-python)" && "$$python" tools/install.py
TOOLING := tools/install.py pyproject.toml
NODE = sh tools/with-node
# Where the tools that read the settings keep their throwaway data folder: never the developer's own.
SCRATCH := HUBBUB_DATA=.cache/data
# Images often forbid Python to keep what it compiled. Each of the hundreds of processes of the tests would compile all
# of Django again, which takes twice as long as everything else that a start does. Empty means that it may.
export PYTHONDONTWRITEBYTECODE :=

help: ## this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: .venv/.runtime ## set up if need be, then serve http://127.0.0.1:8000 (ARGS="--port 9000")
	@exec $(BIN)/hubbub serve $(ARGS)

setup: .venv/.runtime ## only set up; leaves .venv/bin/hubbub

test: .venv/.tests .cache/node .cache/browser ## everything: formatting, types, layers, all tests on both databases and in Chromium
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n auto --dist worksteal --database postgres
	$(BIN)/pytest -n auto --dist worksteal

check: .venv/.tests .cache/node lint ## the fast part of it, for every few minutes
	$(BIN)/pytest -n auto -m "not (slow or postgres or redis or processes or browser)"

faults: .venv/.tests ## real nodes under load while everything breaks, judged (SECONDS=60 SEED=1 STORE=sqlite|postgres)
	$(BIN)/python -m tests.faults --seconds $(or $(SECONDS),60) --store $(or $(STORE),postgres) $(if $(SEED),--seed $(SEED))

budgets: .venv/.tests .cache/browser ## the web client's budgets, measured in Chromium as slow as a mid laptop (ONLY=6,7,13)
	$(BIN)/python -m tests.budgets $(if $(ONLY),--only $(ONLY))

lint: .venv/.tests .cache/node ## formatting, style, types and layers only
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(SCRATCH) $(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(NODE) node_modules/.bin/tsc --project tsconfig.json
	$(NODE) node_modules/.bin/biome check --error-on-warnings
	find tests/js -name '*.test.js' | sort | xargs $(NODE) node --test

fix: .venv/.tests .cache/node ## format everything and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(NODE) node_modules/.bin/biome check --write

lock: .venv/.tests ## renew the lock files from pyproject.toml and package.json
	sh tools/lock

clean: ## forget everything that was set up (not your data)
	rm -rf .venv node_modules .cache

.venv/.runtime: requirements/runtime.txt requirements/uv.txt $(TOOLING)
	@$(INSTALL) runtime

.venv/.tests: requirements/dev.txt requirements/uv.txt $(TOOLING)
	@$(INSTALL) tests

.cache/node: package-lock.json .npmrc tools/install.py
	@$(INSTALL) node

.cache/browser: tools/install.py
	@$(INSTALL) browser

.PHONY: help run setup test check faults budgets lint fix lock clean
