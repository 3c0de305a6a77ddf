# Everything that is done with this repository. `make` alone lists it. Needs Python 3.11 or later, cargo and make.
#
# Set-up is kept in two stamps in .venv, so that a second call does nothing: .requirements (the locked packages) and
# .kernel (the compiled module, built from crates/ and installed in editable form).

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH):$(HOME)/.cargo/bin
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

KERNEL_SOURCES := Cargo.toml Cargo.lock pyproject.toml $(shell find crates -name '*.rs' -o -name Cargo.toml)
STORY ?= worlds/mountain.story
ENDING ?= captives_freed_natives_die
# Set them to go longer: make fuzz COUNT=1000000
COUNT ?=
UV := target/uv/bin/uv
# As many tests at once as there are cores; who has none left takes over half of what another still has. PYTEST='-n 0'
# for one after the other.
TESTS := -m pytest -q -n auto --dist worksteal

.PHONY: help setup run test slow browser postgresql docs pictures screenshot walkthroughs check format lint types architecture rust bench explore mountain turns storylines readers kills hard blind cuts faults variants fuzz agreement wheel lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

# ---------------------------------------------------------------------------------------------------------------------
# Set-up

$(BIN)/python:
	@python=; for candidate in $${PYTHON:-} python3.11 python3.12 python3.13 python3 python; do \
	    if command -v "$$candidate" >/dev/null && "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	    then python=$$candidate; break; fi; \
	done; \
	[ -n "$$python" ] || { echo "make: needs Python 3.11 or later with its venv module; name it with PYTHON=/path/to/python3.11" >&2; exit 1; }; \
	"$$python" -m venv $(VENV)

$(VENV)/.requirements: requirements.lock | $(BIN)/python
	@echo "Installing the locked packages ..." >&2
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.kernel: $(KERNEL_SOURCES) $(VENV)/.requirements
	@command -v cargo >/dev/null || { echo "make: needs cargo, Rust's package tool, to build the kernel, and finds none on the PATH" >&2; exit 1; }
	@echo "Building the kernel ..." >&2
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(VENV)/.kernel ## the environment in .venv, with the kernel built

# ---------------------------------------------------------------------------------------------------------------------
# Use

run: setup ## a story out of the mountain (STORY=... ENDING=... for another)
	@$(BIN)/chekhov plan $(STORY) --ending $(ENDING)

# ---------------------------------------------------------------------------------------------------------------------
# Tests and checks

test: setup ## the tests, but for the few that take minutes (make slow)
	@$(BIN)/python $(TESTS) -m "not slow" $(PYTEST)

slow: setup ## the tests that take minutes
	@$(BIN)/python $(TESTS) -m slow $(PYTEST)

browser: ## Chromium, by which the pages of play are tested (Debian's, as root; elsewhere install it yourself)
	@command -v chromium >/dev/null || { \
	    echo "Installing Chromium ..." >&2; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; }

postgresql: ## PostgreSQL, on which saves are tested (Debian's, as root; without it those tests are skipped)
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	    echo "Installing PostgreSQL ..." >&2; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; }

check: lint types architecture rust test ## format, lint, types, architecture, Clippy, tests

format: $(VENV)/.requirements ## formats the Python and the Rust
	@$(BIN)/ruff format --quiet && $(BIN)/ruff check --quiet --fix-only
	@cargo fmt --all

lint: $(VENV)/.requirements
	@$(BIN)/ruff format --check --quiet || { echo "make: some files want 'make format'" >&2; exit 1; }
	@$(BIN)/ruff check --quiet

types: setup
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/python -m mypy.stubtest chekhov._kernel 2>&1) || { echo "$$said"; exit 1; }

architecture: $(VENV)/.requirements
	@mkdir -p target
	@PYTHONPATH=src $(BIN)/lint-imports >target/import-linter.txt || { cat target/import-linter.txt; exit 1; }

rust: | $(BIN)/python # which the bindings' build asks about itself
	@cargo fmt --all --check || { echo "make: some Rust wants 'make format'" >&2; exit 1; }
	@cargo clippy --quiet --workspace --all-targets --locked -- -D warnings
	@MAKEFLAGS= cargo test --quiet --workspace --exclude chekhov-kernel-py --locked # which would ask make for leave to run jobs

docs: setup ## renews what the README, the tutorial and the page on the mountain show, from what is printed now
	@$(BIN)/python tests/worlds/tutorial.py --update README.md docs/tutorial.md docs/the-mountain.md

PICTURES := storyline links graph map knowledge reasons clock

pictures: setup ## renews docs/pictures, each kind of picture of the mountain's chapter
	@mkdir -p docs/pictures
	@for kind in $(PICTURES); do $(BIN)/chekhov show worlds/mountain.md --picture $$kind $$([ $$kind != map ] || echo --moving) -o docs/pictures/$$kind.svg; done
	@$(BIN)/chekhov show worlds/letter.md --picture graph --fold chapter -o docs/pictures/letter.svg

screenshot: setup browser ## renews docs/pictures/play.png, a page of play in Chromium
	@$(BIN)/python tests/web/picture.py docs/pictures/play.png

walkthroughs: setup ## renews worlds/walkthroughs, from what the worlds do now
	@$(BIN)/python tests/worlds/walkthroughs.py

# ---------------------------------------------------------------------------------------------------------------------
# Campaigns: minutes to hours

bench: setup ## the benchmark's table, benchmarks/RESULTS.md (needs ../shared)
	@$(BIN)/python benchmarks/run.py

explore: setup ## all moments of the benchmark's worlds on one thread and on two, benchmarks/EXPLORE.md
	@$(BIN)/python benchmarks/explore.py

turns: setup ## how long the others take over their turn in play, benchmarks/TURNS.md
	@$(BIN)/python benchmarks/turns.py

storylines: setup ## crossings of published storylines, and what a crowd takes, benchmarks/STORYLINES.md (needs ../shared)
	@$(BIN)/python benchmarks/storylines.py

readers: setup ## how long a choice takes with 200 readers at once, and a server that is killed, benchmarks/READERS.md (DURATION=600)
	@$(BIN)/python benchmarks/readers.py --duration $(or $(DURATION),600)

kills: setup ## stories killed at random moments, and whether anything was lost, benchmarks/KILLS.md (COUNT=1000)
	@$(BIN)/python benchmarks/kills.py --kills $(or $(COUNT),1000) --output benchmarks/KILLS.md

mountain: setup ## what is asked of the mountain, and how long it takes, benchmarks/MOUNTAIN.md
	@$(BIN)/python benchmarks/mountain.py

hard: setup ## the same with the three hardest rows, up to 5 minutes and 16 GiB each
	@$(BIN)/python benchmarks/run.py --hard

blind: setup ## states per second beside Fast Downward's blind search, benchmarks/BLIND.md
	@$(BIN)/python benchmarks/blind.py

cuts: setup ## beats cut out of planners' stories, and whether the gap is found: benchmarks/CUTS.md (COUNT=1000)
	@$(BIN)/python benchmarks/cuts.py --count $(or $(COUNT),1000) --output benchmarks/CUTS.md

faults: setup ## faults planted into the kernel, each of which the comparison with the naive evaluator has to find
	@CHEKHOV_FAULTS=1 $(BIN)/python -m pytest -q tests/test_agreement.py $(PYTEST)

variants: setup ## every broken variant of the mountain's chapter (`make test` takes an eighth of them)
	@CHEKHOV_VARIANTS=all $(BIN)/python $(TESTS) tests/manuscript/test_mountain.py $(PYTEST)

fuzz: setup ## mutated world files against the language (COUNT=1000000)
	@$(BIN)/python benchmarks/fuzz_language.py --count $(or $(COUNT),100000)

agreement: setup ## the kernel against the naive evaluator on random worlds, without time and with it (COUNT=10000)
	@$(BIN)/python benchmarks/agreement.py --count $(or $(COUNT),10000)
	@$(BIN)/python benchmarks/agreement.py --count $(or $(COUNT),10000) --timed

# ---------------------------------------------------------------------------------------------------------------------
# Releases

wheel: $(VENV)/.requirements ## a wheel in dist/ that installs without cargo, and what it depends on in dist/wheels
	@rm -rf dist && mkdir -p dist/wheels
	@$(BIN)/maturin build --quiet --release --locked --out dist 2>dist/log || { cat dist/log >&2; exit 1; }
	@$(BIN)/python -m pip download --quiet --only-binary :all: --dest dist/wheels \
	    --constraint <(sed -n 's/^\([a-z0-9-]*==[^ ]*\).*/\1/p' requirements.lock) dist/*.whl
	@rm dist/log && ls dist/*.whl

lock: | $(BIN)/python ## renews requirements.lock from pyproject.toml
	@[ -x $(UV) ] || { $(BIN)/python -m venv target/uv && target/uv/bin/python -m pip install --quiet uv==0.13.9; }
	@SSL_CERT_FILE=$${SSL_CERT_FILE:-$${PIP_CERT:-}} $(UV) pip compile --quiet --upgrade --universal --generate-hashes \
	    --no-emit-index-url --python-version 3.11 --group dev pyproject.toml --custom-compile-command "make lock" -o requirements.lock

clean: ## removes what was built (not .venv)
	@rm -rf dist target src/chekhov/_kernel*.so
