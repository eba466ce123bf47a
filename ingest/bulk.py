"""Bulk embedding: the bundled weights under sentence-transformers, for builds where loading torch pays.

The vectors are those of the query engine (ingest/encode.py): same prefix, same cap of length, same windows of 510
tokens in a longer text, and a few probes are compared before anything else is embedded. Where torch cannot be
loaded, or fails on the way, the query engine does the rest, and the log says so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import logs
from bot.errors import EncoderError
from ingest.dequantise import model_folder
from ingest.encode import MAX_CHARACTERS, BundledEncoder, safe

if TYPE_CHECKING:
    from ingest.encode import Encoder, Vectors

PAYS_FROM = 150_000
"""Bytes of text from which loading torch (about 8 s) is made up for; docs/benchmarks.md has the measurement."""
ENGINE_BATCH = 32
TOKENS = 2_048
"""Tokens in one batch, padding included: bounds memory, and the wait between two reports of progress."""
SORTED = 2_048
"""Texts that are sorted by length together: progress stays even, and hardly anything is padded."""
ALIKE = 0.999
PREFIX = "passage: "
UNKNOWN = "<unk>"
FAILED = "bulk embedding failed; the query engine goes on, at about a third of the rate"
PROBES = (
    "Outlook が遅いときは、最適化された MAPI 接続を一覧し、Accel 列を確認します。",
    "Check that the accelerator is enabled, licensed and running on both sides of the WAN.",
    "show statistics accelerator mapi\nTotal Handled Connections: 29",
)


class Embedder:
    """Embeds passages by whichever way is done first; keeps torch's model, once it is loaded, for the next texts."""

    def __init__(self, data_dir: Path) -> None:
        """Keep the model's folder in ``data_dir``."""
        self._data_dir = data_dir
        self._bulk: BulkEncoder | None = None
        self._fails = False

    def passages(self, encoder: Encoder, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors]]:
        """Yield the vectors of ``texts`` as they are done: positions, and one unit row for each."""
        left = set(range(len(texts)))
        if isinstance(encoder, BundledEncoder) and not self._fails and (self._bulk or pays(texts)):
            try:
                for positions, vectors in self._in_bulk(encoder, texts):
                    yield positions, vectors
                    left.difference_update(positions)
            except (EncoderError, ImportError, OSError, RuntimeError, MemoryError) as error:
                self._fails, self._bulk = True, None
                reason = str(error).partition("\n")[0] or type(error).__name__
                logs.warning(FAILED, reason=reason)
        order = sorted(left)
        for start in range(0, len(order), ENGINE_BATCH):
            part = order[start : start + ENGINE_BATCH]
            yield part, encoder.passages([texts[i] for i in part])

    def _in_bulk(self, encoder: Encoder, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors]]:
        self._bulk = self._bulk or BulkEncoder(model_folder(self._data_dir), encoder)
        # The two tokenizers differ in one thing: whether this mark, written in a text, is the mark itself.
        plain = [position for position, text in enumerate(texts) if UNKNOWN not in safe(text)]
        for part, vectors in self._bulk.batches([texts[position] for position in plain]):
            yield [plain[i] for i in part], vectors


def pays(texts: Sequence[str]) -> bool:
    """Say whether ``texts`` are enough for bulk embedding to be done first, with everything that it loads."""
    size = 0
    for text in texts:
        size += len(text[:MAX_CHARACTERS].encode("utf-8", "ignore"))
        if size >= PAYS_FROM:
            return True
    return False


class BulkEncoder:
    """The bundled weights as a SentenceTransformer, in batches of tokens on every core."""

    def __init__(self, folder: Path, engine: Encoder) -> None:
        """Load ``folder`` (about 8 s); raises EncoderError when its vectors are not those of ``engine``."""
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        model: Any = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"add_pooling_layer": False}
        )
        # Without the last step, which scales to length one: windows are averaged before that.
        self._steps = list(model)[:2]
        self._tokenizer: Any = model.tokenizer.backend_tokenizer
        self._tokenizer.encode_special_tokens = True
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._unknown = self._tokenizer.token_to_id(UNKNOWN)
        self._longest = model.max_seq_length - 2
        self._torch = torch
        short = _seconds(torch, torch.bfloat16) < 0.8 * _seconds(torch, torch.float32)
        self._precision = partial(torch.autocast, "cpu", dtype=torch.bfloat16, enabled=short)
        self._compare(engine)

    def batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors]]:
        """Yield the positions and the vectors (n, dimension) of a few ``texts`` after the other."""
        for start in range(0, len(texts), SORTED):
            windows = [self._windows(text) for text in texts[start : start + SORTED]]
            for part in _parts([sum(map(len, found)) for found in windows]):
                yield [start + i for i in part], self._vectors([windows[i] for i in part])

    def _windows(self, text: str) -> list[list[int]]:
        """Return the token ids of a text, cut as the engine cuts them, each window with its marks."""
        found = self._tokenizer.encode(PREFIX + safe(text))
        first, *ids, last = found.ids
        if self._unknown in ids:
            ids = list(chain.from_iterable(self._spread(*pair) for pair in zip(ids, found.offsets[1:-1], strict=True)))
        starts = range(0, max(len(ids), 1), self._longest)
        return [[first, *ids[start : start + self._longest], last] for start in starts]

    def _spread(self, token: int, span: tuple[int, int]) -> list[int]:
        """Return one unknown token a character: neighbours are joined here, and are not in the engine."""
        return [token] * (max(1, span[1] - span[0]) if token == self._unknown else 1)

    def _vectors(self, texts: Sequence[list[list[int]]]) -> Vectors:
        """Return one unit row a text: the mean of its windows, each by the tokens between its marks."""
        import numpy as np

        owners = [i for i, windows in enumerate(texts) for _ in windows]
        windows = list(chain.from_iterable(texts))
        weights = np.array([max(1, len(window) - 2) for window in windows], dtype=np.float32)
        means = np.concatenate([self._means([windows[i] for i in part]) for part in _parts(list(map(len, windows)))])
        order = list(chain.from_iterable(_parts(list(map(len, windows)))))
        total = np.zeros((len(texts), means.shape[1]), dtype=np.float32)
        np.add.at(total, [owners[i] for i in order], means * weights[order][:, None])
        unit: Vectors = total / np.linalg.norm(total, axis=1, keepdims=True)
        return unit

    def _means(self, windows: Sequence[list[int]]) -> Vectors:
        """Return the mean vector (n, dimension) of the tokens of each window."""
        torch = self._torch
        width = max(map(len, windows))
        ids = torch.tensor([window + [1] * (width - len(window)) for window in windows])
        mask = torch.tensor([[1] * len(window) + [0] * (width - len(window)) for window in windows])
        features: dict[str, Any] = {"input_ids": ids, "attention_mask": mask}
        with torch.inference_mode(), self._precision():
            for step in self._steps:
                features = step(features)
        return features["sentence_embedding"].float().numpy()  # type: ignore[no-any-return]

    def _compare(self, engine: Encoder) -> None:
        ours = self._vectors([self._windows(text) for text in PROBES])
        cosine = float((ours * engine.passages(PROBES)).sum(axis=1).min())
        if not cosine >= ALIKE:
            raise EncoderError(f"its vectors are not those of the query engine (cosine {cosine:.4f})")


def _parts(lengths: Sequence[int]) -> list[list[int]]:
    """Return positions by falling length, in parts of up to TOKENS when each is as long as the part's longest."""
    parts: list[list[int]] = []
    room = 0
    for position in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not parts or len(parts[-1]) >= room:
            parts.append([])
            room = max(1, TOKENS // lengths[position])
        parts[-1].append(position)
    return parts


def _seconds(torch: Any, dtype: Any) -> float:  # noqa: ANN401 (torch is loaded late)
    """Time one product as large as those of a batch, at its fastest of five: 16 bits pay on some processors only."""
    one, other = torch.rand(2_048, 384).to(dtype), torch.rand(384, 1_536).to(dtype)
    times = []
    for _ in range(5):
        started = time.perf_counter()
        one @ other
        times.append(time.perf_counter() - started)
    return min(times)
