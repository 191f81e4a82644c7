# Everything a newcomer needs. `make help` lists it.
SHELL := /bin/bash
PYTHON3 ?= python3
BIN := .venv/bin
unexport DJANGO_SETTINGS_MODULE

.PHONY: help up test bench shots lint fmt clean environment test-environment assets

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

up: environment assets ## start Wutong with a demo company on http://127.0.0.1:8000
	@exec $(BIN)/wutong up --demo $(UP)

test: ## everything that must hold: formats, types, layers, licences, translations, tests
	@$(PYTHON3) requirements/system.py
	@$(MAKE) --no-print-directory test-environment assets
	@$(BIN)/python -m wutong.devtools.suite

bench: test-environment assets ## measure what bench/ measures
	@$(BIN)/wutong bench all

shots: test-environment assets ## pictures of every page, into shots/
	@$(BIN)/python -m tests.e2e.shots

lint: test-environment assets ## the checks without the tests
	@$(BIN)/python -m wutong.devtools.suite --lint-only

fmt: test-environment ## put code and templates into shape
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . && { $(BIN)/djlint --reformat --quiet wutong || [ $$? -eq 1 ]; } # djlint leaves with 1 when it has changed something

clean: ## remove what was built; the data folder stays
	rm -rf .venv node_modules wutong/web/static/dist build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache shots

environment:
	@$(PYTHON3) requirements/environment.py run

test-environment:
	@$(PYTHON3) requirements/environment.py test

assets:
	@$(BIN)/python -m wutong.web.build_assets
	@$(BIN)/python -m wutong.devtools.translations --compile
