# `make run` certifies the embedded endpoint, `make test` passes the project's own tests; both set up what they need.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.ready
REPORT ?= zstack-report
SUITES = $(BIN)/python -m pytest --zstack-url=embedded
SOURCES = pytest_zstack_ticket suites tests benchmarks conftest.py .packaging

# without bytecode every process compiles the package again, with pytest's assertion rewriting on top: a second each time
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run smoke test pythons lint docs format kill-matrix false-failures independent-cloud front-ends real-front-ends soak soak-runs soak-reports fleet-demo screenshots bench lock clean help

run: $(STAMP)  ## set up and certify the embedded endpoint
	$(SUITES) --zstack-report=$(REPORT) -q

smoke: $(STAMP)  ## the same with few examples
	$(SUITES) --zstack-effort=smoke --zstack-report=$(REPORT) -q

test: $(STAMP)  ## set up and pass the project's own tests, in three processes: a third of their time they wait
	$(BIN)/python -m pytest -n 3 --dist worksteal

pythons: $(STAMP)  ## all tests on every Python from 3.11 on that is here, QUICK=1 what an interpreter can change
	.ci/pythons $(if $(QUICK),--quick)

lint: $(STAMP)  ## format, lint and types
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy

docs: $(STAMP)  ## the site of the documentation in site/, in English and Chinese, every link and anchor checked
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict -q

format: $(STAMP)  ## write the format
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

kill-matrix: $(STAMP)  ## every requirement against the faults that must kill it, QUICK=1 against the first of each
	$(BIN)/python -m tests.kill.matrix $(if $(QUICK),--first --jobs 3)

false-failures: $(STAMP)  ## conformant endpoints, many seeds: RUNS=20 takes about an hour
	$(BIN)/python -m tests.kill.false_failures $(if $(QUICK),--quick,--runs $(or $(RUNS),2))

independent-cloud: $(STAMP)  ## judge the suites by a cloud that shares nothing with the embedded one: about an hour, QUICK=1 one case
	$(BIN)/python -m tests.independent_cloud.judge $(if $(QUICK),-k ZT-ANSWER direct-empty)

front-ends: $(STAMP)  ## a healthy cloud behind 22 kinds of front end: about an hour, QUICK=1 one of them
	$(BIN)/python -m tests.front_ends.judge $(if $(QUICK),--kind pages-4xx-5xx --only ZT-JOB)

real-front-ends: $(STAMP)  ## the same behind nginx, Apache, HAProxy, Varnish and others that are installed: hours, QUICK=1 one of them
	$(BIN)/python -m tests.front_ends.real.judge $(if $(QUICK),--quick)

soak: soak-runs soak-reports  ## caps, kills, bad lines, hostile targets, secrets, edits, archives, upgrades, judging again, causes first: two hours, QUICK=1 minutes

# what may happen to a run, and what becomes of its report: with -j 2 next to each other
soak-runs: $(STAMP)
	$(BIN)/python -m tests.soak.caps $(if $(QUICK),--attempts 300)
	$(BIN)/python -m tests.soak.secrets $(if $(QUICK),--logins password --processes 1 --only 'ZT-ANSWER-00 or ZT-HTTP-013')
	$(BIN)/python -m tests.soak.hostile $(if $(QUICK),--names uuid-path --only ZT-ANSWER-00)
	$(BIN)/python -m tests.soak.lines $(if $(QUICK),--seeds 1 --often 0.1 --kinds session-thrown-out \
		--only 'ZT-BODY-001 or ZT-ANSWER-010',--seeds 5)
	$(BIN)/python -m tests.soak.crash $(if $(QUICK),--kills 1 --second-ctrl-c 1 --full-disks 1 --restarts 1 --seed 4 --longest 3 \
		--foreign 20,--kills 200 --second-ctrl-c 50 --full-disks 20 --restarts 20)
	$(BIN)/python -m tests.soak.orders $(if $(QUICK),--orders 2 --runs 1 --after 60 \
		--only 'ZT-BODY-00 or ZT-HTTP-00 or ZT-STORE-015 or ZT-STORE-017',--orders 200 --runs 5)
	$(BIN)/python -m tests.soak.applies $(if $(QUICK),--runs 2 --only 'ZT-JOB-006 or ZT-JOB-007',--runs 20)
	$(BIN)/python -m tests.soak.concurrency $(if $(QUICK),--faults accept-null:name \
		--only 'ZT-BODY-001 or ZT-BODY-002 or ZT-BODY-060 or ZT-ANSWER-010')

soak-reports: $(STAMP)
	$(BIN)/python -m tests.soak.edits $(if $(QUICK),--edits 7 --seed 2 --kinds shown,--edits 500)
	$(BIN)/python -m tests.soak.archives $(if $(QUICK),--every 18)
	$(BIN)/python -m tests.soak.again $(if $(QUICK),--named accept-too-long:name --only ZT-BODY-00,--faults 60)
	$(if $(QUICK),,$(BIN)/python -m tests.soak.fleet --kills 60)
	$(if $(QUICK),,$(BIN)/python -m tests.soak.fleet_secrets)
	$(if $(QUICK),,$(BIN)/python -m tests.soak.upgrade --runs 20)
	$(if $(QUICK),,$(BIN)/python -m tests.soak.judge --bundles 200)

fleet-demo: $(STAMP)  ## a scheduler, two workers and eight simulated clouds: an upgrade stops at a planted regression; QUICK=1 three clouds
	rm -rf fleet-demo
	$(BIN)/python -m tests.fleet.demo fleet-demo $(if $(QUICK),--clouds 3)

screenshots: $(if $(QUICK),$(STAMP),smoke)  ## the page in a real Chromium: light, dark, narrow, printed, hostile, in both languages; QUICK=1 only where there is one, of a REPORT that is there
	$(BIN)/python -m tests.browser.screenshots $(REPORT) screenshots $(if $(QUICK),--if-installed)

bench: $(STAMP)  ## every figure of docs/reference/figures.md; the long run takes a quarter of an hour, QUICK=1 only shows that each runs
	$(BIN)/python benchmarks/generation.py $(if $(QUICK),--no-peer)
	$(BIN)/python benchmarks/exchange.py
	$(BIN)/python benchmarks/import_tax.py
	$(BIN)/python benchmarks/help.py
	$(BIN)/python benchmarks/page.py $(if $(QUICK),--count 100)
	$(if $(QUICK),,$(BIN)/python benchmarks/fleet.py)
	$(BIN)/python benchmarks/fleet_targets.py
	$(BIN)/python benchmarks/polls.py
	$(BIN)/python benchmarks/windows.py
	$(BIN)/python benchmarks/window.py
	$(BIN)/python benchmarks/promise.py
	$(BIN)/python benchmarks/loop.py
	$(BIN)/python benchmarks/hooks.py
	$(BIN)/python benchmarks/cleanup.py
	$(BIN)/python benchmarks/load_user.py
	$(BIN)/python benchmarks/load_endurance.py
	$(BIN)/python benchmarks/peer.py
	$(BIN)/python benchmarks/endurance.py $(if $(QUICK),--count 120)

lock: $(STAMP)  ## pin again what requirements.in asks for, with hashes, for every Python from 3.11 on; DRY=1 only shows it
	$(BIN)/python -m pip install -q --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip compile $(if $(DRY),,-q) --universal --python-version 3.11 --generate-hashes --upgrade --no-annotate \
		--no-header --no-emit-index-url $(if $(DRY),,--output-file requirements.lock) requirements.in

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

clean:  ## remove what was set up and written
	rm -rf $(VENV) $(REPORT) screenshots fleet-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build

help:  ## show this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/  —/'
