# Every target sets up what it needs: .venv from requirements.lock, GraphiQL's files where npm exists.
.DEFAULT_GOAL := help
.PHONY: help run test lint docs bench bench-search bench-clinic bench-telemetry schema migration lock clean
HOME_DIR := $(or $(KINEGRAPH_HOME),.kinegraph)
BIN := .venv/bin

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

run: .venv/ready  ## Start everything: database, queue, worker, API, GraphiQL, demo
	@scripts/graphiql/fetch "$(HOME_DIR)/graphiql"
	@exec $(BIN)/kinegraph up

# A module's tests stay together, on its own database; in the order of the folders, the last ones are short. Tests wait
# for servers and processes a third of the time: there is a process more than cores, up to five. Those that tests start
# need not compile the product each time.
PROCESSES = $(shell $(BIN)/python -c "import os; print(min(os.cpu_count(), 4) + 1)")
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/ready  ## Run every test, in a process more than there are cores, up to five
	@scripts/graphiql/fetch "$(HOME_DIR)/graphiql"
	$(BIN)/python -m pytest -n $(PROCESSES) --dist loadscope --no-loadscope-reorder

lint: .venv/ready  ## Check style, types and the rules of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/house

docs: .venv/ready  ## Build the documentation site into .site/html; broken links are errors
	@scripts/docsite/fetch .venv/docs
	PYTHONPATH=scripts $(BIN)/python -m docsite

bench: .venv/ready  ## Measure CPU and memory per request beside a floor of plain SQL (about ten minutes)
	PYTHONPATH=scripts $(BIN)/python -m bench $(OPTIONS)

bench-search: .venv/ready  ## Measure how good the answers of search are, by judged queries (docs/search-quality.md)
	PYTHONPATH=scripts $(BIN)/python -m search_bench $(OPTIONS)

bench-telemetry: .venv/ready  ## Measure how many events of telemetry are stored in a second (about two minutes)
	PYTHONPATH=scripts $(BIN)/python -m telemetry_bench $(OPTIONS)

bench-clinic: .venv/ready  ## Measure the figures of a clinic of 2,000 patients with a year of logs (about five minutes)
	PYTHONPATH=scripts $(BIN)/python -m clinic_bench $(OPTIONS)

schema: .venv/ready  ## Rewrite schema.graphql from the code
	$(BIN)/kinegraph schema > schema.graphql.new && mv schema.graphql.new schema.graphql

migration: .venv/ready  ## Make the next database migration, to be filled with SQL (NAME=what_it_does)
	@$(BIN)/python scripts/new_migration.py "$(NAME)"

lock: .venv/ready  ## Rewrite requirements.lock from pyproject.toml
	scripts/lock

clean:  ## Remove the virtual environment and the embedded servers' data
	rm -rf .venv .kinegraph .site

.venv/ready: requirements.lock pyproject.toml
	@scripts/setup
