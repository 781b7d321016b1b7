# The menu: `make` alone lists the targets.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
SAMPLE := examples/sample
REAL ?= ../shared/data/cases
BUG_INPUTS ?= ../shared/bug_inputs
# What benchmarks/batch.py runs on: the real cases where they are, else the sample alone.
SCANS ?= $(if $(wildcard $(REAL)),$(REAL),$(SAMPLE))
WEIGHTS ?= weights

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast tools wheel lint unit experiments-two experiments-small container-tests test-slurm bug-inputs evaluate image image-gpu release benchmarks variants requirements clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

demo: .venv/run ## set up, segment the sample case, print the volumes, draw an overlay (no Docker)
	@mkdir -p out
	$(BIN)/wmhseg segment --flair $(SAMPLE)/pre/FLAIR.nii.gz --t1 $(SAMPLE)/pre/T1.nii.gz \
	    --output out/result.nii.gz --report out/result.json --overlay out/overlay.png
	@echo "mask: out/result.nii.gz   numbers: out/result.json   picture: out/overlay.png"

test: lint unit experiments-two container-tests ## everything: lint, types, tests, real scans, two tiny experiments, containers (make tools first)

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

unit: .venv/dev .venv/snakemake
	$(BIN)/pytest tests --ignore tests/container --ignore tests/slurm --numprocesses 2 --dist loadfile --no-loadscope-reorder

test-fast: .venv/dev ## under three minutes: no root, browser, Docker, real scans or training
	$(BIN)/pytest tests --ignore tests/container --ignore tests/slurm --numprocesses 2 --dist loadfile -m "not slow and not real and not tools"

tools: ## install what the tests use from Debian (root): Chromium, dicom3tools, a Docker engine
	tests/tools.sh

wheel: .venv/run ## dist/wmhseg-VERSION-py3-none-any.whl, weights inside
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

# What is trained and scored in all of them; the unit tests go through the others without training.
experiments-two: .venv/dev ## two experiments of the paper, tiny, on synthetic phantoms
	$(BIN)/wmhseg experiments cohort out/phantoms --small
	$(BIN)/wmhseg experiments leave_one_out out/phantoms out/experiments --scale small
	$(BIN)/wmhseg experiments learning_curve out/phantoms out/experiments --scale small

experiments-small: experiments-two ## every experiment of the paper, tiny, on synthetic phantoms (ten minutes)
	$(BIN)/wmhseg experiments all out/phantoms out/experiments --scale small

container-tests: .venv/dev
	tests/docker_engine.sh start
	$(BIN)/pytest tests/container

test-slurm: .venv/dev .venv/snakemake ## the workflow and a job array on a Slurm that is started here (root; some minutes)
	$(BIN)/pytest tests/slurm

bug-inputs: .venv/dev ## unusual and broken inputs, each through the command: what is right and what happened (root, REAL)
	$(BIN)/pytest tests/catalogue --verbose --no-header -rN
	$(BIN)/python tests/bug_inputs/run.py $(BUG_INPUTS) $(REAL)

evaluate: .venv/run ## score the weights on labelled cases: make evaluate REAL=folder [WEIGHTS=folder]
	$(BIN)/wmhseg evaluate $(REAL) --weights $(WEIGHTS) --no-figures

image: ## build the CPU image wmhseg:latest
	./build.sh cpu

image-gpu: ## build the CUDA image wmhseg:latest-gpu
	./build.sh gpu

release: ## dist/: wheel, image archive, SBOM, licences, SHA-256; each tried offline (Docker, git)
	container/release.sh

benchmarks: .venv/dev ## speed and memory, as ratios measured side by side
	$(BIN)/python benchmarks/inference.py
	$(BIN)/python benchmarks/roofline.py
	$(BIN)/python benchmarks/batch.py $(SCANS)
	$(BIN)/python benchmarks/metrics.py
	$(BIN)/python benchmarks/training.py

# One case with thick axial slices, one with voxels of 1 mm.
variants: .venv/dev ## real scans stored in 118 ways: is the mask the same? (an hour; needs REAL)
	@mkdir -p out
	$(BIN)/python benchmarks/variants.py $(REAL) --case tabriz/a639 ljubljana/p26 --weights $(WEIGHTS) \
	    --keep out/variants.jsonl --markdown docs/reference/variants.md

UV = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.10 --generate-hashes

requirements: .venv/run ## pin the newest allowed packages again
	$(BIN)/pip install --quiet uv
	$(UV) pyproject.toml --extra cpu --extra dicom -o requirements.txt
	$(UV) pyproject.toml --extra gpu --extra dicom -c requirements.txt -o requirements-gpu.txt
	$(UV) pyproject.toml --extra dev -c requirements.txt --no-emit-package tensorflow \
	    --no-emit-package wmhseg -o requirements-dev.txt
	printf 'snakemake>=9.27,<10\nsnakemake-executor-plugin-slurm>=2.8,<3\n' | $(UV:3.10=3.11) - \
	    -o requirements-workflow.txt
	printf 'editables\nhatchling\n' | $(UV) - -o container/requirements-build.txt
	printf 'cyclonedx-bom\n' | $(UV) - -o container/requirements-release.txt

clean: ## remove what the targets made (not the weights)
	rm -rf .venv out build dist .cache .mypy_cache .ruff_cache .pytest_cache

# Debian and Ubuntu ship python3 without venv; as root, it is installed.
.venv/bin/pip:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	    { echo "wmhseg needs Python 3.10 or newer: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv .venv 2>/dev/null || { rm -rf .venv; \
	    { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; } || \
	    { echo "python3 -m venv does not work; install it first: sudo apt-get install python3-venv"; exit 1; }; \
	    $(PYTHON) -m venv .venv; }

.venv/run: .venv/bin/pip requirements.txt container/requirements-build.txt pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r container/requirements-build.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# An environment of its own, as on a cluster: Snakemake wants another version of packaging. From Python 3.11 on.
.venv/snakemake: .venv/bin/pip requirements-workflow.txt
	if $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
	    $(BIN)/python -m venv $@ && \
	    $@/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-workflow.txt; fi
	@mkdir -p $@ && touch $@

.venv/dev: .venv/run requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $@
