# Every task of a developer. A fresh clone needs Python >= 3.11 and make, nothing else:
# `make demo` and `make test` set up what they need in .venv, and only once.
#
#   PYTHON=python3.12          the Python to make .venv with
#   TORCH_INDEX=<index url>    where to take torch from, e.g. PyTorch's index of CPU builds
#   DEMO=mnist                 the demo to run (default: digits)
#   WORKERS=8                  processes that run the Python tests (default: 2)

VENV := .venv
BIN := $(VENV)/bin
MADE := $(VENV)/.made
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
DEMO ?= digits
WORKERS ?= 2

STAGES := lint contracts types test-web test-python test-browser test-packaging

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test lint contracts types test-web test-python test-browser \
	test-packaging node web bench format clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- set up ----------------------------------------------------------------------------------

setup: web $(MADE)/dev ## everything a developer needs, in .venv

$(BIN)/python:
	@sh tools/make_venv.sh $(VENV) $(PYTHON)

$(MADE)/pip: constraints.txt | $(BIN)/python
	$(INSTALL) --upgrade pip hatchling editables
	@mkdir -p $(MADE) && touch $@

$(MADE)/runtime: $(MADE)/pip pyproject.toml
	$(if $(TORCH_INDEX),$(INSTALL) --index-url $(TORCH_INDEX) torch)
	$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(MADE)/dev: $(MADE)/runtime
	$(INSTALL) --group dev
	-$(INSTALL) --no-deps grad-cam # what it imports besides is not compared; absent, its test is skipped
	@touch $@

node: $(MADE)/pip
	@! $(BIN)/python -m tools.web_assets needs-node || $(INSTALL) --group node

web: node ## build the page into src/percepta/_web (if its sources changed)
	@$(BIN)/python -m tools.web_assets build

# ---- use -------------------------------------------------------------------------------------

demo: $(MADE)/runtime web ## train a small network, evaluate it, open its population map
	@if test -t 1; then set --; else set -- --no-serve; fi; \
	echo "percepta demo $(DEMO) $$*"; $(BIN)/percepta demo $(DEMO) "$$@"

serve: $(MADE)/runtime web ## serve the page with all projects of the workspace
	$(BIN)/percepta serve

# ---- check -----------------------------------------------------------------------------------

test: ## everything that CI runs, with the time each part took
	@MAKE="$(MAKE)" sh tools/stages.sh setup -- $(STAGES)

lint: $(MADE)/dev node ## ruff and oxlint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m tools.web_assets npm run --silent lint

contracts: $(MADE)/dev ## the floors import downwards only
	$(BIN)/lint-imports --no-logo

types: $(MADE)/dev node ## mypy --strict and TypeScript
	$(BIN)/mypy
	$(BIN)/python -m tools.web_assets npm run --silent typecheck

test-web: $(MADE)/dev node ## the unit tests of the page
	$(BIN)/python -m tools.web_assets npm test --silent

test-python: $(MADE)/dev ## unit and integration tests
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile -m "not browser and not packaging"

test-browser: $(MADE)/dev web ## the page in a real Chromium
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/pytest -q -m browser

test-packaging: $(MADE)/dev web ## the wheel, in an empty environment without Node.js
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/pytest -q -m packaging

format: $(MADE)/dev ## format and fix what can be fixed by a tool
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(MADE)/dev ## the figures of benchmarks/README.md (a quiet machine, please)
	$(INSTALL) --group benchmarks
	$(BIN)/python -m benchmarks

clean: ## remove everything that was built or installed here
	rm -rf $(VENV) dist build .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache web/node_modules src/percepta/_web
