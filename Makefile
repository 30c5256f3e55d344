# Everything a person types. `make run` and `make test` need only Python >= 3.11, git and make.
# The environment holds the development tools and both extras (postgres, redis), so that every target works after `make setup`.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.built
POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/gatehouse
TEST_ENV := env -u DATABASE_URL -u REDIS_URL
TEST_WORKERS ?= auto
export UV_PYTHON_DOWNLOADS := never

# The first interpreter that really runs and is new enough; override with PYTHON=...
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)

.PHONY: help setup run test test-postgres e2e shots fire bench check fmt lock

help:
	@echo "make setup          build $(VENV)"
	@echo "make run            demo: database, seed, web server and cluster, until Ctrl-C"
	@echo "make test           tests on SQLite"
	@echo "make test-postgres  tests on PostgreSQL (POSTGRES_URL=$(POSTGRES_URL))"
	@echo "make e2e            tests in a browser (Chromium in PATH), against a server and a cluster"
	@echo "make shots          pictures of every page in every state, to .shots/"
	@echo "make fire           races, kills, faults of clock and disk, hosts cut off; PARTS=\"races kills\" ARGS=\"--scale 0.1\""
	@echo "make bench          each operation beside its floor, on PostgreSQL with 10^4 and 10^6 reviews"
	@echo "make check          all of CI"
	@echo "make fmt            format code and templates"
	@echo "make lock           renew uv.lock and the exported requirements"

setup: $(STAMP)

# The stamp is a copy of what was installed, so that a mere checkout builds nothing. What did change is built from
# nothing: pip never removes what is no longer wanted.
$(STAMP): uv.lock requirements-dev.txt
	@if cmp -s requirements-dev.txt $@ 2>/dev/null; then touch $@; exit; fi; \
	if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo "Gatehouse needs Python 3.11 or newer: install it, or name it with PYTHON=/path/to/python." >&2; exit 1; \
	elif command -v uv >/dev/null 2>&1; then \
		echo "Building $(VENV) with uv ..." && \
		uv sync --quiet --frozen --all-extras --python "$$("$(PYTHON)" -c 'import sys; print(sys.executable)')"; \
	elif ! "$(PYTHON)" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		echo "$(PYTHON) has no venv module: install it (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; \
	else \
		echo "Building $(VENV) with venv and pip ..." && \
		"$(PYTHON)" -m venv --clear $(VENV) && \
		$(PY) -m pip install --quiet --disable-pip-version-check --no-input --no-deps --require-hashes -r requirements-dev.txt; \
	fi && cp requirements-dev.txt $@

run: $(STAMP)
	@exec env DEBUG=1 $(PY) manage.py up --demo

test: $(STAMP)
	@echo "Left to 'make test-postgres': races, and calls to a live_server, which need a connection for each thread."
	@$(TEST_ENV) $(PY) -m pytest -n $(TEST_WORKERS) --dist loadscope $(ARGS)

test-postgres: $(STAMP)
	@echo "Left to 'make test': tests marked portable, which ask nothing of their own of a database."
	@$(TEST_ENV) DATABASE_URL=$(POSTGRES_URL) $(PY) -m pytest -m "not e2e and not portable" \
		-n $(TEST_WORKERS) --dist loadscope $(ARGS)

# On SQLite, or on a database of its own at the server that DATABASE_URL names. A worker has a server and a cluster.
E2E_WORKERS ?= 2
e2e: $(STAMP)
	@env -u REDIS_URL $(PY) -m pytest tests/e2e -m e2e -n $(E2E_WORKERS) $(ARGS)

shots: $(STAMP)
	@$(TEST_ENV) $(PY) -m pytest tests/e2e/shots.py -m e2e -q $(ARGS)

# Each part starts what it needs, a PostgreSQL and a Redis of its own too (their server programs must be installed), and
# ends it. Some parts need root, strace, libfaketime or network namespaces, and say so.
PARTS ?= machine races kills storage clocks hosts workflows upgrade
fire: $(STAMP)
	@code=0; for part in $(PARTS); do $(TEST_ENV) $(PY) -m tests.fire.$$part $(ARGS) || code=1; done; exit $$code

bench: $(STAMP)
	@$(TEST_ENV) $(PY) -m tests.benchmarks $(ARGS)

check:
	@.ci/run

FILES := git ls-files -co --exclude-standard --

fmt: $(STAMP)
	@$(FILES) '*.py' | grep -v /migrations/ | xargs -r $(PY) -m django_upgrade --target-version 5.2 --exit-zero-even-if-changed
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format .
	@$(FILES) 'templates/*.html' '*/templates/*.html' | xargs -r $(VENV)/bin/djade --target-version 5.2
	@$(FILES) 'templates/*.html' '*/templates/*.html' | xargs -r $(VENV)/bin/djangofmt

# For maintainers: UPGRADE=1 also takes newer versions.
lock: $(STAMP)
	@$(VENV)/bin/uv lock $(if $(UPGRADE),--upgrade)
	@$(VENV)/bin/uv export --quiet --frozen --no-header --no-annotate --all-extras --no-default-groups -o requirements.txt
	@$(VENV)/bin/uv export --quiet --frozen --no-header --no-annotate --all-extras -o requirements-dev.txt
