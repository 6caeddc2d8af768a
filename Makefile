# Two commands matter: `make run` (set up, then the plan for Corsica) and `make test` (set up, then every test).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
SCENARIO ?= scenarios/corse.yaml

SCENARIOS := corse corse-mclp corse-p-median corse-budget corse-phases corse-capacite saone-et-loire france-screening

.DEFAULT_GOAL := help
.PHONY: help run test lint docs bench results bench-national clean

help:
	@echo "make run        set up, then plan Corsica ($(SCENARIO)) into runs/"
	@echo "make test       set up, then run every test"
	@echo "make lint       ruff, mypy and the import contract"
	@echo "make docs       the site of the documentation, into docs/_build"
	@echo "make results    run the scenarios; the README's picture and table"
	@echo "make bench      the benchmark tables"
	@echo "make bench-national  35,000 sources on a raster the size of France"
	@echo "make clean      remove what make has made (runs/ stays)"

run: $(VENV)/installed
	$(BIN)/siting run $(SCENARIO)

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n auto --dist worksteal --nbmake tests notebooks

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/installed-docs
	$(BIN)/sphinx-build -q -W --keep-going docs docs/_build
	@echo "→ docs/_build/index.html"

bench: $(VENV)/installed-bench
	$(BIN)/python -m benchmarks

bench-national: $(VENV)/installed-bench
	$(BIN)/python -m benchmarks national
	$(BIN)/python -m benchmarks national --cell-size-m 100

results: $(VENV)/installed
	for name in $(SCENARIOS); do $(BIN)/siting run scenarios/$$name.yaml --quiet || exit; done
	cp runs/corse/map.png docs/corse.png
	$(BIN)/python scripts/results_table.py $(SCENARIOS:%=runs/%)

clean:
	rm -rf $(VENV) docs/_build build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "siting needs Python 3.11 or newer; say which with: make PYTHON=python3.12 …"; exit 2; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null \
	  || { $(PYTHON) -m pip install --quiet --user virtualenv && $(PYTHON) -m virtualenv --quiet $(VENV); }
	@touch $@

# constraints.txt holds the versions this commit was tested with; pyproject.toml, the ranges it should work with.
$(VENV)/installed: $(VENV)/python pyproject.toml constraints.txt
	@echo "Installing siting into $(VENV) (about a minute)…"
	@$(PIP) -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@echo "Installing the test tools into $(VENV)…"
	@$(PIP) -e '.[dev]'
	@touch $@

$(VENV)/installed-docs: $(VENV)/installed
	@echo "Installing what builds the documentation into $(VENV)…"
	@$(PIP) -e '.[docs]'
	@touch $@

$(VENV)/installed-bench: $(VENV)/installed
	@echo "Installing the peers of the benchmarks into $(VENV)…"
	@$(PIP) -e '.[bench]'
	@touch $@
