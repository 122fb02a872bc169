# Everything a person or a machine does with this checkout. `make help` lists it.

PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$each; break; }; done)
FINGERPRINT := $(shell cat requirements.txt requirements-dev.txt | cksum | cut -d ' ' -f 1)
STAMP := $(VENV)/installed-$(FINGERPRINT)
# A process for each processor; PYTEST_ARGS= for one after the other.
PYTEST_ARGS ?= --numprocesses auto
EXAMPLES ?= 2000
SAMPLE ?= 100
SEED ?= 1
# Invoices of the book that `make bench` measures on.
SIZE ?= 100000
ROUNDS ?= 5
# Screens that `make screenshots` takes, by name with commas; all of them where nothing is said.
ONLY ?=
# DEMO=--no-demo leaves an empty book empty.
DEMO ?=

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

.DEFAULT_GOAL := help
.PHONY: help setup run test soak mutants bench screenshots lint audit messages

help:
	@echo 'make run      set everything up and serve the portal with a demo book (PORT=8000)'
	@echo 'make test     set everything up and run the tests (PYTEST_ARGS=)'
	@echo 'make soak     the rulebook on many new examples (EXAMPLES=2000 for each property)'
	@echo 'make mutants small mistakes made in a copy of the rulebook: which do its tests notice (SAMPLE=100 SEED=1)'
	@echo 'make bench    how fast sweep, pages and payments are beside their limits, into bench.json (SIZE=100000 invoices, ROUNDS=5)'
	@echo 'make screenshots pictures of every screen of the demo book, into docs/screenshots/ (ONLY=worklist,case)'
	@echo 'make lint     style, types, layers, templates, migrations'
	@echo 'make audit    what is known to be unsafe: in our code, in the packages we use, secrets left in a file'
	@echo 'make messages the catalogues of Chinese and Russian, brought up to what code and templates say'
	@echo 'make setup    the environment in $(VENV)/ and what it needs'

setup: $(STAMP)

# A file named after the requirements: it is missing whenever they have changed.
$(STAMP): requirements.txt requirements-dev.txt
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer is needed; name one with PYTHON=.' >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || rm -rf $(VENV)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --without-pip $(VENV)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m pip --version >/dev/null 2>&1 || { \
		echo 'This Python can make no environment with pip in it; on Debian: apt-get install python3-venv' >&2; exit 1; }
	@echo 'Installing into $(VENV)/ (a minute, once)'
	@if $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		$(BIN)/python -m pip install --quiet -r requirements.txt -r requirements-dev.txt; \
	else \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet -r requirements.txt -r requirements-dev.txt; \
	fi
	@rm -f $(VENV)/installed-* && touch $@

# DEBUG: servers named by DATABASE_URL serve the demo here; production is `manage.py runportal` without it.
run: export DEBUG := $(or $(DEBUG),1)
run: export PORTAL_STARTED_BY := make
run: $(STAMP)
	@$(BIN)/python manage.py runportal --bind localhost:$(PORT) $(DEMO)

test: $(STAMP)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# New examples each time; what is found is printed with the call that finds it again.
soak: $(STAMP)
	RULEBOOK_EXAMPLES=$(EXAMPLES) RULEBOOK_RANDOM=1 $(BIN)/python -m pytest tests/rulebook $(PYTEST_ARGS)

# On an empty portal of its own with its own database server, gone afterwards; see docs/performance.md.
bench: $(STAMP)
	@home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && trap 'exit 130' INT TERM && \
	env -u DATABASE_URL -u DATABASE_OWNER_URL -u REDIS_URL PORTAL_HOME="$$home" \
		$(BIN)/python manage.py bench --size $(SIZE) --rounds $(ROUNDS) --json-file bench.json

# On a demo book of its own; needs a browser (Debian: apt-get install chromium).
screenshots: $(STAMP)
	@env -u DATABASE_URL -u DATABASE_OWNER_URL -u REDIS_URL $(BIN)/python -m tests.screenshots --only '$(ONLY)'

# Each in a copy; prints what nothing noticed. SAMPLE=0 tries all.
mutants: $(STAMP)
	$(BIN)/python -m tests.mutants --sample $(SAMPLE) --seed $(SEED)

lint: export PORTAL_EMBEDDED := 1
lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	env -u PORTAL_EMBEDDED $(BIN)/python manage.py makemigrations --check --dry-run

# Generated migrations carry a hash for each trigger; words of the demo and of tests are no secrets.
OWN_PACKAGES := billing customers disputes dunning outbox partnerportal payables subscriptions
NO_SECRETS := --disable-plugin HexHighEntropyString --disable-plugin Base64HighEntropyString
audit: $(STAMP)
	$(BIN)/bandit --quiet --recursive $(OWN_PACKAGES) --configfile pyproject.toml --severity-level medium \
		--confidence-level medium
	git ls-files -z -- ':!locale' ':!tests' | xargs -0 $(BIN)/detect-secrets-hook $(NO_SECRETS)
	@log=$$(mktemp) && trap 'rm -f "$$log"' EXIT && \
	if $(BIN)/pip-audit --progress-spinner off --no-deps --disable-pip -r requirements.txt >"$$log" 2>&1; then \
		cat "$$log"; \
	elif grep -q '^requests.exceptions' "$$log"; then \
		echo 'The list of known vulnerabilities could not be reached: nothing is known about the packages.'; \
	else \
		cat "$$log"; exit 1; \
	fi

# Needs gettext (Debian: apt-get install gettext). What is new stands untranslated or fuzzy in the .po files; when
# it is translated, run this again: the .mo files are committed, so that running the portal needs no gettext.
messages: export PORTAL_EMBEDDED := 1
messages: $(STAMP)
	$(BIN)/python manage.py makemessages --locale zh_Hans --locale ru --ignore tests --ignore staticfiles \
		--add-location file --no-wrap --no-obsolete
	$(BIN)/python manage.py compilemessages --locale zh_Hans --locale ru --ignore $(VENV)
