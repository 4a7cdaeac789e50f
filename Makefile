# The front door for people who work on ecs-spot-operator. `make` alone lists what there is.

CARGO ?= cargo
BINARY := target/debug/ecs-spot-operator

# What is tested has everything in it; one set of features for all targets, so that nothing is built twice.
FEATURES := --all-features

# The program as the tests use it. `cargo build` would choose other features of some dependencies, and compile most of them again.
BUILD = $(CARGO) test --locked $(FEATURES) --test tidy --no-run

.PHONY: help test lint unit emulators fuzz doc demo bench schemas transcripts deny clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

test: lint emulators unit fuzz doc ## Everything that has to hold: format, lints, all tests, documentation

lint: ## rustfmt and clippy, warnings as errors
	@echo "==> rustfmt"
	$(CARGO) fmt --all --check
	@echo "==> clippy"
	$(CARGO) clippy --locked $(FEATURES) --all-targets -- -D warnings
	@echo "==> without any feature"
	$(CARGO) clippy --locked -- -D warnings

emulators: ## Install LocalStack and moto into .venv (about two minutes the first time), Prometheus and a browser
	@echo "==> LocalStack, moto, Prometheus, Chromium"
	tests/tools.sh
	localstack/setup.sh
	tests/page/setup.sh

unit: emulators ## All tests, the ones against LocalStack and moto included
	@echo "==> tests"
	$(CARGO) test --locked $(FEATURES)

fuzz: ## 2,000 drawn scenarios, each held to what must always hold (some minutes)
	@echo "==> 2,000 drawn scenarios"
	$(BUILD)
	$(BINARY) sim fuzz --seeds 2000

doc: ## The documentation of the code, warnings as errors
	@echo "==> documentation"
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked $(FEATURES) --no-deps --document-private-items

demo: ## The operator on a simulated AWS
	$(CARGO) run --locked -- demo

bench: emulators ## Every figure that is promised, measured and in one table (builds with all optimization, some minutes)
	$(CARGO) bench --locked --bench figures

schemas: ## Write crds-like-schemas/ and docs/openapi.json anew
	$(BUILD)
	$(BINARY) schema Operator > crds-like-schemas/operator.schema.json
	$(BINARY) schema SpotCluster > crds-like-schemas/spotcluster.schema.json
	$(BINARY) schema Scenario > crds-like-schemas/scenario.schema.json
	$(BINARY) schema Interruption > crds-like-schemas/interruption.schema.json
	$(BINARY) schema LogLine > crds-like-schemas/logline.schema.json
	$(BINARY) schema OpenAPI > docs/openapi.json

transcripts: ## Write scenarios/transcripts/ anew
	$(BUILD)
	for file in scenarios/*.yaml; do \
		$(BINARY) sim run $$file --seed 1 > scenarios/transcripts/$$(basename $$file .yaml).txt || exit 1; \
	done

deny: ## Licences, advisories and duplicates (needs cargo-deny)
	$(CARGO) deny --locked check

clean: ## Remove what was built and installed here
	$(CARGO) clean
	rm -rf .venv
