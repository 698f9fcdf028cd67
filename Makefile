# Every target does the set-up it needs. The work is in deploy/, on the standard library of any Python from 3.10.
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python3.10
RECENT := import sys; sys.exit(sys.version_info < (3, 10))
PYTHON ?= $(shell for each in $(CANDIDATES); do $$each -c '$(RECENT)' >/dev/null 2>&1 && echo $$each && break; done)

.DEFAULT_GOAL := help
SAMPLE := $(if $(filter kk,$(LANG)),паспорт қанша тұрады,сколько стоит паспорт)

.PHONY: run phone sip-accounts test lint types train eval lock clean help python call speech-models fetch-speech-models

run: python ## set up, train if needed, start everything; Ctrl-C stops it
	@exec $(PYTHON) -m deploy run

phone: python ## make run with a telephone exchange: 1414 can be dialled from any softphone
	@exec $(PYTHON) -m deploy phone

sip-accounts: python ## what the consultants' phones sign in with
	@exec $(PYTHON) -m deploy sip-accounts

test: python ## set up, then lint, types and all tests
	@exec $(PYTHON) -m deploy test

lint: python ## ruff: rules and format
	@exec $(PYTHON) -m deploy lint

types: python ## mypy, strict, in both environments
	@exec $(PYTHON) -m deploy types

train: python ## train the Rasa model anew
	@exec $(PYTHON) -m deploy train

eval: python ## how well the assistant understands: tables, and a confusion picture in var/
	@exec $(PYTHON) -m deploy eval

speech-models: python ## make the demo speech models anew by the recipe, and measure them
	@exec $(PYTHON) -m deploy speech-models

fetch-speech-models: python ## fetch the published Vosk models (SPEECH_MODELS_SIZE=small|large)
	@exec $(PYTHON) -m deploy fetch-speech-models

call: ## a simulated caller on the running phone line: make call TEXT="сколько стоит паспорт" LANG=ru
	@test -x .venv/bin/python || { echo 'Nothing is set up yet: type make run first, and call from another terminal.' >&2; exit 1; }
	@exec .venv/bin/python -m voice_channel.simulated_caller --lang $(if $(filter kk,$(LANG)),kk,ru) "$${TEXT:-$(SAMPLE)}"

lock: python ## compile the requirement files anew, pinned with hashes
	@exec $(PYTHON) -m deploy lock

clean: python ## remove environments, tools, caches and trained models; data stays
	@exec $(PYTHON) -m deploy clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

python:
	@test -n "$(PYTHON)" || { echo 'Python 3.10 or newer was not found: install python3, or name one (make PYTHON=...).' >&2; exit 1; }
