# Two commands matter to a newcomer: `make up` and `make test`.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

CACHE := $(HOME)/.cache/tidemill
# Outside the tree, so that a fresh checkout need not compile Polars again.
CARGO_TARGET_DIR ?= $(CACHE)/target
TIDEMILL_TEST_MOTO ?= $(CACHE)/venv/bin/moto_server
# SQL is checked against `.sqlx`, so that a build needs no database.
SQLX_OFFLINE ?= true
# Says whose pages are built in, where several checkouts share that folder.
TIDEMILL_ROOT := $(CURDIR)
export CARGO_TARGET_DIR TIDEMILL_TEST_MOTO TIDEMILL_ROOT SQLX_OFFLINE
# A shell that was open when rustup ran does not know it yet.
export PATH := $(PATH):$(HOME)/.cargo/bin

# The real example data, where it lies beside the project; else `up` generates its own.
ifeq ($(origin TIDEMILL_DATA),undefined)
ifneq ($(wildcard ../shared/data/README.md),)
export TIDEMILL_DATA := $(abspath ../shared/data)
endif
endif

# Who names a server needs none of ours.
own-postgres := $(if $(DATABASE_URL),,need-postgres)
# Tests run our own crate as the compiler leaves it: optimizing it takes longer than running it. The
# dependencies are those of the product.
QUICKLY := --config profile.release.package.tidemill.opt-level=0
BINARY := $(CARGO_TARGET_DIR)/release/tidemill
say = @printf '==> %s\n' '$(1)'

.PHONY: help up down test check format clippy tidy suites doctest doc bench prepare clean
.PHONY: need-rust need-postgres need-node-tools need-moto need-schemathesis need-faketime need-chromium need-node
.PHONY: build pages ui-check e2e look chaos sim

help: ## Print this list
	@printf 'usage: make <target> [ARGS="..."]\n\n'
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

# --- run ---

up: need-rust $(own-postgres) build ## Install what is missing, build, run everything, leave it serving
	$(call say,starting tidemill$(if $(TIDEMILL_DATA), on the data in $(TIDEMILL_DATA)))
	@deploy/up $(BINARY) $(ARGS)

down: ## Stop what `make up` left running
	@deploy/up stop

bench: need-rust $(own-postgres) build ## Measure this machine against the budgets
	$(call say,measuring)
	@exec $(BINARY) bench $(ARGS)

build: need-rust pages
	$(call say,building tidemill (the first time compiles Polars: many minutes))
	@cargo build --release --locked

# --- pages ---

# Node builds the pages; the binary holds them.
NPM = PATH="$$(.ci/need node-bin):$$PATH" npm --prefix ui
PAGES := ui/dist/index.html
PAGE_SOURCES := $(shell find ui/src ui/public ui/scripts ui/index.html ui/vite.config.ts ui/package.json -type f 2>/dev/null)

pages: $(PAGES)

ui/node_modules/.package-lock.json: ui/package-lock.json
	$(call say,fetching what builds the pages: npm ci)
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGES): ui/node_modules/.package-lock.json $(PAGE_SOURCES)
	$(call say,building the pages)
	@$(NPM) run --silent build

look: build $(own-postgres) need-chromium ## Make pictures of every page, light and dark
	$(call say,making pictures of every page)
	@.ci/with-postgres env TIDEMILL_BINARY=$(BINARY) $(NPM) run --silent pictures

# --- test ---

test: need-rust need-postgres need-moto need-schemathesis need-node-tools need-faketime pages check ui-check suites e2e doctest doc ## Run all that CI runs
	$(call say,all of it passed)

check: need-rust format clippy tidy ## Run the part of `test` that needs no database

format:
	$(call say,format: cargo fmt --check)
	@cargo fmt --check || { printf 'hint: run `cargo fmt`\n' >&2; exit 1; }

clippy:
	$(call say,lints: cargo clippy with warnings as errors)
	@cargo clippy --all-targets --locked -- -D warnings

tidy:
	$(call say,rules of the house: tests/tidy.rs)
	@cargo test --release --locked $(QUICKLY) --quiet --test tidy

ui-check: $(PAGES) need-chromium
	$(call say,pages: lints and types and unit tests and budgets)
	@$(NPM) run --silent lint
	@$(NPM) run --silent types
	@$(NPM) run --silent test
	@$(NPM) run --silent gates

e2e: need-postgres need-chromium $(PAGES)
	$(call say,a browser on the pages of the real program)
	@cargo build --release --locked $(QUICKLY)
	@.ci/with-postgres env TIDEMILL_BINARY=$(BINARY) $(NPM) run --silent e2e

suites: need-postgres need-moto need-schemathesis need-node-tools need-faketime $(PAGES)
	$(call say,unit and integration tests beside a throw-away PostgreSQL)
	@.ci/with-postgres cargo test --release --locked $(QUICKLY) --lib --bins --tests $(ARGS)

doctest:
	$(call say,examples in the documentation)
	@cargo test --release --locked $(QUICKLY) --doc

doc:
	$(call say,documentation: cargo doc with warnings as errors)
	@RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --lib --locked

# --- longer than `test` ---

chaos: need-rust need-postgres need-faketime ## Disturb real processes for half an hour (TIDEMILL_CHAOS_SECONDS)
	$(call say,faults of all kinds; the seed that is printed has the same again)
	@TIDEMILL_CHAOS_SECONDS=$${TIDEMILL_CHAOS_SECONDS:-1800} .ci/with-postgres \
		cargo test --release --locked $(QUICKLY) --test it -- chaos:: failpoints:: --nocapture

sim: need-rust need-postgres ## Simulate a faulty world for a hundred thousand seeds (TIDEMILL_SIM_SEEDS)
	$(call say,simulating; a seed that fails is printed and plays again)
	@TIDEMILL_SIM_SEEDS=$${TIDEMILL_SIM_SEEDS:-100000} .ci/with-postgres \
		cargo test --release --locked $(QUICKLY) --test it -- sim:: --nocapture

# --- tend ---

prepare: need-rust need-postgres ## Write `.sqlx` again, after a change of SQL or of a migration
	$(call say,describing every statement with a throw-away PostgreSQL)
	@.ci/with-postgres .ci/prepare

clean: ## Remove what builds and test runs left (the shared build cache as well)
	$(call say,removing $(CARGO_TARGET_DIR) and $(CACHE)/venv)
	@rm -rf "$(CARGO_TARGET_DIR)" "$(CACHE)/venv" "$(CACHE)/node" ui/dist ui/node_modules

need-rust need-postgres need-moto need-schemathesis need-faketime need-node need-node-tools need-chromium: need-%:
	@.ci/need $*
