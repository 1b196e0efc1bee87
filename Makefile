# Stylize: a selfie becomes a boxed action figure, on your own machine.
# Two commands: `make run` (start the page) and `make test` (prove it works). `make help` lists the rest.

.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
# The newest Python that is here, 3.11 at least. Override: make run PYTHON=python3.12
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
# `make run TORCH=cpu` takes PyTorch's own CPU build: 0.2 GB instead of about 3 GB on Linux without an NVIDIA card.
TORCH ?=
ARGS ?=
# `make test LANES=4` runs that many test files at a time; many tests wait for a browser or a clock. LANES=0: one after the other.
LANES ?= 2

ifeq ($(TORCH),cpu)
TORCH_INDEX := --index-url https://download.pytorch.org/whl/cpu
endif

.PHONY: help run test check format styles clean constraints benchmark screenshots

help: ## this list
	@echo "Stylize. First time? 'make run'."
	@echo
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PYTHON=python3.12   use this Python (3.11 or newer)      TORCH=cpu   the small CPU build of PyTorch"
	@echo "  ARGS='--no-browser' more words for run or test, for example ARGS='-k photo'"

run: $(VENV)/.installed ## set up what is missing, start the page on this machine and open it
	@$(PY) -m ui $(ARGS)

test: $(VENV)/.installed-dev ## set up what is missing and run every test
	@$(PY) -m pytest -n $(LANES) --dist loadfile $(ARGS)

check: $(VENV)/.installed-dev ## style, types, the layers of the house, the length of its files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(PY) tools/check_file_length.py

format: $(VENV)/.installed-dev ## put the code into its usual form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

benchmark: $(VENV)/.installed-dev ## measure speed and memory on this machine
	@$(PY) -m benchmarks $(ARGS)

screenshots: $(VENV)/.installed-dev ## photograph the page in every state, and renew the README's picture of it
	@$(PY) -m tools.make_screenshots

constraints: $(VENV)/.installed-dev ## write down the versions that are installed now
	@( sed -n '1,2p' constraints.txt; $(PY) -m pip freeze --exclude-editable --exclude stylize | sed 's/+cpu//' | grep -v '^#' ) > constraints.new
	@mv constraints.new constraints.txt

clean: ## remove the environment and everything that was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@if [ -z "$(PYTHON)" ]; then \
		echo "Stylize needs Python 3.11 or newer, with its venv module. Install it (Debian: apt install python3-venv), then try again."; exit 1; fi
	@echo "Making an environment in $(VENV) with $(PYTHON) ($$($(PYTHON) --version 2>&1)) ..."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python could not make an environment. On Debian and Ubuntu: apt install python3-venv, then try again."; exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(PY)
	@echo "Downloading Stylize's libraries from PyPI into $(VENV); nothing outside this folder is touched."
	@echo "  PyTorch 2.13: 0.2 GB on a Mac or as the CPU build (make run TORCH=cpu), about 3 GB on Linux, where it brings"
	@echo "  NVIDIA's libraries along. Everything else (Gradio, diffusers, OpenCV ...): 0.2 GB. On disk: about 1.5 GB, with CUDA about 7 GB."
	@echo "  No model is downloaded: the figure and painting engines ride in the package."
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt $(TORCH_INDEX) torch
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Downloading the tools for tests and checks (ruff, mypy, pytest, Playwright ..., and OpenVINO): 0.2 GB, on disk 0.7 GB."
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,openvino]'
	@touch $@
