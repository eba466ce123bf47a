"""The door to reading: one file in, one document out, or one clear reason why not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path, PurePath

from bot.decode import decode
from bot.errors import InputError
from ingest.documents.cut import cut
from ingest.documents.draft import Draft
from ingest.documents.hidden import visible
from ingest.documents.model import Document, Format, document_id
from ingest.documents.scan import FORMATS, Candidate, Skipped, scan

__all__ = ["READER_VERSION", "Candidate", "Skipped", "document_id", "read_document", "scan"]

READER_VERSION = "5"
"""Part of a build's form: raise it whenever the same file would give other parts."""
MEGABYTE = 1_000_000
LIMITS: dict[Format, int] = {
    "text": 100 * MEGABYTE,
    "markdown": 5 * MEGABYTE,
    "html": 10 * MEGABYTE,
    "pdf": 100 * MEGABYTE,
    "docx": 50 * MEGABYTE,
}
"""Bytes that a file of each format may have."""
_TITLE = 200


def read_document(path_as_given: str, file: Path) -> Document:
    """Read one file and return it cut into parts; raises InputError naming ``path_as_given`` and the reason.

    The format goes by the file's ending; a file with an unknown one is read as text.
    """
    form = FORMATS.get(file.suffix.lower(), "text")
    try:
        data = _bytes(file, form)
        draft = _draft(data, form)
        identity = document_id(path_as_given)
        parts = cut(draft, identity)
        if not parts:
            raise InputError("holds no text that can be read" + "".join(f"; {note}" for note in draft.notes[:3]))
    except InputError as error:
        raise InputError(f"{path_as_given}: {error}") from error
    except (OSError, RecursionError, MemoryError) as error:
        raise InputError(f"{path_as_given}: cannot be read ({_said(error)})") from error
    digest = hashlib.sha256(data).hexdigest()
    title = " ".join(visible(draft.title).split())[:_TITLE] or PurePath(path_as_given).stem
    return Document(identity, path_as_given, draft.format, digest, title, tuple(draft.lines), parts, tuple(draft.notes))


def _bytes(file: Path, form: Format) -> bytes:
    if not file.is_file():
        raise InputError("is no ordinary file" if file.exists() else "does not exist")
    limit = LIMITS[form]
    with file.open("rb") as handle:
        data = handle.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"is larger than {limit // MEGABYTE} MB, the limit for {form}; split it")
    if not data:
        raise InputError("is empty")
    return data


def _draft(data: bytes, form: Format) -> Draft:
    if form == "pdf" or data.startswith(b"%PDF-"):
        from ingest.documents.pdf import read_pdf

        return read_pdf(data)
    if form == "docx" or data.startswith(b"PK\x03\x04"):
        from ingest.documents.docx import read_docx

        return read_docx(data)
    return _readers()[form](data)


def _readers() -> dict[Format, Callable[[bytes], Draft]]:
    from ingest.documents.markdown import read_markdown
    from ingest.documents.text import read_text

    def html(data: bytes) -> Draft:
        from ingest.documents.html import read_html

        return read_html(data)

    return {
        "text": lambda data: read_text(decode(data)),
        "markdown": lambda data: read_markdown(decode(data)),
        "html": html,
    }


def _said(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, MemoryError):
        return "it does not fit in memory"
    return getattr(error, "strerror", None) or str(error)
