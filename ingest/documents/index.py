"""Builds of the library: what goes in and out, when a build is made, and when it may answer.

A build (ingest/builds.py) lies in ``data/documents``: the shelf (documents and parts), the keyword index, the
vectors in a plain file and in Chroma, and what takes the language out of them. All documents are in one build, so
that switching to it is one step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import IndexMismatch, InputError
from bot.text import TOKENIZER_VERSION
from ingest import builds, vectors
from ingest.builds import MEND
from ingest.documents import library
from ingest.documents.make import Maker, Manifest, collection_name, form, make
from ingest.documents.shelf import SHELF, Broken, Root, Shelf


@dataclass(frozen=True, slots=True)
class Report:
    """What bringing the library up to date did.

    ``added`` were read anew, ``gone`` answer no longer, ``missing`` were given and are not there, ``broken`` could
    not be read; ``left_out`` says of a document that was read what of it was not taken in, and why; ``skipped``
    names files in folders that are no documents, and why; ``files`` are the documents' files in full.
    """

    version: str = ""
    documents: int = 0
    parts: int = 0
    embedded: int = 0
    switched: bool = False
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    broken: tuple[Broken, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()


def add(maker: Maker, paths: Sequence[str] = (), *, rebuild: bool = False) -> Report:
    """Take ``paths`` in, bring everything up to date, and switch.

    Raises InputError for a path that is not there, IndexMismatch when another build is under way.
    """
    if not paths and builds.current(maker.home) is None and not builds.unpointed(maker.home):
        return Report()
    for path in paths:
        library.check(path)
    with builds.locked(maker.home):
        older = last_shelf(maker.home)
        roots, removed = library.add(older.roots() if older else [], older.removed() if older else set(), paths)
        return _bring(maker, older, roots, removed, rebuild=rebuild)


def remove(maker: Maker, paths: Sequence[str]) -> Report:
    """Take ``paths`` out and switch; raises InputError for one that is not in."""
    if builds.current(maker.home) is None:
        raise InputError("the library is empty: there is nothing to remove")
    with builds.locked(maker.home):
        older = last_shelf(maker.home)
        assert older is not None
        return _bring(maker, older, *library.remove(older, paths), rebuild=False)


def rollback(home: Path, version: str = "") -> str:
    """Switch to an earlier build and return its name; raises InputError or, for a damaged one, IndexMismatch."""
    current = builds.current(home)
    if current is None:
        raise InputError("the library is empty: there is no build to go back to")
    with builds.locked(home):
        order = builds.finished(home)
        earlier = order[order.index(current) + 1 :] if current in order else order
        if version:
            earlier = [folder for folder in order if version in (folder.name, folder.name.rsplit("-", 1)[0])]
        if not earlier:
            names = ", ".join(folder.name for folder in order if folder != current) or "none"
            raise InputError(f"there is no {'build ' + version if version else 'earlier build'}; kept are: {names}")
        verify_files(earlier[0], builds.read_manifest(earlier[0], Manifest))
        builds.point_at(home, earlier[0])
        return earlier[0].name


def last_shelf(home: Path) -> Shelf | None:
    """Return the newest sound shelf, the current build's first; raises IndexMismatch when every one is damaged."""
    current = builds.current(home)
    folders = ([current] if current else []) + [folder for folder in builds.finished(home) if folder != current]
    for folder in folders:
        try:
            manifest = builds.read_manifest(folder, Manifest)
            builds.verify_files(folder, {SHELF: manifest.files.get(SHELF, "")})
        except IndexMismatch:
            continue
        return Shelf(folder / SHELF)
    if folders:
        raise IndexMismatch(f"every build in {home} is damaged; delete that folder and give your documents again")
    return None


def fitting(folder: Path, model: str) -> Manifest:
    """Return the manifest of a build that this program and model may answer from; raises IndexMismatch."""
    manifest = builds.read_manifest(folder, Manifest)
    if not {"documents", "parts", "rows"} <= manifest.counts.keys():
        raise IndexMismatch(f"the manifest of build {folder.name} is missing or damaged; {builds.anew(MEND)}")
    if (manifest.form, manifest.tokenizer) != (form(), TOKENIZER_VERSION):
        raise IndexMismatch(f"your documents were indexed by another version of this program; {MEND}")
    if manifest.model != model:
        raise IndexMismatch(f"your documents were indexed with another model, {manifest.model}; {MEND}")
    return manifest


def collections(manifest: Manifest) -> dict[str, int]:
    """Return the Chroma collections of a build and their sizes."""
    rows = manifest.counts["rows"]
    return {collection_name(manifest.version): rows} if rows else {}


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Raise IndexMismatch for the first file of a build that is missing or was altered."""
    if manifest.counts["rows"]:
        vectors.check(folder / "chroma")
    builds.verify_files(folder, manifest.files)


def _bring(maker: Maker, older: Shelf | None, roots: list[Root], removed: set[str], *, rebuild: bool) -> Report:
    """Make a build of ``roots`` unless the current one is just that."""
    current = builds.current(maker.home)
    usable = older if older and not rebuild and _readable(_manifest_of(older)) else None
    plan = library.plan(roots, removed, older, usable, maker.scan)
    try:
        if current and usable and _holds(current, usable, plan, maker):
            return _report(usable, plan, current.name, 0, switched=False)
        folder, embedded = make(maker, plan, usable)
        builds.drop_old(maker.home)
    finally:
        if older:
            older.close()
    shelf = Shelf(folder / SHELF)
    try:
        return _report(shelf, plan, folder.name, embedded, switched=True)
    finally:
        shelf.close()


def _holds(current: Path, shelf: Shelf, plan: library.Plan, maker: Maker) -> bool:
    """Say whether the current build is sound and is what ``plan`` would make again."""
    if shelf.file.parent != current or plan.fresh or plan.gone or plan.fewer_broken:
        return False
    if (shelf.roots(), shelf.removed()) != (plan.roots, plan.removed):
        return False
    try:
        verify_files(current, fitting(current, maker.encoder.name))
    except IndexMismatch:
        return False
    return True


def _manifest_of(shelf: Shelf) -> Manifest:
    return builds.read_manifest(shelf.file.parent, Manifest)


def _readable(manifest: Manifest) -> bool:
    """Say whether documents may be taken over from a build: the same readers, shelf and tokens made it."""
    return (manifest.form, manifest.tokenizer) == (form(), TOKENIZER_VERSION)


def _report(shelf: Shelf, plan: library.Plan, version: str, embedded: int, *, switched: bool) -> Report:
    entries, broken = shelf.entries(), tuple(shelf.broken())
    fresh = {found.file for found in plan.fresh}
    new = [entry for entry in entries if entry.file in fresh]
    return Report(
        version, len(entries), shelf.count("parts"), embedded, switched, tuple(entry.path for entry in new),
        tuple(plan.gone), tuple(plan.missing), broken, tuple((e.path, note) for e in new for note in e.notes),
        tuple(plan.skipped), tuple(entry.file for entry in entries),
    )  # fmt: skip
