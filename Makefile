# Everything goes through .venv; `setup` makes it, and does nothing when it is up to date.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup environment serve test check evals bench bench-ingest fuzz load lock clean

help:    ## this list
	@grep -hE '^[a-z-]+: .*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

setup: environment ## environment and weights; starts nothing
	@$(BIN)/groundwire models --fetch

environment:
	@$(PYTHON) api/bootstrap.py

serve: setup ## start the service, with the articles of seeds/
	@exec $(BIN)/groundwire serve

test: setup ## every test and a slice of the evals, the real model included
	@$(BIN)/python -m pytest evals --slice
	@$(BIN)/python -m pytest tests --numprocesses 2 --dist loadfile

check: environment ## lint and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

evals: setup ## accuracy, refusals, citations and latency, against stated gates
	@$(BIN)/python -m pytest evals -s

bench: setup ## speed and memory of the running parts
	@$(BIN)/python -m evals.bench

bench-ingest: setup ## speed of taking articles in beside the plain LangChain way, and of asks meanwhile
	@$(BIN)/python -m evals.bench_ingest --service

fuzz: setup ## hold a service to its OpenAPI description, with many requests made of it
	@$(BIN)/python -m evals.fuzz

load: setup ## 50 clients for five minutes: speed, memory, and whether anything is lost
	@$(BIN)/python -m evals.load

lock:    ## resolve the dependencies anew into requirements.lock
	@$(PYTHON) api/bootstrap.py lock

clean:   ## remove the environment and caches; data and weights stay
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
