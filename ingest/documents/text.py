"""Plain text files."""

from __future__ import annotations

from ingest.documents.draft import Draft, lines_of
from ingest.documents.hidden import invisible_note
from ingest.documents.plain import structure


def read_text(text: str) -> Draft:
    """Return the structure of a plain text."""
    lines = lines_of(text)
    return Draft("text", lines, structure(lines), notes=invisible_note(lines))
