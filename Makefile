# Vitrine: `make run` serves the demo shop, `make test` proves the program. `make help` lists the rest.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$each; break; }; done)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 14

.PHONY: setup
setup: $(VENV)/.installed ## Make .venv and install the program

.PHONY: run
run: setup ## Serve the demo shop at http://127.0.0.1:8000 (VITRINE_PORT=… for another port)
	@$(BIN)/vitrine demo
	@exec $(BIN)/vitrine serve

.PHONY: test
test: $(VENV)/.installed-dev ## Run the tests (6 minutes at most on two cores)
	@$(BIN)/python -m pytest -q -rs -n auto --dist loadfile

.PHONY: test-slow
test-slow: $(VENV)/.installed-dev ## Run the slow tests and those that inject faults
	@$(BIN)/python -m pytest -q -rs -m 'slow or fault'

.PHONY: fuzz
fuzz: $(VENV)/.installed-dev ## Fuzz what reads bytes from outside (FUZZ_SECONDS=60 for each target)
	@for each in images feeds snapshots; do \
		$(BIN)/python -m fuzz.$$each --seconds $(or $(FUZZ_SECONDS),60) || exit 1; done

.PHONY: format
format: $(VENV)/.installed-dev ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: lint
lint: $(VENV)/.installed-dev ## Check format, style and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy .

.PHONY: docs
docs: $(VENV)/.installed-dev ## Write docs/cli.md from the commands
	@$(BIN)/python -m tests.cli_reference

.PHONY: check
check: lint test ## Everything that must pass before a change lands

.PHONY: clean
clean: ## Remove what was installed and built; the shop's state in var/ stays
	@rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# A failed step leaves no stamp, so the next `make` tries it again.
$(VENV)/.installed: requirements.txt requirements-common.txt constraints.txt pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Vitrine needs Python 3.11 or newer; $(or $(PYTHON),none) was found. Install one, or name it with make PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu install the package python3-venv." >&2; exit 1; }
	@echo "Installing what Vitrine stands on into $(VENV) (PyTorch is large: the first time takes minutes) …"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --progress-bar on -r requirements.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@
