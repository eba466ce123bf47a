PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint clean

run: .venv/installed ## install, build the index, open the chat on 127.0.0.1
	$(BIN)/python -m ingest
	$(BIN)/python app.py

test: .venv/installed ## install, build the index, run the tests
	$(BIN)/python -m ingest
	$(BIN)/python -m pytest

lint: .venv/installed ## style, types, knowledge base
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m kb lint

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $@

clean:
	rm -rf .venv data
