"""Retrieval on any corpus: reading BEIR, windows, the three channels, directions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import ROOT
from bot.errors import InputError
from evals import beir
from evals.measures import RETRIEVAL
from evals.retrieval import CHANNELS, as_table, figures, retrieve, written_in
from ingest.neutral import without
from ingest.windows import BUDGET, cost, windows
from kb.reader import read_articles

CORPUS = [
    {"_id": "d1", "title": "Clock", "text": "The clocks of the WAE and the domain controller differ."},
    {"_id": "d2", "title": "証明書", "text": "自己署名の証明書は信頼されません。"},
    {"_id": "d3", "title": "", "text": "License of the accelerator. " * 200},
]
QUERIES = [
    {"_id": "q1", "text": "clock differs"},
    {"_id": "q2", "text": "証明書が信頼されない"},
    {"_id": "q9", "text": "x"},
]


class Letters:
    """An encoder by character counts: quick, the same everywhere, similar texts are near."""

    name = "letters"
    dimension = 64

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 64), dtype=np.float32)
        for i, text in enumerate(texts):
            for character in text.lower():
                rows[i, ord(character) % 64] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    passages = queries


def write(folder: Path, qrels: str = "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n") -> list[Path]:
    files = [folder / name for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv")]
    for file, rows in zip(files, (CORPUS, QUERIES), strict=False):
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    files[2].write_text(qrels, encoding="utf-8")
    return files


def test_a_small_set_is_searched_by_all_three_channels(tmp_path: Path) -> None:
    data = beir.read(*write(tmp_path))
    assert list(data.queries) == ["q1", "q2"]
    seen: list[tuple[int, int]] = []
    runs = retrieve(data, Letters(), tmp_path / "cache.sqlite3", read_articles(ROOT), lambda *at: seen.append(at))
    body = figures(data, runs)
    assert [*body] == [*CHANNELS, "documents", "queries", "directions"]
    for channel in CHANNELS:
        assert body[channel].keys() == RETRIEVAL.keys()
    assert body["keyword"]["success@1"] == 1.0
    assert (body["documents"], body["queries"]) == (3, 2)
    assert {name: own["queries"] for name, own in body["directions"].items()} == {"en-en": 1, "ja-ja": 1}
    assert seen[-1][0] == seen[-1][1] > len(CORPUS) + len(data.queries)
    assert "hybrid" in as_table(body)


def test_a_keyword_run_holds_only_what_matches(tmp_path: Path) -> None:
    data = beir.read(*write(tmp_path))
    runs = retrieve(data, Letters(), tmp_path / "cache.sqlite3", read_articles(ROOT), lambda *_: None)
    assert list(runs["keyword"]["q2"]) == ["d2"]
    assert len(runs["dense"]["q2"]) == 3


@pytest.mark.parametrize(
    ("qrels", "complaint"),
    [
        ("query-id\tcorpus-id\tscore\nq1\td1\n", "qrels.tsv:2: must be"),
        ("query-id\tcorpus-id\tscore\nq7\td1\t1\n", "query q7 is not in"),
        ("query-id\tcorpus-id\tscore\n", "holds no judgement"),
    ],
)
def test_bad_judgements_are_one_clear_line(tmp_path: Path, qrels: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        beir.read(*write(tmp_path, qrels))


def test_a_bad_corpus_line_is_named(tmp_path: Path) -> None:
    corpus, queries, qrels = write(tmp_path)
    for line, complaint in (
        ("{", "not a JSON line"),
        ("[]", "JSON object"),
        ('{"_id": "a"}', '"text" must be a string'),
    ):
        corpus.write_text(line + "\n", encoding="utf-8")
        with pytest.raises(InputError, match=f"corpus.jsonl:1: .*{complaint}"):
            beir.read(corpus, queries, qrels)
    with pytest.raises(InputError, match="cannot read"):
        beir.read(tmp_path / "none.jsonl", queries, qrels)


def test_an_absent_public_set_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALS_BENCH_DIR", str(tmp_path))
    with pytest.raises(InputError, match="jsquad is not here"):
        beir.bench("jsquad")
    with pytest.raises(InputError, match="known are jsquad, xquad"):
        beir.bench("other")


def test_a_question_answering_set_becomes_a_retrieval_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    qas = [{"id": f"q{i}", "question": f"何 {i}"} for i in range(5)]
    body = {"data": [{"paragraphs": [{"context": "梅雨 [SEP] 雨の多い季節。", "qas": qas}]}]}
    (tmp_path / "jsquad").mkdir()
    (tmp_path / "jsquad" / "valid-v1.3.json").write_text(json.dumps(body), encoding="utf-8")
    monkeypatch.setenv("EVALS_BENCH_DIR", str(tmp_path))
    data = beir.bench("jsquad", sample=2)
    assert data.corpus == (beir.Document("0-0", "梅雨", "雨の多い季節。"),)
    assert len(data.queries) == 2
    assert data.qrels == {query: {"0-0": 1} for query in data.queries}
    assert beir.bench("jsquad", sample=2) == data


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab 。.!\nあ字", max_size=400), st.sampled_from([5.0, 20.0, BUDGET]))
def test_windows_lose_nothing_and_keep_the_budget(text: str, budget: float) -> None:
    found = windows(text, budget)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(cost(window) <= budget + 1 for window in found)


def test_a_direction_is_taken_out_of_vectors() -> None:
    direction = np.array([1, 0, 0], dtype=np.float32)
    left = without(np.array([[0.6, 0.8, 0.0], [1.0, 0.0, 0.0]], dtype=np.float32), direction)
    assert left.tolist() == [[0, 1, 0], [0, 0, 0]]


def test_a_few_japanese_words_do_not_make_a_document_japanese() -> None:
    assert written_in("The word sushi (寿司) is known all over the world by now.") == "en"
    assert written_in("WAE の時刻がずれています。") == "ja"
    assert written_in("") == "en"
