"""Ranking measures agree with an oracle and with published runs."""

from __future__ import annotations

import os
from pathlib import Path

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import ROOT
from bot.errors import InputError
from evals.measures import (
    RETRIEVAL,
    evaluate,
    means,
    ndcg,
    ranking,
    read_qrels,
    read_run,
    recall,
    reciprocal_rank,
    success,
)

BENCH = Path(os.environ.get("EVALS_BENCH_DIR", ROOT.parent / "shared" / "bench")) / "jqara"
PUBLISHED = {"bm25": (0.4580, 0.7020), "multilingual-e5-small": (0.4917, 0.7291)}
ORACLE = {
    "success@1": ir_measures.Success @ 1,
    "success@5": ir_measures.Success @ 5,
    "recall@10": ir_measures.R @ 10,
    "nDCG@10": ir_measures.nDCG @ 10,
    "MRR@10": ir_measures.RR @ 10,
}

documents = st.sampled_from([f"d{i}" for i in range(15)])
grades = st.dictionaries(documents, st.integers(0, 3), min_size=1)
# No two scores of one query are equal: ties have our order, which trec_eval does not share.
scores = st.lists(documents, unique=True).map(lambda ids: {d: 20.0 - i for i, d in enumerate(ids)})


def test_values_by_hand() -> None:
    judged = {"a": 2, "b": 1, "c": 0}
    assert success(1)(["c", "a"], judged) == 0
    assert success(2)(["c", "a"], judged) == 1
    assert reciprocal_rank(10)(["c", "a"], judged) == 0.5
    assert recall(10)(["c", "a"], judged) == 0.5
    assert ndcg(10)(["a", "b"], judged) == 1
    assert ndcg(10)([], judged) == 0


def test_ties_go_by_id() -> None:
    assert ranking({"b": 1.0, "a": 1.0, "c": 2.0}) == ["c", "a", "b"]


def test_a_query_without_result_counts_zero() -> None:
    found = evaluate({"q1": {"a": 1}, "q2": {"a": 1}}, {"q1": {"a": 1.0}}, RETRIEVAL)
    assert means(found)["success@1"] == 0.5
    assert means({}) == {}


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["q1", "q2", "q3"]), st.tuples(grades, scores), min_size=1))
def test_measures_agree_with_ir_measures(cases: dict) -> None:
    qrels = {query: judged for query, (judged, _) in cases.items()}
    run = {query: found for query, (_, found) in cases.items()}
    mine = evaluate(qrels, run, RETRIEVAL)
    theirs = {(m.query_id, str(m.measure)): m.value for m in ir_measures.iter_calc(ORACLE.values(), qrels, run)}
    for query, values in mine.items():
        for name, oracle in ORACLE.items():
            assert values[name] == pytest.approx(theirs[query, str(oracle)], abs=1e-9), (query, name)


@pytest.mark.skipif(not BENCH.is_dir(), reason="the public runs of JQaRA are not beside this checkout")
@pytest.mark.parametrize("system", PUBLISHED)
def test_published_runs_come_out_to_four_digits(system: str) -> None:
    qrels = read_qrels(BENCH / "qrels.trec")
    run = read_run(BENCH / f"{system}.trec.gz")
    found = means(evaluate(qrels, run, RETRIEVAL))
    assert (round(found["nDCG@10"], 4), round(found["MRR@10"], 4)) == PUBLISHED[system]


def test_a_malformed_row_is_named(tmp_path: Path) -> None:
    file = tmp_path / "qrels.trec"
    file.write_text("q1 0 d1 1\nq1 0 d2\n")
    with pytest.raises(InputError, match="qrels.trec:2: 3 columns where 4 belong"):
        read_qrels(file)
