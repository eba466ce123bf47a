"""The scorecard: every figure of a run with n and its 95 % interval, whole or for a part of the cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from evals.run import Outcome, Result
from evals.stats import Interval, auroc, change, mean, ratio

MEASURES: dict[str, str] = {
    "success@1": "a topic that answers comes first",
    "success@3": "a topic that answers is among the first three",
    "best@1": "the topic that answers best comes first",
    "nDCG@10": "order of the topics (best topic grade 2, others 1)",
    "RR@10": "1 / rank of the first topic that answers",
    "commands": "share of the wanted commands that are given",
    "strict_vital": "share of the vital facts that are told",
    "nuggets": "share of all facts that are told",
    "citation_recall": "share of the steps that their citations support",
    "citation_precision": "share of the citations that cannot be dropped",
    "status": "answered or refused as it should be",
    "language": "answer in the language of the question",
    "truthful": "CRAG: right 1, none 0, wrong -1",
}
"""The soft measures of one case and what each says; all lie in 0 to 1 but the last."""

REFUSAL: dict[str, str] = {
    "refusal_precision": "share of the refusals that were due",
    "refusal_recall": "share of the due refusals that came",
    "false_refusal": "share of the answerable questions that were refused",
}
LOWER_IS_BETTER = frozenset(("false_refusal",))


def scorecard(outcomes: Sequence[Outcome]) -> dict[str, Interval]:
    """Return every figure of ``outcomes`` that applies to any of them, in the order of the tables above."""
    found: dict[str, Interval] = {}
    for name in MEASURES:
        rows = [item for item in outcomes if name in item.measures]
        if rows:
            found[name] = mean([item.measures[name] for item in rows], [item.cluster for item in rows])
    return found | {name: refusal(outcomes, name) for name in REFUSAL if _applies(outcomes, name)}


def refusal(outcomes: Sequence[Outcome], name: str) -> Interval:
    """Return one figure of ``REFUSAL``; a question to be refused counts as answered when it is not refused."""
    due = [item.expected["status"] == "abstained" for item in outcomes]
    came = [item.got["status"] == "abstained" for item in outcomes]
    base = came if name == "refusal_precision" else due if name == "refusal_recall" else [not d for d in due]
    tops = [c and (not d if name == "false_refusal" else d) for c, d in zip(came, due, strict=True)]
    clusters = [item.cluster for item in outcomes]
    return ratio([float(top) for top in tops], [float(b) for b in base], clusters)


def _applies(outcomes: Sequence[Outcome], name: str) -> bool:
    return refusal(outcomes, name).n > 0


def parts(outcomes: Iterable[Outcome], key: Callable[[Outcome], str]) -> dict[str, list[Outcome]]:
    """Group ``outcomes`` by ``key``, in the order of the names."""
    found: dict[str, list[Outcome]] = {}
    for item in outcomes:
        found.setdefault(key(item), []).append(item)
    return dict(sorted(found.items()))


def best_topic(item: Outcome) -> str:
    """Return the topic that answers best, or the expected status in brackets where there is none."""
    topics = item.expected["topics"]
    return topics[0] if topics else f"({item.expected['status']})"


def given_topic(item: Outcome) -> str:
    """Return the topic that the answer put first, or its status in brackets where it has none."""
    return item.got["topics"][0] if item.got["topics"] else f"({item.got['status']})"


def parity(outcomes: Iterable[Outcome], measure: str) -> Interval | None:
    """Return the Japanese minus the English value over the questions that have both, or None without any."""
    pairs: dict[str, dict[str, float]] = {}
    for item in outcomes:
        if measure in item.measures:
            pairs.setdefault(item.cluster, {})[item.id.rsplit("/", 1)[1]] = item.measures[measure]
    both = {cluster: pair for cluster, pair in pairs.items() if len(pair) == 2}
    return change([p["ja"] - p["en"] for p in both.values()], list(both)) if both else None


def separation(outcomes: Iterable[Outcome]) -> float:
    """Return the AUROC of the product's confidence: questions the guide answers against the others."""
    rows = [item for item in outcomes if item.confidence is not None]
    return auroc([item.confidence or 0.0 for item in rows], [bool(item.expected["topics"]) for item in rows])


def latency(outcomes: Iterable[Outcome]) -> dict[str, float]:
    """Return median and 95th percentile of the times to the first and to the last output, milliseconds."""
    rows = [(item.first_ms, item.last_ms) for item in outcomes if item.last_ms]
    if not rows:
        return {}
    first, last = np.array(rows).T
    return {
        "first_p50": float(np.percentile(first, 50)),
        "first_p95": float(np.percentile(first, 95)),
        "last_p50": float(np.percentile(last, 50)),
        "last_p95": float(np.percentile(last, 95)),
    }


def is_failure(item: Outcome) -> bool:
    """Say whether a person should look at this case."""
    low = item.measures.get("truthful", 1.0) < 1 or item.measures.get("success@1", 1.0) < 1
    return bool(item.broken) or low or item.measures.get("commands", 1.0) < 1


def broken(result: Result) -> list[str]:
    """Return every hard rule that the run broke, one sentence each; sockets and probes come first."""
    rules = [*(f"a socket was opened: {name}" for name in result.sockets), *result.probes]
    return rules + [f"{item.id}: {rule}" for item in result.outcomes for rule in item.broken]
