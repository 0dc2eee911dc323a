# make run: the dashboard.  make test: everything CI checks.  make help: the rest.
PYTHON ?= $(shell command -v python3.11 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
# Kernels of a processor of 2008: whoever rounds otherwise still has to pass.
OLDEST := MKL_ENABLE_INSTRUCTIONS=SSE41 MKL_CBWR=COMPATIBLE ONEDNN_MAX_CPU_ISA=SSE41 ATEN_CPU_CAPABILITY=default
NUMERICAL := $(foreach name,calibration explorer metrics models prepare pruning scores,tests/test_$(name).py) \
  $(foreach room,comparison estimator evaluation inference integrations interpret methods scoring search sensitivity threshold toy,tests/$(room)) \
  tests/features/test_extract.py tests/detector/test_detector.py tests/experiments/builtin/test_net.py
.DEFAULT_GOAL := help
.PHONY: help run test kernels check docs format browser screenshots bench clean

help:  ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Expected $(PYTHON) on the PATH. Install Python 3.11, or name yours: make PYTHON=python3 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: $(VENV)/.run  ## Install what is missing and open the dashboard on http://localhost:8501
	$(BIN)/streamlit run app/main.py

check: $(VENV)/.dev  ## Lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	{ command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	echo "No Chromium found and none could be installed; the browser tests will be skipped. Install it with: sudo apt-get install chromium"

docs: $(VENV)/.dev  ## The documentation as pages in site/; its notebooks run
	env NO_MKDOCS_2_WARNING=1 OMP_NUM_THREADS=1 $(BIN)/mkdocs build --quiet
	@echo "The documentation is in site/index.html"

test: $(VENV)/.dev browser  ## Install what tests need, then lint, types, documentation, doctests, unit, app and browser tests
	$(MAKE) --no-print-directory --jobs 2 check docs
	$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder
	$(MAKE) kernels

kernels: $(VENV)/.dev  ## The numerical tests again, as the oldest processors round
	env $(OLDEST) $(BIN)/pytest -n 2 --dist loadscope $(NUMERICAL)

screenshots: $(VENV)/.dev browser  ## Take the README's pictures again
	$(BIN)/python -m recipes.screenshots

bench: $(VENV)/.dev  ## Speed, side by side with what one would do instead
	for name in metrics live maps library extraction listing sweep detector page dragging; do $(BIN)/python -m benchmarks.$$name || exit 1; done

format: $(VENV)/.dev  ## Format and mend what lint can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## Remove the virtual environment and the cache's contents
	rm -rf $(VENV)
	find cache -mindepth 1 ! -name README.md -delete
