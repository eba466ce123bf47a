"""Bringing the index of kb/ and the library of documents up to date, with progress, once or for as long as asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Config
from bot.errors import KbError, ServerError
from bot.signs import inert
from ingest import builds, home, index, pinned, progress
from ingest.documents import index as library
from ingest.documents import told
from ingest.documents.make import Maker, Manifest
from ingest.encode import load_encoder
from ingest.sources import ROOT

if TYPE_CHECKING:
    from ingest.documents.index import Report
    from ingest.encode import Encoder

KIND = "documents"
"""What the builds of documents are called, below KB_DATA_DIR and on a Chroma server."""


def documents_home(settings: Config) -> Path:
    """Return the folder of the builds of documents."""
    return settings.data_dir / KIND


def everything(settings: Config, paths: Sequence[str] = (), *, rebuild: bool = False) -> bool:
    """Bring kb/ and the documents up to date and take ``paths`` in; say whether any of what was given went in.

    Raises KbError or OSError.
    """
    pinned.check(settings.embedding, settings.data_dir)
    encoder = load_encoder(settings.embedding)
    with progress.shown() as advance:
        report = index.build(
            settings.index_dir, encoder, lambda done, total: advance("chunks", done, total), rebuild=rebuild
        )
    state = "switched to" if report.switched else "already at"
    _say(f"{state} {report.version}: {report.chunks} chunks, {report.embedded} embedded\n")
    if settings.chroma_url:
        _say(f"{index.share(settings, anew=rebuild)}\n")
    home_of_documents = documents_home(settings)
    if not paths and builds.current(home_of_documents) is None and not builds.unpointed(home_of_documents):
        return True
    documents = _documents(settings, encoder, lambda maker: library.add(maker, paths, rebuild=rebuild))
    empty = told.empty(documents, paths)
    sys.stderr.write(told.nothing_in(documents, empty))
    return not paths or len(empty) < len(paths)


def remove(settings: Config, paths: Sequence[str]) -> None:
    """Take documents out; raises InputError for one that is not in."""
    _documents(settings, load_encoder(settings.embedding), lambda maker: library.remove(maker, paths))


def rollback(settings: Config, version: str) -> None:
    """Go back to an earlier build of the documents; raises InputError when there is none."""
    name = library.rollback(documents_home(settings), version)
    _say(f"{'went back' if settings.chroma_url else 'switched'} to {name}\n")
    _share(settings)


def follow(settings: Config) -> None:
    """Bring everything up to date whenever a file changes, until stopped; what fails is said and tried again."""
    from ingest.listen import changes

    encoder = load_encoder(settings.embedding)
    _say("watching; Ctrl-C stops\n")
    for _ in changes(lambda: _places(settings), settings.data_dir):
        try:
            _again(settings, encoder)
        except (KbError, OSError) as error:
            sys.stderr.write(f"ingest: {inert(str(error))}\n")


def _places(settings: Config) -> list[str]:
    return [*told.places(documents_home(settings)), str(ROOT / "kb")]


def _again(settings: Config, encoder: Encoder) -> None:
    report = index.build(settings.index_dir, encoder)
    if report.switched:
        _say(f"switched to {report.version}: {report.chunks} chunks, {report.embedded} embedded\n")
        if settings.chroma_url:
            _say(f"{index.share(settings)}\n")
    if builds.current(documents_home(settings)) is not None:
        _documents(settings, encoder, library.add, quiet=True)


def _documents(settings: Config, encoder: Encoder, work: Callable[[Maker], Report], *, quiet: bool = False) -> Report:
    """Do ``work`` on the documents and say what it did; ``quiet`` says nothing when nothing changed."""
    from ingest.documents.read import read_document, scan

    found = partial(scan, own=settings.data_dir)
    with progress.shown() as advance:
        report = work(Maker(documents_home(settings), encoder, found, read_document, advance))
    if report.switched or not quiet:
        _say(told.report(report, bool(settings.chroma_url)))
        sys.stderr.write(inert(told.problems(report)))
    _share(settings)
    return report


def _share(settings: Config) -> None:
    if not settings.chroma_url:
        return
    folder = builds.current(documents_home(settings))
    if folder is None:
        return
    manifest = builds.read_manifest(folder, Manifest)
    try:
        pointer, done = home.share(settings, KIND, folder, folder.name, library.collections(manifest))
    except ServerError as error:
        raise ServerError(f"{error}; {folder.name} is not published: run `python -m ingest` once it answers") from error
    if done:
        _say(f"published as {pointer.build}\n")


def _say(words: str) -> None:
    sys.stdout.write(inert(words))
    sys.stdout.flush()
