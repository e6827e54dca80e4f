# Everything here sets itself up: Python 3.11 or newer and make are enough. `make` alone lists the targets.

# Override to choose one: make test PYTHON=/path/to/python3.13
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$python"; break; }; done)
# More arguments for pytest: make test ARGS="-k modifier -x"
ARGS ?=
# Tests side by side, each with brokers of its own; most of the time they wait for these. 0 for -s and --pdb.
JOBS ?= 3
# make chaos CLAIMS=1000000 KILLS=200 for the long run; SEED= draws the faults of an earlier one, ONLY=kill some kinds.
CLAIMS ?=
KILLS ?=
SEED ?=
ONLY ?=
# How long each: make soak SECONDS=3600, make fuzz SECONDS=600.
soak: SECONDS ?= 300
fuzz: SECONDS ?= 60
# Claims a second of the soak; 0: as many as go.
RATE ?= 500
# What make fuzz tries, all unless given: make fuzz TARGETS="engine decode"
TARGETS ?=
# make lock UPGRADE=1 moves every dependency to its newest release within the ranges of pyproject.toml.
UPGRADE ?=

UV_VERSION := 0.13.9
VENV := .venv
BENCH_VENV := .venv-bench
SOAK_VENV := .venv-soak
FUZZ_VENV := .venv-fuzz
LOCK_VENV := .venv-lock
READY := .installed
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install demo test test-kafka chaos oracle lint format types audit check docs build bench fuzz soak lock clean check-python

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(VENV)/$(READY) ## make .venv with the project and its development tools

demo: $(VENV)/$(READY) ## show claims going in and verdicts coming out, on a broker of its own
	@$(BIN)/scrubber demo

test: $(VENV)/$(READY) ## run every test this machine can run
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

test-kafka: $(VENV)/$(READY) ## run the broker tests on Apache Kafka, one node and three; wants a Docker engine
	@SCRUBBER_TEST_BROKERS=$${SCRUBBER_TEST_BROKERS:-kafka,cluster} $(BIN)/python -m pytest -m "each_broker and not chaos" \
		-n 2 --dist loadfile $(ARGS)

chaos: $(VENV)/$(READY) ## kill, freeze and cut off workers and brokers (docs/chaos.md); writes build/chaos.json
	@CLAIMS=$(CLAIMS) KILLS=$(KILLS) SEED=$(SEED) ONLY=$(ONLY) $(BIN)/python -m pytest tests/chaos -o timeout=900 $(ARGS)

oracle: $(VENV)/$(READY) ## hold the engine against CMS's files at full size; writes build/oracle.json
	@test -d "$$SCRUBBER_CMS_FILES" || { echo "SCRUBBER_CMS_FILES must name the folder of CMS's published files." >&2; exit 2; }
	@$(BIN)/python -m pytest tests/oracle $(ARGS)

lint: $(VENV)/$(READY) ## check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(VENV)/$(READY) ## mend what the linter and the formatter can mend
	@$(BIN)/ruff check --fix-only --exit-zero .
	@$(BIN)/ruff format .

types: $(VENV)/$(READY) ## check types
	@$(BIN)/mypy

# Where no source of advisories can be asked it says so and passes; ARGS=--require makes that a failure.
audit: $(VENV)/$(READY) ## look for advisories on every package in requirements/
	@$(BIN)/python .ci/audit.py $(ARGS) requirements/*.txt

check: lint types test ## lint, types and test: what a change must pass

docs: $(VENV)/$(READY) ## write what is generated: topics/*.json, docs/rules.md, tables of docs/*.md
	@$(BIN)/scrubber topics schema --write
	@$(BIN)/python -m scrubber.engine.handbook > docs/rules.md
	@$(BIN)/python -m scrubber.worker.handbook docs/operations.md
	@$(BIN)/python -m scrubber.policy.handbook docs/payer-policies.md

build: $(VENV)/$(READY) ## build the wheel and the source distribution into dist/
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation --outdir dist

bench: $(BENCH_VENV)/$(READY) ## measure against other ways of doing it; writes build/bench.json
	@$(BENCH_VENV)/bin/python -m tests.bench

fuzz: $(FUZZ_VENV)/$(READY) ## throw hostile input at everything that reads, SECONDS at each; writes build/fuzz.json
	@$(FUZZ_VENV)/bin/python -m tests.fuzz --seconds $(SECONDS) $(TARGETS)

soak: $(SOAK_VENV)/$(READY) ## watch a worker under load for SECONDS=300; writes build/soak.json and .png
	@$(SOAK_VENV)/bin/python -m tests.soak --seconds $(SECONDS) --rate $(RATE) $(ARGS)

# Each lock holds for Python 3.11 and newer on every platform and names no index, so a mirror serves as well.
lock: $(LOCK_VENV)/bin/uv ## write requirements/ anew from pyproject.toml
	@mkdir -p requirements
	@$(call compile,worker,pyproject.toml)
	@$(call compile,dev,pyproject.toml --extra dev)
	@$(call compile,bench,pyproject.toml --extra dev --extra bench)
	@$(call compile,soak,pyproject.toml --extra dev --extra soak)
	@$(call compile,fuzz,pyproject.toml --extra dev --extra fuzz)
	@$(call compile,tools,--group tools)
	@if grep -nE 'https?://|file:' requirements/*.txt; then echo "A lock names an address." >&2; exit 1; fi

clean: ## remove environments, caches and everything built
	@rm -rf $(VENV) $(BENCH_VENV) $(FUZZ_VENV) $(SOAK_VENV) $(LOCK_VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find scrubber tests -name __pycache__ -type d -prune -exec rm -rf {} +

define compile
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(LOCK_VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate $(if $(UPGRADE),--upgrade) \
		$(2) --output-file requirements/$(1).txt
endef

# Wheels only, each checked against its hash: nothing is built from source, so no build tool comes in unpinned.
# The project itself is installed editable with the hatchling that the lock brought.
define install
	@test ! -e $(1) || echo "Bringing $(1) up to date with requirements/$(2).txt"
	@test -e $(1) || echo "Making $(1) (about half a minute)"
	@"$(PYTHON)" -m venv $(1)
	@$(1)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes \
		--requirement requirements/$(2).txt
	@$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(1)/$(READY)
endef

$(VENV)/$(READY): requirements/dev.txt pyproject.toml | check-python
	$(call install,$(VENV),dev)

$(BENCH_VENV)/$(READY): requirements/bench.txt pyproject.toml | check-python
	$(call install,$(BENCH_VENV),bench)

$(FUZZ_VENV)/$(READY): requirements/fuzz.txt pyproject.toml | check-python
	$(call install,$(FUZZ_VENV),fuzz)

$(SOAK_VENV)/$(READY): requirements/soak.txt pyproject.toml | check-python
	$(call install,$(SOAK_VENV),soak)

$(LOCK_VENV)/bin/uv: Makefile | check-python
	@"$(PYTHON)" -m venv $(LOCK_VENV)
	@$(LOCK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

check-python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "scrubber needs Python 3.11 or newer, and $(if $(PYTHON),$(PYTHON) is not,none was found on the PATH)." >&2; \
		echo "Install one, or name it: make $(or $(MAKECMDGOALS),test) PYTHON=/path/to/python3.11" >&2; exit 1; }
