# Everything a newcomer needs: git, make and a Python 3.9 or later. `make` alone lists the commands.
.DEFAULT_GOAL := help
.PHONY: help tools run demo replay test check format capabilities bench openapi requirements \
	named build deploy first-key after-restore clean
MAKEFLAGS += --no-print-directory

UV := local/uv.sh
PYTHON := .venv/bin/python
SAM := SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam
export PYTHONPATH := $(CURDIR):$(CURDIR)/layers/common
unexport VIRTUAL_ENV

# make run
PORT ?= 8080
SANDBOX_PORT ?= 8090
STATE ?= .local
# make deploy, first-key, after-restore
TENANT ?=
STAGE ?=
STACK ?= $(if $(and $(TENANT),$(STAGE)),fordring-$(TENANT)-$(STAGE))

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{ printf "make %-14s %s\n", $$1, $$2 }'

# --- environments, each installed from its lock file when that has changed ---------------------------------

.venv/.installed: pyproject.toml uv.lock
	@echo "Installing the project's environment"
	@$(UV) sync --frozen --quiet && touch $@

.tools/%/.installed: local/environments/%/pyproject.toml local/environments/%/uv.lock
	@echo "Installing the environment of: $*"
	@UV_PROJECT_ENVIRONMENT=$(CURDIR)/.tools/$* $(UV) sync --frozen --quiet --project local/environments/$* \
		&& touch $@

TOOLS := .venv/.installed .tools/emulator/.installed .tools/sam/.installed

tools: $(TOOLS) ## install what the other commands need

# --- on this machine ---------------------------------------------------------------------------------------

run: $(TOOLS) ## run everything on this machine (PORT=8080 SANDBOX_PORT=8090 STATE=.local)
	@$(PYTHON) -m local --port $(PORT) --sandbox-port $(SANDBOX_PORT) --state $(STATE)

demo: $(TOOLS) ## tell the whole story on a stack of its own (AGENCY= EINVOICES=folder RECEIVABLES=csv FAULTS=1)
	@$(PYTHON) -m demo $(if $(EINVOICES),--einvoices "$(EINVOICES)") \
		$(if $(RECEIVABLES),--receivables "$(RECEIVABLES)") $(if $(AGENCY),--agency "$(AGENCY)") \
		$(if $(FAULTS),--faults)

replay: $(TOOLS) ## what each reminder plan would have done (RECEIVABLES=csv CRASHES=1; picture in .build/replay.png)
	@[ -n "$(RECEIVABLES)" ] || { echo "Say of which receivables: RECEIVABLES=…" >&2; exit 2; }
	@$(PYTHON) -m replay --receivables "$(RECEIVABLES)" $(if $(CRASHES),--crashes)

# These build the template: two at once would write the same files.
BUILDERS := tests/e2e tests/local tests/template

test: $(TOOLS) ## the whole test suite
	@$(PYTHON) -m pytest --numprocesses=2 --dist=loadfile $(BUILDERS:%=--ignore=%)
	@$(PYTHON) -m pytest $(BUILDERS)

check: $(TOOLS) ## form, lint, types, template, and what is generated
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/cfn-lint template.yaml
	@$(SAM) validate --lint --region eu-north-1 --template-file template.yaml
	@$(REQUIREMENTS) | cmp -s - layers/common/requirements.txt \
		|| { echo "layers/common/requirements.txt is not what uv.lock says; run 'make requirements'." >&2; exit 1; }
	@if [ -f layers/common/fordring/edge/openapi.py ]; then $(PYTHON) -m fordring.edge.openapi --check; fi
	@$(PYTHON) -m local.law_review

format: $(TOOLS) ## put the code into the house's form
	@$(PYTHON) -m ruff check --quiet --fix . ; $(PYTHON) -m ruff format .

bench: $(TOOLS) ## performance and cost, against floors
	@$(PYTHON) -m bench

capabilities: $(TOOLS) ## which ids of the catalogue the tests prove
	@$(PYTHON) -m tests.capabilities

# --- what is generated and committed -----------------------------------------------------------------------

openapi: $(TOOLS) ## write openapi.json
	@$(PYTHON) -m fordring.edge.openapi --write

REQUIREMENTS = $(UV) export --frozen --quiet --no-dev --no-emit-project --no-header --no-annotate \
	--prune boto3 --prune botocore

requirements: $(TOOLS) ## write the layer's requirements, boto3 and its own left to the Lambda runtime
	@$(REQUIREMENTS) > layers/common/requirements.txt

# --- on AWS: make deploy TENANT=example STAGE=staging ------------------------------------------------------

named:
	@[ -n "$(STACK)" ] || { echo "Say which stack: TENANT=… STAGE=…" >&2; exit 2; }

build: $(TOOLS) ## build for Lambda on arm64
	@$(PYTHON) -m local.build lambda

deploy: named build ## deploy a tenant's stage; samconfig.toml has a section for each
	@$(SAM) deploy --template-file .build/lambda/current/template.yaml --config-file $(CURDIR)/samconfig.toml \
		--config-env $(TENANT)-$(STAGE)
	@$(PYTHON) -m local.versions --stack $(STACK)

first-key: named $(TOOLS) ## make a stage's first API key (TENANT= STAGE=), shown once
	@$(PYTHON) -m local.first_key --stack $(STACK) $(if $(ANOTHER),--another)

after-restore: named $(TOOLS) ## tell a stage that its data has gone back in time (TENANT= STAGE=)
	@$(PYTHON) -m local.after_restore --stack $(STACK)

clean: ## remove what was built and installed, never the data in .local
	@rm -rf .build .aws-sam .venv .tools .mypy_cache .ruff_cache .pytest_cache
