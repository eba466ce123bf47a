"""The vectors of one collection in a plain file: searched exactly, for when the server does not answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import IndexMismatch

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ingest.encode import Vectors

IDS, CHECKS, ROWS = ".json", ".check", ".npy"
TOLERANCE = 1e-4
"""How far a row's check value may lie from the builder's: a server may scale a vector to length one again."""


def check_values(vectors: Vectors) -> npt.NDArray[np.float32]:
    """Return one number a row, which differs where the row does; about as large as the row is long."""
    import numpy as np

    weights = np.cos(np.arange(1, vectors.shape[1] + 1, dtype=np.float64))
    values: npt.NDArray[np.float32] = (vectors @ weights).astype(np.float32)
    return values


def ids(stem: Path) -> list[str]:
    """Return the chunk ids of the collection at ``stem``, in the order of its rows."""
    found: list[str] = json.loads(Path(f"{stem}{IDS}").read_text(encoding="utf-8"))
    return found


def write(stem: Path, dimension: int, parts: Iterator[Vectors]) -> None:
    """Write the rows of ``parts`` beside the ids and check values that lie at ``stem``.

    Raises IndexMismatch when a row is not the one that the builder computed.
    """
    import numpy as np

    checks, start = _checks(stem), 0
    # One row more than needed, since an empty file cannot be mapped.
    rows = np.lib.format.open_memmap(f"{stem}{ROWS}", mode="w+", dtype=np.float32, shape=(len(checks) + 1, dimension))
    for part in parts:
        _compare(stem, part, checks[start : start + len(part)])
        rows[start : start + len(part)] = part
        start += len(part)
    rows.flush()


def check(stem: Path) -> None:
    """Raise IndexMismatch unless the rows at ``stem`` are those that the builder computed."""
    _load(stem)


def _load(stem: Path) -> tuple[list[str], Vectors]:
    import numpy as np

    names = ids(stem)
    try:
        rows = np.load(f"{stem}{ROWS}", mmap_mode="r")[: len(names)]
    except (OSError, ValueError) as error:
        raise IndexMismatch(f"the vectors of {stem.name} cannot be read") from error
    _compare(stem, rows, _checks(stem))
    return names, rows


def _checks(stem: Path) -> npt.NDArray[np.float32]:
    import numpy as np

    return np.frombuffer(Path(f"{stem}{CHECKS}").read_bytes(), dtype=np.float32)


def _compare(stem: Path, rows: Vectors, checks: npt.NDArray[np.float32]) -> None:
    import numpy as np

    if len(rows) != len(checks) or not np.allclose(check_values(rows), checks, rtol=0, atol=TOLERANCE):
        raise IndexMismatch(f"the vectors of {stem.name} are not those that were built")


class ExactStore:
    """Nearest chunks by comparing with every vector of a collection."""

    def __init__(self, folder: Path) -> None:
        """Search the collections in ``folder``; each is opened, and checked, when it is first asked for."""
        self._folder = folder
        self._open: dict[str, tuple[list[str], Vectors]] = {}

    def nearest(self, name: str, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """Return up to ``limit`` (chunk id, cosine similarity), best first; raises IndexMismatch for a damaged file."""
        import numpy as np

        names, rows = self._rows(name)
        scores = rows @ (vector.reshape(-1) / max(float(np.linalg.norm(vector)), 1e-12))
        best = np.argsort(-scores, kind="stable")[:limit]
        return [(names[i], float(scores[i])) for i in best]

    def _rows(self, name: str) -> tuple[list[str], Vectors]:
        if name not in self._open:
            self._open[name] = _load(self._folder / name)
        return self._open[name]
