PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all:

.PHONY: run test lint lock sbom licences clean

run: .venv/installed ## install, build the index, open the chat on 127.0.0.1
	$(BIN)/python -m ingest
	$(BIN)/python app.py

test: .venv/installed-dev ## install, build the index, run the tests
	$(BIN)/python -m ingest
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

lint: .venv/installed-dev ## style, types, security, knowledge base
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit -q -c pyproject.toml -r app.py bot ingest kb
	$(BIN)/bandit -q -s B101,B105,B311,B404,B603 -r evals benchmarks
	$(BIN)/python -m kb lint

# Only what the locks name and hash is installed; a CPU-only torch where pip finds it, else the one of PyPI.
.venv/installed: pyproject.toml requirements.lock requirements-cpu.lock requirements-cuda.lock
	$(PYTHON) -m venv .venv
	$(PIP) -r requirements-cpu.lock 2>/dev/null || $(PIP) -r requirements-cuda.lock
	$(PIP) -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# The tests run on the newest versions that pyproject.toml allows, so that a break shows before the next lock.
.venv/installed-dev: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e ".[dev]"
	touch $@

lock: .venv/installed-dev ## pin and hash anew what pyproject.toml asks for (uv is needed)
	$(BIN)/python -m benchmarks.supply.lock

sbom: .venv/installed-dev ## write sbom.cdx.json, the bill of materials of what runs
	$(BIN)/python -m benchmarks.supply.sbom

licences: .venv/installed ## write docs/licences.md anew
	$(BIN)/python -m benchmarks.supply.licences

clean:
	rm -rf .venv data
