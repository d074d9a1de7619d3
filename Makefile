# Everything a developer does, by name. `make help` lists it.
SHELL := bash
.DEFAULT_GOAL := help

# A warning fails our own build. `make STRICT= …` builds with a newer compiler that warns of more.
STRICT ?= 1
ifneq ($(STRICT),)
export PENSTOCK_STRICT := 1
endif

.PHONY: help demo test check bench simulate chaos mutations fuzz allocations build format setup

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

setup:
	@.ci/install-dependencies

demo: setup ## the main job on an embedded broker, ending in an account that must balance
	swift build -c release --product penstock
	.build/release/penstock demo

build: setup ## a release build of the penstock program
	swift build -c release --product penstock

# Suites that talk over sockets wait with time limits and block threads: each runs by itself, after those that compute.
SOCKETS := SimulatedSystemsTests FlowsTests HTTPCallsTests KafkaTests
# Suites of many processes; beside all the others they would starve each other.
CROWDED := ^IntegrationTests\.(Administration|Probe|Receipt|Redrive|DeadLetter)
# What operators do on a command line, each with workers and topics of its own.
OPERATORS := ^IntegrationTests\.(Reconcile|Repair|Replay|Offset|Trace|Compensation|Batch)
empty :=
space := $(empty) $(empty)

test: ## every test that needs nothing but this machine
	@.ci/install-dependencies --tests
	swift build --build-tests
	swift test --skip-build --skip '^($(subst $(space),|,$(SOCKETS) IntegrationTests))\.'
	set -e; for suite in $(SOCKETS); do swift test --skip-build --filter "^$$suite\."; done
	swift test --skip-build --filter '^IntegrationTests\.' --skip '$(CROWDED)' --skip '$(OPERATORS)'
	swift test --skip-build --filter '$(CROWDED)'
	swift test --skip-build --filter '$(OPERATORS)'

check: ## format, warnings, tests, examples and documents
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks
	$(MAKE) test
	.ci/check-documents

simulate: setup ## the delivery contract under SEEDS (100000) random histories
	SEEDS=$${SEEDS:-100000} swift test -c release -Xswiftc -enable-testing --scratch-path .build-simulate \
	    --filter SimulationTests

chaos: build ## ROUNDS (200) of killed, stopped and cut-off workers and ERPs under load, then the account
	Tests/Chaos/run.py --rounds $${ROUNDS:-200} --seed $${SEED:-1}

mutations: setup ## deliberate breaks of the delivery core, each of which a simulation must notice
	Tests/Mutations/run.py

fuzz: setup ## ITERATIONS (1000000) mutated documents, schemas and programs each; generated programs beside jq
	swift build -c release --product fuzz
	.build/release/fuzz all --iterations $${ITERATIONS:-1000000} --seed $${SEED:-1}
	.build/release/fuzz differential --programs $${PROGRAMS:-200000} --seed $${SEED:-1}

allocations: setup ## that a valid event allocates nothing, counted in optimised code
	swift test -c release -Xswiftc -enable-testing --scratch-path .build-simulate --filter AllocationTests

bench: setup ## both sides of every comparison, as a table and in .build/bench.json
	Benchmarks/run

format: ## format all Swift code in place
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks
