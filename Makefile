# Every target makes the environment it needs: a machine with Python 3.11 and make alone suffices.

PYTHON := $(shell python3.11 -c '' 2>/dev/null && echo python3.11 || echo python3)
BIN := .venv/bin
STAMP := .venv/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check
# A file of tests stays on one worker, which shares its fixtures and its compiled code; long files start first.
WORKERS := -n 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0
SIZE := full
# The status of tests/browser/found.py where there is no browser.
NONE := 77

.PHONY: demo docs lab wheel lowest newest notebooks test check lint benchmarks mutants format clean
.PHONY: browser-test browser-stress browser-timings
.DEFAULT_GOAL := test

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

# The default phase diagram, dataset and figure, and theory against simulation on a map of the same problem.
demo: $(STAMP)
	mkdir -p demo
	$(BIN)/noisewise phase --out demo/phase.nc --figure demo/phase.png
	$(BIN)/noisewise check --votes 200 --samples 4000 --seed 1 --figure demo/check.png

# The documentation, to be opened at build/site/index.html; a broken link or an unknown formula fails.
# Notebooks run the first time, and again when they or what they call has changed.
docs: $(STAMP)
	$(BIN)/python notebooks/html/kept.py
	$(BIN)/python -m mkdocs build --quiet --clean
	@echo wrote build/site/index.html

# JupyterLab on the notebooks, which are text and open as notebooks.
lab: $(STAMP)
	JUPYTER_CONFIG_DIR=$(CURDIR)/build/jupyter $(BIN)/jupytext-config set-default-viewer python
	JUPYTER_CONFIG_DIR=$(CURDIR)/build/jupyter $(BIN)/jupyter lab --notebook-dir notebooks $(LAB)

# The wheel built, installed in an environment of its own elsewhere, and used and type-checked there.
wheel: $(STAMP)
	$(BIN)/python tests/packaging/installed.py

# The command line and the core with the lowest versions that pyproject.toml allows, and on the newest Python there is.
lowest newest: $(STAMP)
	$(BIN)/python tests/packaging/bounds.py $@

# Every notebook run and rendered, to be opened at build/notebooks/01_pipeline.html; pages need no network.
notebooks: $(STAMP)
	$(BIN)/python notebooks/html/render.py build/notebooks

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Everything: lint, format, types, import contract, all tests.
test: lint
	$(BIN)/python -m pytest $(WORKERS)

# The same without the slow tests.
check: lint
	$(BIN)/python -m pytest $(WORKERS) -m "not slow"

# The explorer in a browser, Chromium or Chrome: from the path, or installed where that can be done; else left out.
browser-test: $(STAMP)
	@$(BIN)/python tests/browser/found.py && $(BIN)/python -m pytest tests/browser || [ $$? -eq $(NONE) ]

# MINUTES of random dragging: errors, stale pictures, memory. And how long a picture takes. Both on a quiet machine.
browser-stress: $(STAMP)
	$(BIN)/python -m tests.browser.stress $(or $(MINUTES),10) $(or $(SEED),0)

browser-timings: $(STAMP)
	$(BIN)/python -m tests.browser.timings

# Ratios and times, which nothing asserts; with SIZE=smoke tiny versions, to see that all of them run.
benchmarks: $(STAMP)
	BENCHMARKS=$(SIZE) $(BIN)/python -m pytest tests/benchmarks -s

# Changes of formulas and error estimates that the tests do not notice: N of them, drawn with SEED.
mutants: $(STAMP)
	$(BIN)/python tests/benchmarks/mutants.py $(or $(N),40) $(or $(SEED),0)

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv build demo *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find theory simulate figures notebooks docs tests -name __pycache__ -type d -prune -exec rm -rf {} +
