# Everything a newcomer needs: git, make and a Python 3.9 or later. `make` alone lists the commands.
.DEFAULT_GOAL := help
.PHONY: help tools run demo test check format capabilities bench openapi build deploy after-restore clean
MAKEFLAGS += --no-print-directory

UV := local/uv.sh
PYTHON := .venv/bin/python
SAM := SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam
PORT ?= 8080
SANDBOX_PORT ?= 8090
STATE ?= .local
export PYTHONPATH := $(CURDIR):$(CURDIR)/layers/common
unexport VIRTUAL_ENV

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{ printf "make %-15s %s\n", $$1, $$2 }'

# --- environments, each installed from its lock file when that has changed -------------------------------

.venv/.installed: pyproject.toml uv.lock
	@echo "Installing the project's environment"
	@$(UV) sync --frozen --quiet && touch $@

.tools/%/.installed: local/environments/%/pyproject.toml local/environments/%/uv.lock
	@echo "Installing the environment of: $*"
	@UV_PROJECT_ENVIRONMENT=$(CURDIR)/.tools/$* $(UV) sync --frozen --quiet --project local/environments/$* && touch $@

TOOLS := .venv/.installed .tools/emulator/.installed .tools/sam/.installed

tools: $(TOOLS) ## install what the other commands need

# --- every day -------------------------------------------------------------------------------------------

test: $(TOOLS) ## the whole test suite
	@$(PYTHON) -m pytest

check: $(TOOLS) ## format, lint, types, template
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	$(PYTHON) -m cfnlint template.yaml
	@$(SAM) validate --lint --region eu-north-1 --template-file template.yaml
	@if [ -f layers/common/fordring/edge/openapi.py ]; then $(PYTHON) -m fordring.edge.openapi --check; fi

format: $(TOOLS) ## put the code into the house's form
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

run: $(TOOLS) ## run everything on this machine (PORT=8080 SANDBOX_PORT=8090 STATE=.local)
	@$(PYTHON) -m local --port $(PORT) --sandbox-port $(SANDBOX_PORT) --state $(STATE)
