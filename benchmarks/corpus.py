"""Public text at hand, as documents of realistic length: what the scale benchmark fills a library with.

JSQuAD (Japanese Wikipedia) and XQuAD (English Wikipedia) where EVALS_BENCH_DIR has them, then the docstrings of the
Python packages that are installed here, a file a module. It is read where it lies; nothing of it is kept. A paragraph
or docstring whose first 100 characters were seen before is left out, so that copies do not swell the corpus.
"""

from __future__ import annotations

import ast
import random
import sysconfig
import warnings
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path

from bot.errors import InputError
from evals import beir
from ingest.documents.make import heading
from ingest.documents.model import Document
from ingest.documents.read import read_document
from ingest.windows import pieces

SHORTEST, LONGEST = 150, 4_000
"""Characters of a docstring that is taken."""
SECTIONS = 60
"""Docstrings in one document; the rest of a longer module is left out."""
MODULES = 8
"""Modules that come after an article of each set, so that a small corpus is mixed as a large one is."""
SEED = 7

Text = tuple[str, str, str]
"""(source, name of the file, Markdown)"""


def write(folder: Path, wanted: int) -> Counter[str]:
    """Write documents below ``folder`` until they make ``wanted`` texts to embed; return the texts of each source.

    Raises InputError when there is not enough text on this machine.
    """
    counts: Counter[str] = Counter()
    for source, name, markdown in _texts():
        if counts.total() >= wanted:
            return counts
        file = folder / source / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(markdown, encoding="utf-8")
        try:
            document = read_document(f"{source}/{name}", file)
        except InputError:
            file.unlink()
            continue
        counts[source] += len(_pieces(document))
    raise InputError(f"the public text on this machine makes {counts.total()} chunks, not {wanted}: {dict(counts)}")


def texts(folder: Path) -> list[str]:
    """Return what is embedded of the documents below ``folder``."""
    found = []
    for file in sorted(folder.glob("*/*.md")):
        document = read_document(f"{file.parent.name}/{file.name}", file)
        found += _pieces(document)
    return found


def _pieces(document: Document) -> list[str]:
    """Return every text that a build embeds of one document."""
    parts = document.parts
    return [text for part in parts for text in pieces(heading(document.title, document.path, part), part.text)]


def _texts() -> Iterator[Text]:
    """Yield every document once: an article of each set and then modules, by turns."""
    sets = [_paragraphs("jsquad"), _paragraphs("xquad")]
    modules = _docstrings()
    while sets:
        for source in list(sets):
            found = next(source, None)
            if found is None:
                sets.remove(source)
            else:
                yield found
        yield from islice(modules, MODULES)
    yield from modules


def _paragraphs(name: str) -> Iterator[Text]:
    try:
        documents = beir.bench(name).corpus
    except InputError as error:
        print(f"left out: {error}")
        return
    fresh = _Fresh()
    for number, (title, paragraphs) in enumerate(groupby(documents, lambda document: document.title)):
        body = [paragraph.text for paragraph in paragraphs if fresh(paragraph.text)]
        if body:
            yield name, f"{number:04}.md", "\n\n".join((f"# {title}", *body))


def _docstrings() -> Iterator[Text]:
    root = Path(sysconfig.get_paths()["purelib"])
    files = sorted(root.rglob("*.py"))
    random.Random(SEED).shuffle(files)
    fresh = _Fresh()
    for number, file in enumerate(files):
        sections = [f"## {name}\n\n{text}" for name, text in _sections(file) if fresh(text)]
        if sections:
            title = ".".join(file.relative_to(root).with_suffix("").parts)
            yield "docstrings", f"{number:05}.md", "\n\n".join((f"# {title}", *sections[:SECTIONS]))


def _sections(file: Path) -> Iterator[tuple[str, str]]:
    """Yield name and docstring of a module and of what it defines."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node) or ""
            if SHORTEST <= len(text) <= LONGEST:
                yield getattr(node, "name", "Overview"), text


class _Fresh:
    """Says whether a text's beginning is new."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __call__(self, text: str) -> bool:
        start = " ".join(text.lower().split())[:100]
        new = start not in self._seen
        self._seen.add(start)
        return new
