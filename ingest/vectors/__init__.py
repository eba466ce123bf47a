"""Vectors of a build and the nearest of them: in the build's own Chroma folder, on a Chroma server, or in a plain file.

Only ``local`` knows chromadb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ingest.vectors.local import VectorStore, check, write

if TYPE_CHECKING:
    from ingest.encode import Vectors

__all__ = ["Nearest", "VectorStore", "check", "write"]


class Nearest(Protocol):
    """Finds the nearest chunks in the collections of one build."""

    def nearest(self, name: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """Return up to ``limit`` (chunk id, cosine similarity) of collection ``name``, best first."""

    @property
    def problem(self) -> str | None:
        """What keeps the store from answering as it should, in one line, or None."""

    def close(self) -> None:
        """Release files and connections."""
