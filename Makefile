# Two commands are the whole set-up: make demo, make test. Needs Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin
LINT_ENV := SECRET_KEY=lint DATABASE_URL=postgres://lint REDIS_URL=redis://lint
# As a server that faces the internet is set up.
DEPLOYED := PUBLIC_URL=https://waymark.example.com ALLOWED_HOSTS=waymark.example.com DEBUG=false \
  HSTS_SUBDOMAINS=true HSTS_PRELOAD=true DATABASE_URL=postgres://lint REDIS_URL=redis://lint

.PHONY: demo test lint docs audit help clean

help:
	@echo "make demo         the demo shops on this machine, until Ctrl-C"
	@echo "make demo ONCE=1  the same to its end; the last line is one JSON object of counts"
	@echo "make test         the whole test suite"
	@echo "make lint         ruff, format, mypy, bandit, Django's check of a deployment, missing migrations and translations"
	@echo "make docs         the documentation as a site, in var/site"
	@echo "make audit        known weaknesses of what we depend on; asks pypi.org, so it needs a network"
	@echo "make clean        remove what these commands made, with the embedded database"

demo: .venv/installed node_modules/.installed
	@exec $(BIN)/python manage.py up --demo $(if $(ONCE),--once)

test: .venv/installed-dev node_modules/.installed
	$(BIN)/python -m pytest -n 2 -q

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(LINT_ENV) $(BIN)/mypy .
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive .
	SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(64))") $(DEPLOYED) \
	  $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py translations --check

# Strict: a broken link, or a page that the navigation does not have, is a failure.
docs: .venv/installed-dev
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "Open var/site/index.html, or serve it: $(BIN)/python -m http.server --directory var/site"

# Strict: what could not be asked about is a failure and no good news.
audit: .venv/installed-dev
	$(BIN)/pip-audit --strict --no-deps --disable-pip -r requirements-models.txt

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Waymark needs Python 3.11 or newer; say which with PYTHON=...")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: .venv/python requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Charts and drawings only; without them every page shows its tables and outlines. Tried again by
# the next make where it failed.
node_modules/.installed: .venv/installed package-lock.json
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --no-audit --no-fund --ignore-scripts && touch $@ \
	  || echo "npm could not install the charts; pages will show tables instead." >&2

clean:
	rm -rf .venv node_modules var
