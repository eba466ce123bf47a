"""Bulk embedding: the bundled weights under torch give the query engine's vectors, and nothing depends on torch."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot import logs
from bot.config import ROOT
from bot.errors import EncoderError
from ingest import bulk, dequantise, weights
from ingest.encode import BundledEncoder, EmbeddingCache, safe

LONG = "遅延の原因を順に調べます。 Check the peer, then the policy, then the log. " * 60
TEXTS = [
    "Outlook が遅い",
    "show statistics accelerator mapi",
    LONG,
    "",
    "ｱｳﾄﾙｯｸ ﬁne Ⅷ ㌔",
    "a\x00b \ud800 \u200b\u2581 \r\n tab\tend ",
    "<mask> and </s> written in a text, <s> and <pad> too",
    "𓀀𓀁𓀂 between 𓁀𓁁 words",
    "\ufdfa" * 100,
    "🤷🏽\u200d♀️👩\u200d👩\u200d👧 a" + "\u0301" * 50,
    "x" * 5_000,
]


@pytest.fixture(scope="module")
def engine() -> BundledEncoder:
    return BundledEncoder()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the model written out: half a gigabyte, so once for all tests."""
    folder = tmp_path_factory.mktemp("bulk")
    dequantise.model_folder(folder)
    return folder


@pytest.fixture(scope="module")
def encoder(data: Path, engine: BundledEncoder) -> bulk.BulkEncoder:
    return bulk.BulkEncoder(dequantise.model_folder(data), engine)


@pytest.fixture
def heard() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    events: list[tuple[str, dict[str, Any]]] = []

    def listener(event: str, fields: dict[str, Any]) -> None:
        events.append((event, fields))

    logs.listen(listener)
    yield events
    logs.unlisten(listener)


def rows(parts: Iterator[tuple[list[int], Any]], count: int) -> tuple[np.ndarray, list[int]]:
    found, seen = np.zeros((count, 384), dtype=np.float32), []
    for positions, vectors in parts:
        found[positions] = vectors
        seen += positions
    return found, seen


@pytest.mark.models
def test_bulk_gives_the_vectors_of_the_engine(encoder: bulk.BulkEncoder, engine: BundledEncoder) -> None:
    ours, seen = rows(encoder.batches(TEXTS), len(TEXTS))
    assert sorted(seen) == list(range(len(TEXTS)))
    cosines = (ours * engine.passages(TEXTS)).sum(axis=1)
    assert cosines.min() >= bulk.ALIKE, dict(zip(TEXTS, cosines.tolist(), strict=True))


@pytest.mark.models
def test_bulk_cuts_a_text_into_the_tokens_of_the_engine(encoder: bulk.BulkEncoder, engine: BundledEncoder) -> None:
    for text in TEXTS:
        windows = encoder._windows(text)
        assert max(map(len, windows)) <= 512
        assert sum(len(window) - 2 for window in windows) + 2 == engine._model.token_count(safe(text))


@pytest.mark.models
def test_a_guide_gives_the_same_vectors_in_bulk(encoder: bulk.BulkEncoder, engine: BundledEncoder) -> None:
    from ingest.chunks import article_chunks
    from ingest.sources import read_sources

    texts = [chunk.text for article in read_sources().articles for chunk in article_chunks(article)][::40]
    ours, _ = rows(encoder.batches(texts), len(texts))
    assert (ours * engine.passages(texts)).sum(axis=1).min() >= bulk.ALIKE


@pytest.mark.models
def test_the_folder_is_an_ordinary_model(data: Path, engine: BundledEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    folder = dequantise.model_folder(data)
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    questions, passages = ["Why is Outlook slow?"], ["Outlook が遅いときの確認"]
    assert float((model.encode_query(questions) @ engine.queries(questions).T).item()) >= bulk.ALIKE
    assert float((model.encode_document(passages) @ engine.passages(passages).T).item()) >= bulk.ALIKE


@pytest.mark.models
def test_the_folder_is_written_once_and_mended(data: Path) -> None:
    folder = dequantise.model_folder(data)
    file = folder / "model.safetensors"
    before = file.stat().st_mtime_ns
    assert dequantise.model_folder(data) == folder
    assert file.stat().st_mtime_ns == before
    (folder / "config.json").write_text("{}", encoding="utf-8")
    (folder.parent / f"{dequantise.NAME}-unfinished").mkdir()
    assert dequantise.model_folder(data) == folder
    assert "BertModel" in (folder / "config.json").read_text(encoding="utf-8")
    assert [item.name for item in folder.parent.iterdir() if item.is_dir()] == [folder.name]


@pytest.mark.models
def test_other_vectors_than_the_engine_s_are_refused(data: Path, engine: BundledEncoder) -> None:
    class Other(BundledEncoder):
        def passages(self, texts: Any) -> Any:
            return engine.passages(texts)[::-1]

    with pytest.raises(EncoderError, match="cosine"):
        bulk.BulkEncoder(dequantise.model_folder(data), Other())


@pytest.mark.models
def test_a_text_that_holds_the_mark_of_the_unknown_is_left_to_the_engine(data: Path, engine: BundledEncoder) -> None:
    embedder = bulk.Embedder(data)
    texts = ["one <unk> two", "three", "ｘ ＜ｕｎｋ＞", *["padding that makes bulk pay"] * 7_000]
    found = {}
    for positions, vectors in embedder.passages(engine, texts):
        found |= dict(zip(positions, vectors, strict=True))
        if len(found) > 100:
            break
    rest = dict(zip([0, 2], engine.passages([texts[0], texts[2]]), strict=True))
    assert not found.keys() & rest.keys()
    assert embedder._bulk is not None
    late, _ = rows(embedder.passages(engine, texts[:3]), 3)
    assert np.array_equal(late[[0, 2]], np.stack([rest[0], rest[2]]))


@pytest.mark.models
def test_a_build_that_is_interrupted_goes_on_where_it_was(
    data: Path, engine: BundledEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PAYS_FROM", 0)
    monkeypatch.setattr(bulk, "TOKENS", 64)
    texts = [f"number {i} of the texts to embed" for i in range(40)]
    reports: list[int] = []

    def stop(count: int) -> None:
        reports.append(count)
        if sum(reports) > 10:
            raise KeyboardInterrupt

    cache = EmbeddingCache(data / "embeddings.sqlite3")
    with pytest.raises(KeyboardInterrupt):
        cache.passages(engine, texts, stop)
    cache.close()
    again = EmbeddingCache(data / "embeddings.sqlite3")
    vectors, embedded = again.passages(engine, texts, lambda _: None)
    again.close()
    assert embedded == 40 - sum(reports)
    assert (vectors * engine.passages(texts)).sum(axis=1).min() >= bulk.ALIKE


@pytest.mark.parametrize("error", [ImportError("no module named torch"), OSError(28, "No space left"), MemoryError()])
def test_where_bulk_cannot_start_the_engine_does_it_and_the_log_says_so(
    tmp_path: Path,
    engine: BundledEncoder,
    monkeypatch: pytest.MonkeyPatch,
    heard: list[tuple[str, dict[str, Any]]],
    error: Exception,
) -> None:
    def fail(_: Path) -> Path:
        raise error

    monkeypatch.setattr(bulk, "PAYS_FROM", 0)
    monkeypatch.setattr(bulk, "model_folder", fail)
    embedder = bulk.Embedder(tmp_path)
    found, seen = rows(embedder.passages(engine, ["one", "two"]), 2)
    rows(embedder.passages(engine, ["three"]), 1)
    assert seen == [0, 1]
    assert np.array_equal(found, engine.passages(["one", "two"]))
    assert [(event, bool(fields["reason"])) for event, fields in heard] == [(bulk.FAILED, True)]


def test_where_bulk_fails_on_the_way_the_engine_does_the_rest(
    tmp_path: Path, engine: BundledEncoder, monkeypatch: pytest.MonkeyPatch, heard: list[tuple[str, dict[str, Any]]]
) -> None:
    class Failing:
        def __init__(self, folder: Path, engine: BundledEncoder) -> None:
            self.engine = engine

        def batches(self, texts: list[str]) -> Iterator[tuple[list[int], Any]]:
            yield [2], self.engine.passages([texts[2]])
            raise RuntimeError("out of memory\nwith a long trace")

    monkeypatch.setattr(bulk, "PAYS_FROM", 0)
    monkeypatch.setattr(bulk, "model_folder", lambda data: data)
    monkeypatch.setattr(bulk, "BulkEncoder", Failing)
    texts = ["one", "two", "three", "four"]
    found, seen = rows(bulk.Embedder(tmp_path).passages(engine, texts), 4)
    assert seen == [2, 0, 1, 3]
    assert (found * engine.passages(texts)).sum(axis=1).min() > 0.9999
    assert [fields["reason"] for _, fields in heard] == ["out of memory"]


def test_few_texts_need_neither_torch_nor_the_folder(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ingest.encode import BundledEncoder, EmbeddingCache; "
        f"cache = EmbeddingCache(Path({str(tmp_path / 'cache.sqlite3')!r})); "
        "cache.passages(BundledEncoder(), ['one', 'two'], lambda _: None); "
        "print(sorted({'torch', 'sentence_transformers', 'tokenizers'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert not (tmp_path / "models").exists()


def test_many_texts_pay_and_few_do_not() -> None:
    assert not bulk.pays(["a question"] * 50)
    assert bulk.pays(["a question"] * bulk.PAYS_FROM)
    assert not bulk.pays(["x" * 10 * bulk.PAYS_FROM])  # only the beginning is embedded


def test_a_batch_never_holds_more_tokens_than_it_may() -> None:
    lengths = [3, 900, 17, 17, 2_500, 1, 512, 30] * 20
    parts = bulk._parts(lengths)
    assert sorted(position for part in parts for position in part) == list(range(len(lengths)))
    assert all(len(p) == 1 or len(p) * max(lengths[i] for i in p) <= bulk.TOKENS for p in parts)
    assert bulk._parts([]) == []


def test_a_block_of_four_bits_is_unpacked_as_the_engine_does() -> None:
    halves = bytes((i + 16 * (15 - i)) for i in range(16))
    block = np.frombuffer(np.float16(0.5).tobytes() + halves, dtype=np.uint8)
    wanted = [0.5 * (i - 8) for i in range(16)] + [0.5 * (15 - i - 8) for i in range(16)]
    assert weights._unpack(block).tolist() == wanted


@pytest.mark.parametrize("body", [b"no", b"another file" * 9, b"E5S1" + bytes(40), b"E5S1" + b"\xff" * 90])
def test_a_file_of_another_layout_is_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "model.bin").write_bytes(body)
    with pytest.raises(EncoderError, match="layout"):
        weights.read(tmp_path / "model.bin")
