# `make demo` and `make test` set up all that they need; `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup dev system demo test check bench soak screenshots docs lock clean

help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: $(VENV)/.installed ## create the virtual environment

dev: $(VENV)/.installed-dev ## add what tests, checks and benchmarks need

# An environment that stopped half-way has no stamp and is completed by the next run.
$(VENV)/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Steward needs Python 3.11 or later, not %s: make PYTHON=python3.11" % sys.version.split()[0])'
	@echo "Setting up $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP_INSTALL) --require-hashes -r requirements.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

system:
	@scripts/system-packages

demo: setup ## start a live campus on http://127.0.0.1:8080
	@$(BIN)/steward demo

# Tests of WHOLE sites, of eight processes each, wait half of their time; those of DRIVERS wait for most of it, but keep
# time-outs of tenths of a second; the rest computes. One after the other: what times out must not starve behind the others.
WHOLE := tests/flows tests/benchmarks
DRIVERS := tests/drivers
SITES := $(shell expr \( $$(nproc) \* 3 + 1 \) / 4)
PEERS := $(shell nproc)
WORKERS := $(shell expr $$(nproc) \* 3 / 2)

# What is compiled once serves every process that a test starts.
unexport PYTHONDONTWRITEBYTECODE

# Databases are made by the thousand: where there is memory for it, not on the disk.
ROOM_KB := 4000000
SCRATCH := $(shell [ "$$(df --output=avail /dev/shm 2>/dev/null | tail -1)" -gt $(ROOM_KB) ] 2>/dev/null && echo /dev/shm || echo $${TMPDIR:-/tmp})
PYTEST := env TMPDIR=$(SCRATCH) $(BIN)/pytest
# A test that fails may show once more that the machine was the reason, and is named with its traceback (decision 0024).
AGAIN := --reruns 1 --max-suite-reruns 3 --rerun-show-tracebacks
RUN := $(PYTEST) -m "not soak" --dist loadfile $(AGAIN)

test: system check ## set everything up, check, and pass every test
	$(RUN) -n $(SITES) $(WHOLE)
	$(RUN) -n $(PEERS) $(DRIVERS)
	$(RUN) -n $(WORKERS) $(addprefix --ignore=,$(WHOLE) $(DRIVERS))

check: dev ## style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

BENCHMARKS := pipeline latency start supervise faults kill absence business alarms notify drivers fuzz mqtt

bench: dev system ## run every benchmark at its default size
	@set -e; for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python -m benchmarks.$$name; done

soak: dev system ## long chaos and soak runs, and other examples wherever they are drawn
	STEWARD_SOAK=1 $(PYTEST) -m "soak or hypothesis"

screenshots: dev system ## draw every page into ./screenshots
	@$(BIN)/python -m benchmarks.screenshots

docs: dev ## renew what of docs/ is made from the program
	$(BIN)/python -m scripts.data_dictionary
	$(BIN)/python -m scripts.openapi
	$(BIN)/python -m scripts.alarm_states

# pip's own configuration is left out: what one machine adds to its index must not reach the pins.
COMPILE := env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/pip-compile --quiet --strip-extras --generate-hashes \
	--allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

lock: ## renew the pinned requirements from pyproject.toml
	@$(PYTHON) -m venv build/lock
	@build/lock/bin/python -m pip install --quiet --disable-pip-version-check pip-tools
	$(COMPILE) --all-build-deps --output-file requirements.txt pyproject.toml
	@sed -i '/^# The following packages are considered/d' requirements.txt
	$(COMPILE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml


clean: ## remove what the other targets made
	rm -rf $(VENV) build screenshots *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
