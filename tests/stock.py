"""A library of documents for a test: its own data folder, with the session's index of kb/ and its embeddings."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.config import Config
from ingest.documents import index
from ingest.documents.index import Report
from ingest.documents.make import Maker, Progress
from ingest.documents.read import read_document, scan
from ingest.encode import BundledEncoder, Encoder


def beside(settings: Config, data: Path) -> Config:
    """Return settings over ``data``, where the index of ``settings`` answers too and nothing is embedded twice."""
    data.mkdir(parents=True, exist_ok=True)
    (data / "index").symlink_to(settings.index_dir, target_is_directory=True)
    shutil.copy(settings.data_dir / "embeddings.sqlite3", data)
    return Config(data_dir=data)


def maker(settings: Config, encoder: Encoder | None = None, progress: Progress | None = None) -> Maker:
    """Return how documents are built for ``settings``."""
    told = {"progress": progress} if progress else {}
    return Maker(settings.data_dir / "documents", encoder or BundledEncoder(), scan, read_document, **told)


def put(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write ``files`` below ``folder``."""
    for name, body in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body if isinstance(body, bytes) else body.encode())


def take_in(settings: Config, folder: Path, paths: Sequence[str]) -> Report:
    """Take ``paths``, as given in ``folder``, into the library."""
    with working_in(folder):
        return index.add(maker(settings), paths)


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Work in ``folder`` for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
