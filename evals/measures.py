"""Ranking measures, named as the field names them, over qrels and runs in the manner of trec_eval.

Qrels give a grade (0 = not relevant) to a document of a query; a run gives a score. Documents are ranked
by (-score, id), so ties have one order everywhere. A query without any result counts 0.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from math import log2
from pathlib import Path

from bot.errors import InputError

Grades = Mapping[str, int]
Qrels = Mapping[str, Grades]
Run = Mapping[str, Mapping[str, float]]
Measure = Callable[[Sequence[str], Grades], float]
"""(documents best first, grades of the query) -> 0 to 1."""


def ranking(scores: Mapping[str, float]) -> list[str]:
    """Return the documents of one query, best first."""
    return sorted(scores, key=lambda document: (-scores[document], document))


def success(cutoff: int) -> Measure:
    """Success@k: 1 when a relevant document is among the first ``cutoff``."""
    return lambda ranked, grades: float(any(grades.get(document, 0) > 0 for document in ranked[:cutoff]))


def recall(cutoff: int) -> Measure:
    """R@k: the share of the relevant documents among the first ``cutoff``."""

    def measure(ranked: Sequence[str], grades: Grades) -> float:
        relevant = {document for document, grade in grades.items() if grade > 0}
        return len(relevant.intersection(ranked[:cutoff])) / len(relevant) if relevant else 0.0

    return measure


def reciprocal_rank(cutoff: int) -> Measure:
    """RR@k: 1 / rank of the first relevant document, 0 beyond ``cutoff``."""

    def measure(ranked: Sequence[str], grades: Grades) -> float:
        hits = (rank for rank, document in enumerate(ranked[:cutoff], 1) if grades.get(document, 0) > 0)
        return 1 / next(hits, float("inf"))

    return measure


def ndcg(cutoff: int) -> Measure:
    """nDCG@k: gain = grade, discount = log2(rank + 1), over the best order there is."""

    def measure(ranked: Sequence[str], grades: Grades) -> float:
        ideal = _dcg(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:cutoff])
        return _dcg([max(grades.get(document, 0), 0) for document in ranked[:cutoff]]) / ideal if ideal else 0.0

    return measure


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, 1))


RETRIEVAL: dict[str, Measure] = {
    "success@1": success(1),
    "success@5": success(5),
    "recall@10": recall(10),
    "nDCG@10": ndcg(10),
    "MRR@10": reciprocal_rank(10),
}
"""What ``python -m evals retrieval`` prints (MRR@10 is the mean of RR@10)."""


def evaluate(qrels: Qrels, run: Run, measures: Mapping[str, Measure]) -> dict[str, dict[str, float]]:
    """Return every measure of every query of ``qrels``: query -> measure -> value."""
    result: dict[str, dict[str, float]] = {}
    for query, grades in qrels.items():
        ranked = ranking(run.get(query, {}))
        result[query] = {name: measure(ranked, grades) for name, measure in measures.items()}
    return result


def means(values: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of every measure over the queries of :func:`evaluate`; nothing gives nothing."""
    rows = list(values.values())
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]} if rows else {}


def read_qrels(file: Path) -> dict[str, dict[str, int]]:
    """Read qrels in TREC form: query, iteration, document, grade."""
    found: dict[str, dict[str, int]] = {}
    for query, _, document, grade in _rows(file, 4):
        found.setdefault(query, {})[document] = int(grade)
    return found


def read_run(file: Path) -> dict[str, dict[str, float]]:
    """Read a run in TREC form, gzipped or not: query, Q0, document, rank, score, tag."""
    found: dict[str, dict[str, float]] = {}
    for query, _, document, _, score, _ in _rows(file, 6):
        found.setdefault(query, {})[document] = float(score)
    return found


def _rows(file: Path, width: int) -> list[list[str]]:
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    rows = [line.split() for line in raw.decode("utf-8").splitlines() if line.strip()]
    for number, row in enumerate(rows, 1):
        if len(row) != width:
            raise InputError(f"{file.name}:{number}: {len(row)} columns where {width} belong")
    return rows
