"""What a user's document is to the index: parts that follow its structure, each tied to its exact place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from kb.schema import Command, Language

Format = Literal["markdown", "html", "text", "pdf", "docx"]
PartKind = Literal["prose", "procedure", "commands", "output", "table"]


@dataclass(frozen=True, slots=True)
class Part:
    """One searchable and citable piece of a document.

    ``id`` is ``<document id>/<number>``. ``trail`` holds the headings above it, outermost first. ``text`` is what is
    searched and read: no markup. ``quote`` is lines ``first`` to ``last`` (1-based, inclusive) of the document's
    text, byte for byte, or a slice of them where one line is longer than a screen can show. ``page`` counts from 1,
    None where the format has no pages. ``commands`` are the lines to type that stand in it; ``outputs`` the names (as
    bot.reading.parse gives them) of the device outputs recognised in it; ``releases`` the releases it names.
    """

    id: str
    document: str
    language: Language
    kind: PartKind
    trail: tuple[str, ...]
    text: str
    quote: str
    first: int
    last: int
    page: int | None = None
    commands: tuple[Command, ...] = ()
    outputs: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One file: ``path`` as the user gave it, ``digest`` the SHA-256 of its bytes, ``lines`` its text as cited.

    ``id`` is made from ``path``. ``lines`` are the file's own lines for text, Markdown and HTML, and the lines of the
    text that was taken out of a PDF or DOCX. ``notes`` say what was left out and why.
    """

    id: str
    path: str
    format: Format
    digest: str
    title: str
    lines: tuple[str, ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()


def document_id(path_as_given: str) -> str:
    """Return the id of the document at a path: twelve hexadecimal digits of the path's hash."""
    given = path_as_given.replace("\\", "/")
    return hashlib.sha256(given.encode("utf-8", "surrogateescape")).hexdigest()[:12]
