# Each target sets up what it needs first; a second set-up finds nothing to do.
.DEFAULT_GOAL := help
.PHONY: help groups setup setup-dev run test test-all check check-python check-web check-docs bench lock recorded proof pictures clean

PYTHON := .venv/bin/python3
PORT ?= 8080
FOLDER ?= bachang
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## Set up this machine and .venv (asks for root only where something is missing)
	@/usr/bin/python3 -m setup

setup-dev:
	@/usr/bin/python3 -m setup --dev

groups:  ## Let root give the account control groups, until the next start
	@/usr/bin/python3 -m setup --groups $(FOLDER)

run: setup  ## Open the portal in a browser, with the demo running (PORT=8080); Ctrl-C ends both
	@.venv/bin/bachang serve --demo --port $(PORT)

test: setup-dev  ## Run all tests but the slow ones, as an ordinary account
	@$(PYTHON) -m tests.apart
	@$(PYTHON) -m pytest -m "not slow" $(SIDE_BY_SIDE)

test-all: setup-dev  ## Run all tests
	@$(PYTHON) -m tests.apart
	@$(PYTHON) -m pytest

check: setup-dev check-python check-web check-docs  ## Check style and types, build the docs

check-python:
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy

check-web:
	test -d web/node_modules || PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix web ci
	PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix web run check

check-docs:
	NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --quiet --strict

bench: setup-dev  ## Measure; make bench ONLY=fabric for one of bench/*.py
	@$(PYTHON) -m bench $(ONLY)

recorded: setup-dev  ## Play a class and record what the portal says: data of the gallery and of web/test
	@folder=$$(mktemp -d) && chmod 777 $$folder && \
	BACHANG_RECORD=$$folder $(PYTHON) -m pytest tests/portal/test_recorded.py && \
	cp $$folder/class.json web/src/models/recorded/class.json && rm -r $$folder

proof: setup-dev  ## Verify the packs that ship and keep the proofs beside them
	@folder=$$(mktemp -d) && chmod 777 $$folder && \
	.venv/bin/bachang verify packs/blackout --proof $$folder/blackout.proof.json && \
	cp $$folder/blackout.proof.json packs/ && rm -r $$folder

pictures: setup-dev  ## Make the documentation's pictures of every page
	@folder=$$(mktemp -d) && chmod 777 $$folder && \
	BACHANG_PICTURES=$$folder $(PYTHON) -m pytest tests/browser/test_pictures.py && \
	mkdir -p docs/pictures/pages && cp $$folder/*.webp docs/pictures/pages/ && rm -r $$folder

LOCK = $(PYTHON) -m uv pip compile --quiet --universal --generate-hashes --no-header \
	--only-binary :all: $(UPGRADE) pyproject.toml

lock:  ## Pin the libraries; UPGRADE=--upgrade takes the newest of all
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean:  ## Remove what make made here: .venv, caches, builds
	rm -rf .venv site build web/node_modules src/bachang/portal/static .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -f bench/limit src/bachang/fabric/native/spawner src/bachang/fabric/native/forks.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
