# Prerequisites: make and Python 3.11 or later. Everything else is fetched by `make setup`.

PORT ?= 8000
DATA_DIR ?= var
WORKERS ?= 2
export PORT DATA_DIR

PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { command -v $$name; break; }; done)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run fresh test lint format coverage mutants soak bench messages screenshots lock

help: ## Say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## Prepare .venv, the assets and the translations
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed (Debian: apt-get install python3 python3-venv)" >&2; exit 1; }
	@$(PYTHON) scripts/setup.py

run: setup ## Run the service (PORT=8000 DATA_DIR=var); Ctrl-C stops it
	@$(BIN)/python scripts/serve.py

fresh: setup ## Delete DATA_DIR after asking (YES=1: without asking)
	@$(BIN)/python scripts/fresh.py $(if $(YES),--yes)

lint: setup ## Check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy

format: setup ## Lay the code out
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

test: lint ## Check and test everything that this machine can run
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal

coverage: setup ## Show that the tests of the law take every branch of it
	$(BIN)/coverage run -m pytest -q tests/kernel tests/*/test_rules.py
	$(BIN)/coverage report --include='app/kernel/*,app/*/rules.py' --show-missing --skip-covered --fail-under=100

mutants: setup ## Change the law in small ways and show that its tests notice
	WORKERS=$(WORKERS) $(BIN)/python scripts/mutants.py

soak: setup ## Run the long proofs at full size
	$(BIN)/pytest -q -m soak --soak -n $(WORKERS) --dist worksteal

bench: setup ## Measure pages, the clock, draws, searches, and a burst of entries
	$(BIN)/python -m bench.pages
	$(BIN)/python -m bench.clock
	$(BIN)/python -m bench.draw
	$(BIN)/python -m bench.ratings
	$(BIN)/python -m bench.search
	$(BIN)/python -m bench.fresh
	$(BIN)/python -m bench.burst

messages: setup ## Collect the visible strings into translations/
	$(BIN)/python scripts/messages.py

screenshots: setup ## Draw the main pages into build/screenshots/
	$(BIN)/python scripts/screenshots.py

lock: setup ## Choose the newest versions that requirements/*.in allow
	@for name in uv node run dev; do UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip compile --quiet --upgrade --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-config \
		requirements/$$name.in -o requirements/$$name.txt || exit 1; done
